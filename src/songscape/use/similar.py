"""Songs like this one, and what makes them alike.

Songs are compared in the run's prepared features, before any reduction, so that every difference
has a name. The same song released again, and songs by the same artist where that is wished, are
told once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.errors import DegenerateDataError, RecipeError, UnknownNameError
from songscape.describe._labels import label
from songscape.explain.names import word
from songscape.use._nearest import Exact, Index, searching
from songscape.use.find import find
from songscape.use.rule import rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from songscape.use.opened import Opened

    Ints = NDArray[np.int64]

LARGE = 200_000
"""From so many songs on an index answers many queries; a single one is always searched exactly."""

CLEAR = 0.5
"""Standard deviations from which a trait, or a difference, is told."""

MOST = 3
_TIMES = 8


def similar(
    run: Opened,
    song: str | int,
    n: int = 20,
    *,
    weights: Mapping[str, float] | None = None,
    one_per_artist: bool = False,
    where: str = "",
) -> pl.DataFrame:
    """Return the songs most like one.

    Parameters
    ----------
    run : the finished run.
    song : id, title, "artist - title", or number of the row.
    n : how many.
    weights : how much features count, 1 where nothing is said and 0 for not at all.
    one_per_artist : tell every artist once, the song's own not at all.
    where : tell only songs that keep this rule (:mod:`songscape.use.rule`).

    Returns
    -------
    frame with ``row, id, artist, title, cluster, distance, alike, unlike``, nearest first. `alike`
    are the words for what both songs are and most are not; `unlike` the features that differ by
    half a standard deviation or more, as "tempo 128 → 96", the largest difference first.

    Raises
    ------
    InputError
        If the song is not found, or several are meant.
    UnknownNameError
        If a weight is given to a feature that is not compared.
    RecipeError
        If the rule cannot be read.
    """
    row = find(run, song)
    able = _able(run, where)
    matrix = weighted(run, weights)
    index = Exact(matrix[able]) if where else Exact(matrix) if weights else run.search
    rows, distances, count = np.empty(0, dtype=np.int64), np.empty(0), 0
    while len(rows) < n and count < len(able):
        count = min(max(count * _TIMES, 2 * n), len(able))
        near, far = index.nearest(matrix[row], count)
        kept = different(run, row, able[near[0]], one_per_artist=one_per_artist)[:n]
        rows, distances = able[near[0]][kept], far[0][kept]
    return told(run, row, rows).with_columns(pl.Series("distance", distances)).select(_COLUMNS)


_COLUMNS = pl.selectors.by_name(
    "row", "id", "artist", "title", "cluster", "distance", "alike", "unlike", require_all=False
)


def _able(run: Opened, where: str) -> Ints:
    """Return the rows of the songs that keep a rule; all without one."""
    if not where:
        return np.arange(run.tracks.height)
    keep = run.tracks.select(keep=rule(where, run.tracks.schema))["keep"]
    if not keep.any():
        raise DegenerateDataError(f"No song of {run.folder} is such that {where}.")
    return np.flatnonzero(keep.to_numpy())


def neighbours(
    run: Opened, n: int = 10, *, exact: bool | None = None, tell: Callable[[str], object] = str
) -> Ints:
    """Return the `n` nearest other songs of every song, shape (songs, n), nearest first.

    Parameters
    ----------
    run : the finished run.
    n : how many.
    exact : search all songs. By default below 200,000 songs, and where an index, with its seed
        from the run, does not find 98 % of the nearest by looking at a twentieth of the songs.
    tell : takes the line that says how it was searched.
    """
    matrix = run.space.matrix
    whole = len(matrix) < LARGE if exact is None else exact
    seed = int(run.record.run.get("seed", 0))
    index = Exact(matrix) if whole else searching(matrix, n, seed)
    found = index.nearest(matrix, n + 1).rows
    tell(_way(index))
    own = np.arange(len(matrix))[:, None]
    others = found != own
    # A row with more than n twins may not be among its own nearest; then the last one goes.
    others[others.all(axis=1), -1] = False
    nearest: Ints = found[others].reshape(len(matrix), -1)
    return nearest


def _way(search: Exact | Index) -> str:
    """Say how songs were searched."""
    if isinstance(search, Exact):
        return "searched all songs"
    part = search.looked / len(search.matrix)
    return (
        f"searched by an index that finds {search.recall:.1%} and looks at {part:.1%} of all songs"
    )


def weighted(run: Opened, weights: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the space with every column times the root of its weight, those of 0 left out."""
    if not weights:
        return run.space.matrix
    names, factors = run.space.names, np.ones(run.space.d)
    for name, weight in weights.items():
        columns = [i for i, own in enumerate(names) if own == name or _made_of(own, name)]
        if not columns:
            raise UnknownNameError("feature compared in this run", name, names)
        if not 0 <= weight < np.inf:
            raise RecipeError(f"The weight of {name} must be 0 or more, not {weight:g}.")
        factors[columns] = np.sqrt(weight)
    if not factors.any():
        raise RecipeError("Every feature has the weight 0; leave one to compare songs by.")
    return run.space.matrix[:, factors > 0] * factors[factors > 0]


def different(
    run: Opened, row: int, rows: Iterable[int], *, one_per_artist: bool = False
) -> list[int]:
    """Return the places in `rows` of songs that are neither `row` nor one told before."""
    seen = {run.recordings[row]}
    heard = {run.artists[row]} if one_per_artist else set()
    kept = []
    for place, other in enumerate(rows):
        song, artist = run.recordings[other], run.artists[other]
        if song not in seen and artist not in heard and other != row:
            kept.append(place)
            seen.add(song)
            if one_per_artist:
                heard.add(artist)
    return kept


def told(run: Opened, row: int, rows: Ints) -> pl.DataFrame:
    """Return what a person wants to know of songs beside `row`: names, what is alike and not."""
    names = [n for n in ("id", "artist", "title", "cluster") if n in run.tracks.columns]
    return run.tracks[rows].select(
        pl.Series("row", rows, dtype=pl.Int64),
        *names,
        pl.Series("alike", [alike(run, row, int(other)) for other in rows], dtype=_TEXTS),
        pl.Series("unlike", [unlike(run, row, int(other)) for other in rows], dtype=_TEXTS),
    )


_TEXTS = pl.List(pl.String)


def alike(run: Opened, one: int, other: int) -> list[str]:
    """Return the words for what both songs are and most songs are not, the strongest first."""
    z = run.deviations[[one, other]]
    both = np.where(np.sign(z[0]) == np.sign(z[1]), np.abs(z).min(axis=0), 0)
    both[np.abs(z[0] - z[1]) > np.maximum(CLEAR, both)] = 0
    order = [int(i) for i in np.argsort(-both, kind="stable") if both[i] >= CLEAR]
    words = [word(run.space.names[i], float(z[0, i])) for i in order]
    return list(dict.fromkeys(filter(None, words)))[:MOST]


def unlike(run: Opened, one: int, other: int) -> list[str]:
    """Return the features in which two songs differ clearly, the largest difference first."""
    z = run.deviations[other] - run.deviations[one]
    order = [int(i) for i in np.argsort(-np.abs(z), kind="stable") if abs(z[i]) >= CLEAR]
    return [_difference(run, run.space.names[i], (one, other), z[i]) for i in order[:MOST]]


def _difference(run: Opened, name: str, songs: tuple[int, int], z: float) -> str:
    """Say how far two songs are apart in one feature: in its own unit, where it has one."""
    if name not in run.tracks.columns:
        return f"{label(name)} {z:+.1f}".replace("-", "−")
    old, new = (run.tracks[name][song] for song in songs)
    return f"{label(name)} {old:.3g} → {new:.3g}".replace("-", "−")


def _made_of(column: str, feature: str) -> bool:
    """Tell whether a coordinate was made of a feature: key_sin and key_cos of key."""
    return re.fullmatch(rf"{re.escape(feature)}_(sin|cos|log)", column) is not None
