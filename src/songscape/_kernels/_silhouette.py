"""Exact Euclidean silhouettes, of one labeling or of a whole sweep in one pass over the pairs.

The silhouette of a row is ``(b - a) / max(a, b)`` in -1..1, with a its mean distance to the other
rows of its cluster and b the least mean distance to the rows of another one (Rousseeuw, 1987,
Silhouettes: a graphical aid to the interpretation and validation of cluster analysis).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from songscape._kernels._check import as_table, as_weights, near_one
from songscape._kernels._engine import engine
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from songscape._kernels._engine import Floats, Ints


def silhouette(
    points: ArrayLike,
    labelings: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    threads: int = 1,
) -> Floats:
    """Score every row under every labeling.

    Pair distances are float32 of centred points, their sums float64; identical rows with identical
    labels are measured once, as one row of more weight. Each distance serves both its rows as long
    as the sums of all rows under all labelings fit in 256 MB, and is taken twice beyond.

    Parameters
    ----------
    points : (n, d) without NaN.
    labelings : (m, n) whole numbers, or (n,) for one; -1 marks rows that do not count (noise).
    weights : (n,) more than zero; a row of weight w counts as w identical rows.
    threads : how many to use at most; scores are bit-identical on any number.

    Returns
    -------
    (m, n) float64 in -1..1, or (n,) for one labeling; 0 for a cluster of one row, nan for -1.

    Raises
    ------
    DegenerateDataError : a labeling of fewer than two clusters, or points that are not finite.

    Examples
    --------
    >>> silhouette([[0.0], [1.0], [5.0]], [0, 0, 1]).round(2).tolist()
    [0.8, 0.75, 0.0]
    """
    table = near_one(as_table(points))[0].astype(np.float32)
    n = len(table)
    counted = as_weights(weights, n, zero=False)
    given = np.asarray(labelings)
    if given.ndim not in {1, 2} or given.shape[-1] != n or given.dtype.kind not in "iu":
        raise DegenerateDataError(
            f"Labelings must be whole numbers, one for each of {n} rows, not {given.dtype} "
            f"of shape {given.shape}."
        )
    labels, clusters = _numbered(np.atleast_2d(given))
    rows, back, multiples = _distinct(table, labels)
    if counted.size:
        multiples = np.asarray(np.bincount(back, counted, len(rows)), dtype=np.float64)
    order = np.argsort(labels[clusters.argmax(), rows], kind="stable")
    scores = np.empty((len(labels), len(rows)))
    engine().silhouette(
        table[rows[order]],
        np.ascontiguousarray(labels[:, rows[order]]),
        clusters,
        multiples[order],
        threads,
        scores,
    )
    out = np.empty_like(scores)
    out[:, order] = scores
    return out[:, back].reshape(given.shape)


def _distinct(
    table: NDArray[np.float32], labels: Ints
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Find rows that agree in numbers and labels: first of each, each row's, how many of each.

    Collections repeat tracks (a quarter of a well-known table of 114,000), and pairs cost squared.
    """
    bits = np.hstack([(table + 0.0).view(np.int32), labels.T])
    keys = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1] * 4)))[:, 0]
    _, rows, back, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return rows, back, counts.astype(np.float64)


def _numbered(labelings: Ints) -> tuple[Ints, Ints]:
    """Renumber each labeling 0..k-1, keeping -1, and count its clusters."""
    out = np.empty(labelings.shape, dtype=np.int32)
    clusters = np.empty(len(labelings), dtype=np.int32)
    for i, labels in enumerate(labelings):
        values, numbers = np.unique(labels, return_inverse=True)
        noise = int((values < 0).sum())
        out[i] = np.maximum(numbers - noise, -1)
        clusters[i] = len(values) - noise
    if len(clusters) == 0 or clusters.min() < 2:
        raise DegenerateDataError("A silhouette needs a labeling of at least two clusters.")
    return out, clusters
