"""Rhythm as text: a pattern is a row of steps, one character each.

========= ==================================================================
character meaning
========= ==================================================================
``.``     silence
``-``     the note before goes on
``x``     a stroke, the whole chord, or the next note of the melody
``X``     the same with an accent
``o``     the same, soft
``0..9``  one note of the chord: 0 its root, 1 the next above, 3 or 4 an octave
========= ==================================================================

Spaces only help to read; ``|`` parts the bars. A pattern is repeated to the end of the song.

>>> [hit for hit in read("x-.. o.X.")]
[Hit(step=0, steps=2, what='x'), Hit(step=4, steps=1, what='o'), Hit(step=6, steps=1, what='X')]
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Hit(NamedTuple):
    """One event of a pattern: first step, length in steps, and what is played."""

    step: int
    steps: int
    what: str

    @property
    def force(self) -> float:
        """How hard it is played, 1 for an accent."""
        return {"X": 1.0, "o": 0.35}.get(self.what, 0.75)

    @property
    def tone(self) -> int | None:
        """Which note of the chord, or None for all of it."""
        return int(self.what) if self.what.isdigit() else None


def steps(pattern: str) -> str:
    """Return a pattern without what only helps to read."""
    return pattern.replace(" ", "").replace("|", "")


@cache
def read(pattern: str) -> tuple[Hit, ...]:
    """Return the hits of a pattern."""
    row = steps(pattern)
    hits = []
    for step, what in enumerate(row):
        if what not in ".-":
            held = len(row[step + 1 :]) - len(row[step + 1 :].lstrip("-"))
            hits.append(Hit(step, 1 + held, what))
    return tuple(hits)
