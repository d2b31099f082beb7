"""Our own clusterers behave as scikit-learn's do."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.cluster.agglomerative import Agglomerative
from songscape.cluster.dbscan import DBSCAN
from songscape.cluster.hdbscan import HDBSCAN
from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.cluster.minibatch import MiniBatchKMeans
from songscape.cluster.mixture import GaussianMixture
from songscape.cluster.spectral import Spectral

OURS = [
    Agglomerative(), DBSCAN(), HDBSCAN(), KMeans(), KMeansSweep(2), MiniBatchKMeans(),
    GaussianMixture(), Spectral(),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:HDBSCAN in")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(OURS)
def test_common_checks(estimator, check):
    check(estimator)
