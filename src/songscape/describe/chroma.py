"""Chroma: how strong each of the twelve pitch classes is, and where that lies on the tonnetz.

Chroma sums the power spectrum into pitch classes from C and divides every frame by its strongest.
The tonnetz places it on three circles (fifths, minor thirds, major thirds), where close harmonies
lie close together. Tuning is 440 Hz here; key and chords use tuned peaks instead (see ``key``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import Family
from songscape.describe._filters import tonnetz_matrix
from songscape.describe._spectrum import TINY
from songscape.describe._statistics import summary, summary_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Ellis, D. (2007). Chroma feature analysis and synthesis. Harte, C., Sandler, M., Gasser, M. "
    "(2006). Detecting harmonic change in musical audio. AMCMM."
)
UNITS = summary_units({"chroma_stft": (12, "0..1"), "tonnetz": (6, "1")})
RANGE: dict[str, tuple[float | None, float | None]] = {
    name: (0.0, 1.0)
    for name in UNITS
    if name.startswith("chroma") and not name.endswith(("skew", "kurtosis"))
}


@dataclass(frozen=True)
class Options:
    """Chroma has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the statistics of 12 pitch classes and 6 tonnetz coordinates."""
    return Family(summary(chroma_columns(frames)))


def chroma_columns(frames: Frames) -> dict[str, NDArray[np.float32]]:
    """Return chroma, its largest class 1, and tonnetz per frame; both 0 for silent frames."""
    chroma = _divided(frames.chroma, frames.chroma.max(axis=1))
    shares = _divided(chroma, chroma.sum(axis=1))
    return {"chroma_stft": chroma, "tonnetz": shares @ tonnetz_matrix()}


def _divided(rows: NDArray[np.float32], by: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide every row, leaving rows of nothing as they are."""
    divisor = np.where(by < TINY, np.float32(1), by)[:, None]
    quotient: NDArray[np.float32] = np.divide(rows, divisor, dtype=np.float32)
    return quotient
