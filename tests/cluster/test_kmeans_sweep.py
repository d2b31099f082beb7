"""The sweep over k, against scikit-learn one k at a time."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans as Reference

from songscape.cluster._songs import merge, songs
from songscape.cluster.kmeans import KMeans, KMeansSweep, Options, sweep
from songscape.core.errors import DegenerateDataError


def planted(groups=7, n=700, d=4, apart=4.0, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=apart, size=(groups, d))
    return rng.normal(size=(n, d)) + centres[np.arange(n) % groups]


@pytest.mark.parametrize("apart", [0.0, 1.5, 4.0, 20.0])
def test_as_good_as_ten_starts_of_scikit_learn_at_every_k(apart):
    matrix = planted(apart=apart)
    found = KMeansSweep(12, random_state=0).fit(matrix).inertias_
    ten = [Reference(k, n_init=10, random_state=0).fit(matrix).inertia_ for k in range(1, 13)]
    ratio = found / ten
    assert ratio.mean() <= 1.003
    assert ratio.max() <= 1.03


@pytest.mark.parametrize(("groups", "seed"), [(5, 0), (12, 1), (12, 2)])
def test_fewer_centres_than_far_groups_start_from_more_than_their_neighbours(groups, seed):
    """The best three centres of five far groups are not the best two and one more."""
    matrix = planted(groups, d=2, apart=20.0, seed=seed)
    found = KMeansSweep(12, random_state=0).fit(matrix).inertias_
    ten = [Reference(k, n_init=10, random_state=0).fit(matrix).inertia_ for k in range(1, 13)]
    assert (found / ten).max() <= 1.01


def test_costs_fall_and_are_those_of_the_labels():
    matrix = planted()
    swept = KMeansSweep(15, random_state=1).fit(matrix)
    assert (np.diff(swept.inertias_) <= 0).all()
    for k in (1, 2, 7, 15):
        labels, centres = swept.labels(k), swept.cluster_centers_[k - 1]
        assert set(labels) == set(range(k))
        cost = ((matrix - centres[labels]) ** 2).sum()
        assert cost == pytest.approx(swept.inertias_[k - 1])


def test_centres_stand_still():
    matrix = planted()
    swept = KMeansSweep(8, random_state=0).fit(matrix)
    for k in (2, 8):
        labels = swept.labels(k)
        means = np.array([matrix[labels == group].mean(axis=0) for group in range(k)])
        assert np.abs(means - swept.cluster_centers_[k - 1]).max() < 0.05


def test_a_model_places_new_songs():
    matrix = planted()
    model = KMeansSweep(7, random_state=0).fit(matrix).model(7)
    assert isinstance(model, KMeans)
    assert np.array_equal(model.predict(matrix), model.labels_)
    assert clone(model).get_params()["n_clusters"] == 7


def test_a_weight_is_that_many_equal_songs():
    matrix = planted(n=400)
    weights = np.random.default_rng(3).integers(1, 6, len(matrix))
    one = KMeansSweep(7, random_state=0).fit(matrix, sample_weight=weights)
    many = KMeansSweep(7, random_state=0).fit(np.repeat(matrix, weights, axis=0))
    assert one.inertias_ == pytest.approx(many.inertias_, rel=2e-3)
    assert one.inertias_[6] == pytest.approx(many.inertias_[6], rel=1e-9)


def test_equal_weights_scale_the_cost():
    matrix = planted()
    plain = KMeansSweep(5, random_state=0).fit(matrix)
    heavy = KMeansSweep(5, random_state=0).fit(matrix, sample_weight=np.full(len(matrix), 3.0))
    assert heavy.inertias_ == pytest.approx(3 * plain.inertias_)


def test_same_seed_same_centres_on_any_thread_count(on_threads):
    # Large enough that the kernel would take a second thread.
    matrix = planted(groups=12, n=30_000, d=8)
    found = []
    for threads in (1, 2):
        with on_threads(threads):
            found.append(KMeansSweep(12, random_state=4).fit(matrix))
    one, two = found
    assert np.array_equal(one.inertias_, two.inertias_)
    assert all(map(np.array_equal, one.cluster_centers_, two.cluster_centers_))


def test_more_rounds_and_sweeps_are_never_worse():
    matrix = planted(groups=20, apart=1.0)
    plain = KMeansSweep(20, random_state=0).fit(matrix).inertias_
    more = KMeansSweep(20, n_init=3, random_state=0).fit(matrix).inertias_
    assert (more <= plain * (1 + 1e-9)).all()


def test_more_clusters_than_different_songs_are_refused():
    with pytest.raises(DegenerateDataError, match="only 3 songs differ"):
        KMeansSweep(4).fit(np.repeat(np.eye(3), 20, axis=0))


def test_as_many_clusters_as_different_songs_cost_nothing():
    swept = KMeansSweep(6, random_state=0).fit(np.repeat(planted(n=6), 5, axis=0))
    assert swept.inertias_[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_k_beyond_the_sweep_is_refused():
    swept = KMeansSweep(3, random_state=0).fit(planted())
    with pytest.raises(DegenerateDataError, match="k = 4 was not swept"):
        swept.model(4)


def test_the_plug_in_sweeps_the_ks_asked_for():
    models = sweep(Options(), planted(), [2, 5, 7], seed=0)
    assert [model.n_clusters for model in models] == [2, 5, 7]
    assert all(len(np.unique(model.labels_)) == model.n_clusters for model in models)


def test_equal_rows_are_merged_and_counted():
    matrix = planted(n=500)
    rows = songs(np.vstack([matrix, matrix, matrix[:100]]))
    assert len(rows.points) == 500
    assert sorted(set(rows.weights)) == [2.0, 3.0]
    assert rows.weights.sum() == 1_100


def test_zero_and_minus_zero_are_the_same_song():
    first, group = merge(np.array([[0.0, 1.0], [-0.0, 1.0], [2.0, 1.0]]))
    assert first.tolist() == [0, 2]
    assert group.tolist() == [0, 0, 1]


def test_songs_of_no_weight_are_left_out():
    rows = songs(np.arange(6.0)[:, None], np.array([1.0, 2, 0, 0, 1, 1]))
    assert rows.points.ravel().tolist() == [0, 1, 4, 5]
