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

from songscape._kernels import Known, Stop, unknown
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

START_ROWS = 10_000
"""Songs a start is drawn from, and at least a hundred for each centre: where most centres should
be shows in a sample, and drawing from all cost more than the steps that follow."""

_NO_LABELS = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Solution:
    """Centres that stand still, or were given up.

    Parameters
    ----------
    centers : float64 array of shape (k, d).
    inertia : weighted sum of squared distances to the nearest centre.
    steps : passes over the songs.
    known : of each song; None where it is not kept.
    """

    centers: Floats
    inertia: float
    steps: int
    known: Known | None = None


def greedy_start(songs: Songs, k: int, rng: np.random.Generator) -> Floats:
    """Draw k centres among the songs, far apart, shape (k, d)."""
    songs = songs.sample(max(START_ROWS, 100 * k), rng)
    first = int(songs.draw(songs.mass, 1, rng)[0])
    draws = rng.random((k - 1, 2 + int(np.log(k))))
    known = Known(_NO_LABELS, np.empty(0), songs.distances_to(first))
    others, _ = songs.draw_centers(1, known, draws)
    return songs.points[[first, *others.tolist()]]


def random_start(songs: Songs, k: int, rng: np.random.Generator) -> Floats:
    """Draw k different songs as centres, shape (k, d)."""
    share = songs.mass / songs.mass.sum()
    return songs.points[rng.choice(len(songs.points), k, replace=False, p=share)]


def settle(
    songs: Songs, start: Floats, stop: Stop, rival: float = np.inf, known: Known | None = None
) -> Solution:
    """Move centres until they stand still.

    Parameters
    ----------
    songs : the songs.
    start : centres to begin with, shape (k, d).
    stop : when to end.
    rival : a cost to beat; a run that is not on its way to do so is given up.
    known : of the songs and these centres; taken over.
    """
    found = songs.descend(np.array(start), Stop(*stop[:-1], rival), known)
    return Solution(found.centers, found.cost, found.steps, found.known)


def promising(songs: Songs, starts: Iterable[Floats], stop: Stop, most: int) -> list[Floats]:
    """Return where the starts have come that cost least when they are stopped, at most so many."""
    rows = len(songs.points)
    tried = [settle(songs, one, stop, known=unknown(rows, labels_only=True)) for one in starts]
    return [one.centers for one in sorted(tried, key=lambda run: run.inertia)[:most]]


def best_of(songs: Songs, starts: Iterable[Floats], stop: Stop) -> Solution:
    """Return the solution of least cost; of equals the first."""
    best: Solution | None = None
    for start in starts:
        known = unknown(len(songs.points), labels_only=True)
        found = settle(songs, start, stop, best.inertia if best else np.inf, known)
        best = found if best is None or found.inertia < best.inertia else best
    if best is None:
        raise DegenerateDataError("K-means needs one start at least; raise n_init.")
    return best
