"""Group genre labels by their names.

Genre names are built like English compounds: the last words say what it is, those before say which
kind ("canadian hip hop", "north carolina hip hop"). In names from other languages the head comes
first ("rock nacional"). The *head* of a label is found over the labels present:

1. another spelling of a known genre is that genre ("hiphop", "rap");
2. a label that is itself a wide genre (``genre_words.toml``) stays;
3. otherwise its longest ending that is a genre with enough songs, and the head of that;
4. otherwise its longest beginning that is one, unless it ends with a known genre too small to be a
   group: "pop punk" is no pop;
5. otherwise it stays by itself.

An ending or beginning is a genre if it is known as one or is itself a label present. It has enough
songs if the labels that end (or begin) with it hold at least ``minimum``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from songscape.clean._labels import label_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Head(NamedTuple):
    """The group a label belongs to, as a key, and how that was decided."""

    key: str
    decided: str


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Return the table of words."""
    text = files("songscape.clean").joinpath("genre_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _names(*sections: str) -> dict[str, str]:
    """Return other name → name, by key, of sections of the table."""
    return {
        label_key(other): name
        for section in sections
        for name, others in _table()[section].items()
        for other in others
    }


@cache
def _wide() -> frozenset[str]:
    """Return the genres wide enough to be a group."""
    return frozenset(_table()["heads"]["names"])


def grouped_by_name(songs: Mapping[str, int], minimum: int) -> dict[str, Head]:
    """Return the head of every label.

    Parameters
    ----------
    songs : number of songs of each label, by key (see :func:`songscape.clean._labels.label_key`).
    minimum : how many songs a group must have.

    Examples
    --------
    >>> heads = grouped_by_name({"dutch hip hop": 13, "canadian hip hop": 2, "bebop": 1}, 10)
    >>> heads["canadian hip hop"]
    Head(key='hip hop', decided='suffix')
    >>> heads["bebop"]
    Head(key='bebop', decided='itself')
    """
    names, wide = _names("spellings", "languages"), _wide()
    read = {label: names.get(label, label) for label in songs}
    totals = _totals(((read[label], number) for label, number in songs.items()), wide)
    known = wide | set(read.values())
    enough = {ending for ending in known if totals.get(ending, 0) >= minimum}
    heads = {}
    for label, name in read.items():
        head = _head(name, enough, wide)
        spelt = head.decided == "itself" and name != label
        heads[label] = Head(head.key, "spelling") if spelt else head
    return heads


def in_english(label: str) -> str:
    """Return the English name of the genre a label's key names in another language.

    Examples
    --------
    >>> in_english("klassik"), in_english("bebop")
    ('classical', 'bebop')
    """
    return _names("languages").get(label, label)


def _totals(songs: Iterable[tuple[str, int]], wide: frozenset[str]) -> dict[str, int]:
    """Count the songs that would stand behind every ending and every beginning of a label.

    A wide genre is not counted further: "trip hop" makes no genre of "hop", and "pop punk" adds
    nothing to pop.
    """
    totals: dict[str, int] = {}
    for label, number in songs:
        endings = _up_to_wide((label, *_endings(label)), wide)
        beginnings = () if wide.intersection(endings) else _beginnings(label)
        for part in (*endings, *beginnings):
            totals[part] = totals.get(part, 0) + number
    return totals


def _up_to_wide(endings: Iterable[str], wide: frozenset[str]) -> list[str]:
    """Return the endings up to the first that is a wide genre."""
    found: list[str] = []
    for ending in endings:
        found.append(ending)
        if ending in wide:
            break
    return found


def _head(label: str, enough: set[str], wide: frozenset[str]) -> Head:
    """Return the head of one label."""
    if label in wide:
        return Head(label, "itself")
    for ending in _endings(label):
        if ending in enough:
            return Head(_head(ending, enough, wide).key, "suffix")
    if not any(ending in wide for ending in _endings(label)):
        for beginning in _beginnings(label):
            if beginning in enough:
                return Head(_head(beginning, enough, wide).key, "prefix")
    return Head(label, "itself")


def _endings(label: str) -> Iterator[str]:
    """Yield the proper endings of a label at word bounds, longest first."""
    words = label.split()
    return (" ".join(words[start:]) for start in range(1, len(words)))


def _beginnings(label: str) -> Iterator[str]:
    """Yield the proper beginnings of a label at word bounds, longest first."""
    words = label.split()
    return (" ".join(words[:end]) for end in range(len(words) - 1, 0, -1))
