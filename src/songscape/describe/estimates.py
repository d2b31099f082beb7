"""Estimates on Spotify's scale: what has no published formula, mapped from the timbre of a song.

============================ ==== ===========================================================
name                         unit definition
============================ ==== ===========================================================
danceability, energy,        0..1 the mapping of :mod:`songscape.describe._estimates`, which was
acousticness, valence,            fitted to published values
instrumentalness
loudness                     dB   the same; the level in LUFS is ``loudness_integrated``
speechiness, liveness        0..1 withheld: timbre says too little of them
NAME_low, NAME_high               the interval around each that holds nine in ten true values
============================ ==== ===========================================================

The confidence is how much narrower that interval is than the one without listening; it is 0 for a
sound unlike those the mapping was fitted to. All are estimates and none is a measurement.

References
----------
Papke, L. E., Wooldridge, J. M. (1996). Econometric methods for fractional response variables.
Vovk, V. (2015). Cross-conformal predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.options import option
from songscape.describe._description import SILENCE, Estimate, Family, nothing
from songscape.describe._estimates import estimate
from songscape.describe._statistics import column_names
from songscape.describe.timbre import timbre_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from songscape.describe._frames import Frames

VERSION = 2
CITATION = (
    "Papke, L. E., Wooldridge, J. M. (1996). Econometric methods for fractional response "
    "variables. Vovk, V. (2015). Cross-conformal predictors."
)
SHARES = (
    "danceability",
    "energy",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
)
ENDS = ("low", "high")
UNITS = {
    f"{name}{end}": unit
    for name, unit in ({"loudness": "dB"} | dict.fromkeys(SHARES, "0..1")).items()
    for end in ("", "_low", "_high")
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    name: (0.0, 1.0) for name, unit in UNITS.items() if unit == "0..1"
}


@dataclass(frozen=True)
class Options:
    """Which estimates are given."""

    weak: bool = option(False, "also give values of which timbre says too little")


def describe(frames: Frames, options: Options) -> Family:
    """Return every estimate with the ends of its interval."""
    if frames.silent:
        return Family(nothing(UNITS, SILENCE))
    made = estimate(timbre_means(frames), weak=options.weak)
    return Family(dict(_with_ends(made)))


def timbre_means(frames: Frames) -> dict[str, float]:
    """Return the means that :mod:`songscape.describe.timbre` gives, and nothing else of it."""
    return {
        f"{name}_mean": value
        for block, columns in timbre_columns(frames).items()
        for name, value in zip(
            column_names(block, columns.shape[1]),
            columns.mean(axis=0, dtype=np.float64).tolist(),
            strict=True,
        )
    }


def _with_ends(made: Mapping[str, Estimate]) -> Iterator[tuple[str, Estimate]]:
    """Yield every estimate and both ends of its interval; a reason is for what is not there."""
    for name, one in made.items():
        yield name, one if one.value is None else one._replace(reason="")
        for end in ENDS:
            value = getattr(one, end)
            yield f"{name}_{end}", Estimate(value, reason=one.reason if value is None else "")
