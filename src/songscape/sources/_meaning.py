"""From a table of cells to a collection: what every column means, and its values in that meaning.

The layout speaks first, the guess fills what it leaves open, and the user's roles overrule both.
Values keep the scale of their source except where the unit is certain: lengths become milliseconds,
shares in percent become 0..1. Sentinels for "not found" are noted in the columns and left in the
values; cleaning makes them missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.core.errors import InputError, UnknownNameError
from songscape.sources import _remarks
from songscape.sources._cells import to_text, unguarded
from songscape.sources._guess import is_index, label_column
from songscape.sources._identity import ids_of, row_numbers
from songscape.sources._layouts import UNKNOWN, VOCABULARY, find_layout, spelling
from songscape.sources._numbers import decimal_mark
from songscape.sources._parts import PER_CENT, Part, mode_of, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.sources._layouts import Entry, Layout
    from songscape.sources._parts import Demands
    from songscape.sources._tabular import Table

_RATIO = "0..1"


def to_collection(table: Table, layout_name: str, demands: Demands) -> Collection:
    """Give every column of a table its meaning.

    Parameters
    ----------
    table : the cells.
    layout_name : "auto", a layout's name or "none".
    demands : what the user says.

    Raises
    ------
    UnknownNameError
        If there is no such layout, or a role is given to a column that is not there, or is none.
    InputError
        If the table is empty, or a role does not fit the values.
    """
    layout = find_layout(layout_name, table.frame.columns, headed=table.headed)
    named = _named(table, layout)
    headers = named.frame.columns
    # The numbered names of a table without a header tell nothing.
    entries = layout.match(headers) if table.headed or layout.widths else {}
    roles = _roles(demands.roles, headers, entries)
    tidied = _tidied(named, frozenset(roles))
    if demands.mark == "auto":
        demands = replace(demands, mark=decimal_mark(tidied.frame))
    parts = [
        part_of(cells, entries.get(cells.name), roles.get(cells.name), demands)
        for cells in tidied.frame.iter_columns()
    ]
    parts = _labelled(_percent_to_ratio(_owned(parts, layout)), tidied.frame)
    parts = _with_place(_with_mode(_with_dates(parts, tidied.frame), tidied.frame))
    parts = _unique_names(_identified(parts))
    return _collected(tidied, layout, parts, len(headers))


def _named(table: Table, layout: Layout) -> Table:
    """Name the columns of a table without a header as its layout does."""
    if table.headed or not layout.widths:
        return table
    names = layout.names(table.frame.width)
    renamed = table.frame.rename(dict(zip(table.frame.columns, names, strict=True)))
    return replace(table, frame=renamed)


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
            known = {*headers, *(entry.name for entry in entries.values())}
            raise UnknownNameError("column", name, known)
        if role not in set(Role):
            raise UnknownNameError("role", role, [str(each) for each in Role])
        roles[header] = Role(role)
    return roles


def _tidied(table: Table, wanted: frozenset[str]) -> Table:
    """Take off formula guards, and leave out columns that hold nothing or only number the rows."""
    frame, guarded = unguarded(table.frame)
    empty = [cells.name for cells in frame.iter_columns() if cells.null_count() == cells.len()]
    if len(empty) == frame.width:
        raise InputError(f"All cells of {table.name} are empty.")
    nameless = table.nameless if table.headed else frozenset()
    index = [
        cells.name
        for cells in frame.drop(empty).iter_columns()
        if cells.name not in wanted and is_index(cells, nameless=cells.name in nameless)
    ]
    if len(empty) + len(index) == frame.width:
        raise InputError(
            f"{table.name} holds nothing but the numbers of its rows, {index[0]}; if they mean "
            f"something, say so: {_remarks.overruled(index[0], 'feature')}."
        )
    remarks = (
        *_remarks.guarded(guarded),
        *_remarks.index_columns(index),
        *_remarks.empty_columns(empty),
    )
    return replace(table, frame=frame.drop([*empty, *index])).note(*remarks)


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

    A column of whole numbers goes with the others, as the speech of a table of percents, where
    hardly a song has more than 1 %.
    """
    ratios = [part for part in parts if part.column.unit == _RATIO and part.cast]
    percent = {part.name for part in ratios if _share_above_one(part.values) > 0.5}
    if percent:
        percent |= {part.name for part in ratios if _whole_to_100(part.values)}
    return [
        replace(part, values=part.values / 100, factor=PER_CENT) if part.name in percent else part
        for part in parts
    ]


def _share_above_one(values: pl.Series) -> float:
    """Return the share of values above 1 among those that are not 0; 0 if any is above 100."""
    nonzero = values.drop_nulls().filter(values.drop_nulls() != 0)
    if not nonzero.len() or (nonzero > 100).any():
        return 0.0
    return float((nonzero > 1).sum() / nonzero.len())


def _whole_to_100(values: pl.Series) -> bool:
    """Tell whether all values are whole numbers up to 100."""
    there = values.drop_nulls()
    return bool(((there % 1 == 0) & (there <= 100)).all())


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


def _with_dates(parts: list[Part], frame: pl.DataFrame) -> list[Part]:
    """Keep the dates that years were taken from, as text."""
    dated = [part.header for part in parts if part.entry and part.entry.date and part.cast]
    texts = {header: to_text(frame[header]) for header in dated}
    longer = [header for header, dates in texts.items() if (dates.str.len_chars() > 4).any()]
    return [*parts, *(Part(name, name, Column(Role.TEXT), texts[name]) for name in longer)]


def _with_mode(parts: list[Part], frame: pl.DataFrame) -> list[Part]:
    """Add the mode that keys written as words tell, unless the table has modes of its own."""
    if any(part.name == "mode" for part in parts):
        return parts
    column = Column(Role.FEATURE, low=0, high=1, kind=Kind.CODE)
    told = (mode_of(part, frame[part.header]) for part in parts if part.cast)
    found = [Part("", "mode", column, values) for values in told if values is not None]
    return [*parts, *found[:1]]


def _with_place(parts: list[Part]) -> list[Part]:
    """Name the place of every latitude and longitude, so that songs of one place are a group."""
    names = ("latitude", "longitude")
    found = {part.name: part.values.alias(part.name) for part in parts if part.name in names}
    if "place" in {part.name for part in parts} or len(found) < len(names):
        return parts
    if not all(values.dtype.is_numeric() for values in found.values()):
        return parts
    degrees = pl.DataFrame(list(found.values()))
    where = degrees.select(
        place=pl.format("{}, {}", _side("latitude", "N", "S"), _side("longitude", "E", "W"))
    )
    return [*parts, Part("", "place", Column(Role.GROUP), where["place"])]


def _side(name: str, positive: str, negative: str) -> pl.Expr:
    """Write degrees as people do: 15.75° S."""
    side = pl.when(pl.col(name) < 0).then(pl.lit(negative)).otherwise(pl.lit(positive))
    return pl.format("{}° {}", pl.col(name).abs().round(4), side)


def _identified(parts: list[Part]) -> list[Part]:
    """Put the id of every song in front."""
    named = next((part for part in parts if part.column.role is Role.ID), None)
    key = named or next((part for part in parts if _identifies(part)), None)
    if key is None:
        numbers = row_numbers(parts[0].values.len())
        return [Part("", "id", Column(Role.ID), numbers), *parts]
    texts = to_text(key.values)
    ids = ids_of(texts)
    identity = Part("", "id", Column(Role.ID, source=key.header), ids)
    if named is None:
        return [identity, *parts]
    others = [part for part in parts if part is not named]
    if ids.equals(texts):
        return [identity, *others]
    kept = Column(Role.KEY, source=named.header)
    return [identity, replace(named, name="source_id", column=kept), *others]


def _identifies(part: Part) -> bool:
    """Tell whether a column names songs: as its layout says, and still as a key."""
    return bool(part.entry and part.entry.identifies and part.column.role is Role.KEY)


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
    unknown = layout.name in (VOCABULARY, UNKNOWN)
    known = "no known layout" if unknown else f"layout {layout.name}"
    read = f"read {table.name}: {frame.height:,} rows × {width:,} columns, {known}"
    remarks = _remarks.about(parts, table, layout)
    return Collection(frame, columns, (read, *_remarks.history(parts)), (*table.findings, *remarks))
