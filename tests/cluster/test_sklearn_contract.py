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

# The checks of weights group four different songs.
OURS = [
    Agglomerative(), DBSCAN(), HDBSCAN(), KMeans(3), KMeansSweep(2), MiniBatchKMeans(3),
    GaussianMixture(), Spectral(3),
]  # fmt: skip

NUMBERED_BY_DRAWS = {
    "check_sample_weight_equivalence_on_dense_data": "which cluster is which follows from draws"
}


def expected(estimator):
    return NUMBERED_BY_DRAWS if isinstance(estimator, KMeans | MiniBatchKMeans) else {}


@pytest.mark.filterwarnings("ignore:HDBSCAN in")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(OURS, expected_failed_checks=expected)
def test_common_checks(estimator, check):
    check(estimator)
