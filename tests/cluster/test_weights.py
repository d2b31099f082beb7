"""A song of weight w is w equal songs, for every method."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage
from sklearn import cluster
from sklearn.metrics import adjusted_rand_score

from songscape.cluster import _tree
from songscape.cluster._counted import counted
from songscape.cluster.agglomerative import Agglomerative
from songscape.cluster.dbscan import DBSCAN
from songscape.cluster.hdbscan import HDBSCAN
from songscape.cluster.kmeans import KMeans
from songscape.cluster.mixture import GaussianMixture
from songscape.cluster.spectral import Spectral, _graph, embedding
from songscape.core.errors import DegenerateDataError

METHODS = {
    **{
        f"{method}, {near} neighbours": Agglomerative(3, linkage=method, n_neighbors=near)
        for method in ("ward", "average", "complete", "single")
        for near in (0, 6)
    },
    "dbscan": DBSCAN(),
    "dbscan, radius given": DBSCAN(0.9, 6),
    "hdbscan": HDBSCAN(8, 5),
    "spectral": Spectral(3, n_neighbors=8, random_state=0),
    "kmeans": KMeans(3, random_state=0),
    "mixture": GaussianMixture(3, random_state=0),
}


def groups(seed, n=90, d=2):
    rng = np.random.default_rng(seed)
    songs = rng.normal(size=(n, d)) + 3.0 * rng.normal(size=(3, d))[np.arange(n) % 3]
    return songs, rng.integers(0, 5, n)


def same(first, second):
    return adjusted_rand_score(first, second) == 1.0


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_weights_are_repeated_songs(name, seed):
    songs, weights = groups(seed)
    model = METHODS[name]
    there = np.repeat(np.arange(len(songs)), weights)
    each = np.full(len(songs), -1)
    # Of equal distances scikit-learn's HDBSCAN takes either, so that copies may part: the first.
    each[there[::-1]] = model.fit_predict(songs[there])[::-1]
    counted = model.fit_predict(songs, sample_weight=weights)
    assert same(each[weights > 0], counted[weights > 0])
    # The songs in another order, too, where neither draws nor ties depend on it.
    order = np.random.default_rng(seed).permutation(there)
    if isinstance(model, Agglomerative) and not model.n_neighbors:
        each[order] = model.fit_predict(songs[order])
        assert same(each[weights > 0], counted[weights > 0])


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single"])
@pytest.mark.parametrize("seed", range(4))
def test_a_weighted_tree_is_that_of_scipy_for_repeated_songs(method, seed):
    songs, weights = groups(seed)
    model = Agglomerative(3, linkage=method).fit(songs, sample_weight=weights)
    there = np.repeat(np.arange(len(songs)), weights)
    tree = linkage(songs[there], method)
    heights = tree[tree[:, 2] > 1e-6, 2]
    assert is_valid_linkage(model.linkage_)
    assert model.distances_[-len(heights) :] == pytest.approx(heights)
    for k in (2, 5, 20):
        assert same(model.cut(k)[there], fcluster(tree, k, "maxclust"))


@pytest.mark.parametrize("seed", range(4))
def test_dense_groups_are_those_of_scikit_learn_for_repeated_songs(seed):
    songs, weights = groups(seed)
    there = np.repeat(np.arange(len(songs)), weights)
    found = DBSCAN(0.7, 8).fit(songs, sample_weight=weights)
    plain = cluster.DBSCAN(eps=0.7, min_samples=8).fit(songs[there])
    core = np.isin(np.arange(len(songs)), found.core_sample_indices_)
    assert set(np.flatnonzero(core[there])) == set(plain.core_sample_indices_)
    assert same(found.labels_[there][core[there]], plain.labels_[core[there]])
    assert ((found.labels_[there] < 0) == (plain.labels_ < 0)).all()
    everywhere = HDBSCAN(8, 5).fit(songs, sample_weight=weights).labels_[there]
    assert same(everywhere, cluster.HDBSCAN(8, min_samples=5, copy=True).fit(songs[there]).labels_)


def test_the_graph_of_weighted_songs_is_that_of_their_copies():
    songs, weights = groups(0, n=30)
    weights += 1
    there = np.repeat(np.arange(30), weights)
    # Copies share evenly what a neighbour takes of them: written out, pair by pair.
    distance = np.linalg.norm(songs[:, None] - songs[None], axis=2)
    near = np.zeros((len(there), len(there)))
    for row, song in enumerate(there):
        left = 8.0
        for other in np.argsort(distance[song], kind="stable"):
            copies = np.flatnonzero(there == other)
            copies = copies[copies != row]
            if len(copies):
                near[row, copies] = min(left, len(copies)) / len(copies)
                left -= min(left, len(copies))
    tied = (near + near.T) / 2
    root = np.sqrt(tied.sum(axis=1))
    values, vectors = np.linalg.eigh(tied / root[:, None] / root)
    ours = counted(songs, weights.astype(float))
    found = embedding(_graph(ours, 8), ours.weights, 3, 0)[there]
    theirs = vectors[:, -3:] / np.linalg.norm(vectors[:, -3:], axis=1, keepdims=True)
    assert values[-3] - values[-4] > 1e-3
    assert found @ found.T == pytest.approx(theirs @ theirs.T, abs=1e-6)


@pytest.mark.parametrize("name", METHODS)
def test_a_song_of_weight_zero_moves_nothing(name):
    songs, weights = groups(1)
    weights = np.maximum(weights, 1)
    model = METHODS[name]
    alone = model.fit_predict(songs, sample_weight=weights)
    bridge = np.vstack([songs, np.linspace(songs.min(), songs.max(), 60)[:, None] * [1.0, 1.0]])
    with_more = model.fit_predict(bridge, sample_weight=np.append(weights, np.zeros(60)))
    assert same(alone, with_more[: len(songs)])


def test_a_song_of_weight_zero_goes_where_it_is_near():
    songs = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2], [8.0], [50.0]])
    weights = [1, 1, 1, 1, 1, 1, 0, 0]
    assert Agglomerative(2).fit_predict(songs, sample_weight=weights)[6] == 1
    assert DBSCAN(1.0, 2).fit_predict(songs, sample_weight=weights)[6:].tolist() == [1, -1]
    assert DBSCAN(1.5, 2).fit_predict(songs, sample_weight=weights)[6:].tolist() == [1, -1]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_impossible_weights_are_refused(name, wrong):
    songs, weights = groups(2)
    weights = weights.astype(float)
    weights[3] = wrong
    with pytest.raises(DegenerateDataError, match=r"Negative values|NaN"):
        METHODS[name].fit(songs, sample_weight=weights)


@pytest.mark.parametrize("model", [HDBSCAN(), Agglomerative(2, n_neighbors=4)])
def test_where_songs_are_counted_weights_are_whole_numbers(model):
    with pytest.raises(DegenerateDataError, match="must be a whole number"):
        model.fit(groups(0)[0], sample_weight=np.full(90, 0.5))


def test_a_tree_without_the_copies():
    tree = np.array([[0, 1, 0.0, 2], [2, 4, 1.0, 3], [3, 5, 2.0, 4]])
    found = _tree.without_copies(tree, np.array([0, 0, 1, 2]))
    assert found.tolist() == [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
