"""Group genre labels by a tree of genres, as the Free Music Archive's.

The tree is a table with one line per genre: ``genre_id, #tracks, parent, title, top_level``. A
label, by id or by title, belongs to the genre at its root: "Post-Rock" (26) has the parent "Rock"
(12), which has none.

References
----------
Defferrard et al. (2017), "FMA: A Dataset for Music Analysis".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._labels import label_key
from songscape.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("genre_id", "parent", "title")
_WAY_OUT = "mend it, or give another with --set clean.genres.tree=FILE"


def read_tree(path: Path) -> dict[str, str]:
    """Return for every genre, by id and by key of its title, the title at its root.

    Raises
    ------
    InputError
        If the file is not there, or is no tree of genres.
    """
    return {label: way[0] for label, way in read_paths(path).items()}


def read_paths(path: Path) -> dict[str, tuple[str, ...]]:
    """Return for every genre, by id and by key of its title, the titles from its root down to it.

    Raises
    ------
    InputError
        If the file is not there, or is no tree of genres.
    """
    table = _table(path)
    titles = dict(zip(table["genre_id"], table["title"], strict=True))
    parents = dict(zip(table["genre_id"], table["parent"], strict=True))
    ways = {
        genre: tuple(titles[one] for one in reversed(_climb(genre, parents, path)))
        for genre in titles
    }
    return {label_key(titles[genre]): way for genre, way in ways.items()} | ways


def is_tree(path: Path) -> bool:
    """Tell by its first line whether a CSV file is a tree of genres."""
    try:
        with path.open(encoding="utf-8") as file:
            head = file.readline(2_000).rstrip("\r\n").split(",")
    except (OSError, UnicodeDecodeError):
        return False
    return set(_COLUMNS) <= set(head)


def _table(path: Path) -> pl.DataFrame:
    """Read the tree's columns as texts."""
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"The genre tree {path} cannot be read: {error}; {_WAY_OUT}.") from None
    lacking = [name for name in _COLUMNS if name not in table.columns]
    if lacking:
        raise InputError(
            f"The genre tree {path} needs the columns {', '.join(lacking)}; {_WAY_OUT}."
        )
    # A root's parent may be left blank.
    known = table.select(_COLUMNS).drop_nulls(["genre_id", "title"])
    return known.with_columns(pl.col("parent").fill_null(""))


def _climb(genre: str, parents: dict[str, str], path: Path) -> list[str]:
    """Return a genre, its parent, and so on up to the one that has no parent in the table."""
    seen = [genre]
    while (parent := parents[seen[-1]]) in parents:
        if parent in seen:
            raise InputError(
                f"The genre tree {path} runs in a circle at genre {parent}; {_WAY_OUT}."
            )
        seen.append(parent)
    return seen
