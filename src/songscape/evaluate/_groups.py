"""Who made a song: artists and albums as sets, since a song may have several of each.

``"Ingrid Michaelson;ZAYN"`` is by two artists, and shares one with every other song by either. A
song whose artist is unknown shares it with nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Groups = NDArray[Any] | Sequence[NDArray[Any]]

BETWEEN = ";"
"""What stands between the artists of one song."""


def owners(groups: Groups) -> csr_array:
    """Return which song (row) is by which artist or on which album (column), as 0 and 1.

    Parameters
    ----------
    groups : an artist for each song, shape (n,), or several such arrays, as artists and albums;
        texts name several artists with ``;`` between; None and "" are unknown.

    Examples
    --------
    >>> owners(np.array(["A;B", "b", None])).toarray().tolist()
    [[1, 1], [0, 1], [0, 0]]
    """
    columns = columns_of(groups)
    pairs = pl.concat([_pairs(column, index) for index, column in enumerate(columns)])
    number = pairs.select(pl.struct("column", "name").rank("dense"))["column"]
    rows, column = pairs["song"].to_numpy(), number.to_numpy().astype(np.int64) - 1
    shape = (len(columns[0]), int(column.max(initial=-1)) + 1)
    return csr_array((np.ones(len(rows), dtype=np.int64), (rows, column)), shape=shape)


def columns_of(groups: Groups) -> list[NDArray[Any]]:
    """Return one or several columns of groups as a list."""
    return [groups] if isinstance(groups, np.ndarray) else list(groups)


def blocks(groups: Groups) -> NDArray[np.int64]:
    """Number the first artist (or album) of each song; every unknown one is a block of its own.

    What a bootstrap draws as a whole: songs of one artist are no independent witnesses.
    """
    first = _text(columns_of(groups)[0]).str.split(BETWEEN).list.first().str.strip_chars()
    known = first.str.to_lowercase().replace("", None)
    number = known.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    unknown = number < 0
    alone = number.max(initial=-1) + np.cumsum(unknown)
    block: NDArray[np.int64] = np.where(unknown, alone, number)
    return block


def _text(column: NDArray[Any]) -> pl.Series:
    """Return a column of groups as texts."""
    given = pl.Series("name", column.tolist(), strict=False)
    return given if given.dtype == pl.String else given.cast(pl.String)


def _pairs(column: NDArray[Any], index: int) -> pl.DataFrame:
    """Return one row for every song and name in a column, each once."""
    table = pl.DataFrame({"song": np.arange(len(column)), "name": _text(column)})
    return (
        table.with_columns(pl.col("name").str.split(BETWEEN))
        .explode("name")
        .with_columns(pl.col("name").str.strip_chars().str.to_lowercase())
        .filter(pl.col("name").is_not_null() & (pl.col("name") != ""))
        .unique(maintain_order=True)
        .select("song", "name", column=pl.lit(index))
    )
