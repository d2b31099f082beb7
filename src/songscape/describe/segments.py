"""Over time: where a piece changes, and what each stretch between two changes is like.

Every second becomes a vector of 12 timbre coefficients and 12 pitch classes. Where the seconds
before are like each other, and those after too, but not before like after, there is a change: a
checkerboard of eight seconds to each side slides along the similarity matrix's diagonal (Foote).

Moments: ``changes``. Segments: level (dB), spectral_centroid (Hz), onset_strength (dB) and the
strongest pitch class of each stretch.

References
----------
Foote, J. (2000). Automatic audio segmentation using a measure of audio novelty. ICME.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from songscape.core.options import option
from songscape.describe._description import (
    SILENCE,
    TOO_SHORT,
    Estimate,
    Family,
    Segment,
    nothing,
)
from songscape.describe._filters import cosine_transform
from songscape.describe.chroma import chroma_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = "Foote, J. (2000). Automatic audio segmentation using a measure of audio novelty. ICME."
UNITS = {"change_rate": "1/min", "novelty_max": "0..1", "level_range": "dB"}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "change_rate": (0.0, 10.0),
    "novelty_max": (0.0, 1.0),
    "level_range": (0.0, None),
}
SIDE = 8
"""Seconds to each side of a change."""


@dataclass(frozen=True)
class Options:
    """How much must change."""

    threshold: float = option(
        0.25, "novelty, 0..1, from which a change is reported", low=0.0, high=1.0
    )


def describe(frames: Frames, options: Options) -> Family:
    """Return the changes, and the stretches between them."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    starts = np.arange(0, len(frames.decibels) - 1, frames.frame_rate).astype(np.int64)
    if len(starts) < 2 * SIDE + 1:
        return Family(nothing(UNITS, TOO_SHORT))
    curve = novelty(_seconds(frames, starts))
    changes = _peaks(curve, options.threshold)
    segments = _segments(frames, [0, *changes.tolist(), len(starts)], starts)
    levels = [one.values["level"] for one in segments]
    estimates = {
        "change_rate": Estimate(60 * len(changes) / frames.seconds),
        "novelty_max": Estimate(float(curve.max())),
        "level_range": Estimate(max(levels) - min(levels)),
    }
    return Family(estimates, {"changes": tuple(float(at) for at in changes)}, segments)


def _seconds(frames: Frames, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a vector per second, its timbre and pitch halves of equal weight, shape (n, 24)."""
    timbre = frames.decibels @ cosine_transform()[:, 1:13]
    return np.hstack(
        [
            _standardised(_means(half, starts))
            for half in (timbre, chroma_columns(frames)["chroma_stft"])
        ]
    )


def _means(columns: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of the rows from each start to the next."""
    lengths = np.diff(np.append(starts, len(columns)))
    sums = np.add.reduceat(columns.astype(np.float64), starts, axis=0)
    means: NDArray[np.float64] = sums / lengths[:, None]
    return means


def _standardised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows with every column's mean 0 and all columns' variance 1 together."""
    centred = rows - rows.mean(axis=0)
    scaled: NDArray[np.float64] = centred / max(float(np.sqrt((centred**2).mean())), 1e-9)
    return scaled


def novelty(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how sharply the rows change before each row, 0..1, shape (n,).

    Cosine similarity, a checkerboard with a Gaussian taper; 0 where a side would be missing.
    """
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    windows = sliding_window_view(rows / length, 2 * SIDE, axis=0)
    offset = np.arange(2 * SIDE) - SIDE + 0.5
    taper = np.sign(offset) * np.exp(-0.5 * (offset / (SIDE / 2)) ** 2)
    # Σ w_i w_j ⟨x_i, x_j⟩ = |Σ w_i x_i|², so the similarity matrix itself is never made.
    contrast = ((windows @ taper) ** 2).sum(axis=1) / np.abs(taper).sum() ** 2
    return np.pad(contrast, (SIDE, SIDE - 1))


def _peaks(curve: NDArray[np.float64], threshold: float) -> NDArray[np.int64]:
    """Return the seconds that are the most novel within a side's length and reach the threshold."""
    highest = sliding_window_view(np.pad(curve, SIDE), 2 * SIDE + 1).max(axis=1)
    found: NDArray[np.int64] = np.flatnonzero((curve == highest) & (curve >= max(threshold, 1e-9)))
    return found


def _segments(frames: Frames, edges: list[int], starts: NDArray[np.int64]) -> tuple[Segment, ...]:
    """Return what each stretch is like; `edges` are in seconds."""
    ends = np.append(starts, len(frames.decibels))
    return tuple(
        Segment(
            float(first),
            min(float(last), frames.seconds),
            _summary(frames, ends[first], ends[last]),
        )
        for first, last in pairwise(edges)
    )


def _summary(frames: Frames, first: int, last: int) -> dict[str, float]:
    """Return the means of a stretch of frames."""
    rms = frames.waveform.rms[first:last].astype(np.float64)
    return {
        "level": float(10 * np.log10(max((rms * rms).mean(), 1e-10))),
        "spectral_centroid": float(frames.shape[first:last, 0].mean(dtype=np.float64)),
        "onset_strength": float(frames.onset[first:last].mean(dtype=np.float64)),
        "pitch_class": float(frames.chroma[first:last].sum(axis=0).argmax()),
    }
