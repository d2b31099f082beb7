"""Musical keys written as words: "C# minor", "D♭", "Bbm", "8A".

A key is a pitch class, C = 0 to B = 11, and a mode, minor = 0 and major = 1. DJ programs number the
keys around the circle of fifths (Camelot): 8B is C major, 8A its relative A minor, and each further
number is a fifth, seven semitones, higher.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_MODES = {"major": 1, "maj": 1, "dur": 1, "minor": 0, "min": 0, "moll": 0, "m": 0}
_NAMED = re.compile(
    r"([a-g])([#♯b♭]?)(?:/[a-g][#♯b♭]?)?[\s\-]*(major|maj|dur|minor|min|moll|m)?", re.IGNORECASE
)
_CAMELOT = re.compile(r"(1[0-2]|[1-9])([ab])", re.IGNORECASE)


def key_of(text: str) -> tuple[int, int | None] | None:
    """Return the pitch class and, if it is told, the mode of a key; nothing if it is no key.

    Examples
    --------
    >>> key_of("C♯/D♭ Minor"), key_of("Bb"), key_of("8A"), key_of("loud")
    ((1, 0), (10, None), (9, 0), None)
    """
    named = _NAMED.fullmatch(text.strip())
    if named:
        letter, accidental, mode = named.groups()
        pitch = _LETTERS[letter.lower()] + _ACCIDENTALS[accidental.lower()]
        return pitch % 12, _MODES[mode.lower()] if mode else None
    camelot = _CAMELOT.fullmatch(text.strip())
    if not camelot:
        return None
    major = camelot[2].lower() == "b"
    return (7 * (int(camelot[1]) - 8) + (0 if major else 9)) % 12, int(major)


def pitch_classes(texts: Iterable[str]) -> dict[str, float]:
    """Return the pitch class of every text that is a key, by the text in lower case."""
    keys = {text.strip().lower(): key_of(text) for text in texts}
    return {text: float(key[0]) for text, key in keys.items() if key}


def modes(texts: Iterable[str]) -> dict[str, float]:
    """Return the mode of every text that is a key and tells one, by the text in lower case."""
    keys = {text.strip().lower(): key_of(text) for text in texts}
    return {text: float(key[1]) for text, key in keys.items() if key and key[1] is not None}
