"""Evidence of voices: what speech and singing do to a sound, in published measures.

================ ==== ===============================================================
name             unit definition
================ ==== ===============================================================
modulation_4hz   0..1 share of the modulation of 16 mel bands that lies at 2.5–6.5 Hz, the rate
                      of syllables (Scheirer and Slaney)
low_energy       0..1 share of frames under half the mean level of their second (the same)
vocal_variance   dB²  mean variance of the coefficients 1–5 over 11 frames (Lehner, Sonnleitner
                      and Widmer): voices change their colour, most instruments keep it
midrange         0..1 share of energy at 200–4000 Hz, where voices are
voice            0..1 the four as one: the geometric mean of each against a typical voice's
================ ==== ===============================================================

``voice`` is evidence, not a probability: it orders sounds by how voice-like they behave.

References
----------
Scheirer, E., Slaney, M. (1997). Construction and evaluation of a robust multifeature speech/music
discriminator. ICASSP.
Lehner, B., Sonnleitner, R., Widmer, G. (2013). Towards light-weight, real-time-capable singing
voice detection. ISMIR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from songscape.describe._description import SILENCE, TOO_SHORT, Estimate, Family, nothing
from songscape.describe._filters import cosine_transform, hertz_to_mel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Scheirer, E., Slaney, M. (1997). Construction and evaluation of a robust multifeature "
    "speech/music discriminator. ICASSP. Lehner, B., Sonnleitner, R., Widmer, G. (2013). Towards "
    "light-weight, real-time-capable singing voice detection. ISMIR."
)
UNITS = {
    "modulation_4hz": "0..1",
    "low_energy": "0..1",
    "vocal_variance": "dB²",
    "midrange": "0..1",
    "voice": "0..1",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "modulation_4hz": (0.0, 1.0),
    "low_energy": (0.0, 1.0),
    "vocal_variance": (0.0, None),
    "midrange": (0.0, 1.0),
    "voice": (0.0, 1.0),
}
SPAN = 128
"""Frames in which modulation is looked at: 3 s."""

SYLLABLES, AUDIBLE = (2.5, 6.5), (0.5, 20.0)
VARIANCE_FRAMES = 11
MIDRANGE = (200.0, 4000.0)
TYPICAL = {"modulation_4hz": 0.45, "low_energy": 0.45, "vocal_variance": 3000.0, "midrange": 0.9}
"""What read speech measures; the measures count up to that. Singing over instruments is weaker."""


@dataclass(frozen=True)
class Options:
    """The evidence of voices has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the evidence of voices."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    if len(frames.decibels) < SPAN:
        return Family(nothing(UNITS, TOO_SHORT))
    bands = _bands(frames.decibels)
    measures = {
        "modulation_4hz": modulation(bands, frames.frame_rate),
        "low_energy": low_energy(frames.waveform.rms, frames.frame_rate),
        "vocal_variance": vocal_variance(frames.decibels),
        "midrange": midrange(frames.decibels, frames.rate),
    }
    shares = [min(measures[name] / typical, 1.0) for name, typical in TYPICAL.items()]
    voice = float(np.prod(shares) ** (1 / len(shares)))
    return Family({name: Estimate(value) for name, value in (measures | {"voice": voice}).items()})


def _bands(decibels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the amplitude of 16 bands of eight mel bands each, shape (frames, 16)."""
    level = decibels.reshape(len(decibels), 16, 8).mean(axis=2)
    amplitude: NDArray[np.float32] = np.exp(level * np.float32(0.05 * np.log(10)))
    return amplitude


def modulation(bands: NDArray[np.float32], frame_rate: float) -> float:
    """Return the share of modulation energy at the rate of syllables."""
    spans = bands[: len(bands) // SPAN * SPAN].reshape(-1, SPAN, bands.shape[1])
    window = np.hanning(SPAN).astype(np.float32)[:, None]
    energy = np.abs(fft.rfft(spans * window, axis=1)) ** 2
    hertz = np.arange(energy.shape[1]) * frame_rate / SPAN
    total = energy.sum(axis=(0, 2), dtype=np.float64)
    heard = total[(hertz >= AUDIBLE[0]) & (hertz <= AUDIBLE[1])].sum()
    syllables = total[(hertz >= SYLLABLES[0]) & (hertz <= SYLLABLES[1])].sum()
    return float(syllables / max(heard, 1e-20))


def low_energy(rms: NDArray[np.float32], frame_rate: float) -> float:
    """Return the share of frames under half the mean level of the second they lie in."""
    second = round(frame_rate)
    rows = rms[: len(rms) // second * second].reshape(-1, second)
    return float((rows < 0.5 * rows.mean(axis=1, keepdims=True)).mean())


def vocal_variance(decibels: NDArray[np.float32]) -> float:
    """Return the mean variance of coefficients 1–5 over 11 frames, their sum over coefficients."""
    coefficients = decibels @ cosine_transform()[:, 1:6]
    windows = sliding_window_view(coefficients, VARIANCE_FRAMES, axis=0)[:: VARIANCE_FRAMES // 2]
    return float(windows.var(axis=2).sum(axis=1).mean())


def midrange(decibels: NDArray[np.float32], rate: int) -> float:
    """Return the share of mel energy between 200 and 4000 Hz."""
    bands = decibels.shape[1]
    edges = [hertz_to_mel(hertz) / hertz_to_mel(rate / 2) * (bands + 1) for hertz in MIDRANGE]
    power = np.exp(decibels[::4] * np.float32(0.1 * np.log(10))).sum(axis=0, dtype=np.float64)
    first, last = (round(edge) for edge in edges)
    return float(power[first:last].sum() / power.sum())
