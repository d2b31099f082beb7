"""What is particular to one method."""

import numpy as np
import pytest

from songscape.cluster._counted import counted
from songscape.cluster.agglomerative import Agglomerative, distance_gigabytes
from songscape.cluster.dbscan import DBSCAN, knee_distance
from songscape.cluster.hdbscan import HDBSCAN
from songscape.cluster.mixture import GaussianMixture
from songscape.core.errors import DegenerateDataError


def normal(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_agglomerative_refuses_before_it_takes_memory():
    with pytest.raises(DegenerateDataError, match=r"50,000 songs needs 20\.0 GB"):
        Agglomerative(2, linkage="average").fit(normal(50_000, 2))
    assert distance_gigabytes(2) == 16e-9


def test_hdbscan_warns_of_many_dimensions():
    with pytest.warns(UserWarning, match="HDBSCAN in 6 dimensions"):
        HDBSCAN().fit(normal(60, 6))


def test_mixture_warns_of_discrete_columns():
    songs = normal(300, 3)
    songs[:, 1] = np.arange(300) % 2
    with pytest.warns(UserWarning, match=r"few different values \(1\)"):
        GaussianMixture(2, random_state=0).fit(songs)


def test_spherical_mixture_does_not_warn():
    songs = normal(300, 3)
    songs[:, 1] = np.arange(300) % 2
    GaussianMixture(2, covariance_type="spherical", random_state=0).fit(songs)


def test_dbscan_reads_its_radius_between_the_groups():
    groups = np.vstack([normal(400, 2, seed=1), normal(400, 2, seed=2) + 30])
    eps = knee_distance(counted(groups, np.ones(800)), 4, np.arange(800))
    assert 0.2 < eps < 20
    labels = DBSCAN().fit(groups).labels_
    first, second = labels[:400], labels[400:]
    assert not set(first[first >= 0]) & set(second[second >= 0])
    assert (labels >= 0).mean() > 0.9


def test_dbscan_refuses_neighbourhoods_that_fill_memory():
    with pytest.raises(DegenerateDataError, match=r"lower cluster\.dbscan\.eps"):
        DBSCAN(eps=100.0).fit(normal(20_000, 2))


def test_prediction_refuses_what_cannot_be_placed():
    model = GaussianMixture(2, random_state=0).fit(normal(50, 2))
    with pytest.raises(DegenerateDataError, match="NaN or infinity"):
        model.predict([[np.nan, 0.0]])
    with pytest.raises(DegenerateDataError, match="beyond 1e"):
        model.predict_proba([[1e200, 0.0]])


@pytest.mark.parametrize("linkage", ["single", "complete", "average", "ward"])
def test_two_songs_are_no_matrix_of_distances(linkage):
    model = Agglomerative(n_clusters=2, linkage=linkage).fit(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert sorted(model.labels_) == [0, 1]
