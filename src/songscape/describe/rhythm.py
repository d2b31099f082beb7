"""Beats and metre: where the beats are, how strong and regular, how danceable, in what bars.

===================== ====== ====================================================================
name                  unit   definition
===================== ====== ====================================================================
onset_rate            1/s    peaks of the onset strength that stand out of their second
pulse_clarity         0..1   largest autocorrelation of the onset strength at a beat's period
beat_strength         0..1   1 − mean onset strength over that at the beats
beat_regularity       0..1   1 − coefficient of variation of the beat intervals
danceability_dfa      0..3   1 over the mean detrended fluctuation exponent of the envelope:
                             low for drifting sound, high for steady strong beats. It is Streich
                             and Herrera's measure, not the scale of Spotify's danceability.
time_signature        beats  beats per bar (3, 4, 5 or 7) after which accents and sound repeat
===================== ====== ====================================================================

Moments: ``beats``, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from songscape.describe import tempo
from songscape.describe._description import TOO_SHORT, Estimate, Family, nothing
from songscape.describe._onsets import onsets
from songscape.describe._waveform import FINE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 4
CITATION = (
    "Ellis, D. (2007). Beat tracking by dynamic programming. JNMR 36(1). Lartillot, O. et al. "
    "(2008). Multi-feature modeling of pulse clarity. ISMIR. Streich, S., Herrera, P. (2005). "
    "Detrended fluctuation analysis of music signals: danceability estimation and further "
    "semantic characterization. AES 118. Gainza, M. (2009). Automatic musical meter detection. "
    "ICASSP."
)
UNITS = {
    "onset_rate": "1/s",
    "pulse_clarity": "0..1",
    "beat_strength": "0..1",
    "beat_regularity": "0..1",
    "danceability_dfa": "0..3",
    "time_signature": "beats",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "onset_rate": (0.0, 22.0),
    "pulse_clarity": (0.0, 1.0),
    "beat_strength": (0.0, 1.0),
    "beat_regularity": (0.0, 1.0),
    "danceability_dfa": (0.0, 3.0),
    "time_signature": (3.0, 7.0),
}
FEWEST_BEATS = 16
"""Beats that a time signature is read from, at least: four bars."""

METRES = {3: 0.0, 4: 0.05, 5: -0.1, 7: -0.1}
"""Bars looked for, with what each is given for being usual; nine songs in ten are in four."""

SHORTEST_FLUCTUATION = 18.0
"""Seconds that hold the longest window of 8.8 seconds twice."""

FEWEST_POINTS = 3
"""Of a window, at least: through two points a line goes without a residual."""

BASS_BANDS = 6
"""Mel bands below 200 Hz."""


@dataclass(frozen=True)
class Options:
    """Rhythm has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return beats, their strength and regularity, danceability and time signature."""
    if frames.silent or not frames.seconds:
        return Family(nothing(UNITS, tempo.why_no_pulse(frames)))
    pulse = frames.pulse
    estimates = nothing(UNITS, tempo.why_no_pulse(frames)) | {
        "onset_rate": Estimate(len(onsets(frames.onset, frames.frame_rate)) / frames.seconds),
        "danceability_dfa": danceability(frames.waveform.envelope, frames.rate / FINE),
    }
    if len(pulse.beats) < 3:
        return Family(estimates)
    strength = beat_strength(frames.onset, pulse.frames)
    intervals = np.diff(pulse.beats)
    estimates |= {
        "pulse_clarity": Estimate(pulse.clarity),
        "beat_strength": Estimate(strength),
        "beat_regularity": Estimate(max(0.0, 1 - float(intervals.std() / intervals.mean()))),
        "time_signature": time_signature(frames.decibels, frames.onset, pulse.frames),
    }
    return Family(estimates, {"beats": tuple(pulse.beats.tolist())})


def beat_strength(onset: NDArray[np.float32], beats: NDArray[np.int64]) -> float:
    """Return how far the onset strength at the beats stands above its mean, 0..1."""
    at_beats = float(_accents(onset, beats).mean())
    return max(0.0, 1 - float(onset.mean()) / at_beats) if at_beats > 0 else 0.0


def _accents(onset: NDArray[np.float32], beats: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the largest onset strength within a frame of every beat."""
    highest = sliding_window_view(np.pad(onset, 1), 3).max(axis=1)
    accents: NDArray[np.float32] = highest[beats]
    return accents


def danceability(envelope: NDArray[np.float32], rate: float) -> Estimate:
    """Return Streich and Herrera's danceability of an amplitude envelope.

    Parameters
    ----------
    envelope : root mean square per step, shape (steps,).
    rate : steps per second.
    """
    if len(envelope) < SHORTEST_FLUCTUATION * rate:
        return Estimate(None, reason=TOO_SHORT)
    pairs = envelope[: len(envelope) // 2 * 2].astype(np.float64).reshape(-1, 2)
    path = np.cumsum(pairs.mean(axis=1) - pairs.mean())
    ratio = 1.1 ** np.arange(int(np.log(8.8 / 0.31) / np.log(1.1)) + 1)
    sizes = np.unique(np.rint(0.31 * ratio * rate / 2).astype(np.int64))
    if sizes[0] < FEWEST_POINTS:
        return Estimate(None, reason=tempo.COARSE)
    fluctuation = np.array([_fluctuation(path, size) for size in sizes.tolist()])
    if fluctuation.min() <= 0:
        return Estimate(None, reason="the level never changes")
    exponents = np.diff(np.log(fluctuation)) / np.diff(np.log(sizes + 3.0))
    mean = float(exponents.mean())
    return Estimate(min(1 / mean, 3.0) if mean > 1 / 3 else 3.0)


def _fluctuation(path: NDArray[np.float64], size: int) -> float:
    """Return the root mean square distance of a path from straight lines fitted per window."""
    blocks = path[: len(path) // size * size].reshape(-1, size)
    slope = np.arange(size) - (size - 1) / 2
    slope /= np.linalg.norm(slope)
    level = blocks.sum(axis=1) ** 2 / size + (blocks @ slope) ** 2
    residual = np.einsum("ij,ij->i", blocks, blocks) - level
    return float(np.sqrt(max(residual.mean(), 0.0) / size))


def time_signature(
    decibels: NDArray[np.float32], onset: NDArray[np.float32], beats: NDArray[np.int64]
) -> Estimate:
    """Return the beats per bar, and how clearly it beats the next likeliest.

    Accents, bass accents and the sound of each beat are compared with those one and two bars on:
    the number of beats after which all repeat best is the bar's.
    """
    if len(beats) < FEWEST_BEATS:
        return Estimate(None, reason="too few beats")
    bass = np.diff(decibels[:, :BASS_BANDS].mean(axis=1), prepend=decibels[0, 0])
    bass = np.concatenate((np.zeros(2, np.float32), np.maximum(bass, 0)))[: len(onset)]
    likeness = sum(
        _likeness(track) for track in (_accents(onset, beats), _accents(bass, beats))
    ) + _likeness(_sound(decibels, beats))
    scores = {bar: _repetition(likeness, bar) + bonus for bar, bonus in METRES.items()}
    first, second = sorted(scores, key=lambda bar: scores[bar], reverse=True)[:2]
    return Estimate(float(first), min(1.0, max(0.0, scores[first] - scores[second])))


def _sound(decibels: NDArray[np.float32], beats: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return 32 mel bands averaged over each beat, shape (beats − 1, 32)."""
    quarters = decibels.reshape(len(decibels), 32, 4).mean(axis=2)
    sums = np.add.reduceat(quarters[: beats[-1]], beats[:-1], axis=0)
    means: NDArray[np.float32] = np.divide(sums, np.diff(beats)[:, None], dtype=np.float32)
    return means


def _likeness(track: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the correlation of a track of beats with itself 0 to 14 beats on."""
    rows = track.reshape(len(track), -1).astype(np.float64)
    rows = rows - rows.mean(axis=0)
    power = max(float((rows * rows).mean()), 1e-12)
    longest = min(15, len(rows))
    lags = [(rows[lag:] * rows[: len(rows) - lag]).mean() / power for lag in range(longest)]
    return np.pad(np.array(lags), (0, 15 - longest))


def _repetition(likeness: NDArray[np.float64], bar: int) -> float:
    """Return how much more alike beats a bar apart are than beats in between."""
    together = (likeness[bar] + likeness[2 * bar]) / 2
    between = [lag for lag in range(1, 2 * bar) if lag % bar]
    return float(together - likeness[between].mean()) / 3
