"""Where a library is, what file is one, and how paths are shown."""

from __future__ import annotations

import os
from pathlib import Path

SUFFIX = ".db"
APPLICATION = 0x736F6E67
"""The bytes "song" as SQLite's application id, which stands at byte 68 of the file."""

VARIABLE = "SONGSCAPE_LIBRARY"
_MAGIC = b"SQLite format 3\0"


def default_path() -> Path:
    """Return the library in the user's data folder, or the one SONGSCAPE_LIBRARY names."""
    from platformdirs import user_data_path

    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_data_path("songscape", appauthor=False) / "library.db"


def is_library(path: Path) -> bool:
    """Tell whether a file is a songscape library, by its first bytes."""
    head = _head(path)
    return head.startswith(_MAGIC) and head[68:72] == APPLICATION.to_bytes(4, "big")


def is_anothers(path: Path) -> bool:
    """Tell whether a file is another program's database with a write-ahead log.

    SQLite changes such a file by opening it, so it must be known before; a library has no such log.
    """
    head = _head(path)
    return head.startswith(_MAGIC) and head[18:20] == b"\2\2" and not is_library(path)


def _head(path: Path) -> bytes:
    """Return the first bytes of a file, none of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(72)
    except OSError:
        return b""


def shown(path: bytes) -> str:
    r"""Return a path as text that can be printed anywhere.

    >>> shown(b"caf\xe9.mp3"), shown("a\nb".encode())
    ('caf\\xe9.mp3', 'a\\nb')
    """
    text = path.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
