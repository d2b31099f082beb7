"""Silhouette: how much nearer a song is to its own cluster than to the next.

For a song with mean distance a to the others of its cluster and b to those of the nearest other
cluster, s = (b − a) / max(a, b), from −1 (in the wrong one) to 1; a song alone in its cluster has
0. The score is the mean. It favours few, round clusters and says 2 or 3 on songs with no groups at
all: a curve to look at, not a judge.

Exact up to :data:`EXACT` songs, all pairs of them in the compiled kernel; the groupings of a sweep
are scored in one pass over the pairs (:func:`scores`). Beyond, the silhouettes of a sample of songs
are taken, each against *all* songs, so each is exact and only the mean has an error, which
:func:`estimate` gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import cdist

from songscape._kernels import silhouette
from songscape.cluster._threads import allowed
from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED, clustered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = "Rousseeuw 1987, Silhouettes: a graphical aid to the interpretation of cluster analysis"

EXACT = 200_000
"""Songs up to which all pairs are measured."""

SAMPLED = 10_000
"""Songs whose silhouettes are taken in larger collections."""

BLOCK = 4_000_000
"""Distances held at a time."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean silhouette of songs in clusters, −1..1; NaN with fewer than two."""
    del truth
    return estimate(space, fit)[0]


def scores(space: Space, fits: Sequence[Fit]) -> list[float]:
    """Return the score of many groupings of the same songs, in one pass over the pairs."""
    defined = [fit for fit in fits if clustered(space, fit.labels) is not None]
    if space.n > EXACT or not defined:
        return [score(space, fit) for fit in fits]
    labelings = np.array([fit.labels for fit in defined], dtype=np.int32)
    values = silhouette(space.matrix, labelings, threads=_threads(space.matrix))
    means = dict(zip(map(id, defined), np.nanmean(values, axis=1), strict=True))
    return [float(means.get(id(fit), UNDEFINED)) for fit in fits]


def estimate(space: Space, fit: Fit, most: int | None = None) -> tuple[float, float]:
    """Return the mean silhouette and its standard error, which is 0 where it is exact.

    Parameters
    ----------
    space, fit : what is scored.
    most : songs whose silhouettes are taken, drawn by the seed of the fit; all of them by default,
        and 10,000 of more than 200,000.
    """
    found = clustered(space, fit.labels)
    if found is None:
        return UNDEFINED, UNDEFINED
    matrix, labels = found
    taken = most or (len(matrix) if len(matrix) <= EXACT else SAMPLED)
    if len(matrix) <= taken:
        return float(silhouettes(matrix, labels).mean()), 0.0
    rows = generator(fit.seed, "silhouette").choice(len(matrix), taken, replace=False)
    values = silhouettes(matrix, labels, rows)
    left = 1 - taken / len(matrix)
    return float(values.mean()), float(values.std(ddof=1) * np.sqrt(left / taken))


def silhouettes(
    matrix: NDArray[np.float64],
    labels: NDArray[np.int64],
    rows: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Return the silhouette of some songs (of all if `rows` is None) against all.

    Parameters
    ----------
    matrix : float array of shape (n, d).
    labels : int array of shape (n,), 0..k-1 and each used.
    rows : which songs.
    """
    if rows is None:
        return silhouette(matrix, labels, threads=_threads(matrix))
    belongs = np.eye(int(labels.max()) + 1)[labels]
    step = max(1, BLOCK // len(matrix))
    blocks = (rows[start : start + step] for start in range(0, len(rows), step))
    return np.concatenate([_block(matrix, labels, belongs, block) for block in blocks])


def _threads(matrix: NDArray[np.float64]) -> int:
    """Return how many threads all pairs of songs are worth."""
    return allowed(len(matrix) * matrix.size)


def _block(
    matrix: NDArray[np.float64],
    labels: NDArray[np.int64],
    belongs: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the silhouettes of one block of songs."""
    sizes = belongs.sum(axis=0)
    sums = cdist(matrix[rows], matrix) @ belongs
    each, own = np.arange(len(rows)), labels[rows]
    alone = sizes[own] == 1
    inside = sums[each, own] / np.maximum(sizes[own] - 1, 1)
    others = sums / sizes
    others[each, own] = np.inf
    outside = others.min(axis=1)
    larger = np.maximum(inside, outside)
    return np.where(alone | (larger == 0), 0.0, (outside - inside) / np.where(larger, larger, 1.0))
