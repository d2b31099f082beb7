"""K-means: k centres, each song to the nearest.

Minimises the sum of squared distances of songs to the mean of their cluster by Lloyd's steps:
assign every song to the nearest centre, move every centre to the mean of its songs, until nothing
moves (Lloyd 1982, "Least squares quantization in PCM"). Starts are drawn far apart (Arthur &
Vassilvitskii 2007, "k-means++: the advantages of careful seeding") and the best of several is kept.
It always returns k clusters, round and of similar spread, whether there are any or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from sklearn import cluster

from songscape.cluster._guard import GuardedPredictor
from songscape.core.options import option


@dataclass(frozen=True)
class Options:
    """How k-means groups."""

    k: int = option(8, "number of clusters", low=1)
    restarts: int = option(10, "starts of which the best is kept", low=1)
    iterations: int = option(300, "most steps of one start", low=1)
    tolerance: float = option(1e-4, "movement of the centres, relative, that ends it", low=0)
    start: str = option("k-means++", "how centres start", choices=("k-means++", "random"))


class KMeans(GuardedPredictor, cluster.KMeans):  # type: ignore[misc]
    """Group songs around k means; parameters and attributes are scikit-learn's.

    Examples
    --------
    >>> KMeans(n_clusters=2, random_state=0).fit_predict([[0.0], [0.1], [5.0]]).tolist()
    [0, 0, 1]
    """


def make(options: Options, seed: int) -> KMeans:
    """Make the clusterer."""
    return KMeans(
        n_clusters=options.k,
        n_init=options.restarts,
        max_iter=options.iterations,
        tol=options.tolerance,
        init=options.start,
        random_state=seed,
    )
