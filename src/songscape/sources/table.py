"""Any table of songs: CSV and its relatives, Parquet, Excel workbooks, JSON.

A table is read as text and then cast, with a report of every cell that would not; it is never
guessed at by a reader that shifts columns or turns a title "NaN" into nothing. Encoding, delimiter,
decimal mark and header are found out, the layout is recognised among the known ones, and roles that
no layout tells are guessed from names and values. All of it is told in the findings, and all of it
can be overruled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core.errors import InputError
from songscape.core.options import option
from songscape.sources import _described as described
from songscape.sources._files import SUFFIXES, read_table
from songscape.sources._meaning import to_collection
from songscape.sources._parts import Demands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.collection import Collection

_TREES = ("genres.csv", "fma-genres.csv")


@dataclass(frozen=True)
class Options:
    """How a table is read; everything but the path is found out unless it is said here."""

    path: str = option("", "the table's file")
    layout: str = option(
        "auto", "a known layout's name; auto to recognise it, none to guess from values alone"
    )
    sheet: str = option("", "the sheet of a workbook; the first that holds a table if empty")
    encoding: str = option("auto", "the text's encoding, as latin-1 or cp1252")
    delimiter: str = option("auto", "what parts the cells: , ; | or tab")
    decimal: str = option("auto", "the decimal mark", choices=("auto", ".", ","))
    header: int = option(-1, "lines of names above the rows; -1 to find out", low=-1, high=3)
    ragged: str = option(
        "error",
        "what to do with rows of another width that cannot be mended",
        choices=("error", "skip"),
    )
    roles: Mapping[str, str] = option({}, "the role of columns, by header or canonical name")
    genres: str = option("", "FMA's tree of genres, to turn genre ids into names")


def claims(path: str | Path) -> bool:
    """Tell whether a path looks like a table, by its suffix."""
    return Path(path).suffix.lower() in SUFFIXES


def recipe(options: Options) -> Mapping[str, Any]:
    """Return what a recipe says by default: of a table of our descriptors, what a folder's says."""
    return described.recipe(options.path)


def load(options: Options) -> Collection:
    """Read a table of songs.

    Parameters
    ----------
    options : the path, and whatever is not to be found out.

    Returns
    -------
    The songs, with a role for every column, the findings, and the history's first lines.

    Raises
    ------
    InputError
        If there is no table at the path, or a line of it cannot be read.
    UnknownNameError
        For a layout, sheet, role or column that does not exist.
    MissingExtraError
        For a workbook without the extra ``excel``.
    """
    path = Path(options.path).expanduser()
    tree = partial(_genre_names, options.genres, path)
    demands = Demands(options.roles, options.decimal, tree)
    return to_collection(read_table(path, options), options.layout, demands)


def _genre_names(given: str, table: Path) -> dict[str, str]:
    """Return the names of genres by id, of the tree given or of one beside the table."""
    if given:
        return _tree(Path(given).expanduser())
    beside = (table.parent / name for name in _TREES)
    found = next((path for path in beside if path.is_file()), None)
    return _tree(found) if found else {}


def _tree(path: Path) -> dict[str, str]:
    """Read a tree of genres.

    Raises
    ------
    InputError
        If the file is no such tree.
    """
    frame = read_table(path, Options()).frame
    if not {"genre_id", "title"} <= set(frame.columns):
        raise InputError(
            f"{path.name} is no tree of genres: it needs the columns genre_id and title; "
            "give another with --set source.genres=FILE."
        )
    names: dict[str, str] = dict(frame.select("genre_id", "title").drop_nulls().iter_rows())
    return names
