"""Stereo width and balance of the native channels.

Width is the share of energy that differs between left and right (the side signal), from 0 (mono)
to 1 (opposite phases). Correlation is of left with right: 1 mono, 0 unrelated, negative where a
mono player would lose sound. Balance runs from −1 (left only) to 1 (right only).

References
----------
Tzanetakis, G., Jones, R., McNally, K. (2007). Stereo panning features for classifying recording
production style. ISMIR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import SILENCE, TOO_SHORT, Estimate, Family, nothing

if TYPE_CHECKING:
    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Tzanetakis, G., Jones, R., McNally, K. (2007). Stereo panning features for classifying "
    "recording production style. ISMIR."
)
UNITS = {
    "stereo_width": "0..1",
    "stereo_width_std": "0..1",
    "stereo_correlation": "-1..1",
    "stereo_balance": "-1..1",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "stereo_width": (0.0, 1.0),
    "stereo_width_std": (0.0, 0.5),
    "stereo_correlation": (-1.0, 1.0),
    "stereo_balance": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Options:
    """The stereo image has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return width, correlation and balance; mono is width 0, correlation 1, balance 0."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    products = frames.levels.products
    left, right, both = products.sum(axis=0)
    if left + right <= 0:
        return Family(nothing(UNITS, TOO_SHORT))
    energy = products[:, 0] + products[:, 1]
    heard = products[energy > 1e-4 * energy.max()]
    widths = 0.5 - heard[:, 2] / (heard[:, 0] + heard[:, 1])
    scale = np.sqrt(left * right)
    one_sided = Estimate(None, reason="one channel is silent")
    return Family(
        {
            "stereo_width": _within(0.5 - both / (left + right), 0, 1),
            "stereo_width_std": _within(float(widths.std()), 0, 0.5),
            "stereo_correlation": _within(both / scale, -1, 1) if scale else one_sided,
            "stereo_balance": _within((right - left) / (left + right), -1, 1),
        }
    )


def _within(value: float, low: float, high: float) -> Estimate:
    """Return an estimate, its rounding errors cut off at its bounds."""
    return Estimate(float(min(max(value, low), high)))
