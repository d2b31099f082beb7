"""Gap: how much tighter groups are than groups of songs without any.

Gap(k) = mean of ln W*ₖ over references − ln Wₖ, with W the inertia. References fill the box of the
songs evenly and are cut by k-means (Tibshirani, Walther & Hastie 2001, "Estimating the number of
clusters in a data set via the gap statistic"). The paper's rule for k is not the largest gap but
the smallest k whose gap the next does not clearly exceed; the verdict applies it, with Gaussian
references beside the box. Bent or skewed songs beat a box though they have no groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.cluster.kmeans import KMeans
from songscape.core.seeds import generator
from songscape.evaluate import inertia
from songscape.evaluate._defined import UNDEFINED, clustered

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = (
    "Tibshirani, Walther & Hastie 2001, Estimating the number of clusters in a data set via the "
    "gap statistic"
)

BOXES = 10
"""References drawn."""

MOST = 5_000
"""Songs looked at; of larger collections a sample of so many."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the gap to uniform boxes; NaN with fewer than two clusters or all songs in means."""
    del truth
    found = clustered(space, fit.labels)
    if found is None:
        return UNDEFINED
    matrix, labels = found
    rng = generator(fit.seed, "gap")
    if len(matrix) > MOST:
        rows = rng.choice(len(matrix), MOST, replace=False)
        matrix, labels = matrix[rows], labels[rows]
    within = inertia.within(matrix, labels)
    if within <= 0:
        return UNDEFINED
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    k = int(labels.max()) + 1
    boxes = (rng.uniform(low, high, size=matrix.shape) for _ in range(BOXES))
    costs = [KMeans(k, n_init=1, random_state=fit.seed).fit(box).inertia_ for box in boxes]
    return float(np.mean(np.log(costs)) - np.log(within))
