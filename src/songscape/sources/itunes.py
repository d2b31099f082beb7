"""The library of iTunes or Apple Music, as its XML export lists it.

``File → Library → Export Library…`` writes a property list: every track with its names, its tempo
if somebody gave it one, rating (0..100), plays and the URL of its file. Films, shows, podcasts and
voice memos are left out. Entities in the XML are refused.

References
----------
Apple, Property List Programming Guide; the DTD PropertyList-1.0.
"""

from __future__ import annotations

import plistlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from songscape.core.errors import InputError, UnknownNameError
from songscape.core.options import option
from songscape.sources import folder
from songscape.sources._imported import Entry, collection, contents, head_of

if TYPE_CHECKING:
    from songscape.core.collection import Collection

RECIPE = folder.RECIPE

_NO_MUSIC = ("Podcast", "Movie", "TV Show", "Has Video", "Audiobook", "Voice Memo")
_NAMES = {
    "track_id": "Persistent ID",
    "title": "Name",
    "artist": "Artist",
    "album": "Album",
    "genre": "Genre",
    "year": "Year",
    "duration_ms": "Total Time",
    "tempo": "BPM",
    "rating": "Rating",
    "play_count": "Play Count",
}
_TEXTS = ("track_id", "title", "artist", "album", "genre")


@dataclass(frozen=True)
class Options:
    """Which songs of the library are read."""

    path: str = option("", "the XML file")
    library: str = option("", "songscape's library of descriptions; the user's own if empty")
    playlist: str = option("", "only the songs of this playlist; all if empty")


def claims(path: str | Path) -> bool:
    """Tell whether a file is a property list that lists tracks."""
    head = head_of(path)
    return b"<plist" in head and (b"<key>Tracks</key>" in head or b"Music" in head)


def load(options: Options) -> Collection:
    """Read the songs of a library.

    Raises
    ------
    InputError
        If the file is no such library, is damaged or hostile, or tells nothing of how songs sound.
    UnknownNameError
        If there is no such playlist.
    """
    path = Path(options.path).expanduser()
    library = _read(path)
    tracks = library["Tracks"]
    if options.playlist:
        tracks = {key: tracks[key] for key in _playlist(library, options.playlist) if key in tracks}
    music = [track for track in _dicts(list(tracks.values())) if _is_music(track)]
    return collection([_entry(track) for track in music], path, options.library)


def _read(path: Path) -> dict[str, Any]:
    """Read the property list."""
    try:
        library = plistlib.loads(contents(path), fmt=plistlib.FMT_XML)
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, LookupError) as error:
        raise InputError(f"{path.name} cannot be read as an iTunes library: {error}.") from None
    if not isinstance(library, dict) or not isinstance(library.get("Tracks"), dict):
        raise InputError(f"{path.name} is a property list without tracks, no iTunes library.")
    return library


def _playlist(library: dict[str, Any], name: str) -> list[str]:
    """Return the keys of the tracks of a playlist."""
    lists = {str(one.get("Name")): one for one in _dicts(library.get("Playlists"))}
    if name not in lists:
        raise UnknownNameError("playlist", name, lists)
    return [str(item.get("Track ID")) for item in _dicts(lists[name].get("Playlist Items"))]


def _dicts(value: Any) -> list[dict[str, Any]]:
    """Return the dictionaries of what should be a list of them."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_music(track: dict[str, Any]) -> bool:
    """Tell whether a track is a song."""
    return not any(track.get(kind) for kind in _NO_MUSIC)


def _entry(track: dict[str, Any]) -> Entry:
    """Return a track as an entry; a value of another kind than expected is left out."""
    values = {name: track.get(key) for name, key in _NAMES.items()}
    fitting = {
        name: value
        for name, value in values.items()
        if isinstance(value, str if name in _TEXTS else int | float)
    }
    return Entry(str(track.get("Location", "")).encode(), fitting)
