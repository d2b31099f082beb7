"""Cells of text: taking off what other programs put around them, and lists written inside them.

Lists come as Python writes them (``['Hip-Hop', 'Rock']``, ``[21, 3]``) or parted by a semicolon, a
bar, or, in tables known to do so, a comma. Distinct cells are parsed once each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.csv_text import GUARDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BRACKETED = r"^\s*\[.*\]\s*$"
_SEPARATORS = (";", "|")
_LISTS_LEAST = 0.05
_ITEM = re.compile(
    r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"\s][^,]*?))\s*(?:,|$)""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def to_text(cells: pl.Series) -> pl.Series:
    """Return a column of any type as text; whole floats lose their point, lists join by ";".

    >>> to_text(pl.Series([7.0, None])).to_list(), to_text(pl.Series([1e20, 7.0])).to_list()
    (['7', None], ['1e+20', '7.0'])
    """
    if cells.dtype == pl.String:
        return cells
    if cells.dtype == pl.List:
        return cells.cast(pl.List(pl.String)).list.join(";")
    if cells.dtype.is_float() and (cells.drop_nulls() % 1 == 0).all():
        whole = cells.cast(pl.Int64, strict=False)
        cells = whole if whole.null_count() == cells.null_count() else cells
    return cells.cast(pl.String)


def unguarded(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Take off the apostrophe that keeps spreadsheets from running a cell as a formula.

    songscape's own tables put one before ``= + - @``, tab and line ends, and before
    apostrophes in front of those, so reading gives back exactly what was written.

    Returns
    -------
    The frame, and how many cells were guarded.
    """
    texts = [column for column in frame.iter_columns() if column.dtype == pl.String]
    counts = {column.name: int(column.str.contains(GUARDED).sum()) for column in texts}
    guarded = [name for name, count in counts.items() if count]
    mended = frame.with_columns(pl.col(guarded).str.replace(GUARDED, "${1}")) if guarded else frame
    return mended, sum(counts.values())


def separator_of(cells: pl.Series, expected: str = "") -> str | None:
    """Tell how a column of text writes lists.

    Parameters
    ----------
    cells : a column of text.
    expected : the separator a layout tells, if it does.

    Returns
    -------
    "[" for brackets, the separator of bare lists, or None if the cells hold no lists.
    """
    filled = cells.drop_nulls()
    if not filled.len():
        return None
    if filled.str.contains(_BRACKETED).sum() > 0.5 * filled.len():
        return "["
    candidates = (*_SEPARATORS, expected) if expected else _SEPARATORS
    counts = {each: filled.str.contains(each, literal=True).sum() for each in candidates}
    most = max(candidates, key=lambda each: counts[each])
    if expected:
        return most if counts[most] else expected
    return most if counts[most] >= _LISTS_LEAST * filled.len() else None


def is_bracketed(cells: pl.Series) -> bool:
    """Tell whether nearly all filled cells are lists in brackets."""
    filled = cells.drop_nulls()
    return filled.len() > 0 and filled.str.contains(_BRACKETED).sum() >= 0.9 * filled.len()


def to_lists(cells: pl.Series, separator: str, names: Mapping[str, str] | None = None) -> pl.Series:
    r"""Parse a column of lists in text.

    Parameters
    ----------
    cells : a column of text.
    separator : "[" for Python's way, else what parts the items.
    names : what items stand for, as genre ids for names.

    Returns
    -------
    List(String) of the same length; items stripped, without repeats; missing where empty.

    Examples
    --------
    >>> to_lists(pl.Series(["['Hip-Hop', \"Rock 'n' Roll\"]", None]), "[").to_list()
    [['Hip-Hop', "Rock 'n' Roll"], None]
    """
    distinct = cells.drop_nulls().unique()
    parsed = [_distinct_items(cell, separator, names or {}) for cell in distinct]
    lists = pl.Series("items", parsed, pl.List(pl.String))
    found = pl.DataFrame({"cell": distinct, "items": lists})
    joined = pl.DataFrame({"cell": cells}).join(found, on="cell", how="left", maintain_order="left")
    return joined["items"].alias(cells.name)


def _distinct_items(cell: str, separator: str, names: Mapping[str, str]) -> list[str] | None:
    """Return the items of one cell, named, or None if there are none."""
    inner = cell.strip()
    if inner.startswith("[") and inner.endswith("]"):
        items: Iterable[str] = _bracket_items(inner[1:-1])
    else:
        items = inner.split(separator) if separator != "[" else [inner]
    named = (names.get(item.strip(), item.strip()) for item in items)
    return list(dict.fromkeys(filter(None, named))) or None


def _bracket_items(inner: str) -> list[str]:
    """Return the items of a list as Python writes it, without its brackets."""
    matches = _ITEM.finditer(inner)
    parts = (
        next((group for group in match.groups() if group is not None), "") for match in matches
    )
    return [_ESCAPE.sub(r"\1", part) for part in parts]
