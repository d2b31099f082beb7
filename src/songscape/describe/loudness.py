"""Loudness as people hear it, peaks and dynamics.

============================ ==== ===========================================================
name                         unit definition
============================ ==== ===========================================================
loudness_integrated          LUFS EBU R128: gated mean of 400 ms blocks
loudness_range               LU   EBU Tech 3342: 10th to 95th percentile of 3 s loudness
loudness_momentary_max       LUFS loudest 400 ms
loudness_short_term_max      LUFS loudest 3 s
true_peak                    dBTP peak at four times the rate
sample_peak                  dBFS largest sample
peak_to_loudness             LU   true peak over integrated loudness: low where compressed
dynamic_complexity           LU   mean distance of the momentary from the integrated loudness
clipped                      0..1 share of samples at full scale
============================ ==== ===========================================================

``loudness`` on Spotify's scale is an estimate: :mod:`songscape.describe.estimates`.

References
----------
ITU-R BS.1770-5 (2023). EBU R128 (2023), Tech 3341, Tech 3342. Streich, S. (2006). Music complexity:
a multi-faceted description of audio content. Universitat Pompeu Fabra.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from songscape.describe._description import SILENCE, TOO_SHORT, Estimate, Family, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 3
CITATION = "ITU-R BS.1770-5 (2023). EBU R128 with Tech 3341 and 3342 (2023)."
UNITS = {
    "loudness_integrated": "LUFS",
    "loudness_range": "LU",
    "loudness_momentary_max": "LUFS",
    "loudness_short_term_max": "LUFS",
    "true_peak": "dBTP",
    "sample_peak": "dBFS",
    "peak_to_loudness": "LU",
    "dynamic_complexity": "LU",
    "clipped": "0..1",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "loudness_range": (0.0, None),
    "dynamic_complexity": (0.0, None),
    "clipped": (0.0, 1.0),
}
MOMENTARY, SHORT_TERM = 4, 30
"""Tenths of a second in a gating block, and in a short-term window."""

ABSOLUTE_GATE = -70.0


@dataclass(frozen=True)
class Options:
    """Loudness has no options: the standard leaves none."""


def describe(frames: Frames, options: Options) -> Family:
    """Return loudness, peaks and dynamics of the native channels."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    levels = frames.levels
    power: NDArray[np.float64] = levels.weights @ levels.energy
    estimates = nothing(UNITS, TOO_SHORT) | {
        "true_peak": Estimate(20 * float(np.log10(levels.true_peak))),
        "sample_peak": Estimate(20 * float(np.log10(levels.peak))),
        "clipped": Estimate(levels.clipped),
    }
    if len(power) >= MOMENTARY:
        estimates |= _programme(power, 20 * float(np.log10(levels.true_peak)))
    if len(power) >= SHORT_TERM:
        short = loudness_of(_moving_mean(power, SHORT_TERM))
        estimates["loudness_short_term_max"] = _level(float(short.max()))
        estimates["loudness_range"] = loudness_range(short)
    return Family(estimates)


def loudness_of(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert weighted mean squares to LUFS.

    >>> loudness_of(np.array([1.0])).tolist()
    [-0.691]
    """
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-20))


def integrated_loudness(power: NDArray[np.float64]) -> float:
    """Return the gated loudness of a programme in LUFS, −inf if all of it is below −70.

    Parameters
    ----------
    power : weighted mean squares per tenth of a second, at least four.
    """
    blocks = _moving_mean(power, MOMENTARY)
    heard = blocks[loudness_of(blocks) > ABSOLUTE_GATE]
    if not len(heard):
        return -np.inf
    gate = float(loudness_of(heard.mean(keepdims=True))[0]) - 10
    return float(loudness_of(heard[loudness_of(heard) > gate].mean(keepdims=True))[0])


def loudness_range(short: NDArray[np.float64]) -> Estimate:
    """Return the spread of short-term loudness in LU."""
    heard = short[short > ABSOLUTE_GATE]
    if not len(heard):
        return Estimate(None, reason=SILENCE)
    mean = 10 * np.log10(np.mean(10 ** (heard / 10)))
    low, high = np.percentile(heard[heard >= mean - 20], (10, 95))
    return Estimate(float(high - low))


def _programme(power: NDArray[np.float64], true_peak: float) -> dict[str, Estimate]:
    """Return what follows from the gated loudness."""
    momentary = loudness_of(_moving_mean(power, MOMENTARY))
    integrated = integrated_loudness(power)
    if not np.isfinite(integrated):
        names = ("loudness_integrated", "peak_to_loudness", "dynamic_complexity")
        return nothing(dict.fromkeys(names, ""), SILENCE)
    heard = momentary[momentary > ABSOLUTE_GATE]
    return {
        "loudness_integrated": Estimate(integrated),
        "loudness_momentary_max": _level(float(momentary.max())),
        "peak_to_loudness": Estimate(true_peak - integrated),
        "dynamic_complexity": Estimate(float(np.abs(heard - integrated).mean())),
    }


def _level(value: float) -> Estimate:
    """Return a level, or nothing below the gate."""
    return Estimate(value) if value > ABSOLUTE_GATE else Estimate(None, reason=SILENCE)


def _moving_mean(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the mean of every `size` neighbours."""
    means: NDArray[np.float64] = sliding_window_view(values, size).mean(axis=1)
    return means
