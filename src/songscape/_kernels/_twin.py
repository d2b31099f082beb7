"""The kernels in plain NumPy: the oracle of their tests, and the fallback without a compiler.

Each function is the definition, row block by row block in float64. Signatures are those of
:class:`songscape._kernels._engine.Engine`; ``threads`` is accepted and not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Table = NDArray[np.float32] | Floats

_BLOCK_BYTES = 1 << 24


def kmeans_step(  # noqa: PLR0913, PLR0917 - the engine's own signature
    points: Table,
    centers: Floats,
    weights: Floats,
    threads: int,  # noqa: ARG001
    labels: Ints,
    counts: Floats,
    sums: Floats,
) -> float:
    """Assign every row to its nearest centre and add up what the next centres need."""
    k, objective = len(centers), 0.0
    counts[:], sums[:] = 0.0, 0.0
    for rows in _blocks(len(points), k):
        x = points[rows].astype(np.float64)
        square = cdist(x, centers, "sqeuclidean")
        nearest = square.argmin(axis=1)
        w = weights[rows] if weights.size else np.ones(len(x))
        counts += np.bincount(nearest, w, k)
        np.add.at(sums, nearest, w[:, None] * x)
        objective += float((w * square[np.arange(len(x)), nearest]).sum())
        if labels.size:
            labels[rows] = nearest
    return objective


@np.errstate(over="ignore", invalid="ignore")  # the cost tells, which is not finite then
def lloyd(  # noqa: PLR0913, PLR0917
    points: Table,
    weights: Floats,
    centers: Floats,
    stop: tuple[int, int, float, float, float, float],
    threads: int,
    labels: Ints,
    leads: Floats,
    squares: Floats,
) -> tuple[float, int]:
    """Take steps until one of the rules ends it, and measure where they led."""
    most, first, shift, gain, patience, rival = stop
    last, steps, moved = np.inf, 0, np.inf
    counts, sums = np.empty(len(centers)), np.empty(centers.shape)
    while True:
        cost = kmeans_step(points, centers, weights, threads, labels, counts, sums)
        if steps == most or moved <= shift or not np.isfinite(cost):
            break
        steps += 1
        gained, last = max(last - cost, 0.0), cost
        if steps > first and cost - patience * gained > rival:
            return cost, steps
        if steps > first and gained <= gain * cost:
            break
        means = _means(points, weights, centers, labels, counts, sums)
        moved = float(((means - centers) ** 2).sum())
        centers[:] = means
    leads[:] = 0.0
    if squares.size:
        squares[:] = ((points - centers[labels]) ** 2).sum(axis=1)
    return cost, steps


def _means(
    points: Table, weights: Floats, centers: Floats, labels: Ints, counts: Floats, sums: Floats
) -> Floats:
    """Average each cluster; an empty one takes the row farthest from its centre."""
    means = np.divide(sums, counts[:, None], out=centers.copy(), where=counts[:, None] > 0)
    empty = np.flatnonzero(counts <= 0)
    if empty.size:
        far = ((points - centers[labels]) ** 2).sum(axis=1)
        if weights.size:
            far[weights <= 0] = -1.0
        rows = np.argsort(-far, kind="stable")[: len(empty)]
        rows = rows[far[rows] >= 0]
        means[empty[: len(rows)]] = points[rows]
    return means


def greedy_draws(  # noqa: PLR0913, PLR0917
    points: Table,
    weights: Floats,
    draws: Floats,
    centers: int,
    threads: int,
    labels: Ints,
    leads: Floats,
    squares: Floats,
    chosen: Ints,
    costs: Floats,
) -> None:
    """Of the rows each round draws, keep the one that leaves least cost."""
    n, prices = len(points), np.empty(draws.shape[1])
    for number, drawn in enumerate(draws):
        totals = np.cumsum(weights * squares if weights.size else squares)
        found = np.searchsorted(totals, drawn * totals[-1], side="right")
        rows = np.minimum(found if totals[-1] > 0 else (drawn * n).astype(np.int64), n - 1)
        candidates = points[rows].astype(np.float64)
        potentials(points, candidates, weights, squares, threads, prices)
        best = prices.argmin()
        chosen[number], costs[number] = rows[best], prices[best]
        square = ((points - candidates[best]) ** 2).sum(axis=1)
        if labels.size:
            labels[square < squares] = centers + number
            leads[:] = 0.0
        np.minimum(squares, square, out=squares)


def nearest_centers(
    points: Table,
    centers: Floats,
    threads: int,  # noqa: ARG001
    labels: Ints,
    squares: Floats,
) -> None:
    """Find the two nearest centres of every row; of equals the first."""
    for rows in _blocks(len(points), len(centers)):
        square = cdist(points[rows].astype(np.float64), centers, "sqeuclidean")
        order = np.argsort(square, axis=1, kind="stable")[:, :2]
        found = np.take_along_axis(square, order, axis=1)
        both = order.shape[1]
        labels[:both, rows], squares[:both, rows] = order.T, found.T
        labels[both:, rows], squares[both:, rows] = 0, np.inf


def potentials(
    points: Table,
    candidates: Floats,
    weights: Floats,
    closest: Floats,
    threads: int,  # noqa: ARG001
    out: Floats,
) -> None:
    """Add up what every row would cost if each candidate were a centre too."""
    out[:] = 0.0
    for rows in _blocks(len(points), len(candidates)):
        square = cdist(points[rows].astype(np.float64), candidates, "sqeuclidean")
        cost = np.minimum(square, closest[rows, None])
        # Not a product of the library's, whose last bits change with the number of threads.
        out += (cost * weights[rows, None] if weights.size else cost).sum(axis=0)


def silhouette(
    points: NDArray[np.float32],
    labelings: Ints,
    clusters: Ints,
    weights: Floats,
    threads: int,  # noqa: ARG001
    out: Floats,
) -> None:
    """Score every row under each labeling by its mean distances to its own and other clusters."""
    x = points.astype(np.float64)
    w = weights if weights.size else np.ones(len(x))
    members = [
        (labels[:, None] == np.arange(k)) * w[:, None]
        for labels, k in zip(labelings, clusters, strict=True)
    ]
    for rows in _blocks(len(x), len(x)):
        distance = cdist(x[rows], x)
        for labels, member, scores in zip(labelings, members, out, strict=True):
            scores[rows] = _scores(distance @ member, member.sum(axis=0), labels[rows])


def _scores(sums: Floats, sizes: Floats, labels: Ints) -> Floats:
    """Turn summed distances (rows, k) into silhouettes; rows without a label score nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own, each = np.maximum(labels, 0), np.arange(len(labels))
        within = sums[each, own] / (sizes[own] - 1.0)
        means = np.where(sizes > 0, sums / sizes, np.inf)
        means[each, own] = np.inf
        between = means.min(axis=1)
        score = np.nan_to_num((between - within) / np.maximum(within, between))
    score[sizes[own] <= 1.0] = 0.0
    score[labels < 0] = np.nan
    return np.asarray(score)


def ward(
    points: Floats,
    weights: Floats,
    axes: Floats,  # noqa: ARG001
    merged: Ints,
    heights: Floats,
) -> None:
    """Merge along chains of nearest neighbours, each scan one pass over the living centroids."""
    centers, n = points.copy(), len(points)
    w = weights.copy() if weights.size else np.ones(n)
    chain: list[int] = []
    for step in range(n - 1):
        heights[step] = np.sqrt(2.0 * _close(chain, centers, w))
        a, b = merged[step] = chain.pop(), chain.pop()
        kept, lost = min(a, b), max(a, b)
        total = w[kept] + w[lost]
        centers[kept] = (w[kept] * centers[kept] + w[lost] * centers[lost]) / total
        w[kept], w[lost] = total, 0.0


def _close(chain: list[int], centers: Floats, w: Floats) -> float:
    """Grow the chain until its last two are each other's nearest; return their distance.

    Merged rows stand for their cluster by the smaller number, which is also the slot of its
    centroid; the other's weight is zero.
    """
    if not chain:
        chain.append(int(np.flatnonzero(w)[0]))
    while True:
        end = chain[-1]
        square = ((centers - centers[end]) ** 2).sum(axis=1)
        distance = np.where(w > 0, w * w[end] / (w + w[end]) * square, np.inf)
        distance[end] = np.inf
        nearest = int(distance.argmin())
        if len(chain) > 1 and distance[chain[-2]] <= distance[nearest]:
            return float(distance[chain[-2]])
        chain.append(nearest)


def normalise(logs: Floats, sums: Floats) -> None:
    """Turn joint log densities into responsibilities in place, with the logs of their sums."""
    top = logs.max(axis=0)
    logs -= top
    np.exp(logs, out=logs)
    logs.sum(axis=0, out=sums)
    logs /= sums
    np.log(sums, out=sums)
    sums += top


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut rows so that a block of float64 distances to `columns` others stays small."""
    size = max(1, _BLOCK_BYTES // (8 * max(columns, 1)))
    return (slice(i, min(i + size, rows)) for i in range(0, rows, size))
