"""The collection of Rekordbox, as its XML export lists it.

``File → Export Collection in xml format`` writes every track with its names, average tempo, key,
rating, plays and the URL of its file. Ratings of 0, 51, 102 … 255 become 0, 20, 40 … 100.
A document with a DTD is refused, so no entity can grow or fetch anything.

References
----------
AlphaTheta, rekordbox XML format list (developer guide, 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError

from songscape.core.errors import InputError, UnknownNameError
from songscape.core.options import option
from songscape.sources import folder
from songscape.sources._imported import Entry, collection, contents, head_of

if TYPE_CHECKING:
    from songscape.core.collection import Collection

RECIPE = folder.RECIPE

_TEXTS = {
    "track_id": "TrackID",
    "title": "Name",
    "artist": "Artist",
    "album": "Album",
    "genre": "Genre",
    "key": "Tonality",
}
_NUMBERS = {
    "year": ("Year", 1.0),
    "duration_ms": ("TotalTime", 1000.0),
    "tempo": ("AverageBpm", 1.0),
    "rating": ("Rating", 100 / 255),
    "play_count": ("PlayCount", 1.0),
}


@dataclass(frozen=True)
class Options:
    """Which songs of the collection are read."""

    path: str = option("", "the XML file")
    library: str = option("", "songscape's library of descriptions; the user's own if empty")
    playlist: str = option("", "only the songs of this playlist; all if empty")


def claims(path: str | Path) -> bool:
    """Tell whether a file is a collection of Rekordbox."""
    return b"<DJ_PLAYLISTS" in head_of(path)


def load(options: Options) -> Collection:
    """Read the songs of a collection.

    Raises
    ------
    InputError
        If the file is no such collection, is damaged or hostile, or tells nothing of how songs
        sound.
    UnknownNameError
        If there is no such playlist.
    """
    path = Path(options.path).expanduser()
    root = _read(path)
    tracks = root.findall("./COLLECTION/TRACK")
    if options.playlist:
        tracks = _playlist(root, tracks, options.playlist)
    return collection([_entry(track.attrib) for track in tracks], path, options.library)


def _read(path: Path) -> Element:
    """Read the XML."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(contents(path), forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError(
            f"{path.name} declares a document type or entities, which a Rekordbox collection never "
            f"does, and is refused: {type(error).__name__}."
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{path.name} cannot be read as XML: {error}.") from None
    if root.tag != "DJ_PLAYLISTS":
        raise InputError(f"{path.name} is XML of {root.tag}, no Rekordbox collection.")
    return root


def _playlist(root: Element, tracks: list[Element], name: str) -> list[Element]:
    """Return the tracks of a playlist in its order."""
    lists = {node.get("Name", ""): node for node in root.findall("./PLAYLISTS//NODE[@Type='1']")}
    if name not in lists:
        raise UnknownNameError("playlist", name, lists)
    attribute = "Location" if lists[name].get("KeyType") == "1" else "TrackID"
    known = {track.get(attribute): track for track in tracks}
    return [known[key] for one in lists[name] if (key := one.get("Key")) in known]


def _entry(track: dict[str, Any]) -> Entry:
    """Return a track as an entry."""
    values: dict[str, Any] = {name: track.get(key) for name, key in _TEXTS.items()}
    for name, (key, factor) in _NUMBERS.items():
        number = _number(track.get(key, ""))
        values[name] = None if number is None else number * factor
    # Rekordbox writes 0 for a year it does not know.
    values["year"] = values["year"] or None
    if values["rating"] is not None:
        values["rating"] = float(round(values["rating"]))
    return Entry(str(track.get("Location", "")).encode(), values)


def _number(text: str) -> float | None:
    """Return a text as a number, or None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
