"""Lloyd's algorithm from greedy k-means++ starts, on the fused kernel.

A start draws each next centre from the songs with probability proportional to the squared distance
to the nearest centre so far; of a few candidates the one that lowers the cost most is kept (Arthur
& Vassilvitskii 2007, "k-means++: the advantages of careful seeding", section 5 on greedy draws).
Then every song goes to its nearest centre and every centre to the mean of its songs until the
centres stand still (Lloyd 1982, "Least squares quantization in PCM"). A cluster that loses all its
songs takes the song farthest from its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

START_ROWS = 10_000
"""Songs a start is drawn from, and at least a hundred for each centre: where most centres should
be shows in a sample, and drawing from all cost more than the steps that follow."""

FIRST = 3
"""Steps before a run is judged by how fast it gains."""

PATIENCE = 10
"""A run is given up if ten times its last gain would not bring it below its rival."""


@dataclass(frozen=True)
class Stop:
    """When a run ends.

    Parameters
    ----------
    most : most passes over the songs.
    shift : sum of squared movements of the centres.
    gain : share of the cost that a pass must gain.
    """

    most: int = 300
    shift: float = 0.0
    gain: float = 0.0


@dataclass(frozen=True, eq=False)
class Solution:
    """Centres that stand still, or were given up.

    Parameters
    ----------
    centers : float64 array of shape (k, d).
    inertia : weighted sum of squared distances to the nearest centre.
    steps : passes over the songs.
    """

    centers: Floats
    inertia: float
    steps: int


def greedy_start(songs: Songs, k: int, rng: np.random.Generator) -> Floats:
    """Draw k centres among the songs, far apart, shape (k, d)."""
    songs = songs.sample(max(START_ROWS, 100 * k), rng)
    candidates = 2 + int(np.log(k))
    chosen = [int(songs.draw(songs.mass, 1, rng)[0])]
    closest = songs.distances_to(chosen[0])
    for _ in range(1, k):
        drawn = songs.draw(songs.mass * closest, candidates, rng)
        chosen.append(int(drawn[np.argmin(songs.costs_with(drawn, closest))]))
        closest = np.minimum(closest, songs.distances_to(chosen[-1]))
    return songs.points[chosen]


def random_start(songs: Songs, k: int, rng: np.random.Generator) -> Floats:
    """Draw k different songs as centres, shape (k, d)."""
    share = songs.mass / songs.mass.sum()
    return songs.points[rng.choice(len(songs.points), k, replace=False, p=share)]


def settle(songs: Songs, start: Floats, stop: Stop, rival: float = np.inf) -> Solution:
    """Move centres until they stand still.

    Parameters
    ----------
    songs : the songs.
    start : centres to begin with, shape (k, d).
    stop : when to end.
    rival : a cost to beat; a run that is not on its way to do so is given up.
    """
    centers, last, steps = start, np.inf, 0
    while steps < stop.most:
        steps += 1
        cost, counts, sums = songs.step(centers)
        gained, last = last - cost, cost
        moved = _means(songs, centers, counts, sums)
        if steps > FIRST and (gained < stop.gain * cost or cost - PATIENCE * gained > rival):
            return Solution(centers, cost, steps)
        movement = moved - centers
        shift, centers = float(np.vdot(movement, movement)), moved
        if shift <= stop.shift:
            break
    return Solution(centers, songs.step(centers)[0], steps)


def best_of(songs: Songs, starts: Iterable[Floats], stop: Stop) -> Solution:
    """Return the solution of least cost; of equals the first."""
    best: Solution | None = None
    for start in starts:
        found = settle(songs, start, stop, best.inertia if best else np.inf)
        best = found if best is None or found.inertia < best.inertia else best
    if best is None:
        raise DegenerateDataError("K-means needs one start at least; raise n_init.")
    return best


def _means(songs: Songs, centers: Floats, counts: Floats, sums: Floats) -> Floats:
    """Return the mean of every cluster; an empty one takes the song farthest from its centre."""
    if counts.min() > 0:
        return sums / counts[:, None]
    empty = np.flatnonzero(counts <= 0)
    moved = np.divide(sums, counts[:, None], out=centers.copy(), where=counts[:, None] > 0)
    far = songs.nearest(centers).distance * (songs.mass > 0)
    moved[empty] = songs.points[np.argsort(-far, kind="stable")[: len(empty)]]
    return moved
