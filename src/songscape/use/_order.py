"""In which order the songs of a playlist are played."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from songscape.core.errors import RecipeError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CHUNK = 2_000
"""Songs among which the next one is looked for; longer lists go through such chunks in order."""

MARKS = 1_000
"""Places of a long arc that songs are held against."""

_SHAPES = {
    "up": lambda t: t,
    "down": lambda t: 1 - t,
    "hill": lambda t: 1 - np.abs(2 * t - 1),
    "valley": lambda t: np.abs(2 * t - 1),
}
_PART = re.compile(r"\s*(.+?)\s+(\S+)\s*")


def arcs(text: str, columns: Sequence[str]) -> dict[str, str]:
    """Read an arc as "energy up, tempo down": features and the shapes they take.

    Raises
    ------
    RecipeError
        If a part is not a feature and one of up, down, hill, valley.
    UnknownNameError
        If there is no such feature.

    Examples
    --------
    >>> arcs("energy up, tempo hill", ["energy", "tempo"])
    {'energy': 'up', 'tempo': 'hill'}
    """
    found = {}
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if not match or match[2].lower() not in _SHAPES:
            raise RecipeError(
                f'An arc is made of parts as "energy up" with one of {", ".join(_SHAPES)}, '
                f"not {part.strip()!r}."
            )
        if match[1] not in columns:
            raise UnknownNameError("feature", match[1], columns)
        found[match[1]] = match[2].lower()
    return found


def along_arc(songs: pl.DataFrame, shapes: dict[str, str], length: int) -> Ints:
    """Return the places of the songs that follow an arc best, in its order.

    Each feature runs through the songs' own ranks: "up" goes from their lowest to their highest.
    The ends of the arc are filled first, from both sides to the middle, so that every place gets
    the free song nearest to it.

    Parameters
    ----------
    songs : what may be chosen from; songs without one of the features are not.
    shapes : features and shapes, as :func:`arcs` gives them.
    length : how many songs.
    """
    values = songs.select(pl.col(*shapes).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    usable = np.flatnonzero(np.isfinite(values).all(axis=1))
    length = min(length, len(usable))
    ranks = (rankdata(values[usable], axis=0) - 0.5) / max(len(usable), 1)
    t = (np.arange(length) + 0.5) / max(length, 1)
    wanted = np.column_stack([_SHAPES[shape](t) for shape in shapes.values()])
    if length > CHUNK or length == len(usable):
        return usable[_sorted_along(ranks, wanted)]
    free, chosen = np.ones(len(usable), dtype=np.bool_), np.empty(length, dtype=np.int64)
    for place in _from_both_ends(length):
        away = ((ranks - wanted[place]) ** 2).sum(axis=1)
        away[~free] = np.inf
        chosen[place] = away.argmin()
        free[chosen[place]] = False
    return usable[chosen]


def _sorted_along(ranks: Floats, wanted: Floats) -> Ints:
    """Return the songs nearest to an arc, as many as it has places, each at its nearest place."""
    marks = wanted[:: max(1, len(wanted) // MARKS)]
    nearest = cKDTree(marks).query(ranks)
    close = np.argsort(nearest[0], kind="stable")[: len(wanted)]
    along: Ints = close[np.argsort(nearest[1][close], kind="stable")]
    return along


def _from_both_ends(length: int) -> list[int]:
    """Return places from the ends inwards: 0, n − 1, 1, n − 2 …."""
    return [i // 2 if i % 2 == 0 else length - 1 - i // 2 for i in range(length)]


def chained(points: Floats, first: int | None = None) -> Ints:
    """Return an order in which every song is followed by the nearest that is left.

    Long lists are cut into chunks along their main direction, so that the time grows in step with
    the songs.

    Parameters
    ----------
    points : float64 array of shape (n, d).
    first : the place of the first song; by default an end of the main direction.
    """
    if not len(points):
        return np.empty(0, dtype=np.int64)
    centred = points - points.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    along = np.argsort(centred @ directions[:, -1], kind="stable")
    start = int(along[0]) if first is None else first
    order: list[Ints] = []
    for cut in range(0, len(along), CHUNK):
        chunk = along[cut : cut + CHUNK]
        order.append(chunk[_chain(points[chunk], points[start])])
        start = int(order[-1][-1])
    return np.concatenate(order)


def _chain(points: Floats, start: Floats) -> Ints:
    """Go from song to song, always to the nearest that is left."""
    left, rest, here = np.arange(len(points)), points.copy(), start
    order = np.empty(len(points), dtype=np.int64)
    squares = np.einsum("ij,ij->i", rest, rest)
    for step in range(len(points)):
        size = len(points) - step
        near = int((squares[:size] - 2 * (rest[:size] @ here)).argmin())
        order[step], here = left[near], rest[near].copy()
        # The last one left takes the place of the one that goes.
        left[near], rest[near], squares[near] = left[size - 1], rest[size - 1], squares[size - 1]
    return order


def spaced(artists: Ints, gap: int) -> Ints:
    """Return places in their order, moved back just as far as the artist gap asks for.

    Parameters
    ----------
    artists : a number for the artist of every song, in playing order.
    gap : in so many songs in a row no artist is heard twice; 1 leaves all as it is.

    Returns
    -------
    The places in their new order; songs for which there is no place any more are left out.
    """
    waiting: dict[int, list[int]] = {}
    for place, artist in enumerate(artists.tolist()):
        waiting.setdefault(artist, []).append(place)
    queues = {artist: places[::-1] for artist, places in waiting.items()}
    ready = [(places[-1], artist) for artist, places in queues.items()]
    heapq.heapify(ready)
    order: list[int] = []
    heard: list[int] = []
    while ready:
        place, artist = heapq.heappop(ready)
        order.append(place)
        queues[artist].pop()
        heard.append(artist)
        if len(heard) >= gap:
            free = heard[len(heard) - gap]
            if queues[free]:
                heapq.heappush(ready, (queues[free][-1], free))
    left = [place for artist in queues for place in reversed(queues[artist])]
    return _fitted_in(np.array(order, dtype=np.int64), left, artists, gap)


def _fitted_in(order: Ints, left: list[int], artists: Ints, gap: int) -> Ints:
    """Put in songs that found no place at the end, wherever their artist is far enough away.

    A song between two others only moves those behind it further from those before it, so one round
    may make room for the next.
    """
    before = len(left) + 1
    while len(left) < before:
        before, full, rest = len(left), set[int](), list[int]()
        for place in left:
            artist = int(artists[place])
            slot = None if artist in full else _slot(artists[order] == artist, gap)
            if slot is None:
                full.add(artist)
                rest.append(place)
            else:
                order = np.insert(order, slot, place)
        left = rest
    return order


def _slot(own: NDArray[np.bool_], gap: int) -> int | None:
    """Return the first slot at least `gap` songs away from all songs that are its artist's own.

    In slot s stand s songs before it; the song at h is s - h ahead of it, or h - s + 1 behind.
    """
    heard, slots = np.flatnonzero(own), np.arange(len(own) + 1)[:, None]
    away = np.where(slots > heard, slots - heard, heard - slots + 1)
    free = np.flatnonzero(away.min(axis=1, initial=gap) >= gap)
    return int(free[0]) if len(free) else None
