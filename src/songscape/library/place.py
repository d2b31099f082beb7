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
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return head.startswith(_MAGIC) and head[68:72] == APPLICATION.to_bytes(4, "big")


def shown(path: bytes) -> str:
    r"""Return a path as text that can be printed anywhere.

    >>> shown(b"caf\xe9.mp3"), shown("a\nb".encode())
    ('caf\\xe9.mp3', 'a\\nb')
    """
    text = path.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
