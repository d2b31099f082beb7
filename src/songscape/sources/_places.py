"""Where other programs say a song's file is: URLs, paths of other systems, relative paths.

What is written is brought to the path's own bytes where this system can open it. A Windows path on
another system, a network address or a service's address stays what it is: text to be shown.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9+.\-]+):")
_FILE = re.compile(rb"file:(?://(?:localhost)?(?=/|$))?", re.IGNORECASE)
_DRIVE = re.compile(rb"/*([A-Za-z]:[\\/].*|\\\\.*)", re.DOTALL)


def path_of(place: bytes, folder: bytes = b"") -> bytes | None:
    """Return the path a place names on this system, or None if it names none.

    Parameters
    ----------
    place : a file URL, or a path as it is.
    folder : where relative paths begin.

    Examples
    --------
    >>> path_of(b"file://localhost/Music/A%20b.mp3"), path_of(b"a.mp3", b"/music")
    (b'/Music/A b.mp3', b'/music/a.mp3')
    >>> path_of(b"file://localhost/C:/Music/a.mp3"), path_of(b"https://example.org/a.mp3")
    (None, None)
    """
    found = _FILE.match(place)
    path = unquote_to_bytes(place[found.end() :]) if found else place
    if not path or b"\0" in path:
        return None
    drive = _DRIVE.fullmatch(path)
    if drive:
        return drive[1] if os.name == "nt" else None
    if not found and _SCHEME.match(path):
        return None
    return os.path.join(folder, path)  # noqa: PTH118 - paths are bytes, which pathlib has not


def existing(path: bytes) -> bytes | None:
    """Return the file that is meant: the path itself, or one of its usual misspellings.

    Programs write names in another encoding than the disk, with accents composed or not, or in
    percent. The path that is returned is whole, through all links.
    """
    for spelling in dict.fromkeys(_spellings(path)):
        if os.path.isfile(spelling):  # noqa: PTH113
            return os.path.realpath(spelling)
    return None


def _spellings(path: bytes) -> Iterator[bytes]:
    """Yield a path, and other ways to write the same name."""
    yield path
    if b"%" in path:
        yield unquote_to_bytes(path)
    for source in ("utf-8", "latin-1"):
        try:
            text = path.decode(source)
        except UnicodeDecodeError:
            continue
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, text).encode()
        yield text.encode("latin-1", "ignore")
