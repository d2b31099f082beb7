"""From a table of cells to a collection: what every column means, and its values in that meaning.

The layout speaks first, the guess fills what it leaves open, and the user's roles overrule both.
Values keep the scale of their source except where the unit is certain: lengths become milliseconds,
shares in percent become 0..1. Sentinels for "not found" are noted in the columns and left in the
values; cleaning makes them missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.core.errors import InputError, UnknownNameError
from songscape.sources import _remarks
from songscape.sources._cells import separator_of, to_lists, to_text, unguarded
from songscape.sources._guess import NUMBER_ROLES, TRUTH, guess, is_index, label_column
from songscape.sources._identity import ids_of, row_numbers
from songscape.sources._layouts import VOCABULARY, Entry, Layout, spelling
from songscape.sources._numbers import Cast, clock_milliseconds, decimal_mark, to_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.sources._tabular import Table

_RATIO = "0..1"


@dataclass(frozen=True)
class Demands:
    """What the user says of a table.

    Parameters
    ----------
    roles : the role of columns, by header or by canonical name.
    mark : the decimal mark, "." or ",", or "auto".
    tree : names of genres by id.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    mark: str = "auto"
    tree: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Part:
    """One column on its way into a collection.

    Parameters
    ----------
    header : its name in the source.
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


def to_collection(table: Table, layout: Layout, demands: Demands) -> Collection:
    """Give every column of a table its meaning.

    Parameters
    ----------
    table : the cells.
    layout : what is known of such tables.
    demands : what the user says.

    Raises
    ------
    UnknownNameError
        If a role is given to a column that is not there, or is no role.
    """
    width = table.frame.width
    table = _named(table, layout)
    entries = layout.match(table.frame.columns) if table.headed else _entries_by_name(table, layout)
    roles = _roles(demands.roles, table.frame.columns, entries)
    table = _tidied(table, frozenset(roles))
    mark = decimal_mark(table.frame) if demands.mark == "auto" else demands.mark
    parts = [
        _part(cells, entries.get(cells.name), roles.get(cells.name), replace(demands, mark=mark))
        for cells in table.frame.iter_columns()
    ]
    parts = _labelled(_percent_to_ratio(_owned(parts, layout)), table.frame)
    parts = _with_place(_with_years(parts))
    return _collected(table, layout, _unique_names(_identified(parts, table)), width)


def _named(table: Table, layout: Layout) -> Table:
    """Name the columns of a table without a header as its layout does."""
    if table.headed or not layout.widths:
        return table
    names = layout.names(table.frame.width)
    return replace(
        table, frame=table.frame.rename(dict(zip(table.frame.columns, names, strict=True)))
    )


def _entries_by_name(table: Table, layout: Layout) -> dict[str, Entry]:
    """Return what is known of the columns a layout named itself."""
    return layout.match(table.frame.columns) if layout.widths else {}


def _roles(
    asked: Mapping[str, str], headers: list[str], entries: Mapping[str, Entry]
) -> dict[str, Role]:
    """Return the roles the user gives, by header."""
    spelled = {entry.name: header for header, entry in entries.items()}
    spelled |= {spelling(header): header for header in headers} | {each: each for each in headers}
    roles: dict[str, Role] = {}
    for name, role in asked.items():
        header = spelled.get(name) or spelled.get(spelling(name))
        if header is None:
            raise UnknownNameError("column", name, {*headers, *spelled})
        if role not in set(Role):
            raise UnknownNameError("role", role, [str(each) for each in Role])
        roles[header] = Role(role)
    return roles


def _tidied(table: Table, wanted: frozenset[str]) -> Table:
    """Take off formula guards, and leave out columns that hold nothing or only number the rows."""
    frame, guarded = unguarded(table.frame)
    table = replace(table, frame=frame).note(*_remarks.guarded(guarded))
    empty = [cells.name for cells in frame.iter_columns() if cells.null_count() == cells.len()]
    index = [
        cells.name
        for cells in frame.iter_columns()
        if cells.name not in wanted
        and cells.name not in empty
        and is_index(cells, nameless=table.headed and cells.name in table.nameless)
    ]
    if len(empty) == frame.width:
        raise InputError(f"All cells of {table.name} are empty.")
    noted = table.note(*_remarks.index_columns(index), *_remarks.empty_columns(empty))
    return noted.without([*empty, *index])


def _part(cells: pl.Series, entry: Entry | None, role: Role | None, demands: Demands) -> Part:
    """Give one column its meaning."""
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
    if known.role in NUMBER_ROLES:
        return _number_part(part, demands)
    return _text_part(part, demands)


def _number_part(part: Part, demands: Demands) -> Part:
    """Cast a column to numbers, in the unit its layout wants."""
    entry, cells = part.entry, part.values
    if entry and entry.date:
        cells = to_text(cells).str.extract(r"(?:^|\D)((?:18|19|20)\d\d)(?:\D|$)")
    if entry and entry.column.unit == "ms":
        lengths = clock_milliseconds(cells)
        if lengths is not None:
            return replace(part, values=lengths)
    cast = to_numbers(cells, demands.mark, {**TRUTH, **(entry.words if entry else {})})
    if part.how != "user" and cast.share < 0.5:
        # A name promised numbers that the cells do not hold: "energy: high".
        text = replace(part, column=Column(Role.TEXT, source=part.column.source), how="values")
        return _text_part(text, demands)
    values, factor = cast.values, 1.0
    if entry and entry.scale != 1 and _median(values) < entry.below:
        values, factor = values * entry.scale, entry.scale
    return replace(part, values=values.alias(part.name), cast=cast, factor=factor)


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
    separator = separator_of(texts, part.entry.list if part.entry else "")
    bracketed = separator == "["
    if role is Role.GENRE and separator or role is Role.TEXT and bracketed:
        tree = demands.tree if part.entry and part.entry.tree else {}
        lists = to_lists(texts, separator or "", tree)
        return replace(part, values=lists, lists=lists.count())
    if role is Role.GROUP and bracketed:
        joined = to_lists(texts, "[").list.join(";")
        return replace(part, values=joined, lists=joined.count())
    if role is Role.GENRE:
        texts = texts.str.strip_chars().replace("", None)
    return replace(part, values=texts)


def _owned(parts: list[Part], layout: Layout) -> list[Part]:
    """Note who said what a column is: the layout, or only its name or values."""
    if layout.name == VOCABULARY:
        return parts
    return [
        replace(part, how="layout")
        if part.how == "name"
        or (part.how == "values" and layout.others and part.column.role is Role.FEATURE)
        else part
        for part in parts
    ]


def _percent_to_ratio(parts: list[Part]) -> list[Part]:
    """Bring shares in percent to 0..1: columns most of whose values other than 0 exceed 1.

    A column of nothing but 0 and 1 goes with the others, as the speech of 1 % in a table of
    percents.
    """
    ratios = [part for part in parts if part.column.unit == _RATIO and part.cast]
    above = {part.name: _share_above_one(part.values) for part in ratios}
    percent = {name for name, share in above.items() if share > 0.5}
    if percent:
        percent |= {part.name for part in ratios if _whole(part.values)}
    return [
        replace(part, values=part.values / 100, factor=0.01) if part.name in percent else part
        for part in parts
    ]


def _share_above_one(values: pl.Series) -> float:
    """Return the share of values above 1 among those that are not 0."""
    nonzero = values.filter(values != 0)
    highest = values.max()
    if not nonzero.len() or not isinstance(highest, float) or highest > 100:
        return 0.0
    return float((nonzero > 1).sum() / nonzero.len())


def _whole(values: pl.Series) -> bool:
    """Tell whether all values are whole numbers."""
    return bool((values.drop_nulls() % 1 == 0).all())


def _labelled(parts: list[Part], frame: pl.DataFrame) -> list[Part]:
    """Take the one column of few repeated texts for the genre, if nothing else is one."""
    if any(part.column.role is Role.GENRE for part in parts):
        return parts
    texts = [
        part.header for part in parts if part.how == "values" and part.column.role is Role.TEXT
    ]
    label = label_column(frame, texts)
    return [
        replace(part, column=replace(part.column, role=Role.GENRE))
        if part.header == label
        else part
        for part in parts
    ]


def _with_years(parts: list[Part]) -> list[Part]:
    """Keep the dates that years were taken from, as text."""
    return [each for part in parts for each in (part, *_date(part))]


def _date(part: Part) -> list[Part]:
    if not (part.entry and part.entry.date and part.cast):
        return []
    return []


def _with_place(parts: list[Part]) -> list[Part]:
    """Name the place of every latitude and longitude, so that songs of one place are a group."""
    by_name = {part.name: part for part in parts}
    if not {"latitude", "longitude"} <= by_name.keys() or "place" in by_name:
        return parts
    where = pl.DataFrame(
        {"north": by_name["latitude"].values, "east": by_name["longitude"].values}
    ).select(pl.format("{}, {}", _degrees("north", "N", "S"), _degrees("east", "E", "W")))
    return [*parts, Part("", "place", Column(Role.GROUP), where.to_series().alias("place"))]


def _degrees(name: str, positive: str, negative: str) -> pl.Expr:
    """Write degrees as people do: 15.75° S."""
    side = pl.when(pl.col(name) < 0).then(pl.lit(negative)).otherwise(pl.lit(positive))
    return pl.format("{}° {}", pl.col(name).abs().round(4), side)


def _identified(parts: list[Part], table: Table) -> list[Part]:
    """Put the id of every song in front."""
    named = next((part for part in parts if part.column.role is Role.ID), None)
    key = named or next((p for p in parts if p.entry and p.entry.identifies), None)
    if key is None:
        id_part = Part("", "id", Column(Role.ID), row_numbers(table.frame.height))
        return [id_part, *parts]
    ids = ids_of(to_text(key.values).rename("id"))
    same = ids.equals(to_text(key.values).rename("id"))
    id_part = Part("", "id", Column(Role.ID, source=key.header), ids)
    if named is None:
        return [id_part, *parts]
    others = [part for part in parts if part is not named]
    if same:
        return [id_part, *others]
    kept = replace(named, name="source_id", column=Column(Role.KEY, source=named.header))
    return [id_part, kept, *others]


def _unique_names(parts: list[Part]) -> list[Part]:
    """Give way where a header has the name of another column: ``energy`` becomes ``energy_2``."""
    taken: set[str] = set()
    unique: list[Part] = []
    for part in parts:
        name, count = part.name, 1
        while name in taken:
            count += 1
            name = f"{part.name}_{count}"
        taken.add(name)
        source = part.column.source or (part.header if part.header != name else "")
        unique.append(replace(part, name=name, column=replace(part.column, source=source)))
    return unique


def _collected(table: Table, layout: Layout, parts: list[Part], width: int) -> Collection:
    """Make the collection, its history and its findings."""
    frame = pl.DataFrame([part.values.alias(part.name) for part in parts])
    columns = {part.name: part.column for part in parts}
    known = "no known layout" if layout.name in (VOCABULARY, "none") else f"layout {layout.name}"
    read = f"read {table.name}: {frame.height:,} rows × {width:,} columns, {known}"
    remarks = _remarks.about(parts, table, layout)
    return Collection(frame, columns, (read, *_remarks.history(parts)), (*table.findings, *remarks))
