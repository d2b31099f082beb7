"""Prediction strength: how well groups of one half of the songs foretell those of the other.

Both halves are grouped on their own. Of each group of the second half, the share of its pairs of
songs that the first half's grouping also puts together is taken; the strength is the worst group's,
averaged over splits (Tibshirani & Walther 2005, "Cluster validation by prediction strength"). From
0.8 groups count as found again. Any cut along the longest direction is, so it cannot judge alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics.cluster import contingency_matrix

from songscape.core.seeds import child
from songscape.evaluate._defined import UNDEFINED, clustered
from songscape.evaluate._refit import assign, refit
from songscape.evaluate._split import split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ("model",)
CITATION = "Tibshirani & Walther 2005, Cluster validation by prediction strength"

SPLITS = 3
"""Splits of the score."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean strength over splits, 0..1; NaN where halves are too few or one cluster."""
    del truth
    if clustered(space, fit.labels) is None:
        return UNDEFINED
    found = [_strength_of_split(space, fit, child(fit.seed, f"half {i}")) for i in range(SPLITS)]
    return float(np.mean(found))


def _strength_of_split(space: Space, fit: Fit, seed: int) -> float:
    """Return the strength of one split; NaN if a half has too few songs."""
    first, second = (space.rows(mask) for mask in split(space, 0.5, seed))
    if 2 * fit.k > min(first.n, second.n):
        return UNDEFINED
    return strength(refit(first, fit, seed), first, refit(second, fit, seed), second)


def strength(one: Fit, first: Space, other: Fit, second: Space) -> float:
    """Return how well a grouping of the first songs foretells that of the second, 0..1."""
    predicted, found = assign(one, first, second), other.labels
    inside = found >= 0
    if not inside.any():
        return 0.0
    table = contingency_matrix(found[inside], predicted[inside])
    return float(_pairs_kept(table).min())


def _pairs_kept(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of the pairs of each row that are in one column; 1 for single songs."""
    sizes = table.sum(axis=1).astype(float)
    kept = (table * (table - 1.0)).sum(axis=1)
    pairs = sizes * (sizes - 1)
    shares: NDArray[np.float64] = np.where(pairs > 0, kept / np.maximum(pairs, 1), 1.0)
    return shares
