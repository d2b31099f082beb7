"""A playlist in M3U or M3U8.

Every line that is no remark names a song: a path, also relative to the playlist's folder, or a URL.
Lines end in LF, CR+LF or CR; the text may begin with a byte-order mark, also of UTF-16. Paths are
taken as their bytes, so names that are no UTF-8 are found; where there is no such file, the usual
other spellings are tried (Latin-1, composed accents, percent). ``#EXTINF`` gives names and lengths.

References
----------
Hoffert, F. (1997), Nullsoft M3U; RFC 8216, section 4 (UTF-8 form).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core.errors import InputError
from songscape.core.options import option
from songscape.sources import folder
from songscape.sources._imported import Entry, collection, contents
from songscape.sources._places import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from songscape.core.collection import Collection

RECIPE = folder.RECIPE
SUFFIXES = (".m3u", ".m3u8")

_LINE = re.compile(rb"[^\r\n]+")
_INFO = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)?[^,]*,\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Options:
    """Which playlist is read."""

    path: str = option("", "the playlist")
    library: str = option("", "songscape's library of descriptions; the user's own if empty")


def claims(path: str | Path) -> bool:
    """Tell whether a path looks like a playlist, by its suffix."""
    return Path(path).suffix.lower() in SUFFIXES


def load(options: Options) -> Collection:
    """Read the songs of a playlist.

    Raises
    ------
    InputError
        If the file cannot be read or lists no song, or if none of its songs was described: a
        playlist says nothing of how songs sound.
    """
    path = Path(options.path).expanduser()
    return collection(entries(contents(path), path.name), path, options.library)


def entries(data: bytes, name: str) -> Iterator[Entry]:
    r"""Yield the songs of a playlist.

    >>> [song.place for song in entries(b"#EXTM3U\r#EXTINF:61,X - A\rb/a.mp3\r", "x.m3u")]
    [b'b/a.mp3']
    """
    values: dict[str, Any] = {}
    for match in _LINE.finditer(_utf8(data, name)):
        line = match[0].strip(b" \t")
        if line[:1] == b"#":
            values = _told(_text(line)) or values
        elif line:
            yield Entry(line, values or _named(line))
            values = {}


def _utf8(data: bytes, name: str) -> bytes:
    """Return the bytes of a playlist without its byte-order mark; UTF-16 becomes UTF-8."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(codec).encode()
            except UnicodeError:
                raise InputError(
                    f"{name} begins as UTF-16 but is damaged; save it as M3U8."
                ) from None
    return data.removeprefix(codecs.BOM_UTF8)


def _text(line: bytes) -> str:
    """Return a line as text: UTF-8, else Latin-1."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _told(line: str) -> dict[str, Any]:
    """Return what an #EXTINF line tells of the song below it."""
    found = _INFO.fullmatch(line)
    if not found:
        return {}
    artist, dash, title = found[2].strip().partition(" - ")
    seconds = float(found[1] or -1)
    return {
        "title": (title if dash else artist).strip(),
        "artist": artist.strip() if dash else None,
        "duration_ms": seconds * 1000 if seconds > 0 else None,
    }


def _named(line: bytes) -> dict[str, Any]:
    """Call a song of which nothing is told by the name of its file."""
    name = re.split(rb"[/\\]", path_of(line) or line)[-1]
    return {"title": _text(name.rpartition(b".")[0] or name)}
