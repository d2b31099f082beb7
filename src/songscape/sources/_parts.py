"""One column on its way into a collection: its meaning, and its values in that meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.collection import Column, Role
from songscape.core.errors import InputError
from songscape.sources._cells import separator_of, to_lists, to_text
from songscape.sources._guess import NUMBER_ROLES, TRUTH, guess
from songscape.sources._numbers import Cast, clock_milliseconds, to_numbers
from songscape.sources._pitch import modes, pitch_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from songscape.sources._layouts import Entry

PITCH_CLASS = "pitch class"
PER_CENT = 0.01
_GENRE_ID = r"^\[?\s*\d+\s*[,\]]"
_YEAR = r"(?:^|\D)((?:18|19|20)\d\d)(?:\D|$)"


@dataclass(frozen=True)
class Demands:
    """What the user says of a table.

    Parameters
    ----------
    roles : the role of columns, by header or by canonical name.
    mark : the decimal mark, "." or ",", or "auto".
    tree : gives the names of genres by id; called only where a column holds such ids.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    mark: str = "auto"
    tree: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True, eq=False)
class Part:
    """One column on its way into a collection.

    Parameters
    ----------
    header : its name in the source; empty if it was made here.
    name : its name in the collection.
    column : what it means.
    values : its values in that meaning.
    entry : what the layout said, if it knew the column.
    cast : how the cast to numbers went, for numbers.
    how : "layout", "name", "values" or "user": who said what the column is.
    lists : in how many rows a list was read from a text.
    factor : what the values were multiplied by.
    """

    header: str
    name: str
    column: Column
    values: pl.Series
    entry: Entry | None = None
    cast: Cast | None = None
    how: str = "layout"
    lists: int = 0
    factor: float = 1.0


def part_of(cells: pl.Series, entry: Entry | None, role: Role | None, demands: Demands) -> Part:
    """Give one column its meaning.

    Parameters
    ----------
    cells : the column as it stands in the table.
    entry : what the layout says of it, if it knows it.
    role : the role the user gives it, if any.
    demands : the decimal mark, which must be known by now, and the tree of genres.

    Raises
    ------
    InputError
        If the user wants numbers of a column that holds none.
    """
    if role is not None:
        known = entry.column if entry and entry.column.role is role else Column(role)
        how = "user"
    elif entry is not None:
        known, how = entry.column, "name"
    else:
        known, how = guess(cells, demands.mark), "values"
    name = entry.name if entry else cells.name
    known = replace(known, source=cells.name if cells.name != name else "")
    part = Part(cells.name, name, known, cells, entry, how=how)
    return _number_part(part, demands) if known.role in NUMBER_ROLES else _text_part(part, demands)


def _number_part(part: Part, demands: Demands) -> Part:
    """Cast a column to numbers, in the unit its layout wants."""
    entry, cells = part.entry, part.values
    if entry and entry.date:
        cells = to_text(cells).str.extract(_YEAR)
    lengths = clock_milliseconds(cells) if entry and entry.column.unit == "ms" else None
    if lengths is not None:
        return replace(part, values=lengths)
    cast = to_numbers(cells, demands.mark, {**TRUTH, **_words(part)})
    if cast.share < 0.5:
        return _no_numbers(part, cast, demands)
    values, factor = cast.values, 1.0
    if entry and entry.scale != 1 and _median(values) < entry.below:
        values, factor = values * entry.scale, entry.scale
    return replace(part, values=values, cast=cast, factor=factor)


def _words(part: Part) -> Mapping[str, float]:
    """Return what words of a column mean as numbers."""
    if part.column.unit == PITCH_CLASS and part.values.dtype == pl.String:
        return pitch_classes(part.values.drop_nulls().unique())
    return part.entry.words if part.entry else {}


def mode_of(part: Part, cells: pl.Series) -> pl.Series | None:
    """Return the mode that keys written as words tell beside the pitch class, if they do.

    Parameters
    ----------
    part : a column with its meaning.
    cells : its cells as they stand in the table.
    """
    if part.column.unit != PITCH_CLASS or cells.dtype != pl.String:
        return None
    words = modes(cells.drop_nulls().unique())
    lower = cells.str.strip_chars().str.to_lowercase()
    return lower.replace_strict(words, default=None, return_dtype=pl.Float64) if words else None


def _no_numbers(part: Part, cast: Cast, demands: Demands) -> Part:
    """Take a column for text whose name promised numbers its cells do not hold: "energy: high"."""
    if part.how == "user":
        if cast.unreadable.size == cast.filled:
            raise InputError(
                f"Column {part.header!r} cannot be {part.column.role}: none of its cells is a "
                f"number; take source.roles.{part.name} out."
            )
        return replace(part, values=cast.values, cast=cast)
    text = replace(part, column=Column(Role.TEXT, source=part.column.source), how="values")
    return _text_part(text, demands)


def _median(values: pl.Series) -> float:
    """Return the median of the values that are there, 0 if none are."""
    median = values.median()
    return float(median) if isinstance(median, int | float) else 0.0


def _text_part(part: Part, demands: Demands) -> Part:
    """Make a column text, or lists of texts where its cells hold lists."""
    cells, role = part.values, part.column.role
    if cells.dtype == pl.List and role in (Role.GENRE, Role.TEXT):
        return replace(part, values=cells.cast(pl.List(pl.String)))
    texts = to_text(cells)
    if role is Role.FILE:
        return replace(part, values=texts.cast(pl.Binary))
    separator = separator_of(texts, part.entry.list if part.entry else "") or ""
    bracketed = separator == "["
    if (separator and role is Role.GENRE) or (bracketed and role is Role.TEXT):
        wanted = part.entry and part.entry.tree and texts.str.contains(_GENRE_ID).any()
        lists = to_lists(texts, separator, demands.tree() if wanted else {})
        count = lists.count() if bracketed else int((lists.list.len() > 1).sum())
        return replace(part, values=lists, lists=count)
    if role is Role.GROUP and bracketed:
        joined = to_lists(texts, "[").list.join(";")
        return replace(part, values=joined, lists=joined.count())
    if role is Role.GENRE:
        texts = texts.str.strip_chars().replace("", None)
    return replace(part, values=texts)
