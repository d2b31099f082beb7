"""Find songs by what stands in their title, artist, album and genre.

SQLite's FTS5 keeps the index in memory. Every word of a query must begin a word of the song, marks
on letters do not count: "bjork jog" finds "Björk - Jóga".
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata

import polars as pl

FIELDS = ("title", "artist", "album", "genre")
LONGEST = 200
_WORD = re.compile(r"\w+")


class Search:
    """An index over the texts of songs.

    Parameters
    ----------
    tracks : frame; those of the columns title, artist, album and genre that are there are searched.
    """

    def __init__(self, tracks: pl.DataFrame) -> None:
        fields = [name for name in FIELDS if name in tracks.columns] or ["id"]
        self._lock = threading.Lock()
        self._store = sqlite3.connect(":memory:", check_same_thread=False)
        weights = ", ".join(str(2.0**-place) for place in range(len(fields)))
        self._query = (
            f"SELECT rowid FROM songs WHERE songs MATCH ? ORDER BY bm25(songs, {weights}), rowid "  # noqa: S608 - numbers of ours
            "LIMIT ?"
        )
        with self._store as store:
            store.execute(
                f"CREATE VIRTUAL TABLE songs USING fts5({', '.join(fields)}, content='', "
                "tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3')"
            )
            store.executemany(
                f"INSERT INTO songs(rowid, {', '.join(fields)}) "  # noqa: S608 - names of ours
                f"VALUES ({', '.join('?' * (len(fields) + 1))})",
                tracks.select(_words(tracks, name) for name in fields).with_row_index().iter_rows(),
            )

    def rows(self, text: str, limit: int = 20) -> list[int]:
        """Return the rows of songs that hold all words of a text, the best matches first."""
        # A letter typed as base and mark would else be torn in two.
        words = _WORD.findall(unicodedata.normalize("NFC", text[:LONGEST]))
        if not words:
            return []
        query = " ".join(f'"{word}"*' for word in words)
        with self._lock:
            found = self._store.execute(self._query, (query, limit))
            return [row for (row,) in found]

    def close(self) -> None:
        """Let go of the index."""
        self._store.close()


def _words(tracks: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as texts, several genres of a song as one."""
    column = pl.col(name)
    return column.list.join(" ") if tracks.schema[name] == pl.List else column.cast(pl.String)
