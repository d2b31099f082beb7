"""Prediction strength: how well groups of one half of the songs foretell those of the other.

Both halves are grouped on their own. Of each group of the second half, the share of its pairs of
songs that the first half's grouping also puts together is taken; the strength is the worst group's,
averaged over splits. The k chosen is the largest with strength ≥ 0.8 (Tibshirani & Walther 2005,
"Cluster validation by prediction strength"). k = 1 always has strength 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics.cluster import contingency_matrix

from songscape.choose._sweep import Value
from songscape.core.seeds import child
from songscape.evaluate._refit import assign, sweep
from songscape.evaluate._split import split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from songscape.choose._sweep import Fitter
    from songscape.core.fit import Fit
    from songscape.core.space import Space

STRONG = 0.8
"""The strength from which groups count as found again."""


def strengths(
    space: Space, fitter: Fitter, ks: Iterable[int], splits: int, seed: int
) -> list[Value]:
    """Return the strength at every k and split; k that half the songs do not allow are left out."""
    values = []
    for index in range(splits):
        own = child(seed, f"prediction {index}")
        first, second = (space.rows(mask) for mask in split(space, 0.5, own))
        possible = [k for k in ks if 2 * k <= min(first.n, second.n)]
        pairs = zip(
            possible,
            sweep(fitter, first, possible, own),
            sweep(fitter, second, possible, own),
            strict=True,
        )
        values += [
            Value(
                k, "prediction_strength", strength(one, first, other, second), own, "high", space.n
            )
            for k, one, other in pairs
        ]
    return values


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
