"""Splits, sweeps and likelihoods of the study of 95 or 8 clusters."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logsumexp
from sklearn import cluster
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from songscape.cluster import mixture
from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.cluster.minibatch import MiniBatchKMeans
from songscape.core.seeds import generator
from songscape.evaluate._refit import squared_distances
from songscape.studies.papers._findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from songscape.studies.papers._setting import Setting

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Split:
    """Songs to learn from and to test on, scaled by the first.

    Parameters
    ----------
    train, test : features, shape (n, d).
    rows : where the training songs stand in the table.
    """

    train: Floats
    test: Floats
    rows: NDArray[np.int64]


def split(matrix: Floats, share: float, seed: int) -> Split:
    """Hold out a share of the songs; the scaler sees the others only."""
    order = generator(seed, "split").permutation(len(matrix))
    held, rest = order[: round(share * len(order))], order[round(share * len(order)) :]
    scaler = StandardScaler().fit(matrix[rest])
    return Split(scaler.transform(matrix[rest]), scaler.transform(matrix[held]), rest)


def swept(songs: Split, most: int, seed: int) -> list[Floats]:
    """Return the centres of k-means at every k from 1."""
    most = min(most, len(songs.train))
    centers: list[Floats] = KMeansSweep(most, random_state=seed).fit(songs.train).cluster_centers_
    return centers


def cost(points: Floats, centers: Floats) -> float:
    """Return the mean squared distance to the nearest centre."""
    return float(squared_distances(points, centers).min(axis=1).mean())


def costs(songs: Split, centers: Sequence[Floats]) -> Floats:
    """Return the cost of the songs held out at every k."""
    return np.array([cost(songs.test, one) for one in centers])


def as_printed(songs: Split, centers: Floats) -> float:
    """Return the report's log-likelihood of k-means.

    Every song belongs to its nearest centre for sure, and the variance in each feature is the
    squared distance over all features together.
    """
    variance = cost(songs.train, centers)
    return _round_density(cost(songs.test, centers), variance, songs.test.shape[1])


def printed_arithmetic(distance: float, variance: float, d: int) -> float:
    """Return what the report's formula gives for a mean squared distance and a variance.

    >>> round(printed_arithmetic(427.81 / 350, 0.87, 7), 2)
    -6.65
    """
    return _round_density(distance, variance, d)


def variance_behind(distance: float, said: float) -> float:
    """Return the variance with which the report's formula gives a number of its own."""
    tried = np.linspace(0.5, 1.2, 7001)
    values = np.array([printed_arithmetic(distance, float(v), 7) for v in tried])
    return float(tried[np.abs(values - said).argmin()])


def _round_density(distance: float, variance: float, d: int) -> float:
    """Return the mean log density of a round Gaussian at some mean squared distance."""
    return float(-d / 2 * np.log(2 * np.pi * variance) - distance / (2 * variance))


def narrowed(songs: Split, centers: Floats) -> float:
    """Return the same with the variance divided among the features; still no density."""
    d = songs.test.shape[1]
    return _round_density(cost(songs.test, centers), cost(songs.train, centers) / d, d)


def as_density(songs: Split, centers: Floats) -> float:
    """Return the mean log density of k-means taken as a mixture: equal round clusters, weighted."""
    d = songs.test.shape[1]
    near = squared_distances(songs.train, centers)
    variance = max(float(near.min(axis=1).mean()) / d, 1e-9)
    weights = np.maximum(np.bincount(near.argmin(axis=1), minlength=len(centers)), 0.5)
    parts = np.log(weights / weights.sum()) - squared_distances(songs.test, centers) / (
        2 * variance
    )
    return float(np.mean(logsumexp(parts, axis=1)) - d / 2 * np.log(2 * np.pi * variance))


def mixtures(
    songs: Split, ks: Sequence[int], seed: int, covariance: str = "full", prior: float = 0.0
) -> tuple[Floats, Floats]:
    """Return the held-out log-likelihood and the BIC of mixtures at several k."""
    possible = [k for k in ks if k <= len(songs.train)]
    options = mixture.Options(covariance=covariance, prior=prior, iterations=100)
    models = mixture.sweep(options, songs.train, possible, seed)
    return (
        np.array([model.score(songs.test) for model in models]),
        np.array([model.bic(songs.train) for model in models]),
    )


@dataclass(frozen=True, eq=False)
class Timed:
    """One method at every k.

    Parameters
    ----------
    costs : cost of the songs held out, shape (k,).
    seconds : processor seconds of every fit, shape (k,).
    """

    costs: Floats
    seconds: Floats


def timed(songs: Split, make: Any, most: int) -> Timed:
    """Fit a clusterer at every k on one thread, with the processor time each takes."""
    found, seconds = [], []
    with threadpool_limits(limits=1):
        for k in range(1, min(most, len(songs.train)) + 1):
            start = time.process_time()
            model = make(k).fit(songs.train)
            seconds.append(time.process_time() - start)
            found.append(cost(songs.test, np.asarray(model.cluster_centers_, dtype=np.float64)))
    return Timed(np.array(found), np.array(seconds))


def speeds(spent: Floats, others: Mapping[str, Timed]) -> dict[str, Any]:
    """Return the times of the batch sizes as parts of others', least and most.

    Mini-batch takes the best of three starts; beside one start, a third of its time stands.
    """
    found: dict[str, Any] = {}
    for name, other in others.items():
        starts = 3 if name == "one" else 1
        parts = spent / starts / max(float(other.seconds.sum()), 1e-9)
        low, high = float(parts.min()), float(parts.max())
        found |= {f"speed_{name}": f"{low:.2f} to {high:.2f}", f"speed_{name}_most": high}
        found[f"speed_{name}_least"] = low
    return found


def quicker(numbers: Mapping[str, Any]) -> Verdict:
    """Return whether mini-batch is faster at every batch size, also start for start."""
    if numbers["speed_batch_most"] >= 1:
        return Verdict.UNCLEAR if numbers["speed_batch_least"] < 1 else Verdict.ARTEFACT
    return Verdict.HOLDS if numbers["speed_one_most"] < 1 else Verdict.ARTEFACT


def contestants(setting: Setting) -> dict[str, Any]:
    """Return what makes each method of their figures 3 and 4 at some k."""
    seed = setting.child("timed")
    batches = {
        f"batch {size:,}": lambda k, size=size: MiniBatchKMeans(
            k, batch_size=size, n_init=3, random_state=seed
        )
        for size in setting["batches"]
    }
    return batches | {
        "k-means, ten starts": lambda k: cluster.KMeans(k, n_init=10, random_state=seed),
        "k-means, one start": lambda k: cluster.KMeans(k, n_init=1, random_state=seed),
        "this project, ten starts": lambda k: KMeans(k, n_init=10, random_state=seed),
    }
