"""Parts of a graph of neighbours."""

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score

from songscape.cluster.kmeans import KMeans
from songscape.cluster.spectral import Spectral


@pytest.mark.parametrize("n", [400, 1_500])
def test_bent_groups_are_followed(n):
    # Below and above the size at which eigenvectors are found by iteration.
    songs, truth = make_moons(n, noise=0.06, random_state=0)
    found = Spectral(2, random_state=0).fit(songs)
    assert adjusted_rand_score(found.labels_, truth) > 0.98
    assert found.embedding_.shape == (n, 2)
    assert adjusted_rand_score(KMeans(2, random_state=0).fit_predict(songs), truth) < 0.6


def test_parts_without_ties_are_the_groups():
    rng = np.random.default_rng(0)
    truth = np.arange(900) % 3
    songs = rng.normal(size=(900, 2)) + 40 * truth[:, None]
    found = Spectral(3, random_state=0).fit_predict(songs)
    assert adjusted_rand_score(found, truth) == 1.0
