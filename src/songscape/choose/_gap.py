"""The gap statistic: how much faster inertia falls than on songs without groups.

Gap(k) = mean of ln W*ₖ over references − ln Wₖ, with W the inertia of k-means. The k chosen is the
smallest with Gap(k) ≥ Gap(k + 1) − sₖ₊₁, s being the standard deviation over references times
√(1 + 1/B); it may be 1 (Tibshirani, Walther & Hastie 2001, "Estimating the number of clusters in a
data set via the gap statistic"). The answer depends on the reference, so two are shown: a uniform
box and a Gaussian of the same covariance. Its inertia is that of k-means whatever the method, as
the statistic is defined by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.choose import _references
from songscape.cluster.kmeans import KMeansSweep
from songscape.core.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Gap:
    """The statistic at every k.

    Parameters
    ----------
    ks : 1 and the numbers of groups asked for.
    inertia : ln W of the songs, shape (k,).
    references : ln W of every reference, shape (draws, k).
    """

    ks: tuple[int, ...]
    inertia: NDArray[np.float64]
    references: NDArray[np.float64]

    @property
    def gap(self) -> NDArray[np.float64]:
        """The gap at every k."""
        mean: NDArray[np.float64] = self.references.mean(axis=0)
        return mean - self.inertia

    @property
    def error(self) -> NDArray[np.float64]:
        """Its standard error sₖ at every k."""
        deviation: NDArray[np.float64] = self.references.std(axis=0)
        return deviation * float(np.sqrt(1 + 1 / len(self.references)))

    def best(self) -> tuple[int, float]:
        """Return the k chosen and its gap; the largest k if the gap never stops rising."""
        gap, error = self.gap, self.error
        stops = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
        at = int(stops[0]) if len(stops) else len(gap) - 1
        return self.ks[at], float(gap[at])


def gap(
    matrix: NDArray[np.float64], ks: Sequence[int], reference: str, draws: int, seed: int
) -> Gap:
    """Take the statistic against one kind of reference.

    Parameters
    ----------
    matrix : float array of shape (n, d).
    ks : numbers of groups, rising; 1 is added.
    reference : "uniform" or "gaussian".
    draws : number of references.
    seed : draws them and starts k-means.
    """
    every = (1, *(k for k in ks if k > 1))
    rng = generator(seed, f"gap {reference}")
    drawn = [_references.draw(reference, matrix, rng) for _ in range(draws)]
    references = np.array([log_inertia(songs, every, seed) for songs in drawn])
    return Gap(every, log_inertia(matrix, every, seed), references)


def log_inertia(matrix: NDArray[np.float64], ks: Sequence[int], seed: int) -> NDArray[np.float64]:
    """Return ln of the inertia of k-means at every k."""
    swept = KMeansSweep(max(ks), random_state=seed).fit(matrix).inertias_
    inertia = swept[np.asarray(ks) - 1]
    values: NDArray[np.float64] = np.log(np.maximum(inertia, np.finfo(float).tiny))
    return values
