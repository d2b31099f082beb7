"""Expectation-maximisation of Gaussian mixtures on the fused pass.

Every pass over the songs gives, for each component, how much of the songs it answers for, their sum
and their sum of products; the next weights, means and covariances follow from these in closed form
(Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm"). A
pass ends with the likelihood of the parameters it began with, which never falls.

Two things keep a component from shrinking onto few songs, where its density would grow without
bound. *Floors*: an amount added to the variance of each column. *A prior*: each component is given
some songs of unit variance beforehand, σ² = (p + Σ r (x − μ)²) / (p + Σ r), the most probable
variance under an inverse gamma prior rather than the likeliest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import solve_triangular

from songscape._kernels import Mixture, Statistics, mixture_step, moments
from songscape.cluster._threads import allowed
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._kernels import CovarianceType
    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]


SHRUNK = (
    "A component of the mixture has shrunk onto too few different songs; ask for fewer components, "
    "or raise cluster.mixture.regularisation."
)


@dataclass(frozen=True, eq=False)
class Rules:
    """What components may look like.

    Parameters
    ----------
    kind : "full", "tied", "diag" or "spherical".
    floor : added to the variance of each column, shape (d,).
    prior : songs of unit variance each component is given beforehand.
    """

    kind: CovarianceType
    floor: Floats
    prior: float = 0.0


class Parameters(NamedTuple):
    """Weights (k,), means (k, d), covariances and Cholesky factors of precisions, by kind."""

    weights: Floats
    means: Floats
    covariances: Floats
    factors: Floats

    def mixture(self, kind: CovarianceType) -> Mixture:
        """Return what the kernel reads."""
        logs = np.log(np.maximum(self.weights, np.finfo(float).tiny))
        return Mixture(logs, self.means, self.factors, kind)


class Climb(NamedTuple):
    """Where a run of EM ended: parameters, mean log-likelihood, passes, whether it stood still."""

    parameters: Parameters
    bound: float
    steps: int
    converged: bool


def climb(songs: Songs, start: Parameters, rules: Rules, most: int, tolerance: float) -> Climb:
    """Raise the likelihood until a pass gains less than the tolerance.

    Parameters
    ----------
    songs : the songs.
    start : where to begin.
    rules : what components may look like.
    most : most passes.
    tolerance : gain of the mean log-likelihood that ends it.
    """
    found, bound, steps = start, -np.inf, 0
    threads = allowed(songs.points.size * start.means.size)
    weights = songs.weights if songs.weights.size else None
    while steps < most:
        steps += 1
        mixture = found.mixture(rules.kind)
        statistics = mixture_step(songs.points, mixture, weights, threads=threads)
        gain, bound = statistics.bound - bound, statistics.bound
        found = maximised(statistics, rules)
        if abs(gain) < tolerance:
            return Climb(found, bound, steps, converged=True)
    return Climb(found, bound, steps, converged=False)


def grouped(songs: Songs, labels: NDArray[np.int32], k: int, rules: Rules) -> Parameters:
    """Return the parameters in which every song belongs to one group wholly."""
    origin = songs.mean[0]
    rows = songs.points - origin
    counts = np.bincount(labels, songs.mass, minlength=k).astype(np.float64)
    belongs = [np.flatnonzero(labels == group) for group in range(k)]
    weighed = [songs.mass[inside, None] * rows[inside] for inside in belongs]
    sums = np.array([part.sum(axis=0) for part in weighed])
    outer = np.array([part.T @ rows[inside] for part, inside in zip(weighed, belongs, strict=True)])
    return maximised(Statistics(counts, sums, _products(outer, rules.kind), 0.0, origin), rules)


def _products(outer: Floats, kind: CovarianceType) -> Floats:
    """Return the part of sums of outer products (k, d, d) that a kind of covariance needs."""
    if kind == "full":
        return outer
    if kind == "tied":
        total: Floats = outer.sum(axis=0)
        return total
    diagonal: Floats = np.diagonal(outer, axis1=1, axis2=2).copy()
    return diagonal if kind == "diag" else np.asarray(diagonal.sum(axis=1))


def maximised(statistics: Statistics, rules: Rules) -> Parameters:
    """Return the parameters that follow from one pass."""
    weights, means, covariances = moments(statistics, rules.kind)
    covariances = _kept_open(covariances, statistics.resp, rules)
    return Parameters(weights, means, covariances, factors(covariances, rules.kind))


def factors(covariances: Floats, kind: CovarianceType) -> Floats:
    """Return the upper Cholesky factors of the precisions, C with precision C Cᵀ.

    Raises
    ------
    DegenerateDataError
        If a covariance is not positive definite.
    """
    try:
        if kind == "full":
            return np.stack([_factor(one) for one in covariances])
        if kind == "tied":
            return _factor(covariances)
    except np.linalg.LinAlgError:
        raise DegenerateDataError(SHRUNK) from None
    if (covariances <= 0).any():
        raise DegenerateDataError(SHRUNK)
    inverse: Floats = 1.0 / np.sqrt(covariances)
    return inverse


def _factor(covariance: Floats) -> Floats:
    """Return the factor of one matrix."""
    lower = np.linalg.cholesky(covariance)
    factor: Floats = solve_triangular(lower, np.eye(len(covariance)), lower=True).T
    return factor


def _kept_open(covariances: Floats, counts: Floats, rules: Rules) -> Floats:
    """Return covariances mixed with the prior and raised by the floors."""
    tied = rules.kind == "tied"
    share = rules.prior / (rules.prior + (counts.sum() if tied else counts))
    share = np.nan_to_num(np.asarray(share)).reshape((-1,) + (1,) * (covariances.ndim - 1))
    share = share.reshape(()) if tied else share
    floor = {
        "full": np.diag(rules.floor),
        "tied": np.diag(rules.floor),
        "diag": rules.floor,
        "spherical": rules.floor.mean(),
    }[rules.kind]
    unit = np.eye(len(rules.floor)) if rules.kind in {"full", "tied"} else 1.0
    kept: Floats = (1 - share) * covariances + share * unit + floor
    return kept
