"""Plans of songs: all that is decided before a note sounds, and so the truth about it.

A :class:`Song` says tempo, key, metre, chords and who plays what. Plans are drawn from the styles
of ``styles.toml``. Every style has artists of its own; an artist keeps instruments and tuning, as
real ones do, so that grouping by artist matters here as well.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.core.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORTEST, LONGEST = 15.0, 20.0
TAIL = 1.0
"""Seconds left for the last notes and the room to fade."""

SONGS_PER_ARTIST = 3
KEYS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True)
class Part:
    """One player: role, voice, pattern, lowest MIDI pitch, dB in the mix, place, first bar."""

    role: str
    voice: str
    play: str
    low: int
    gain: float
    pan: float
    enters: int


@dataclass(frozen=True)
class Song:
    """A planned song.

    Parameters
    ----------
    number : its place in the plan.
    style, genre, title, artist : texts.
    tempo : beats per minute.
    key : pitch class of the key note, 0 is C.
    mode : 1 major, 0 minor.
    time_signature : beats per bar.
    steps : steps of a pattern per beat.
    bars : how many.
    progression : chords as Roman numerals, repeated to the end.
    bars_per_chord : how long each lasts.
    parts : the players.
    swing : delay of every second step in steps.
    loose : spread of the players' timing in seconds.
    level : dB of the loudest stretches below full scale.
    push : how hard the mix is driven into the limit.
    room, wet : seconds of reverb and its share.
    tuning : cents above 440 Hz.
    """

    number: int
    style: str
    genre: str
    title: str
    artist: str
    tempo: float
    key: int
    mode: int
    time_signature: int
    steps: int
    bars: int
    progression: tuple[str, ...]
    bars_per_chord: float
    parts: tuple[Part, ...]
    swing: float
    loose: float
    level: float
    push: float
    room: float
    wet: float
    tuning: float

    @property
    def step(self) -> float:
        """Seconds per step."""
        return 60 / self.tempo / self.steps

    @property
    def seconds(self) -> float:
        """Length of the whole, with its fade."""
        return self.bars * self.time_signature * 60 / self.tempo + TAIL

    @property
    def instruments(self) -> tuple[str, ...]:
        """The voices and drums that play, each once."""
        return tuple(dict.fromkeys(part.voice for part in self.parts))

    @property
    def file(self) -> str:
        """A file name without its ending, of plain letters."""
        return f"{self.number:03d} {self.artist} - {self.title}"

    def truth(self) -> dict[str, Any]:
        """Return what descriptors should find, under Spotify's names where there are any."""
        return {
            "title": self.title,
            "artist": self.artist,
            "genre": self.genre,
            "style": self.style,
            "tempo": self.tempo,
            "key": self.key,
            "mode": self.mode,
            "time_signature": self.time_signature,
            "duration_ms": round(self.seconds * 1000),
            "instruments": ", ".join(self.instruments),
        }


@cache
def styles() -> dict[str, dict[str, Any]]:
    """Return every style by name, as ``styles.toml`` has it."""
    return tomllib.loads(files(__package__).joinpath("styles.toml").read_text("utf-8"))


@cache
def _words() -> dict[str, list[str]]:
    """Return the words that titles are made of."""
    plan = tomllib.loads(files(__package__).joinpath("demo.toml").read_text("utf-8"))
    words: dict[str, list[str]] = plan["words"]
    return words


def songs(n: int = 100, seed: int = 0) -> list[Song]:
    """Plan songs, the styles in turn.

    Parameters
    ----------
    n : how many; the first of a longer plan are the same.
    seed : another seed is another collection.

    Examples
    --------
    >>> one = songs(3)[0]
    >>> one.style, one.time_signature, 15 <= one.seconds <= 20
    ('house', 4, True)
    """
    names = tuple(styles())
    return [
        _song(number, names[number % len(names)], number // len(names), seed) for number in range(n)
    ]


def _song(number: int, style: str, place: int, seed: int) -> Song:
    """Plan one song of a style: its artist's ways first, then its own."""
    given = {"meter": 4, "steps": 4, "bars": 1, "swing": 0.0} | styles()[style]
    artist = place // SONGS_PER_ARTIST
    ways = generator(seed, f"artist {style} {artist}")
    tuning = float(np.round(ways.normal(0, 6), 1))
    rng = generator(seed, f"song {number}")
    minor = rng.random() < given["minor"]
    tempo = float(np.round(rng.uniform(*given["tempo"]), 2))
    words = _words()
    return Song(
        number=number,
        style=style,
        genre=given["genre"],
        title=f"{_one(rng, words['first'])} {_one(rng, words['second'])}",
        artist=f"Synthetic {given['genre']} {artist + 1}",
        tempo=tempo,
        key=int(rng.integers(12)),
        mode=int(not minor),
        time_signature=given["meter"],
        steps=given["steps"],
        bars=_bars(rng, given["meter"] * 60 / tempo),
        progression=_progression(rng, given, "minor" if minor else "major"),
        bars_per_chord=float(given["bars"]),
        parts=_parts(given["parts"], ways, rng),
        swing=given["swing"],
        loose=given["loose"],
        level=float(np.round(given["level"] + rng.normal(0, 1.2), 2)),
        push=given["push"],
        room=given["room"],
        wet=given["wet"],
        tuning=tuning,
    )


def _one(rng: np.random.Generator, choices: Sequence[Any]) -> Any:
    """Draw one of some choices."""
    return choices[int(rng.integers(len(choices)))]


def _bars(rng: np.random.Generator, bar: float) -> int:
    """Draw how many bars make a clip of the right length."""
    fewest = int(np.ceil((SHORTEST - TAIL) / bar))
    most = int((LONGEST - TAIL) / bar)
    return int(rng.integers(fewest, most, endpoint=True))


def _progression(rng: np.random.Generator, given: dict[str, Any], mode: str) -> tuple[str, ...]:
    """Draw a progression of the style's."""
    numerals: str = _one(rng, given[f"{mode}_progressions"])
    return tuple(numerals.split())


def _parts(
    given: list[dict[str, Any]], ways: np.random.Generator, rng: np.random.Generator
) -> tuple[Part, ...]:
    """Cast the players: voices by the artist's ways, patterns and entries by the song's."""
    cast = [(part, _one(ways, part["voices"])) for part in given]
    return tuple(
        Part(
            role=part["role"],
            voice=voice,
            play=_one(rng, part["play"]),
            low=part.get("low", 60),
            gain=float(np.round(part["gain"] + rng.normal(0, 1), 2)),
            pan=part.get("pan", 0.0),
            enters=_one(rng, part.get("enters", [0])),
        )
        for part, voice in cast
        if rng.random() < part.get("chance", 1.0)
    )
