"""Performance: from the plan of a song to the events its players play.

Patterns are laid over the bars, chords over the patterns; then come what players add: a swing, a
little looseness in time and force, and a melody that repeats its contour over changing chords.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from songscape.core.seeds import generator
from songscape.studies import _render_harmony as harmony
from songscape.studies._render_pattern import Hit, read, steps
from songscape.studies._render_voices import voices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from songscape.studies._render_plan import Part, Song

POWER_CHORDS = 3.0
"""A guitar driven harder than this plays root and fifth only: thirds would growl."""

CONTOUR = (-2, -1, -1, 1, 1, 2)


class Event(NamedTuple):
    """A note, chord or stroke: seconds from the start, seconds held, MIDI pitches, force 0..1."""

    start: float
    seconds: float
    pitches: tuple[int, ...]
    force: float


def perform(song: Song, seed: int) -> list[list[Event]]:
    """Return the events of every part of a song, in the order of its parts."""
    return [
        _humanised(song, list(_events(song, part, place, seed)), generator(seed, f"hand {place}"))
        for place, part in enumerate(song.parts)
    ]


def chord(song: Song, step: int) -> tuple[int, ...]:
    """Return the pitch classes of the chord at a step, root first; the last bar comes home."""
    bar = song.time_signature * song.steps
    place = int(step // (song.bars_per_chord * bar)) % len(song.progression)
    numeral = song.progression[0 if step >= (song.bars - 1) * bar else place]
    return harmony.pitch_classes(numeral, song.key, minor=song.mode == 0)


def _hits(song: Song, part: Part) -> Iterator[tuple[int, Hit]]:
    """Lay a part's pattern over the bars it plays in; each hit comes with its place in the row."""
    bar = song.time_signature * song.steps
    row = read(part.play)
    for start in range(0, song.bars * bar, len(steps(part.play))):
        for place, hit in enumerate(row):
            step = start + hit.step
            if part.enters * bar <= step < song.bars * bar:
                yield place, hit._replace(step=step)


def _events(song: Song, part: Part, number: int, seed: int) -> Iterator[Event]:
    """Play a part as written."""
    rng = generator(seed, f"contour {number}")
    contour = rng.choice(CONTOUR, len(read(part.play)))
    rungs = harmony.ladder(song.key, minor=song.mode == 0, low=part.low)
    place = len(rungs) // 2
    for which, hit in _hits(song, part):
        classes = chord(song, hit.step)
        if part.role == "melody":
            beat = hit.step % song.steps == 0
            place = harmony.walk(rungs, place, int(contour[which]), classes if beat else ())
            pitches: tuple[int, ...] = (rungs[place],)
        else:
            pitches = _pitches(part, classes, hit.tone)
        start = (hit.step + song.swing * (hit.step % 2)) * song.step
        yield Event(start, 0.95 * hit.steps * song.step, pitches, hit.force)


def _pitches(part: Part, classes: Sequence[int], index: int | None) -> tuple[int, ...]:
    """Return what a part plays of a chord: nothing for drums, else one note or all."""
    if part.role == "drums":
        return ()
    if part.role == "chorale":
        return harmony.spread(classes, part.low)
    if part.role == "bass":
        notes = harmony.stacked(classes, part.low)[:3]
        index = index or 0
    elif voices()[part.voice].drive > POWER_CHORDS:
        root = harmony.stacked(classes, part.low)[0]
        return (root, root + 7, root + 12)
    else:
        notes = harmony.voiced(classes, part.low)
    if index is None:
        return notes
    return (notes[index % len(notes)] + 12 * (index // len(notes)),)


def _humanised(song: Song, events: list[Event], rng: np.random.Generator) -> list[Event]:
    """Give events the looseness of hands; nobody is more than two and a half spreads off."""
    late = song.loose * np.clip(rng.standard_normal(len(events)), -2.5, 2.5)
    force = 1 + 0.1 * np.clip(rng.standard_normal(len(events)), -2.5, 2.5)
    return [
        event._replace(start=max(0.0, event.start + shift), force=event.force * factor)
        for event, shift, factor in zip(events, late.tolist(), force.tolist(), strict=True)
    ]
