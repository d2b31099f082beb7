import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples
from tests._kernels.tables import DIMENSIONS, blobs, steady, tables

from songscape._kernels import silhouette
from songscape.core.errors import DegenerateDataError


def label(n, k, seed=0):
    labels = np.random.default_rng(seed).integers(0, k, n)
    labels[:2] = 0, 1
    return labels


@steady
@given(points=tables(least=3, most=150), k=st.integers(2, 12), seed=st.integers(0, 99))
def test_scores_are_scikit_learns(engine, points, k, seed):
    labels = label(len(points), min(k, len(points) - 1), seed)
    expected = silhouette_samples(points.astype(float), labels)
    spread = np.ptp(points, axis=0).max()
    if spread == 0:
        expected = np.zeros(len(points))
    np.testing.assert_allclose(silhouette(points, labels), expected, atol=2e-6)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_many_labelings_in_one_pass(engine, d):
    points = blobs(300, d)
    labelings = np.array([label(300, k, k) for k in (2, 5, 40)])
    scores = silhouette(points, labelings)
    for labels, row in zip(labelings, scores, strict=True):
        np.testing.assert_allclose(row, silhouette_samples(points, labels), atol=1e-6)


@steady
@given(n=st.integers(2, 100), seed=st.integers(0, 99))
def test_a_weight_counts_as_identical_rows(engine, n, seed):
    rng = np.random.default_rng(seed)
    points, weights, labels = rng.normal(size=(n, 3)), rng.integers(1, 6, n), label(n, 4, seed)
    expanded = np.repeat(np.arange(n), weights)
    _, first = np.unique(expanded, return_index=True)
    whole = silhouette(points[expanded], labels[expanded])
    np.testing.assert_allclose(silhouette(points, labels, weights), whole[first], atol=2e-6)


def test_noise_rows_do_not_count(engine):
    points, labels = blobs(200, 3), label(200, 5)
    labels[50:90] = -1
    scores = silhouette(points, labels)
    assert np.isnan(scores[50:90]).all()
    kept = labels >= 0
    np.testing.assert_allclose(
        scores[kept], silhouette_samples(points[kept], labels[kept]), atol=1e-6
    )


def test_label_values_do_not_matter(engine):
    points, labels = blobs(100, 3), label(100, 3)
    assert np.array_equal(silhouette(points, labels), silhouette(points, labels * 1_000_000 + 5))


def test_a_cluster_of_one_row_scores_zero(engine):
    assert silhouette([[0.0], [1.0], [9.0]], [0, 1, 2]).tolist() == [0.0, 0.0, 0.0]


def test_threads_change_no_bit(engine):
    points, labels = blobs(1500, 5), label(1500, 7)
    assert np.array_equal(silhouette(points, labels), silhouette(points, labels, threads=4))


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_any_scale_gives_the_same_scores(engine, scale):
    points, labels = blobs(200, 3), label(200, 3)
    np.testing.assert_allclose(
        silhouette(points * scale, labels), silhouette_samples(points, labels), atol=1e-6
    )


def test_constant_data_score_zero(engine):
    assert not silhouette(np.full((100, 3), 0.1), label(100, 3)).any()


def test_identical_clusters_apart_score_one(engine):
    points = np.repeat([[0.0, 5.0], [3.0, 1.0]], 40, axis=0)
    np.testing.assert_allclose(silhouette(points, np.repeat([4, 2], 40)), 1.0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(20, int), "at least two clusters"),
        (np.full(20, -1), "at least two clusters"),
        (np.zeros((0, 20), int), "at least two clusters"),
        (np.zeros(19, int), "one for each of 20 rows"),
        (np.zeros(20), "whole numbers"),
    ],
)
def test_labelings_that_cannot_be_scored_are_refused(engine, labels, message):
    with pytest.raises(DegenerateDataError, match=message):
        silhouette(blobs(20, 3), labels)


def test_points_that_are_not_finite_are_refused(engine):
    points = blobs(20, 3)
    points[7, 1] = np.nan
    with pytest.raises(DegenerateDataError, match="NaN, infinite"):
        silhouette(points, label(20, 3))
    with pytest.raises(DegenerateDataError, match="more than zero"):
        silhouette(blobs(20, 3), label(20, 3), np.zeros(20))


@pytest.mark.parametrize("n", [64, 65, 1_024, 1_025, 2_300])
def test_every_pair_of_blocks_meets_once(engine, n):
    points, labels = blobs(n, 2), label(n, 3)
    scores = silhouette(points, labels)
    np.testing.assert_allclose(scores, silhouette_samples(points, labels), atol=1e-6)
    assert np.array_equal(scores, silhouette(points, labels, threads=3))


def test_sums_too_many_to_keep_change_nothing(engine):
    # 2,000 rows × 18,000 clusters are more than a quarter of a gigabyte.
    if engine == "twin":
        pytest.skip("the twin keeps no sums")
    points = blobs(2_000, 2)
    labelings = np.array([label(2_000, 1_500, seed) for seed in range(12)])
    together = silhouette(points, labelings)
    for labels, row in zip(labelings[:2], together[:2], strict=True):
        np.testing.assert_allclose(row, silhouette(points, labels), atol=1e-9)
    assert np.array_equal(together, silhouette(points, labelings, threads=3))


@pytest.mark.parametrize("size", [1e-300, 1e-310])
def test_the_smallest_numbers_there_are_have_scores(engine, size):
    points = np.array([[0.0], [1.0], [5.0]])
    expected = silhouette(points, [0, 0, 1])
    np.testing.assert_allclose(silhouette(points * size, [0, 0, 1]), expected, rtol=1e-5)
