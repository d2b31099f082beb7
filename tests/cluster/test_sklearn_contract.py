"""Our own clusterers behave as scikit-learn's do."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.cluster.agglomerative import Agglomerative
from songscape.cluster.dbscan import DBSCAN
from songscape.cluster.hdbscan import HDBSCAN
from songscape.cluster.kmeans import KMeans
from songscape.cluster.minibatch import MiniBatchKMeans
from songscape.cluster.mixture import GaussianMixture

OURS = [Agglomerative(), DBSCAN(), HDBSCAN(), KMeans(), MiniBatchKMeans(), GaussianMixture()]


@pytest.mark.filterwarnings("ignore:HDBSCAN in")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(OURS)
def test_common_checks(estimator, check):
    check(estimator)
