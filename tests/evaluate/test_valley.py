import numpy as np
import pytest

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.valley import (
    DEEPEST,
    LEAST,
    _cell,
    _counts,
    _depth,
    between,
    continuous,
    depth,
    distinct_sample,
    score,
)


def two_clouds(apart, n=4_000, d=3, seed=1):
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) % 2).astype(np.int32)
    songs = rng.normal(size=(n, d))
    songs[:, 0] += apart * labels
    return songs, labels


def halves(songs, seed=0):
    return KMeans(2, n_init=3, random_state=seed).fit_predict(songs)


@pytest.mark.parametrize("apart", [4.0, 5.0])
def test_the_valley_between_gaussians_is_nearly_as_deep_as_computed(apart):
    songs, _ = two_clouds(apart, d=8)
    space, labels = Space(songs, tuple("abcdefgh")), halves(songs)
    truth = apart**2 / 8 - np.log(2)
    found = np.median([score(space, Fit(labels, None, 2, seed)) for seed in range(5)])
    # A lower limit of a smoothed density: below the truth, and not far.
    assert 0.5 * truth < found < truth


def test_the_shape_of_groups_does_not_matter():
    songs, labels = two_clouds(9.0)
    stretched = (
        songs * [1.0, 20.0, 0.1] @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    )
    assert depth(stretched, labels, 0) > 2


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "heavy tails"])
def test_slices_have_no_valley(kind):
    rng = np.random.default_rng(2)
    songs = rng.normal(size=(3_000, 6)) @ rng.normal(size=(6, 6))
    if kind == "uniform":
        songs = rng.uniform(size=(3_000, 6))
    if kind == "heavy tails":
        songs /= np.sqrt(rng.chisquare(3, size=(3_000, 1)) / 3)
    assert depth(songs, halves(songs), 0) < 0.25


def horseshoe(n=4_000):
    rng = np.random.default_rng(3)
    angle = rng.uniform(0.15, 1.85, n) * np.pi
    band = np.column_stack([5 * np.cos(angle), 5 * np.sin(angle), 10 * rng.uniform(size=n)])
    return band + 0.5 * rng.normal(size=(n, 3))


def test_only_cells_see_that_a_bent_sheet_hangs_together():
    songs = horseshoe()
    labels = halves(songs)
    rng = np.random.default_rng(0)
    one, other = (_cell(songs[labels == label], rng) for label in (0, 1))
    assert between(one, other, 1.645) > 1
    assert depth(songs, labels, 0) < 0.4


def test_a_few_far_songs_are_no_group():
    songs = np.random.default_rng(4).normal(size=(1_000, 2))
    songs[: LEAST - 1] += 50
    labels = (np.arange(1_000) < LEAST - 1).astype(np.int32)
    assert depth(songs, labels, 0) == 0.0
    # Three songs on a hill may be chance, with however empty a valley.
    assert _depth(np.array([100.0, 0.0, 3.0]), 1.645) <= 0.0
    assert _depth(np.array([100.0, 0.0, 300.0]), 1.645) > 2
    assert _depth(np.array([1e9, 0.0, 1e9]), 0.0) == DEEPEST


def test_chance_does_not_part_few_songs_in_many_dimensions():
    songs = np.random.default_rng(5).normal(size=(200, 60))
    assert depth(songs, halves(songs), 0) < 0.45


def test_the_depth_does_not_depend_on_the_unit():
    songs, labels = two_clouds(4.0, n=1_000)
    assert depth(songs, labels, 7) == pytest.approx(depth(1e6 * songs + 3, labels, 7), abs=1e-6)
    assert depth(songs, labels, 7) == pytest.approx(depth(songs, 1 - labels, 7), abs=0.3)


def test_counts_are_effective_numbers_of_songs():
    songs = np.random.default_rng(6).normal(size=4_000)
    left, right = 0.1 * songs, 1 + 0.1 * songs
    width = 1.06 * 0.1 * 4_000**-0.2
    top = _counts(left, right).max()
    expected = np.sqrt(2) * 4_000 * width / np.sqrt(0.1**2 + width**2)
    assert top == pytest.approx(expected, rel=0.1)


def test_columns_of_few_values_part_nothing():
    rng = np.random.default_rng(7)
    songs = np.column_stack([rng.normal(size=(2_000, 2)), rng.integers(2, size=2_000)])
    labels = songs[:, 2].astype(np.int32)
    assert continuous(songs).tolist() == [True, True, False]
    assert depth(songs, labels, 0) < 0.1
    assert continuous(songs[:, 2:]).all()


def test_copies_are_no_hills():
    matrix = np.repeat(np.arange(10.0), 5)[:, None]
    rows = distinct_sample(matrix, 100, 0)
    assert matrix[rows, 0].tolist() == list(range(10))
    assert len(distinct_sample(matrix, 4, 0)) == 4
