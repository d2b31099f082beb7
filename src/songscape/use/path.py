"""A way from one song to another in small steps.

The straight line between the two songs is cut into as many pieces as there are steps. Songs near
every cut are candidates; among all rows of candidates that keep the constraints, the one with the
smallest sum of squared steps is found by dynamic programming, which makes steps short and even.
Where a constraint holds, candidates are taken of every key and tempo band near the cut, so that a
way through another key can be found.

References
----------
Bellman, R. (1957). Dynamic Programming. Princeton. (Viterbi's form, one best history per song.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.use._keys import compatible, key_codes, key_names
from songscape.use.find import find

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.use._nearest import Exact
    from songscape.use.opened import Opened

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

WIDTHS = (64, 256, 1024)
_NEAR = 8


@dataclass(frozen=True)
class Way:
    """What a way has to keep to.

    Parameters
    ----------
    length : how many songs, both ends included.
    tempo_step : the largest change of tempo from song to song as a share, 0.08 for 8 %; None for
        any.
    keys : whether the keys of neighbours must go together on the wheel.
    gap_artist : in so many songs in a row no artist is heard twice; 1 allows it.
    """

    length: int = 12
    tempo_step: float | None = None
    keys: bool = False
    gap_artist: int = 4

    def __post_init__(self) -> None:
        if self.length < 2:
            raise RecipeError(f"A path has at least 2 songs, not {self.length}.")
        if self.tempo_step is not None and not 0 < self.tempo_step < 1:
            raise RecipeError(f"The tempo step must lie between 0 and 1, not {self.tempo_step:g}.")
        if self.gap_artist < 1:
            raise RecipeError(f"The artist gap must be 1 or more, not {self.gap_artist}.")


@dataclass(frozen=True, eq=False)
class _Ground:
    """What is looked up on the way: the space, tempi, key codes, artists and recordings."""

    points: Floats
    search: Exact
    tempo: Floats
    keys: Ints
    artists: Ints
    recordings: Ints
    fits: Flags = field(default_factory=compatible)


@dataclass(frozen=True, eq=False)
class _Trail:
    """The best way to every candidate of a layer: its rows so far, shape (m, t), and its cost."""

    rows: Ints
    cost: Floats


def path(run: Opened, start: str | int, end: str | int, way: Way = Way()) -> pl.DataFrame:
    """Return the songs on a way from one song to another.

    Parameters
    ----------
    run : the finished run.
    start, end : id, title, "artist - title", or number of the row.
    way : length and constraints.

    Returns
    -------
    frame with ``step, row, id, artist, title, cluster, tempo, key, distance``; `key` in the wheel's
    notation, `distance` from the song before. Columns the run does not know are left out.

    Raises
    ------
    InputError
        If a song is not found, or several are meant.
    DegenerateDataError
        If no way keeps the constraints; the message says which to loosen.
    """
    ends = find(run, start), find(run, end)
    ground = _ground(run, way)
    _check_ends(run, ground, ends, way)
    for width in WIDTHS:
        rows = _found(ground, ends, way, width)
        if rows is not None:
            return _told(run, ground, rows)
    raise DegenerateDataError(_impossible(run, ground, ends, way))


def _ground(run: Opened, way: Way) -> _Ground:
    """Gather what the constraints need."""
    tracks, n = run.tracks, run.space.n
    if way.tempo_step is not None and "tempo" not in tracks.columns:
        raise DegenerateDataError("This run knows no tempo; leave --tempo-step out.")
    codes = key_codes(tracks)
    if way.keys and codes is None:
        raise DegenerateDataError("This run knows no keys; leave --keys out.")
    no_tempo = np.full(n, np.nan)
    known = "tempo" in tracks.columns
    tempo = tracks["tempo"].cast(pl.Float64).fill_null(np.nan).to_numpy() if known else no_tempo
    keys = np.full(n, -1, dtype=np.int64) if codes is None else codes
    return _Ground(run.space.matrix, run.search, tempo, keys, run.artists, run.recordings)


def _check_ends(run: Opened, ground: _Ground, ends: tuple[int, int], way: Way) -> None:
    """Raise where the two ends alone make the way impossible."""
    if ends[0] == ends[1]:
        raise DegenerateDataError(f"{run.label(ends[0])} is both start and end; name two songs.")
    if ground.recordings[ends[0]] == ground.recordings[ends[1]]:
        raise DegenerateDataError(
            f"Start and end are the same recording, {run.label(ends[0])}; name two songs."
        )
    songs = len(np.unique(ground.recordings))
    if way.length > songs:
        raise DegenerateDataError(
            f"{run.folder} has only {songs:,} different songs; give --length {songs} or less."
        )
    for row in ends:
        if way.keys and ground.keys[row] < 0:
            raise DegenerateDataError(
                f"The key of {run.label(row)} is not known; leave --keys out."
            )
        if way.tempo_step is not None and not ground.tempo[row] > 0:
            raise DegenerateDataError(
                f"The tempo of {run.label(row)} is not known; leave --tempo-step out."
            )
    if way.tempo_step is not None:
        slow, fast = sorted(ground.tempo[list(ends)])
        least = int(np.ceil(np.log(fast / slow) / np.log1p(way.tempo_step) - 1e-9)) + 1
        if least > way.length:
            wider = _percent(np.expm1(np.log(fast / slow) / (way.length - 1)))
            raise DegenerateDataError(
                f"From {ground.tempo[ends[0]]:.0f} to {ground.tempo[ends[1]]:.0f} BPM in steps of "
                f"{100 * way.tempo_step:.3g}% takes {least} songs; give --length {least} or more"
                + (f", or --tempo-step {wider}%." if wider < 100 else ".")
            )


def _found(ground: _Ground, ends: tuple[int, int], way: Way, width: int) -> Ints | None:
    """Return the rows of the best way through `width` candidates a layer, or None."""
    layers = _layers(ground, ends, way, width)
    trail = _Trail(np.array([[ends[0]]]), np.zeros(1))
    for layer in [*layers, np.array([ends[1]])]:
        further = _further(ground, trail, layer, way)
        if further is None:
            return None
        trail = further
    best: Ints = trail.rows[int(trail.cost.argmin())]
    return best


def _layers(ground: _Ground, ends: tuple[int, int], way: Way, width: int) -> list[Ints]:
    """Return the candidates of every step between the ends."""
    inner = way.length - 2
    if not inner:
        return []
    share = np.arange(1, inner + 1)[:, None] / (inner + 1)
    line = ground.points[ends[0]] * (1 - share) + ground.points[ends[1]] * share
    near = ground.search.nearest(line, width * _NEAR).rows
    usable = ~np.isin(ground.recordings, ground.recordings[list(ends)])
    if way.tempo_step is not None:
        usable &= ground.tempo > 0
    if way.keys:
        usable &= ground.keys >= 0
    return [_spread(ground, rows[usable[rows]], way)[:width] for rows in near]


def _spread(ground: _Ground, rows: Ints, way: Way) -> Ints:
    """Reorder candidates so that the nearest of every key and tempo band come first."""
    kinds = np.zeros(len(rows), dtype=np.int64)
    if way.keys:
        kinds += ground.keys[rows]
    if way.tempo_step is not None:
        kinds += 25 * np.floor(np.log(ground.tempo[rows]) / np.log1p(way.tempo_step)).astype(int)
    if not kinds.any():
        return rows
    order = pl.Series(kinds).to_frame("kind").select(pl.int_range(pl.len()).over("kind"))
    return rows[np.argsort(order.to_series().to_numpy(), kind="stable")]


def _further(ground: _Ground, trail: _Trail, layer: Ints, way: Way) -> _Trail | None:
    """Go one layer on: the best way to each of its songs that keeps the constraints."""
    last = trail.rows[:, -1]
    cost = trail.cost[:, None] + _squares(ground.points[last], ground.points[layer])
    cost[~_allowed(ground, trail.rows, layer, way)] = np.inf
    best = cost.argmin(axis=0)
    least = cost[best, np.arange(len(layer))]
    reached = np.isfinite(least)
    if not reached.any():
        return None
    rows = np.column_stack([trail.rows[best[reached]], layer[reached]])
    return _Trail(rows, least[reached])


def _allowed(ground: _Ground, trails: Ints, layer: Ints, way: Way) -> Flags:
    """Return which songs of a layer may follow which trail, shape (trails, songs)."""
    last = trails[:, -1]
    allowed = np.ones((len(trails), len(layer)), dtype=np.bool_)
    for step in range(trails.shape[1]):
        allowed &= ground.recordings[trails[:, step], None] != ground.recordings[layer]
    for step in range(max(0, trails.shape[1] - way.gap_artist + 1), trails.shape[1]):
        allowed &= ground.artists[trails[:, step], None] != ground.artists[layer]
    if way.tempo_step is not None:
        ratio = ground.tempo[layer] / ground.tempo[last, None]
        most = 1 + way.tempo_step + 1e-9
        allowed &= (ratio <= most) & (ratio >= 1 / most)
    if way.keys:
        allowed &= ground.fits[ground.keys[last, None], ground.keys[layer]]
    return allowed


def _squares(left: Floats, right: Floats) -> Floats:
    """Return squared distances, shape (left, right)."""
    product = left @ right.T
    sums = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)
    squares: Floats = np.maximum(sums - 2 * product, 0)
    return squares


def _impossible(run: Opened, ground: _Ground, ends: tuple[int, int], way: Way) -> str:
    """Say that there is no way, and which constraint to loosen, as far as trying tells."""
    looser: dict[str, dict[str, Any]] = {f"--length {way.length * 2}": {"length": way.length * 2}}
    if way.tempo_step is not None:
        wider = min(_percent(2 * way.tempo_step), 99)
        looser[f"--tempo-step {wider}%"] = {"tempo_step": wider / 100}
    if way.keys:
        looser["no --keys"] = {"keys": False}
    if way.gap_artist > 1:
        looser["--gap-artist 1"] = {"gap_artist": 1}
    ways = {words: replace(way, **change) for words, change in looser.items()}
    work = [
        words for words, one in ways.items() if _found(ground, ends, one, WIDTHS[1]) is not None
    ]
    out = (
        f"there is one with {' or with '.join(work)}" if work else "loosen several of them at once"
    )
    names = " to ".join(run.label(row) for row in ends)
    return f"No way of {way.length} songs from {names} keeps all constraints; {out}."


def _told(run: Opened, ground: _Ground, rows: Ints) -> pl.DataFrame:
    """Return the songs of a way with what is worth knowing of each."""
    known = [n for n in ("id", "artist", "title", "cluster", "tempo") if n in run.tracks.columns]
    steps = np.linalg.norm(np.diff(ground.points[rows], axis=0), axis=1)
    songs = run.tracks[rows]
    keys = key_names(songs)
    return songs.select(
        pl.Series("step", np.arange(1, len(rows) + 1)),
        pl.Series("row", rows, dtype=pl.Int64),
        *known,
        *([] if keys is None else [keys.alias("key")]),
        pl.Series("distance", [None, *steps], dtype=pl.Float64),
    )


def _percent(share: float) -> int:
    """Return a share in whole percent, rounded up.

    >>> _percent(0.0701)
    8
    """
    return int(np.ceil(100 * share - 1e-9))
