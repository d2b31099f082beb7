"""What the reader tells: one finding for each thing it noticed or did to a table."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from songscape.core import wording
from songscape.core.collection import Role
from songscape.core.findings import Finding, Severity
from songscape.core.wording import count
from songscape.sources._layouts import UNKNOWN, VOCABULARY
from songscape.sources._parts import PER_CENT
from songscape.sources._ragged import where_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from songscape.sources._layouts import Layout
    from songscape.sources._parts import Part
    from songscape.sources._tabular import Table

_SHOWN = 5
_SIMPLE = re.compile(r"[\w\-]+")
_LAYOUT = "--set source.layout=NAME"
_listed = partial(wording.listed, most=_SHOWN)


def overruled(name: str, role: str) -> str:
    """Say how to give a column another role, on the command line if its name allows."""
    if _SIMPLE.fullmatch(name):
        return f"--set source.roles.{name}={role}"
    return f"[source.roles] {json.dumps(name, ensure_ascii=False)} = {json.dumps(role)} in a recipe"


def guarded(cells: int) -> tuple[Finding, ...]:
    """Tell of apostrophes taken off cells that spreadsheets would run."""
    if not cells:
        return ()
    says = f"An apostrophe guards a formula sign in {count(cells, 'cell')}."
    return (
        Finding(
            "formula-guard", "cells", cells, says, "apostrophe taken off", severity=Severity.NOTE
        ),
    )


def index_columns(names: Sequence[str]) -> tuple[Finding, ...]:
    """Tell of columns that only number the rows."""
    if not names:
        return ()
    says = f"Only numbers of rows: {_listed(names)}."
    overrule = overruled(names[0], "ROLE")
    return (Finding("index-column", _listed(names), len(names), says, "left out", overrule),)


def empty_columns(names: Sequence[str]) -> tuple[Finding, ...]:
    """Tell of columns that hold nothing."""
    if not names:
        return ()
    says = f"Nothing in any row: {_listed(names)}."
    return (Finding("empty-column", _listed(names), len(names), says, "left out"),)


def about(parts: Sequence[Part], table: Table, layout: Layout) -> list[Finding]:
    """Tell all that was noticed while columns got their meaning."""
    return [
        _layout(parts, layout),
        *_guesses(parts),
        *_keys(parts),
        *_lists(parts),
        *_scales(parts),
        *_casts(parts, table),
    ]


def history(parts: Sequence[Part]) -> Iterator[str]:
    """Tell in one line each what changed values."""
    percent = [part.name for part in parts if part.factor == PER_CENT]
    if percent:
        yield f"scale 0–100 to 0..1: {', '.join(percent)}"
    for part in parts:
        if part.factor not in (1.0, PER_CENT):
            yield f"scale {part.header!r} by {part.factor:g} to {part.name} ({part.column.unit})"


def _layout(parts: Sequence[Part], layout: Layout) -> Finding:
    """Tell which layout was recognised."""
    if layout.name == UNKNOWN:
        says, does = "No layout was asked for.", "all columns guessed from their values"
    elif layout.name == VOCABULARY:
        named = sum(part.how == "name" for part in parts)
        says = f"The table has no known layout; {named} of its columns have known names."
        does = "roles guessed from names and values"
    else:
        says, does = f"This is {layout.name}: {layout.says}.", "read by that layout"
    known = sum(part.how in ("layout", "name") and bool(part.header) for part in parts)
    where = "unknown" if layout.name == VOCABULARY else layout.name
    return Finding("layout", where, known, says, does, _LAYOUT, Severity.NOTE)


def _guesses(parts: Sequence[Part]) -> Iterator[Finding]:
    """Tell which roles were guessed, by role and by what the guess rests on."""
    for how, severity in (("name", Severity.NOTE), ("values", Severity.WARNING)):
        for role in Role:
            names = [p.name for p in parts if p.how == how and p.column.role is role and p.header]
            if not names:
                continue
            number = count(len(names), "column")
            says = f"Taken for {role} by {how}: {number}."
            overrule = overruled(names[0], "ROLE")
            yield Finding(
                "role-guessed",
                _listed(names),
                len(names),
                says,
                f"used as {role}",
                overrule,
                severity,
            )


def _keys(parts: Sequence[Part]) -> Iterator[Finding]:
    """Tell which columns of numbers were taken for keys."""
    names = [p.name for p in parts if p.how == "values" and p.column.role is Role.KEY]
    if names:
        says = f"Names rather than measures: {_listed(names)}."
        overrule = overruled(names[0], "feature")
        yield Finding(
            "id-column", _listed(names), len(names), says, "kept as key, no feature", overrule
        )


def _lists(parts: Sequence[Part]) -> Iterator[Finding]:
    """Tell which columns hold lists in their texts."""
    for part in parts:
        if part.lists:
            group = part.column.role is Role.GROUP
            does = "joined by a semicolon" if group else "read as lists"
            says = f"Lists written as text in {count(part.lists, 'cell')} of {part.header}."
            overrule = overruled(part.name, "text")
            yield Finding(
                "list-in-text", part.header, part.lists, says, does, overrule, Severity.NOTE
            )


def _scales(parts: Sequence[Part]) -> Iterator[Finding]:
    """Tell which columns were brought to another scale."""
    percent = [part.name for part in parts if part.factor == PER_CENT]
    if percent:
        says = f"0 to 100, not 0 to 1, is the scale of {count(len(percent), 'column')}."
        overrule = "--set source.layout=none"
        yield Finding(
            "scale-0-100", ", ".join(percent), len(percent), says, "divided by 100", overrule
        )
    for part in parts:
        if part.factor not in (1.0, PER_CENT):
            says = f"{part.header} is in seconds."
            yield Finding(
                "unit",
                part.header,
                1,
                says,
                "turned into milliseconds",
                "--set source.layout=none",
                Severity.NOTE,
            )


def _casts(parts: Sequence[Part], table: Table) -> Iterator[Finding]:
    """Tell of every cell that was no plain number."""
    casts = [(part, part.cast) for part in parts if part.cast]
    for part, cast in casts:
        if cast.unreadable.size:
            yield _unreadable(part, cast.unreadable, table)
        if cast.infinite.size:
            cells = count(cast.infinite.size, "cell")
            says = f"Infinite, too large or NaN: {cells} of {part.header}."
            where = f"{part.header}, {where_lines(table.lines[cast.infinite])}"
            yield Finding("not-finite", where, cast.infinite.size, says, "made missing")
    yield from _marks(
        "thousands-separator",
        "Thousands separators",
        "separators taken out",
        ((part, cast.thousands) for part, cast in casts),
        table,
    )
    yield from _marks(
        "decimal-comma",
        "A decimal comma",
        "read as decimal comma",
        ((part, cast.commas) for part, cast in casts),
        table,
    )


def _unreadable(part: Part, rows: NDArray[np.int64], table: Table) -> Finding:
    """Tell which cells of a column of numbers are none."""
    cells = table.frame[part.header]
    shown = tuple(
        f"line {table.lines[row]}, column {part.header}: {cells[int(row)]!r}"
        for row in rows[:_SHOWN]
    )
    says = f"No number in {count(rows.size, 'cell')} of {part.header}."
    where = f"{part.header}, {where_lines(table.lines[rows])}"
    overrule = overruled(part.name, "text")
    return Finding(
        "unreadable-value", where, rows.size, says, "made missing", overrule, examples=shown
    )


def _marks(
    what: str, says: str, does: str, found: Iterable[tuple[Part, NDArray[np.int64]]], table: Table
) -> Iterator[Finding]:
    """Tell how many numbers hold a mark, over all columns."""
    marked = [(part.header, rows) for part, rows in found if rows.size]
    if marked:
        cells = sum(rows.size for _, rows in marked)
        lines = np.unique(np.concatenate([table.lines[rows] for _, rows in marked]))
        where = f"{_listed([header for header, _ in marked])}, {where_lines(lines)}"
        overrule = "--set source.decimal=."
        yield Finding(
            what,
            where,
            cells,
            f"{says} in {count(cells, 'number')}.",
            does,
            overrule,
            Severity.NOTE,
        )
