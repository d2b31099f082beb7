import numpy as np
import pytest

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.valley import (
    Landscape,
    among,
    distinct_sample,
    landscape,
    peaks,
    persistences,
    prominences,
    score,
)


def land(heights):
    """A ridge: each song joins its neighbour at the lower of the two."""
    heights = np.array(heights, dtype=float)
    levels = np.minimum(heights[:-1], heights[1:])
    order = np.argsort(-levels, kind="stable")
    joins = np.column_stack([np.arange(len(heights) - 1), np.arange(1, len(heights))])
    return Landscape(heights, joins[order], levels[order], 1.0)


def test_prominence_is_the_way_down_to_a_higher_peak():
    ridge = land([5, 9, 4, 7, 2, 8, 1])
    labels = np.array([0, 0, 0, 1, 2, 2, 2])
    # 9 stands over the lowest song (1); 7 meets 9 at 4; 8 meets 9 at 2.
    assert prominences(ridge, labels).tolist() == [8, 3, 6]
    assert persistences(ridge).tolist() == [8, 6, 3]


def test_a_slice_has_no_prominence():
    ridge = land([1, 2, 3, 4, 5])
    assert prominences(ridge, np.array([0, 0, 1, 1, 1])).tolist() == [0, 4]


@pytest.mark.parametrize("d", [2, 3, 8])
def test_the_inner_dimension_of_a_plane_is_two(d):
    rng = np.random.default_rng(0)
    plane = rng.uniform(size=(2_000, 2)) @ np.linalg.qr(rng.normal(size=(d, 2)))[0].T
    assert landscape(plane).dimension == pytest.approx(2, abs=0.2)


def test_the_valley_between_gaussians_is_as_deep_as_computed():
    rng = np.random.default_rng(1)
    songs = rng.normal(size=(4_000, 2))
    songs[::2, 0] += 4.5
    labels = (np.arange(4_000) % 2 == 0).astype(np.int32)
    middle = np.log(2) - 4.5**2 / 8
    found = score(Space(songs, ("a", "b")), Fit(labels, None, 2, 0))
    assert found == pytest.approx(-middle, abs=0.6)


def test_no_grouping_beats_the_second_persistence():
    for seed in range(5):
        songs = np.random.default_rng(seed).uniform(size=(400, 2))
        ground = landscape(songs)
        for k in (2, 3, 6):
            labels = KMeans(k, n_init=1, random_state=seed).fit(songs).labels_
            assert prominences(ground, labels).min() <= persistences(ground)[1] + 1e-12


def test_copies_are_no_peaks():
    matrix = np.repeat(np.arange(10.0), 5)[:, None]
    rows = distinct_sample(matrix, 100, 0)
    assert matrix[rows, 0].tolist() == list(range(10))
    assert len(distinct_sample(matrix, 4, 0)) == 4


def test_fewer_joins_keep_every_prominence():
    songs = np.random.default_rng(3).normal(size=(500, 3))
    ground = landscape(songs)
    groupings = [KMeans(k, n_init=1, random_state=k).fit_predict(songs) for k in (2, 5, 9)]
    tops = sorted(set().union(*(peaks(ground, labels) for labels in groupings)))
    fewer = among(ground, tops)
    assert len(fewer.joins) < len(tops)
    for labels in groupings:
        assert np.array_equal(prominences(fewer, labels), prominences(ground, labels))
