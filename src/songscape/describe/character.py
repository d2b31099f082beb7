"""How sound is made: struck, plucked or sustained, with pitch or with noise.

====================== ====== =================================================================
name                   unit   definition
====================== ====== =================================================================
harmonic_ratio         0..1   share of energy in ridges along time rather than along frequency
attack_time            s      median time from 20 to 90 % of an onset's peak
decay_rate             dB/s   median fall of the level in the 0.3 s after an onset's peak
struck                 0..1   share of onsets that rise in 40 ms and fall over 60 dB/s: drums
plucked                0..1   share that rise in 40 ms and fall 10–60 dB/s: guitar, piano
sustained              0..1   share that fall less than 10 dB/s: bowed, blown, sung, held
spectral_entropy       0..1   how evenly energy is spread over mel bands
====================== ====== =================================================================

The first follows Fitzgerald's median filtering, here over nine frames (0.4 s) and nine of 64 mel
bands. Rates of fall are those of the bodies: a drum's sound is gone within a second, a string's
within six, and what is bowed or blown stays as long as it is fed.

References
----------
Fitzgerald, D. (2010). Harmonic/percussive separation using median filtering. DAFx.
Peeters, G. (2004). A large set of audio features for sound description. IRCAM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import SILENCE, Estimate, Family, nothing
from songscape.describe._median import running_median
from songscape.describe._onsets import onsets
from songscape.describe._spectrum import HOP
from songscape.describe._waveform import FINE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Fitzgerald, D. (2010). Harmonic/percussive separation using median filtering. DAFx. Peeters, "
    "G. (2004). A large set of audio features for sound description. IRCAM."
)
UNITS = {
    "harmonic_ratio": "0..1",
    "attack_time": "s",
    "decay_rate": "dB/s",
    "struck": "0..1",
    "plucked": "0..1",
    "sustained": "0..1",
    "spectral_entropy": "0..1",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "harmonic_ratio": (0.0, 1.0),
    "attack_time": (0.0, 0.3),
    "struck": (0.0, 1.0),
    "plucked": (0.0, 1.0),
    "sustained": (0.0, 1.0),
    "spectral_entropy": (0.0, 1.0),
}
MEDIAN = 9
STRETCH = 4096
"""Frames filtered at a time, to keep the memory small."""

QUICK_RISE = 0.04
SLOW_FALL, FAST_FALL = 10.0, 60.0
BEFORE, AFTER, FALL = 0.1, 0.2, 0.3
"""Seconds looked at before an onset, after it for its peak, and after the peak for its fall."""

NO_ONSETS = "nothing starts"


@dataclass(frozen=True)
class Options:
    """Character has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the evidence of how the sound is made."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    estimates = nothing(UNITS, NO_ONSETS) | {
        "harmonic_ratio": Estimate(harmonic_ratio(frames.decibels)),
        "spectral_entropy": Estimate(spectral_entropy(frames.decibels)),
    }
    found = onsets(frames.onset, frames.frame_rate)
    if len(found):
        rate = frames.rate / FINE
        rise, fall = envelope_shape(frames.waveform.envelope, found * (HOP // FINE), rate)
        estimates |= _evidence(rise, fall)
    return Family(estimates)


def harmonic_ratio(decibels: NDArray[np.float32]) -> float:
    """Return the share of energy that lasts in time rather than spreads over frequency, 0..1.

    Medians of decibels are decibels of medians, so nothing is converted before they are taken.
    """
    parts = [
        _harmonic_energy(decibels[start : start + STRETCH])
        for start in range(0, len(decibels), STRETCH)
    ]
    lasting, total = np.sum(parts, axis=0)
    return float(lasting / total)


def _harmonic_energy(decibels: NDArray[np.float32]) -> tuple[float, float]:
    """Return the energy that lasts, and all energy, of a stretch of frames."""
    pairs: NDArray[np.float32] = (decibels[::2, ::2] + decibels[::2, 1::2]) * np.float32(0.5)
    lasting = running_median(pairs, MEDIAN)
    spread = running_median(np.ascontiguousarray(pairs.T), MEDIAN).T
    # Wiener weights H² / (H² + P²), of powers given in decibels.
    weight = 1 / (1 + np.exp((spread - lasting) * np.float32(0.2 * np.log(10))))
    power = np.exp(pairs * np.float32(0.1 * np.log(10)))
    return float((weight * power).sum()), float(power.sum())


def spectral_entropy(decibels: NDArray[np.float32]) -> float:
    """Return the entropy of the mean mel spectrum over that of an even one, 0..1."""
    mean = np.exp(decibels[::4] * np.float32(0.1 * np.log(10))).mean(axis=0, dtype=np.float64)
    share = mean / mean.sum()
    return float(-(share * np.log(np.maximum(share, 1e-30))).sum() / np.log(len(share)))


def envelope_shape(
    envelope: NDArray[np.float32], onsets: NDArray[np.int64], rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rise time in seconds and the fall in dB/s of every onset.

    Parameters
    ----------
    envelope : root mean square per step.
    onsets : steps where something starts.
    rate : steps per second.
    """
    before, after, fall = (round(seconds * rate) for seconds in (BEFORE, AFTER, FALL))
    padded = np.pad(envelope, (before, after + fall + 1)).astype(np.float64)
    around = padded[onsets[:, None] + np.arange(before + after)]
    peak = around.argmax(axis=1)
    top = around.max(axis=1)
    up_to_peak = np.arange(around.shape[1]) <= peak[:, None]
    started = _last_below(around, 0.2 * top, up_to_peak)
    risen = _last_below(around, 0.9 * top, up_to_peak)
    rise = (risen - started + 1) / rate
    tail = padded[(onsets + peak)[:, None] + np.arange(fall)]
    level = 20 * np.log10(np.maximum(tail, 1e-3 * top[:, None] + 1e-9))
    at = np.arange(fall) / rate
    slope = (level * (at - at.mean())).sum(axis=1) / ((at - at.mean()) ** 2).sum()
    return rise, -slope


def _last_below(
    rows: NDArray[np.float64], bar: NDArray[np.float64], allowed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the last allowed column of every row that is below its bar, −1 if none is."""
    below = (rows < bar[:, None]) & allowed
    last = rows.shape[1] - 1 - below[:, ::-1].argmax(axis=1)
    found: NDArray[np.int64] = np.where(below.any(axis=1), last, -1)
    return found


def _evidence(rise: NDArray[np.float64], fall: NDArray[np.float64]) -> dict[str, Estimate]:
    """Return medians, and the shares of onsets of each kind."""
    quick = rise <= QUICK_RISE
    kinds = {
        "struck": quick & (fall > FAST_FALL),
        "plucked": quick & (fall > SLOW_FALL) & (fall <= FAST_FALL),
        "sustained": fall <= SLOW_FALL,
    }
    return {
        "attack_time": Estimate(min(float(np.median(rise)), BEFORE + AFTER)),
        "decay_rate": Estimate(float(np.median(fall))),
        **{name: Estimate(float(mask.mean())) for name, mask in kinds.items()},
    }
