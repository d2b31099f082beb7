"""The spectrum's shape and the waveform's measures, frame by frame.

================== ==== ==========================================================
name               unit definition
================== ==== ==========================================================
spectral_centroid  Hz   mean frequency under the magnitude spectrum
spectral_bandwidth Hz   standard deviation of frequency under it
spectral_rolloff   Hz   frequency below which 85 % of the magnitude lies
spectral_flatness  1    geometric over arithmetic mean of power: 1 for white noise
brightness         0..1 share of power above 1.5 kHz
zcr                0..1 share of neighbouring samples with different signs
rms                0..1 root mean square
onset_strength     dB   mean rise of the mel bands since the frame before
================== ==== ==========================================================

In a silent file the spectrum has no shape: what would be a ratio of nothings is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songscape.describe._description import SILENCE, Family, nothing
from songscape.describe._statistics import summary, summary_units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Peeters, G. (2004). A large set of audio features for sound description. IRCAM. Juslin, P. "
    "(2000). Cued utilization in communication of emotion in music performance. J. Exp. Psychol. "
    "26(6)."
)
_SHAPE = (
    "spectral_centroid",
    "spectral_bandwidth",
    "spectral_rolloff",
    "spectral_flatness",
    "brightness",
)
UNITS = summary_units(
    {
        **dict.fromkeys(_SHAPE[:3], (1, "Hz")),
        "spectral_flatness": (1, "0..1"),
        "brightness": (1, "0..1"),
        "zcr": (1, "0..1"),
        "rms": (1, "0..1"),
        "onset_strength": (1, "dB"),
    }
)
RANGE: dict[str, tuple[float | None, float | None]] = {
    name: (0.0, 1.0 if unit == "0..1" and not name.startswith("rms") else None)
    for name, unit in UNITS.items()
    if unit
}


@dataclass(frozen=True)
class Options:
    """The spectrum's shape has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the statistics of the spectrum's shape and the waveform's measures."""
    estimates = summary(spectral_columns(frames))
    if frames.silent:
        shape = [name for name in estimates if name.startswith(_SHAPE)]
        estimates |= nothing(dict.fromkeys(shape, ""), SILENCE)
    return Family(estimates)


def spectral_columns(frames: Frames) -> dict[str, NDArray[np.float32]]:
    """Return the columns per frame; see the module's table."""
    shape = {name: frames.shape[:, column] for column, name in enumerate(_SHAPE)}
    return {
        **shape,
        "zcr": frames.waveform.crossing_rate,
        "rms": frames.waveform.rms,
        "onset_strength": frames.onset,
    }
