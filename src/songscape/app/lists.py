"""Playlists of songs picked in the explorer: handed over, or saved in the run's folder."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from songscape.core.atomic import write_bytes
from songscape.core.errors import InputError
from songscape.export.m3u import file_names
from songscape.use.playlist import FORMATS, ORDERS, Wishes, content, playlist

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from songscape.use.opened import Opened
    from songscape.use.playlist import Playlist

FOLDER = "playlists"
LONGEST_NAME = 80
_ORDERS = tuple(order for order in ORDERS if order != "arc")
# Between finding a free name and writing it another request must not take it.
_SAVING = Lock()


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Parameters
    ----------
    rows : the songs, each once.
    name : of the playlist.
    form : "m3u8", "xspf" or "csv".
    order : "as-is", "similarity" or "tempo".
    relative : write paths as seen from the folder the playlist lies in; only where it is saved.
    save : write it into the run's folder.
    """

    rows: tuple[int, ...]
    name: str
    form: str
    order: str
    relative: bool
    save: bool

    @classmethod
    def of(cls, body: Mapping[str, Any], songs: int) -> Self:
        """Check a request of a run with so many songs.

        Raises
        ------
        InputError
            If it is not as described above.
        """
        rows = body.get("rows")
        if not isinstance(rows, list) or not rows or not all(_is_row(row, songs) for row in rows):
            raise InputError("Rows must be a list of numbers of songs, at least one.")
        name = " ".join(str(body.get("name") or "selection").split())[:LONGEST_NAME]
        form, order = body.get("format", FORMATS[0]), body.get("order", "as-is")
        if form not in FORMATS or order not in _ORDERS:
            raise InputError(f"A playlist is {', '.join(FORMATS)}, ordered {', '.join(_ORDERS)}.")
        save, relative = body.get("save") is True, body.get("paths") == "relative"
        return cls(tuple(dict.fromkeys(rows)), name, form, order, relative and save, save)


def made(run: Opened, asked: Request) -> dict[str, Any]:
    """Return a playlist's file name and content, in base64, for the browser to keep."""
    songs = _playlist(run, asked)
    data = content(run, songs, asked.form)
    return {
        "file": _file_name(asked),
        "content": b64encode(data).decode(),
        "songs": len(songs.rows),
        "notes": songs.notes,
    }


def saved(run: Opened, asked: Request) -> dict[str, Any]:
    """Write a playlist into the run's folder, beside those that are there, and say where."""
    songs = _playlist(run, asked)
    folder = run.folder / FOLDER
    data = content(run, songs, asked.form, folder if asked.relative else None)
    folder.mkdir(exist_ok=True)
    with _SAVING:
        path = _free(folder, _file_name(asked))
        write_bytes(path, data)
    return {"saved": str(path), "songs": len(songs.rows), "notes": songs.notes}


def _playlist(run: Opened, asked: Request) -> Playlist:
    """Return the songs that were picked, in the order that was asked for."""
    wishes = Wishes(
        songs=asked.rows, order=asked.order, name=asked.name, repeats=True, gap_artist=1
    )
    return playlist(run, wishes)


def _file_name(asked: Request) -> str:
    """Return a name every file system takes."""
    return f"{file_names([asked.name])[0]}.{asked.form}"


def _free(folder: Path, name: str) -> Path:
    """Return a path in a folder that nothing has yet."""
    path, number = folder / name, 2
    while path.exists():
        stem, _, form = name.rpartition(".")
        path, number = folder / f"{stem} {number}.{form}", number + 1
    return path


def _is_row(row: object, songs: int) -> bool:
    """Tell whether a value is the number of a song."""
    return isinstance(row, int) and not isinstance(row, bool) and 0 <= row < songs
