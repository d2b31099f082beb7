"""Measure tempo in octaves.

Tempo is heard as a ratio: from 60 to 80 BPM is as far as from 120 to 160. On the scale
log₂(tempo / 120) equal ratios are equal distances and doubling is 1. Beat trackers often report
half or double the tempo people tap (the octave error; Gouyon et al. 2006, "An experimental
comparison of audio tempo induction algorithms"); folding brings every tempo into one octave, so
that such an error no longer moves a song.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import OneToOneFeatureMixin

from songscape.core.errors import DegenerateDataError
from songscape.core.options import option
from songscape.prepare._column import NamedColumn

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

REFERENCE = 120.0
"""The tempo in BPM that becomes 0."""


@dataclass(frozen=True)
class Options:
    """Where the tempo stands, and whether octaves count."""

    column: str = option("tempo", "the column with tempi in BPM")
    fold: bool = option(False, "bring every tempo into the octave that begins at `low`")
    low: float = option(70.0, "slowest tempo of the octave folded into, in BPM", low=1, high=1000)


class TempoLog(OneToOneFeatureMixin, NamedColumn):  # type: ignore[misc]
    """Replace tempo in BPM by octaves from 120 BPM.

    A table without the column passes unchanged.

    Parameters
    ----------
    column : name of the column with tempi in BPM.
    fold : whether to fold every tempo into [low, 2·low).
    low : slowest tempo of that octave, in BPM.

    Examples
    --------
    >>> import polars as pl
    >>> octaves = TempoLog().set_output(transform="polars")
    >>> octaves.fit_transform(pl.DataFrame({"tempo": [60.0, 120.0, 240.0]}))["tempo"].to_list()
    [-1.0, 0.0, 1.0]
    """

    def __init__(self, column: str = "tempo", *, fold: bool = False, low: float = 70.0) -> None:
        self.column = column
        self.fold = fold
        self.low = low

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the table with tempo in octaves.

        Raises
        ------
        DegenerateDataError
            If a tempo is zero or negative; such values mean "not found" and should be missing.
        """
        matrix = self._table(X)
        if self.found_:
            tempo = matrix[:, self._place]
            matrix[:, self._place] = octaves(tempo, self.low if self.fold else None)
        return matrix


def octaves(tempo: ArrayLike, fold_from: float | None = None) -> NDArray[np.float64]:
    """Return log₂(tempo / 120); folded into one octave from `fold_from` BPM if that is given.

    Examples
    --------
    >>> octaves([70.0, 140.0], fold_from=70.0).round(3).tolist()
    [-0.778, -0.778]
    """
    values = np.asarray(tempo, dtype=np.float64)
    if (values <= 0).any():
        raise DegenerateDataError(
            "A tempo is zero or negative, which means it was not found; "
            "make such values missing with clean.missing before prepare.tempo_log."
        )
    height: NDArray[np.float64] = np.log2(values / REFERENCE)
    if fold_from is None:
        return height
    floor = np.log2(fold_from / REFERENCE)
    # Rounded, or 140 BPM would fold to just below 70 + one octave on some processors.
    folded: NDArray[np.float64] = np.mod(np.round(height - floor, 12), 1.0) + floor
    return folded


def make(options: Options, seed: int) -> TempoLog:
    """Make the transformer; it uses no randomness."""
    del seed
    return TempoLog(options.column, fold=options.fold, low=options.low)
