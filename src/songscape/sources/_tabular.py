"""A table as it stands in a source: named columns of cells, before anything is known of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
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
    lines : int64 array, the line of the source each row starts in; the row's own number, from 1,
        where the source has no lines.
    nameless : the columns whose header is blank, under the names they were given.
    headed : whether the source names its columns at all.
    findings : what was noticed so far.
    """

    name: str
    frame: pl.DataFrame
    lines: NDArray[np.int64]
    nameless: frozenset[str] = frozenset()
    headed: bool = True
    findings: tuple[Finding, ...] = ()

    @classmethod
    def numbered(cls, name: str, frame: pl.DataFrame) -> Self:
        """Make a table of a source without lines."""
        return cls(name, frame, np.arange(1, frame.height + 1, dtype=np.int64))

    def note(self, *findings: Finding) -> Self:
        """Add findings; nothing else changes."""
        return replace(self, findings=(*self.findings, *findings))
