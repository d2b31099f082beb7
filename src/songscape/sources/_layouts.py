"""Known layouts of tables, as data: one file in ``schemas/`` is one layout.

A layout says by which headers it is recognised and what each column means::

    says = "one line about where such tables come from"
    required = [["track_id", "uri"], ["danceability"]]   # one header of every list must be there

    [[column]]
    name = "duration_ms"        # the canonical name: Spotify's where Spotify has one
    headers = ["dur", "length"] # spellings seen, most trusted first
    role = "feature"            # and unit, low, high, missing, kind as in core.collection.Column
    scale = 1000                # values times this; with `below`, only if their median is below it
    words = { major = 1 }       # what words of the column mean as numbers
    list = ","                  # the cells are lists, so parted where they have no brackets
    tree = true                 # the list is of genre ids of FMA's tree
    date = true                 # the cells are dates, wanted is the year
    identifies = true           # the column can name the songs

``vocabulary.toml`` holds the names common to all; every layout starts from it, so it lists only
what is its own. ``others = true`` says that the numbers it does not list are features. A table
without a header is recognised by its number of columns (``widths``).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from songscape.core.collection import Column, Kind, Role
from songscape.core.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

VOCABULARY = "vocabulary"
UNKNOWN = "none"
_GAPS = re.compile(r"[\s_\-]+")


@dataclass(frozen=True)
class Entry:
    """What a layout says of one column; the module's table explains the fields."""

    name: str
    column: Column
    headers: tuple[str, ...] = ()
    scale: float = 1.0
    below: float = float("inf")
    words: Mapping[str, float] = field(default_factory=dict)
    list: str = ""
    tree: bool = False
    date: bool = False
    identifies: bool = False


@dataclass(frozen=True)
class Layout:
    """One known way of writing a table of songs."""

    name: str
    says: str
    entries: tuple[Entry, ...]
    required: tuple[tuple[str, ...], ...] = ()
    prefixes: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    leading: str = "column_{}"
    trailing: tuple[str, ...] = ()
    others: bool = False

    def match(self, headers: Iterable[str]) -> dict[str, Entry]:
        """Return what the layout says of the headers it knows; each name is given once."""
        spelled = {self._spelling(header): header for header in reversed(list(headers))}
        found: dict[str, Entry] = {}
        taken: set[str] = set()
        for entry in self.entries:
            header = next((spelled[s] for s in entry.headers if s in spelled), None)
            if header is not None and entry.name not in taken and header not in found:
                found[header] = entry
                taken.add(entry.name)
        return found

    def fits(self, headers: Iterable[str]) -> bool:
        """Tell whether all the headers this layout is recognised by are there."""
        there = {spelling(header) for header in headers}
        return bool(self.required) and all(there & set(group) for group in self.required)

    def names(self, width: int) -> list[str]:
        """Name the columns of a table of this width that has no header."""
        count = width - len(self.trailing)
        return [self.leading.format(number) for number in range(1, count + 1)] + [*self.trailing]

    def _spelling(self, header: str) -> str:
        """Return a header as entries spell it, without this layout's prefixes."""
        for prefix in self.prefixes:
            header = header.removeprefix(prefix)
        return spelling(header)


def spelling(header: str) -> str:
    """Return a header in the one spelling headers are compared in.

    >>> spelling(" Track_Name ")
    'track name'
    """
    return _GAPS.sub(" ", header).strip().casefold()


def layout_names() -> list[str]:
    """List the known layouts."""
    stems = (file.name.removesuffix(".toml") for file in _folder().iterdir())
    return sorted(stem for stem in stems if stem != VOCABULARY and "." not in stem)


def find_layout(name: str, headers: Sequence[str], *, headed: bool) -> Layout:
    """Return the layout asked for, or the one that fits a table best.

    Parameters
    ----------
    name : "auto", a layout's name, or "none" for no knowledge of names at all.
    headers : the table's headers.
    headed : whether the table has any.

    Raises
    ------
    UnknownNameError
        If there is no such layout.
    """
    if name == UNKNOWN:
        return Layout(UNKNOWN, "no layout", ())
    if name != "auto":
        if name not in layout_names():
            raise UnknownNameError("layout", name, ("auto", UNKNOWN, *layout_names()))
        return load_layout(name)
    layouts = [load_layout(each) for each in layout_names()]
    if not headed:
        fitting = [each for each in layouts if len(headers) in each.widths]
    else:
        fitting = [each for each in layouts if each.fits(headers)]
    if not fitting:
        return load_layout(VOCABULARY)
    return max(fitting, key=lambda each: (len(each.match(headers)), len(each.required)))


@cache
def load_layout(name: str) -> Layout:
    """Read one layout; its own columns come before the vocabulary's."""
    data = tomllib.loads(_folder().joinpath(f"{name}.toml").read_text("utf-8"))
    entries = tuple(_entry(item) for item in data.get("column", ()))
    common = () if name == VOCABULARY else load_layout(VOCABULARY).entries
    required = (tuple(map(spelling, group)) for group in data.get("required", ()))
    return Layout(
        name=name,
        says=data["says"],
        entries=entries + common,
        required=tuple(required),
        prefixes=tuple(data.get("prefixes", ())),
        widths=tuple(data.get("widths", ())),
        leading=data.get("leading", "column_{}"),
        trailing=tuple(data.get("trailing", ())),
        others=data.get("others", False),
    )


def _folder() -> Any:
    return files("songscape.sources").joinpath("schemas")


def _entry(item: Mapping[str, Any]) -> Entry:
    """Make an entry of its table in the file."""
    column = Column(
        role=Role(item["role"]),
        unit=item.get("unit", ""),
        low=item.get("low"),
        high=item.get("high"),
        missing=tuple(item.get("missing", ())),
        kind=Kind(item.get("kind", Kind.MEASURE)),
    )
    rest = {"scale", "below", "words", "list", "tree", "date", "identifies"} & item.keys()
    headers = tuple(map(spelling, item["headers"]))
    return Entry(item["name"], column, headers, **{key: item[key] for key in rest})
