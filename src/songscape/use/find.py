"""Find the song a person means, by id, title or "artist - title"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.errors import InputError

if TYPE_CHECKING:
    from songscape.use.opened import Opened

SHOWN = 8
_DASH = re.compile(r"\s+[-–—]\s+")


def find(run: Opened, song: str | int) -> int:
    """Return the row of the song that is meant.

    Parameters
    ----------
    run : the finished run.
    song : an id, a title or "artist - title", upper or lower case; or the number of a row.

    Raises
    ------
    InputError
        If there is no such song, with some that have the words in their name; or if there are
        several, with the id of each.
    """
    if not isinstance(song, str):
        return _row(run, int(song))
    for rows in (_by_id(run, song), _by_title(run, song), _by_both(run, song)):
        if rows.len() == 1:
            return int(rows[0])
        if rows.len() > 1:
            raise InputError(
                f"{rows.len():,} songs are called {song!r}; give the id of one: "
                f"{_listed(run, rows)}."
            )
    raise InputError(f"There is no song {song!r} in {run.folder}.{_near(run, song)}")


def _row(run: Opened, row: int) -> int:
    """Return the number of a row that is there."""
    if not 0 <= row < run.tracks.height:
        raise InputError(
            f"There is no row {row:,} in {run.folder}; its {run.tracks.height:,} songs are counted "
            "from 0."
        )
    return row


def _by_id(run: Opened, text: str) -> pl.Series:
    """Return the rows with this id."""
    return (run.tracks["id"] == text).arg_true()


def _by_title(run: Opened, text: str) -> pl.Series:
    """Return the rows with this title."""
    if "title" not in run.tracks.columns:
        return pl.Series([], dtype=pl.UInt32)
    return (run.tracks["title"].str.to_lowercase() == text.strip().lower()).arg_true()


def _by_both(run: Opened, text: str) -> pl.Series:
    """Return the rows with this "artist - title"; either may have a dash of its own."""
    if not {"artist", "title"} <= set(run.tracks.columns):
        return pl.Series([], dtype=pl.UInt32)
    title, artist = pl.col("title").str.to_lowercase(), pl.col("artist").str.to_lowercase()
    same = pl.lit(value=False)
    low = text.strip().lower()
    for dash in _DASH.finditer(low):
        parts = artist.str.split(";").list.eval(pl.element().str.strip_chars())
        who, what = low[: dash.start()], low[dash.end() :]
        same = same | ((title == what) & ((artist == who) | parts.list.contains(who)))
    return run.tracks.select(same=same).to_series().arg_true()


def _near(run: Opened, text: str) -> str:
    """Suggest songs that have the words in their title, or the nearest part of it."""
    if "title" not in run.tracks.columns:
        return ""
    words = _DASH.split(text)[-1].strip().lower()
    rows = run.tracks["title"].str.to_lowercase().str.contains(words, literal=True).arg_true()
    return f" Did you mean {_listed(run, rows)}?" if words and rows.len() else ""


def _listed(run: Opened, rows: pl.Series) -> str:
    """List songs with their ids, the first few."""
    some = [f"{run.tracks['id'][row]} ({run.label(row)})" for row in rows[:SHOWN]]
    rest = rows.len() - len(some)
    return ", ".join(some) + (f" and {rest:,} more" if rest else "")
