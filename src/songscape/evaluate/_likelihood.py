"""The likelihood of a hard grouping, as it was published and as it can be compared.

Both put a round Gaussian at the mean of every cluster. They differ in three things:

- **Weights.** As published, a song is told its cluster beforehand: log p(x | z). A mixture has to
  pay for not knowing it: log Σ w N(x | μ, σ²). Clusters of equal size make that log k nats dearer.
- **All clusters.** The mixture adds the density of every cluster at a song, the published form only
  that of its own.
- **Variance.** As published, σ² is the mean squared distance, which is the sum over all d
  coordinates; the variance of a coordinate is a d-th of it. The published density is thus too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from songscape.evaluate._refit import means, squared_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = np.finfo(float).tiny ** 0.5


def published_log_likelihood(
    matrix: NDArray[np.float64], labels: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return log N(x | μ of its cluster, σ² I) of every song in a cluster, in nats.

    σ² is the mean squared distance to the means, not divided by the number of coordinates. The mean
    of the result is −d/2 ln(2πσ²) − 1/2: nothing but the inertia on another scale.
    """
    inside = labels >= 0
    _, dense = np.unique(labels[inside], return_inverse=True)
    squares = ((matrix[inside] - means(matrix, labels)[dense]) ** 2).sum(axis=1)
    variance = max(float(squares.mean()), _LEAST)
    result: NDArray[np.float64] = (
        -matrix.shape[1] / 2 * np.log(2 * np.pi * variance) - squares / variance / 2
    )
    return result


def log_density(
    seen: NDArray[np.float64], labels: NDArray[np.int32], songs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log density of songs under the round mixture that a hard grouping stands for.

    Parameters
    ----------
    seen : the songs that were grouped, shape (n, d).
    labels : their clusters, shape (n,), -1 for noise; clusters give weights, means and the one
        variance, the mean squared distance to the means over d.
    songs : any songs, shape (m, d).
    """
    inside = labels >= 0
    _, dense, counts = np.unique(labels[inside], return_inverse=True, return_counts=True)
    centres = means(seen, labels)
    d = seen.shape[1]
    variance = max(float(((seen[inside] - centres[dense]) ** 2).sum(axis=1).mean()) / d, _LEAST)
    exponent = -squared_distances(songs, centres) / (2 * variance)
    weights = np.log(counts / counts.sum())
    result: NDArray[np.float64] = logsumexp(exponent + weights, axis=1) - d / 2 * np.log(
        2 * np.pi * variance
    )
    return result
