"""A table as it stands in a source: named columns of cells, before anything is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from songscape.core.findings import Finding


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of cells.

    Parameters
    ----------
    name : the source's name, for messages and the history.
    frame : the cells; texts from text files, typed columns from Parquet and frames.
    lines : int64 array, the line of the source each row starts in.
    nameless : the columns whose header is blank, under the names they were given.
    headed : whether the source names its columns at all.
    findings : what was noticed so far.
    """

    name: str
    frame: pl.DataFrame
    lines: NDArray[np.int64]
    nameless: frozenset[str] = frozenset()
    headed: bool = True
    findings: tuple[Finding, ...] = field(default=())

    def note(self, *findings: Finding) -> Self:
        """Add findings; nothing else changes."""
        return replace(self, findings=(*self.findings, *findings))

    def without(self, columns: Iterable[str]) -> Self:
        """Drop columns."""
        return replace(self, frame=self.frame.drop(list(columns)))
