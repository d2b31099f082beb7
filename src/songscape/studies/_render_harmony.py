"""Harmony: chords by Roman numeral, their voicing, and melodies that keep to them.

A numeral names the degree of the scale its root stands on; capitals are major, small letters minor,
``°`` diminished; a leading ``b`` lowers the root; ``7``, ``M7``, ``9``, ``sus4`` and ``5`` (no
third) follow. Minor keys take the natural scale, in which ``V`` borrows its leading note.

>>> pitch_classes("V7", 0, minor=True)
(7, 11, 2, 5)
>>> pitch_classes("iv", 9, minor=True)
(2, 5, 9)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DEGREES = ("i", "ii", "iii", "iv", "v", "vi", "vii")
THIRDS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6)}
_NUMERAL = re.compile(r"(b?)([iv]+|[IV]+)(°?)(.*)")


def pitch_classes(numeral: str, key: int, *, minor: bool) -> tuple[int, ...]:
    """Return the pitch classes 0..11 of a chord, root first.

    Parameters
    ----------
    numeral : as "ii7".
    key : pitch class of the key note, 0 is C.
    minor : whether the key is minor.
    """
    found = _NUMERAL.fullmatch(numeral)
    if not found:
        raise ValueError(f"{numeral!r} is no Roman numeral of a chord")
    lowered, degree, diminished, more = found.groups()
    scale = MINOR if minor else MAJOR
    root = key + scale[DEGREES.index(degree.lower())] - len(lowered)
    quality = "diminished" if diminished else "major" if degree.isupper() else "minor"
    return tuple((root + step) % 12 for step in _steps(quality, more))


def _steps(quality: str, more: str) -> tuple[int, ...]:
    """Return the semitones above the root."""
    root, third, fifth = THIRDS[quality]
    return {
        "": (root, third, fifth),
        "5": (root, fifth),
        "sus4": (root, 5, fifth),
        "7": (root, third, fifth, 10),
        "M7": (root, third, fifth, 11),
        "9": (root, third, fifth, 10, 14),
    }[more]


def voiced(classes: Sequence[int], low: int) -> tuple[int, ...]:
    """Return a chord's MIDI pitches within the octave from `low` up, so that voices move little.

    >>> voiced((7, 11, 2), 60)
    (62, 67, 71)
    """
    return tuple(sorted(low + (one - low) % 12 for one in classes))


def stacked(classes: Sequence[int], low: int) -> tuple[int, ...]:
    """Return a chord's MIDI pitches with the root lowest, each next one above the last.

    >>> stacked((7, 11, 2), 60)
    (67, 71, 74)
    """
    pitches = [low + (classes[0] - low) % 12]
    for one in classes[1:]:
        pitches.append(pitches[-1] + (one - pitches[-1]) % 12)
    return tuple(pitches)


def spread(classes: Sequence[int], low: int) -> tuple[int, ...]:
    """Return four voices, bass to soprano: the root, and the chord wide above it.

    >>> spread((0, 4, 7), 48)
    (48, 55, 64, 72)
    """
    root, third, fifth, *others = stacked(classes, low)
    return (root, fifth, third + 12, others[0] + 12 if others else root + 24)


def ladder(key: int, *, minor: bool, low: int) -> tuple[int, ...]:
    """Return the pitches a melody may use: its scale over an octave and a half from `low` up."""
    scale = {(key + step) % 12 for step in (MINOR if minor else MAJOR)}
    return tuple(pitch for pitch in range(low, low + 19) if pitch % 12 in scale)


def walk(rungs: Sequence[int], place: int, step: int, classes: Sequence[int]) -> int:
    """Return the next place of a melody on its ladder.

    Parameters
    ----------
    rungs : of :func:`ladder`.
    place : where it stands.
    step : how many rungs it wants to go; it turns back at the ends.
    classes : the chord's pitch classes, to the nearest of which it goes; empty between beats.

    Examples
    --------
    >>> walk((60, 62, 64, 65, 67), 3, 1, (0, 4, 7))
    4
    """
    there = place + step
    if not 0 <= there < len(rungs):
        there = place - step
    fitting = [i for i, pitch in enumerate(rungs) if pitch % 12 in classes]
    return min(fitting, key=lambda i: abs(i - there)) if fitting else there
