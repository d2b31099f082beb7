"""Timbre: mel-frequency cepstral coefficients and spectral contrast.

The coefficients are the cosine transform of 128 mel bands in decibels: the first follows the
level, the next few the broad shape of the spectrum, which is most of what "sounds alike" means.
The contrast of an octave band is how far its peaks stand above its valleys: high for clear tones,
low for noise. Our top contrast band ends at 10 kHz; librosa's reaches half the rate, where at
22,050 Hz the valley is the resampler's silence (``compat="librosa"``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import Family
from songscape.describe._filters import cosine_transform
from songscape.describe._frames import TOP_DB
from songscape.describe._spectrum import AMIN
from songscape.describe._statistics import summary, summary_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Davis, S., Mermelstein, P. (1980). Comparison of parametric representations for monosyllabic "
    "word recognition. IEEE Trans. ASSP 28(4). Jiang, D. et al. (2002). Music type classification "
    "by spectral contrast feature. ICME."
)
UNITS = summary_units({"mfcc": (20, "dB"), "spectral_contrast": (7, "dB")})
RANGE: dict[str, tuple[float | None, float | None]] = {}


@dataclass(frozen=True)
class Options:
    """Timbre has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the statistics of 20 coefficients and 7 contrast bands."""
    return Family(summary(timbre_columns(frames)))


def timbre_columns(frames: Frames) -> dict[str, NDArray[np.float32]]:
    """Return the coefficients and contrast per frame, in decibels."""
    return {
        "mfcc": frames.decibels @ cosine_transform(),
        "spectral_contrast": _to_decibels(frames.crests) - _to_decibels(frames.valleys),
    }


def _to_decibels(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert to 10·log10, at most 80 below the largest."""
    decibels = np.log(np.maximum(values, AMIN)) * np.float32(10 / np.log(10))
    floored: NDArray[np.float32] = np.maximum(decibels, decibels.max() - TOP_DB)
    return floored
