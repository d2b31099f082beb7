"""Trees of merges, against SciPy and scikit-learn."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from songscape.cluster import _tree
from songscape.cluster.agglomerative import Agglomerative, Options, sweep
from songscape.core.errors import DegenerateDataError

LINKAGES = ("ward", "average", "complete", "single")


def songs(n=300, d=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("method", LINKAGES)
def test_heights_and_cuts_are_those_of_scipy(method):
    matrix = songs()
    model = Agglomerative(5, linkage=method).fit(matrix)
    tree = linkage(matrix, method)
    assert is_valid_linkage(model.linkage_)
    assert model.distances_ == pytest.approx(tree[:, 2], rel=1e-9)
    for k in (1, 2, 7, 40, 300):
        assert adjusted_rand_score(model.cut(k), fcluster(tree, k, "maxclust")) == 1.0


def test_repeated_songs_merge_first_and_count():
    matrix = np.repeat(songs(60), np.random.default_rng(1).integers(1, 6, 60), axis=0)
    matrix = np.random.default_rng(2).permutation(matrix)
    model = Agglomerative(4).fit(matrix)
    tree = linkage(matrix, "ward")
    assert is_valid_linkage(model.linkage_)
    assert model.distances_ == pytest.approx(tree[:, 2], rel=1e-6, abs=1e-9)
    assert model.linkage_[-1, 3] == len(matrix)
    assert adjusted_rand_score(model.labels_, fcluster(tree, 4, "maxclust")) == 1.0


@pytest.mark.parametrize("k", [1, 2, 9])
def test_a_cut_has_k_groups_numbered_by_first_song(k):
    labels = Agglomerative(k).fit(songs()).labels_
    found, first = np.unique(labels, return_index=True)
    assert found.tolist() == list(range(k))
    assert (np.diff(first) > 0).all()


def test_neighbours_follow_bent_groups():
    angle = np.random.default_rng(0).uniform(0, np.pi, 400)
    moons = np.column_stack([np.cos(angle), np.sin(angle)])
    moons[200:] = [1, 0.4] - moons[200:]
    moons += np.random.default_rng(1).normal(scale=0.03, size=moons.shape)
    truth = np.arange(400) >= 200
    near = Agglomerative(2, linkage="single", n_neighbors=10).fit(moons)
    assert adjusted_rand_score(near.labels_, truth) == 1.0
    assert is_valid_linkage(near.linkage_)
    assert adjusted_rand_score(Agglomerative(2).fit(moons).labels_, truth) < 0.9


def test_labels_with_neighbours_are_those_of_scikit_learn():
    from sklearn.neighbors import kneighbors_graph

    matrix = songs()
    near = kneighbors_graph(matrix, 15, include_self=False)
    theirs = AgglomerativeClustering(6, connectivity=near).fit(matrix).labels_
    ours = Agglomerative(6, n_neighbors=15).fit(matrix).labels_
    assert adjusted_rand_score(ours, theirs) == 1.0


def test_ward_needs_no_memory_for_pairs():
    model = Agglomerative(3, gigabytes=0.001).fit(songs(2_000, 3))
    assert len(np.unique(model.labels_)) == 3
    with pytest.raises(DegenerateDataError, match="use linkage ward"):
        Agglomerative(3, linkage="average", gigabytes=0.001).fit(songs(2_000, 3))


def test_a_tree_cannot_be_cut_into_more_than_its_songs():
    with pytest.raises(DegenerateDataError, match="cannot be cut into 301"):
        Agglomerative(2).fit(songs()).cut(301)


def test_a_sweep_cuts_one_tree():
    matrix = songs()
    for model in sweep(Options(), matrix, [2, 5], seed=0):
        alone = Agglomerative(model.n_clusters).fit(matrix)
        assert np.array_equal(model.labels_, alone.labels_)


def test_cut_undoes_the_last_merges():
    tree = np.array([[0, 1, 1.0, 2], [2, 3, 2.0, 2], [4, 5, 3.0, 4]])
    assert _tree.cut(tree, 2).tolist() == [0, 0, 1, 1]
    assert _tree.cut(tree, 3).tolist() == [0, 0, 1, 2]
