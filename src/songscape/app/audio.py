"""Which file sounds when a song is played, if it may.

A song is asked for by its number, never by a path. Its path comes from the run; it must lead, links
followed, to a file below one of the collection's folders, of a kind that browsers play.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from songscape.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from songscape.use.opened import Opened

MEDIA = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}


def roots(source: str | None, more: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return the folders whose files may be played: the run's music folder and those given.

    Parameters
    ----------
    source : what the run was made of. A folder counts itself, a file the folder it lies in.
    more : further folders.

    Raises
    ------
    InputError
        If a further folder is not there.
    """
    for folder in more:
        if not folder.is_dir():
            raise InputError(f"--music {folder} is not a folder.")
    own = Path(source) if source else None
    first = [] if own is None else [own] if own.is_dir() else [own.parent] if own.is_file() else []
    return tuple(Path(os.path.realpath(folder)) for folder in (*first, *more))


def playable(run: Opened, row: int, folders: Iterable[Path]) -> tuple[Path, str] | None:
    """Return the file of a song and its media type, or None where there is nothing to play."""
    path = None if run.files is None else run.files[row]
    if not path:
        return None
    given = os.fsdecode(path)
    if "\0" in given:
        return None
    real = Path(os.path.realpath(given))
    media = MEDIA.get(real.suffix.lower())
    inside = any(real.is_relative_to(folder) for folder in folders)
    return (real, media) if media and inside and real.is_file() else None
