"""Silhouette: how much nearer a song is to its own cluster than to the next.

For a song with mean distance a to the others of its cluster and b to those of the nearest other
cluster, s = (b − a) / max(a, b), from −1 (in the wrong one) to 1; a song alone in its cluster has
0. The score is the mean. It favours few, round clusters and says 2 or 3 on songs with no groups at
all: a curve to look at, not a judge.

Exact up to :data:`EXACT` songs. Beyond, the silhouettes of a sample of songs are taken, each
against *all* songs, so each is exact and only the mean has an error, which :func:`estimate` gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import cdist

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED, clustered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = "Rousseeuw 1987, Silhouettes: a graphical aid to the interpretation of cluster analysis"

EXACT = 10_000
"""Songs whose silhouettes are taken; in larger collections a sample of so many."""

BLOCK = 4_000_000
"""Distances held at a time."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean silhouette of songs in clusters, −1..1; NaN with fewer than two."""
    del truth
    return estimate(space, fit)[0]


def estimate(space: Space, fit: Fit, most: int = EXACT) -> tuple[float, float]:
    """Return the mean silhouette and its standard error, which is 0 where it is exact.

    Parameters
    ----------
    space, fit : what is scored.
    most : songs whose silhouettes are taken; the seed of the fit draws them.
    """
    found = clustered(space, fit.labels)
    if found is None:
        return UNDEFINED, UNDEFINED
    matrix, labels = found
    if len(matrix) <= most:
        return float(silhouettes(matrix, labels).mean()), 0.0
    rows = generator(fit.seed, "silhouette").choice(len(matrix), most, replace=False)
    values = silhouettes(matrix, labels, rows)
    left = 1 - most / len(matrix)
    return float(values.mean()), float(values.std(ddof=1) * np.sqrt(left / most))


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
    wanted = np.arange(len(matrix)) if rows is None else rows
    belongs = np.eye(int(labels.max()) + 1)[labels]
    step = max(1, BLOCK // len(matrix))
    blocks = (wanted[start : start + step] for start in range(0, len(wanted), step))
    return np.concatenate([_block(matrix, labels, belongs, block) for block in blocks])


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
