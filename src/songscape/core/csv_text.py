r"""Tables as CSV that no spreadsheet runs as a program.

A cell that begins with ``=``, ``+``, ``-``, ``@``, tab or a line end may be taken for a formula
when a person opens the file, and a song title comes from anybody (OWASP, "CSV injection"). Such
*texts* get a leading apostrophe; numbers, also negative ones, stay numbers. A text that already
begins with apostrophes and then such a character gets one more, so :func:`csv_frame` can take it
off again and every text comes back as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_RISKY = r"^('*[=+\-@\t\r\n])"
GUARDED = r"^'('*[=+\-@\t\r\n])"
"""What a guarded text begins with; behind the apostrophe stands group 1."""


def csv_text(frame: pl.DataFrame, *, raw: bool = False) -> str:
    """Write a frame as CSV text: comma, quotes where needed, one header line.

    Parameters
    ----------
    frame : any columns; lists become one text joined by "; ", bytes (file paths) become text.
    raw : leave texts without the guarding apostrophe.

    Examples
    --------
    >>> print(csv_text(pl.DataFrame({"title": ["=1+1", "Alone"], "z": [-1.5, 2.0]})), end="")
    title,z
    '=1+1,-1.5
    Alone,2.0
    """
    flat = frame.select(_flat(frame[name]) for name in frame.columns)
    if not raw:
        flat = _texts(flat, lambda text: text.str.replace(_RISKY, "'${1}"))
        flat.columns = _names(flat, _RISKY, "'${1}")
    return flat.write_csv()


def csv_frame(text: str, texts: Collection[str] = ()) -> pl.DataFrame:
    """Read CSV text written by :func:`csv_text` and take the guarding apostrophes off.

    Parameters
    ----------
    text : the CSV.
    texts : columns that hold texts whatever they look like; the others are what all their rows are.

    Examples
    --------
    >>> csv_frame(csv_text(pl.DataFrame({"title": ["=1+1", "'-", "it's"]})))["title"].to_list()
    ['=1+1', "'-", "it's"]
    """
    # A column's type shows in all its rows: the first hundred may be empty.
    kinds = dict.fromkeys(texts, pl.String)
    return unguarded(pl.read_csv(text.encode(), infer_schema_length=None, schema_overrides=kinds))


def unguarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the guarding apostrophes off the names and texts of a frame."""
    bare = _texts(frame, lambda column: column.str.replace(GUARDED, "${1}"))
    bare.columns = _names(bare, GUARDED, "${1}")
    return bare


def _flat(column: pl.Series) -> pl.Series:
    """Return a column that CSV can hold."""
    if isinstance(column.dtype, pl.List | pl.Array):
        return column.cast(pl.List(pl.String)).list.join("; ")
    if column.dtype == pl.Binary:
        texts = [None if path is None else _readable(path) for path in column]
        return pl.Series(column.name, texts, dtype=pl.String)
    return column


def _readable(path: bytes) -> str:
    """Return a path as text; bytes that are no UTF-8 are written in hexadecimal."""
    return path.decode("utf-8", "backslashreplace")


def _names(frame: pl.DataFrame, pattern: str, by: str) -> list[str]:
    """Return the names of the columns with a pattern replaced."""
    return pl.Series(frame.columns, dtype=pl.String).str.replace(pattern, by).to_list()


def _texts(frame: pl.DataFrame, change: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """Change every text column."""
    return frame.with_columns(change(pl.col(pl.String, pl.Categorical).cast(pl.String)))
