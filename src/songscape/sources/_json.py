"""JSON: a list of songs as objects, one object per line, or a service's answer around such a list.

Objects inside a song are followed for the names people gave things: the name of an album, the names
of its artists. ``audio_features`` and ``track`` inside a song are taken as part of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.errors import InputError
from songscape.sources._frames import plain
from songscape.sources._tabular import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = ("audio_features", "tracks", "items", "songs", "data", "results")
_AROUND = ("tracks", "data", "results")
_INSIDE = ("track", "item", "audio_features")


def read_json(text: str, name: str) -> Table:
    """Read a list of objects.

    Parameters
    ----------
    text : the whole file.
    name : its name, for messages.

    Raises
    ------
    InputError
        If it is no JSON, naming the line, or holds no list of objects.
    """
    songs = [_flat(song) for song in _objects(text, name) if isinstance(song, dict)]
    if not any(songs):
        raise InputError(f"{name} holds no list of songs; each must be an object with names.")
    keys = list(dict.fromkeys(key for song in songs for key in song))
    columns = {key: _column(key, [song.get(key) for song in songs]) for key in keys}
    return Table.numbered(name, plain(pl.DataFrame(columns)))


def _objects(text: str, name: str) -> list[Any]:
    """Return the list the text holds, as one value or as one object per line."""
    try:
        return _unwrapped(json.loads(text))
    except (RecursionError, ValueError) as error:
        # A first value that is whole, with more behind it: one value per line.
        if isinstance(error, json.JSONDecodeError) and error.msg == "Extra data":
            return _per_line(text, name)
        raise _refusal(error, name) from None


def _per_line(text: str, name: str) -> list[Any]:
    """Return the value of every line; other ends of line than LF may stand inside texts."""
    values = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            values += [json.loads(line)] if line.strip() else []
        except (RecursionError, ValueError) as error:
            raise _refusal(error, name, number) from None
    return values


def _refusal(error: Exception, name: str, line: int = 0) -> InputError:
    """Say what is wrong with a text, in which line, if it is not the error that tells the line."""
    if isinstance(error, json.JSONDecodeError):
        return InputError(
            f"Line {line or error.lineno:,} of {name} is no JSON, column {error.colno}: "
            f"{error.msg}; mend that line."
        )
    if isinstance(error, RecursionError):
        return InputError(f"{name} is nested too deeply to be a list of songs.")
    # Python reads no whole number that is longer than some thousand digits.
    return InputError(f"{name} holds a number of thousands of digits, which no song has.")


def _unwrapped(value: Any) -> list[Any]:
    """Return the list inside a service's answer."""
    while isinstance(value, dict):
        lists = (value[key] for key in _LISTS if isinstance(value.get(key), list))
        objects = (value[key] for key in _AROUND if isinstance(value.get(key), dict))
        inner = next(lists, None) or next(objects, None)
        if inner is None:
            return [value]
        value = inner
    return value if isinstance(value, list) else []


def _flat(song: dict[str, Any]) -> dict[str, Any]:
    """Return a song as names and plain values."""
    own = {key: value for key, value in song.items() if key not in _INSIDE}
    inside = [song[key] for key in _INSIDE if isinstance(song.get(key), dict)]
    flat: dict[str, Any] = {}
    for part in (*inside, own):
        flat |= dict(_plain_items(part))
    return flat


def _plain_items(song: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the values of an object, an object inside by its name, a list by its items' names."""
    for key, value in song.items():
        if isinstance(value, dict):
            if "name" in value:
                yield key, value["name"]
        elif isinstance(value, list):
            items = [item.get("name") if isinstance(item, dict) else item for item in value]
            yield key, [str(item) for item in items if item is not None] or None
        else:
            yield key, value


def _column(name: str, values: list[Any]) -> pl.Series:
    """Make a column: of numbers, truth values or lists where all are, of text otherwise."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return pl.Series(name, values, pl.Float64, strict=False)
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds == {list}:
        return pl.Series(name, values, pl.List(pl.String))
    texts = [None if value is None else _text(value) for value in values]
    return pl.Series(name, texts, pl.String)


def _text(value: Any) -> str:
    """Return a value as text."""
    return ";".join(value) if isinstance(value, list) else str(value)
