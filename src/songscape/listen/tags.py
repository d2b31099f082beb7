"""Read what people wrote into a file: title, artist, album, genre and the like.

Tags come from anybody. Control characters and those that turn the direction of text are taken out,
runs of blanks become one, and texts end after :data:`LONGEST` characters. UTF-8 that was once read
as Latin-1 ("BjÃ¶rk") is put right where that is certain: where the whole text is valid UTF-8 when
written back as the bytes it came from, which no text that was meant as it stands is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from tinytag import TinyTag, TinyTagException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 1000

_TEXTS = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "albumartist": "album_artist",
    "isrc": "isrc",
    "initial_key": "initial_key",
    "musicbrainz_trackid": "musicbrainz_recording",
    "musicbrainz recording id": "musicbrainz_recording",
    "musicbrainz track id": "musicbrainz_recording",
    "musicbrainz_albumid": "musicbrainz_release",
    "musicbrainz album id": "musicbrainz_release",
    "musicbrainz_artistid": "musicbrainz_artist",
    "musicbrainz artist id": "musicbrainz_artist",
}
_UFID = "http://musicbrainz.org\0"
"""In ID3 a recording's id stands in a frame of its own, after the name of who gave it."""

_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_PARTS = re.compile(r"[;\0]|\s/\s")


def read_tags(path: bytes) -> dict[str, Any]:
    """Return the tags of a file as plain values; a file without readable tags has none.

    Returns
    -------
    dict with any of the texts ``title artist album album_artist isrc initial_key
    musicbrainz_recording musicbrainz_release musicbrainz_artist``, ``genre`` (a list of texts) and
    the numbers ``year`` and ``track``.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    try:
        tag = TinyTag.get(path, duration=False)
    except (TinyTagException, ValueError, MemoryError):
        return {}
    return cleaned(tag.as_dict())


def cleaned(raw: Mapping[str, Any]) -> dict[str, Any]:
    r"""Return the tags we know, cleaned.

    >>> cleaned({"title": ["A\x00"], "genre": ["Rock; Pop"], "year": "2001-05-04", "comment": ""})
    {'title': 'A', 'genre': ['Rock', 'Pop'], 'year': 2001}
    """
    found: dict[str, Any] = {}
    for name, value in raw.items():
        known = _TEXTS.get(name.casefold())
        texts = [text for part in _listed(value) if (text := clean(str(part)))]
        if known and texts:
            found.setdefault(known, "; ".join(dict.fromkeys(texts))[:LONGEST])
    recordings = [str(one) for one in _listed(raw.get("ufid")) if str(one).startswith(_UFID)]
    if recordings and (recording := clean(recordings[0].removeprefix(_UFID))):
        found.setdefault("musicbrainz_recording", recording)
    if genres := genre_list(_listed(raw.get("genre"))):
        found["genre"] = genres
    year, track = _first(_YEAR, raw.get("year")), _first(_NUMBER, raw.get("track"))
    return found | {
        name: value for name, value in (("year", year), ("track", track)) if value is not None
    }


def clean(text: str) -> str:
    r"""Return a text fit to be shown and stored.

    >>> clean(" BjÃ¶rk\x00\n "), clean("Björk"), clean("ÃÃ")
    ('Björk', 'Björk', 'ÃÃ')
    """
    plain = repaired(text[: 4 * LONGEST]).translate(_TURNS)
    spaced = "".join(" " if unicodedata.category(char) == "Cc" else char for char in plain)
    whole = spaced.encode("utf-8", "replace").decode()
    return " ".join(whole.split())[:LONGEST]


def repaired(text: str) -> str:
    """Return UTF-8 that was read as Latin-1 or Windows-1252 as it was meant; else the text.

    >>> repaired("donâ€™t"), repaired("naïve")
    ('don’t', 'naïve')
    """
    if text.isascii():
        return text
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def genre_list(values: Sequence[Any]) -> list[str]:
    """Return different genres in their order, from texts that may hold several.

    >>> genre_list(["Rock; Pop", "rock", "R&B / Soul", "Drum/Bass"])
    ['Rock', 'Pop', 'R&B', 'Soul', 'Drum/Bass']
    """
    parts = (clean(part) for value in values for part in _PARTS.split(str(value)))
    first: dict[str, str] = {}
    for part in parts:
        if part:
            first.setdefault(part.casefold(), part)
    return list(first.values())


def _listed(value: Any) -> list[Any]:
    """Return a value as a list of values."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _first(pattern: re.Pattern[str], value: Any) -> int | None:
    """Return the first number in a tag."""
    for part in _listed(value):
        if match := pattern.search(str(part)[:LONGEST]):
            return int(match[0][:9])
    return None
