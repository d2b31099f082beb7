"""Stability: whether the same clusters come out again.

Songs are drawn with replacement, grouped anew, and every song of the collection is placed in the
new groups (by the model itself, or by the nearest mean). Three questions to the draws:

- the whole: the adjusted Rand index of old and new grouping, 1 for the same, 0 for chance;
- each cluster: the Jaccard index with its best match, |A ∩ B| / |A ∪ B| (Hennig 2007, "Cluster-wise
  assessment of cluster stability"): above 0.85 it is found again, below 0.5 it dissolves;
- each song: of the songs that were its cluster-mates, the share that still are.

Stability alone does not show that groups are real: one long cloud is cut in two at the same place
every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from songscape.core.seeds import child, generator
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._refit import assign, refit, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

    Fitter = Callable[[Space, int, int], Fit]

BETTER = "high"
NEEDS: tuple[str, ...] = ("model",)
CITATION = "Hennig 2007, Cluster-wise assessment of cluster stability"

DRAWS = 10
"""Draws of the score."""


@dataclass(frozen=True, eq=False)
class Stability:
    """How well clusters come out again.

    Parameters
    ----------
    mean_ari : mean adjusted Rand index over the draws.
    per_cluster : mean Jaccard index of every cluster with its best match, shape (k,), 0..1.
    per_song : how often a song stays with its cluster-mates, shape (n,), 0..1; NaN for noise.
    draws : the adjusted Rand index of every draw.
    """

    mean_ari: float
    per_cluster: NDArray[np.float64]
    per_song: NDArray[np.float64]
    draws: NDArray[np.float64]


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean adjusted Rand index over draws; NaN with fewer than two clusters."""
    del truth
    if len(np.unique(fit.labels[fit.labels >= 0])) < 2:
        return UNDEFINED

    def fitter(drawn: Space, k: int, seed: int) -> Fit:
        del k
        return refit(drawn, fit, seed)

    return stability(space, fitter, fit, DRAWS, fit.seed).mean_ari


def stability(space: Space, fitter: Fitter, fit: Fit, draws: int, seed: int) -> Stability:
    """Group bootstrap draws anew and compare.

    Parameters
    ----------
    space : the songs of `fit`.
    fitter : groups a space: ``fitter(space, k, seed) -> Fit``.
    fit : the grouping in question.
    draws : number of bootstrap draws.
    seed : draws them.
    """
    inside = fit.labels >= 0
    again = [_again(space, fitter, fit, child(seed, f"draw {i}")) for i in range(draws)]
    tables = [contingency_matrix(fit.labels[inside], new[inside]) for new in again]
    found = np.unique(fit.labels[inside])
    per_cluster = np.full(fit.k, np.nan)
    per_cluster[found] = np.mean([_jaccard(table) for table in tables], axis=0)
    per_song = np.full(space.n, np.nan)
    per_song[inside] = np.mean([_mates(fit.labels[inside], new[inside]) for new in again], axis=0)
    aris = np.array([adjusted_rand_score(fit.labels[inside], new[inside]) for new in again])
    return Stability(float(aris.mean()), per_cluster, per_song, aris)


def repeated(
    space: Space, fitter: Fitter, ks: Sequence[int], draws: int, seed: int
) -> list[tuple[int, float]]:
    """Return the adjusted Rand index of every k and bootstrap draw, as pairs (k, index).

    Parameters
    ----------
    space : the songs.
    fitter : groups a space; every draw is grouped at all k in one go where it can.
    ks : numbers of groups.
    draws : number of bootstrap draws.
    seed : draws them and starts the groupings.
    """
    whole = sweep(fitter, space, ks, seed)
    found = []
    for index in range(draws):
        own = child(seed, f"draw {index}")
        drawn = _drawn(space, own)
        possible = [k for k in ks if k <= drawn.n]
        for fit, again in zip(whole, sweep(fitter, drawn, possible, own), strict=False):
            inside, new = fit.labels >= 0, assign(again, drawn, space)
            found.append((fit.k, float(adjusted_rand_score(fit.labels[inside], new[inside]))))
    return sorted(found, key=itemgetter(0))


def _drawn(space: Space, seed: int) -> Space:
    """Return the songs of one bootstrap draw.

    A song drawn twice adds nothing new for most methods and breaks density ones: it is kept once.
    """
    rows = generator(seed, "bootstrap").integers(space.n, size=space.n)
    return space.rows(np.unique(rows))


def _again(space: Space, fitter: Fitter, fit: Fit, seed: int) -> NDArray[np.int32]:
    """Return the labels all songs get from a grouping of one bootstrap draw."""
    drawn = _drawn(space, seed)
    return assign(fitter(drawn, fit.k, seed), drawn, space)


def _jaccard(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the Jaccard index of every old cluster (row) with its best new one (column)."""
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    best: NDArray[np.float64] = (table / np.maximum(union, 1)).max(axis=1)
    return best


def _mates(old: NDArray[np.int32], new: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return, for every song, the share of its old cluster-mates that are its mates again."""
    _, row = np.unique(old, return_inverse=True)
    _, column = np.unique(new, return_inverse=True)
    table = contingency_matrix(old, new)
    together = table[row, column] - 1
    others = table.sum(axis=1)[row] - 1
    share: NDArray[np.float64] = np.where(others > 0, together / np.maximum(others, 1), 1.0)
    return share
