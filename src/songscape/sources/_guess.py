"""What a column is, when no layout says so: told from its name and its values.

A name that ends in id, uri or href is a key. Numbers are features, unless they only count the rows
or could not be numbers without loss (leading zeros, more than fifteen digits). True and false are a
code. Lists are read as lists. All other text is text.
"""

from __future__ import annotations

import re

import polars as pl

from songscape.core.collection import Column, Kind, Role
from songscape.sources._cells import is_bracketed
from songscape.sources._numbers import to_numbers

NUMBER_ROLES = frozenset((Role.FEATURE, Role.PLACE, Role.MAP, Role.DOUBT, Role.LABEL))
TRUTH = {"true": 1.0, "false": 0.0}
_KEY_NAME = re.compile(
    r"(^|[\s_.\-])(ids?|uris?|hrefs?|guid|uuid|mbid|isrc|barcode)(\(s\))?$", re.IGNORECASE
)
_GENRE_NAME = re.compile(r"genre|género|gênero|genere|style|tags?$|жанр|ジャンル", re.IGNORECASE)
_LABEL_MOST = 200
_LABEL_LONGEST = 60
_INDEX_NAMES = frozenset(("index", "unnamed: 0", "x1", "...1", "#", "row", "rownames", "no", "no."))


def guess(cells: pl.Series, mark: str) -> Column:
    """Return what a column seems to be, by its name and its values.

    Parameters
    ----------
    cells : the column; text, or any type.
    mark : the table's decimal mark.
    """
    if _KEY_NAME.search(cells.name):
        return Column(Role.KEY)
    if cells.dtype == pl.Boolean:
        return Column(Role.FEATURE, low=0, high=1, kind=Kind.CODE)
    if cells.dtype == pl.List or (cells.dtype == pl.String and is_bracketed(cells)):
        return Column(Role.GENRE if _GENRE_NAME.search(cells.name) else Role.TEXT)
    if not (cells.dtype.is_numeric() or (cells.dtype == pl.String and _is_numeric(cells, mark))):
        return Column(Role.GENRE if _GENRE_NAME.search(cells.name) else Role.TEXT)
    values = to_numbers(cells, mark, TRUTH).values
    if counts_rows(values):
        return Column(Role.KEY)
    code = values.drop_nulls().is_in([0.0, 1.0]).all()
    return Column(Role.FEATURE, kind=Kind.CODE if code else Kind.MEASURE)


def _is_numeric(cells: pl.Series, mark: str) -> bool:
    """Tell whether a column of text is of numbers that lose nothing by being read as such."""
    texts = cells.str.strip_chars()
    if texts.str.contains(r"^[+-]?0\d|^\d{16,}$").any():
        return False
    return to_numbers(texts, mark, TRUTH).share >= 0.9


def counts_rows(values: pl.Series) -> bool:
    """Tell whether whole numbers rise from row to row, as numbers given out in order do."""
    if values.null_count() or values.len() < 3 or not (values % 1 == 0).all():
        return False
    return bool((values.diff().drop_nulls() > 0).all())


def is_index(cells: pl.Series, *, nameless: bool) -> bool:
    """Tell whether a column only numbers the rows: by its name, or by having none and counting."""
    named = cells.name.casefold() in _INDEX_NAMES
    if not (named or nameless):
        return False
    values = to_numbers(cells, ".").values
    if values.null_count() or not values.len() or not (values % 1 == 0).all():
        return False
    pandas_index = cells.name.casefold().startswith("unnamed") and values.is_unique().all()
    steps = values.diff().drop_nulls()
    return bool(pandas_index or ((steps > 0).all() and (named or (steps == 1).all())))


def label_column(frame: pl.DataFrame, texts: list[str]) -> str | None:
    """Return the one column of text that looks like labels: few values, each often.

    Parameters
    ----------
    frame : the table.
    texts : the columns of text of which nothing is known.
    """
    fitting = [name for name in texts if _few_values(frame[name])]
    return fitting[0] if len(fitting) == 1 else None


def _few_values(cells: pl.Series) -> bool:
    """Tell whether a column has at least two short values and, on average, five rows for each."""
    if cells.dtype != pl.String:
        return False
    count = cells.drop_nulls().n_unique()
    if not 2 <= count <= min(_LABEL_MOST, cells.len() // 5):
        return False
    return bool((cells.str.len_chars() <= _LABEL_LONGEST).all())
