"""How firmly a song belongs to its cluster.

Mixtures give posterior probabilities. Other methods give labels only; their memberships come from a
soft model with the same centres: one round Gaussian of the same variance and weight at the mean of
each cluster. Where k-means labels, that model's likeliest cluster *is* the label, so a membership
never contradicts it. The variance is what decides how soft memberships are. Taken from the hard
clusters it would be too small, as their tails are cut off at the borders, and every song would look
sure; it is instead the maximum-likelihood variance of the soft model, found by EM with the centres
held. On songs without groups memberships therefore come out blurred, as they should.

A likelihood multiplies what every feature says, as if features were independent witnesses. In many
dimensions they are not, and memberships saturate: 57 descriptors of 100 songs gave a mean of 1.00
where 7 of 10 songs kept their cluster on other draws of songs. So memberships are tempered: raised
to 1/T and scaled to sum to 1, with the one temperature T ≥ 1 at which their mean is the share of
songs that keep their cluster when it is found again without them (:func:`temperature`; the form is
that of Guo et al. 2017, "On calibration of modern neural networks"). They are never sharpened: a
cut through one cloud is repeated every time without songs beside it being any surer.

HDBSCAN's strength p (how densely a song lies within its group) gives p to the group found and
shares 1 − p among all by the same soft model. Noise belongs to nothing: its row is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

HOTTEST = 1e4
"""Highest temperature looked for; memberships are then all but equal."""

STEPS = 100
"""Most EM steps; the variance settles in ten to thirty."""


def membership(space: Space, fit: Fit) -> NDArray[np.float64]:
    """Return how much every song belongs to every cluster.

    Returns
    -------
    Float array of shape (n, k), values 0..1; rows sum to 1, those of noise to 0.
    """
    if hasattr(fit.estimator, "predict_proba"):
        posterior: NDArray[np.float64] = fit.estimator.predict_proba(space.matrix)
        return posterior
    soft = soft_assignment(space.matrix, fit.labels, fit.k)
    noise = fit.labels < 0
    strength = getattr(fit.estimator, "probabilities_", None)
    if strength is not None:
        soft *= (1 - strength)[:, None]
        songs = np.flatnonzero(~noise)
        soft[songs, fit.labels[songs]] += strength[songs]
    soft[noise] = 0.0
    return soft


def margin(memberships: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lead of the first cluster over the second for every song, 0..1.

    Examples
    --------
    >>> margin(np.array([[0.7, 0.2, 0.1], [0.5, 0.5, 0.0]])).round(3).tolist()
    [0.5, 0.0]
    """
    if memberships.shape[1] < 2:
        return memberships[:, 0]
    ordered = np.sort(memberships, axis=1)
    lead: NDArray[np.float64] = ordered[:, -1] - ordered[:, -2]
    return lead


def temperature(memberships: NDArray[np.float64], kept: float) -> float:
    """Return the temperature at which the mean largest membership is a share, 1 at least.

    Parameters
    ----------
    memberships : shape (n, k), rows sum to 1, those of noise to 0.
    kept : share of songs that get their cluster back when it is found without them, 0..1.

    Examples
    --------
    >>> sure = np.array([[0.99, 0.01], [0.02, 0.98]])
    >>> hot = temperature(sure, 0.8)
    >>> round(float(tempered(sure, hot).max(axis=1).mean()), 6), temperature(sure, 1.0)
    (0.8, 1.0)
    """
    inside = memberships[memberships.sum(axis=1) > 0]
    if not len(inside) or not np.isfinite(kept) or memberships.shape[1] < 2:
        return 1.0

    def excess(log_temperature: float) -> float:
        warm = tempered(inside, float(np.exp(log_temperature)))
        return float(warm.max(axis=1).mean()) - kept

    hottest = float(np.log(HOTTEST))
    if excess(0.0) <= 0:
        return 1.0
    if excess(hottest) >= 0:
        return HOTTEST
    return float(np.exp(brentq(excess, 0.0, hottest, xtol=1e-6)))


def tempered(memberships: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return memberships raised to 1/T and scaled to sum to 1; rows of noise stay 0."""
    if temperature == 1.0:
        return memberships
    logs = np.log(np.maximum(memberships, np.finfo(float).tiny)) / temperature
    warm: NDArray[np.float64] = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    warm[memberships.sum(axis=1) == 0] = 0.0
    return warm


def own_and_second(
    memberships: NDArray[np.float64], labels: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    """Return a song's membership in its own cluster, its second cluster and its membership there.

    Parameters
    ----------
    memberships : shape (n, k).
    labels : shape (n,); noise, -1, has membership 0 and second cluster -1, as all have if k = 1.

    Examples
    --------
    >>> own, second, there = own_and_second(np.array([[0.7, 0.1, 0.2]]), np.array([0]))
    >>> own.tolist(), second.tolist(), there.tolist()
    ([0.7], [2], [0.2])
    """
    if not memberships.shape[1]:
        return np.zeros(len(labels)), np.full(len(labels), -1, np.int32), np.zeros(len(labels))
    rows, inside = np.arange(len(labels)), labels >= 0
    own = np.where(inside, memberships[rows, labels], 0.0)
    others = memberships.copy()
    others[rows, labels] = -1.0
    second = others.argmax(axis=1).astype(np.int32)
    there = others[rows, second]
    second[~inside | (there < 0)] = -1
    return own, second, np.where(second >= 0, there, 0.0)


def soft_assignment(
    matrix: NDArray[np.float64], labels: NDArray[np.int32], k: int
) -> NDArray[np.float64]:
    """Return the posteriors of equal round Gaussians at the cluster means, shape (n, k)."""
    model = soft_model(matrix, labels, k)
    return model.posterior(matrix)


@dataclass(frozen=True, eq=False)
class SoftModel:
    """Equal round Gaussians at the means of clusters.

    Parameters
    ----------
    means : shape (k, d); NaN for an empty cluster.
    variance : per coordinate, the same for all.
    """

    means: NDArray[np.float64]
    variance: float

    def posterior(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of every cluster in every song, shape (n, k); rows sum to 1."""
        return _posterior(_squared_distances(matrix, self.means), self.variance)


def soft_model(matrix: NDArray[np.float64], labels: NDArray[np.int32], k: int) -> SoftModel:
    """Return the soft model of a hard grouping, its variance by maximum likelihood."""
    means = np.full((k, matrix.shape[1]), np.nan)
    for cluster in np.unique(labels[labels >= 0]):
        means[cluster] = matrix[labels == cluster].mean(axis=0)
    used = ~np.isnan(means).any(axis=1)
    squares = _squared_distances(matrix[labels >= 0], means[used])
    return SoftModel(means, _variance(squares, matrix.shape[1]))


def _squared_distances(
    matrix: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return squared distances to the cluster means, shape (n, k); infinite to empty ones."""
    squares = np.full((len(matrix), len(means)), np.inf)
    for cluster, centre in enumerate(means):
        if not np.isnan(centre).any():
            squares[:, cluster] = ((matrix - centre) ** 2).sum(axis=1)
    return squares


def _variance(squares: NDArray[np.float64], d: int) -> float:
    """Return the maximum-likelihood variance per coordinate by EM with the centres held."""
    if not squares.size:
        return 1.0
    least = np.finfo(float).tiny ** 0.5
    variance = max(float(squares.min(axis=1).mean()) / d, least)
    for _ in range(STEPS):
        shares = _posterior(squares, variance)
        new = max(float((shares * squares).sum(axis=1).mean()) / d, least)
        if abs(new - variance) <= 1e-6 * variance:
            break
        variance = new
    return variance


def _posterior(squares: NDArray[np.float64], variance: float) -> NDArray[np.float64]:
    """Return the share of every centre in every song at one variance."""
    if not np.isfinite(squares).any():
        return np.zeros_like(squares)
    log_density = -squares / (2 * variance)
    shares: NDArray[np.float64] = np.exp(
        log_density - logsumexp(log_density, axis=1, keepdims=True)
    )
    return shares
