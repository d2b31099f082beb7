import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from tests._kernels.tables import DIMENSIONS, blobs, some, steady, tables

from songscape._kernels import kmeans_step, nearest_centers, potentials
from songscape.core.errors import DegenerateDataError

weightings = st.sampled_from(["none", "whole", "real", "zeros"])


def draw_weights(kind, n):
    rng = np.random.default_rng(n)
    return {
        "none": None,
        "whole": rng.integers(1, 6, n),
        "real": rng.random(n),
        "zeros": rng.integers(0, 2, n),
    }[kind]


@steady
@given(points=tables(), k=st.integers(1, 30), weighting=weightings)
def test_step_is_the_definition(engine, points, k, weighting):
    centers, weights = some(points, k), draw_weights(weighting, len(points))
    step = kmeans_step(points, centers, weights)
    square = cdist(points.astype(float), centers, "sqeuclidean")
    w = np.ones(len(points)) if weights is None else weights.astype(float)
    chosen = square[np.arange(len(points)), step.labels]
    np.testing.assert_allclose(chosen, square.min(axis=1), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(step.counts, np.bincount(step.labels, w, len(centers)), rtol=1e-12)
    sums = np.zeros_like(centers)
    np.add.at(sums, step.labels, w[:, None] * points)
    np.testing.assert_allclose(step.sums, sums, rtol=1e-10, atol=1e-8)
    np.testing.assert_allclose(step.objective, w @ square.min(axis=1), rtol=1e-10, atol=1e-12)


@steady
@given(points=tables(), k=st.integers(1, 20))
def test_nearest_two_are_the_definition(engine, points, k):
    centers = some(points, k)
    found = nearest_centers(points, centers)
    square = cdist(points.astype(float), centers, "sqeuclidean")
    least = np.sort(square, axis=1)
    np.testing.assert_allclose(found.distance, least[:, 0], rtol=1e-12, atol=1e-300)
    each = np.arange(len(points))
    np.testing.assert_allclose(square[each, found.labels], least[:, 0], rtol=1e-12, atol=1e-300)
    if len(centers) == 1:
        assert np.isinf(found.second_distance).all()
        assert not found.second_labels.any()
    else:
        np.testing.assert_allclose(found.second_distance, least[:, 1], rtol=1e-12, atol=1e-300)
        assert (found.labels != found.second_labels).all()


@steady
@given(points=tables(), m=st.integers(1, 20), weighting=weightings, first=st.booleans())
def test_potentials_are_the_definition(engine, points, m, weighting, first):
    candidates, weights = some(points, m, seed=1), draw_weights(weighting, len(points))
    x = points.astype(float)
    closest = np.full(len(x), np.inf) if first else ((x - x[0]) ** 2).sum(axis=1)
    cost = np.minimum(cdist(x, candidates, "sqeuclidean"), closest[:, None])
    w = np.ones(len(x)) if weights is None else weights
    step = np.spacing(np.float32(np.abs(x).max()))  # of the frame's origin
    size = np.square(x - x.mean(axis=0)).sum() + step**2 + 1e-12
    np.testing.assert_allclose(
        potentials(points, candidates, closest, weights), w @ cost, rtol=1e-5, atol=1e-5 * size
    )


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_step_equals_scikit_learn(engine, d, dtype):
    points = blobs(3000, d).astype(dtype)
    centers = points[:37].astype(float)
    model = KMeans(37, init=centers, n_init=1, max_iter=1, tol=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(points.astype(float))
    once = kmeans_step(points, centers)
    again = kmeans_step(points, once.sums / once.counts[:, None])
    assert again.objective == pytest.approx(model.inertia_, rel=1e-6)
    assert (again.labels == model.labels_).mean() > 0.999


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 10, 100])
def test_threads_change_no_bit(engine, dtype, k):
    points = blobs(20_000, 13).astype(dtype)
    weights = np.random.default_rng(0).random(len(points))
    centers = some(points, k)
    alone, five = (kmeans_step(points, centers, weights, threads=t) for t in (1, 5))
    for a, b in zip(alone, five, strict=True):
        assert np.array_equal(a, b)
    closest = nearest_centers(points, centers, threads=1)
    for a, b in zip(closest, nearest_centers(points, centers, threads=5), strict=True):
        assert np.array_equal(a, b)
    for a, b in zip(
        potentials(points, centers, closest.distance, weights, threads=1),
        potentials(points, centers, closest.distance, weights, threads=5),
        strict=True,
    ):
        assert a == b


def test_a_tie_goes_to_the_first_centre(engine):
    points = np.repeat([[0.0, 1.0], [0.5, 0.0]], 100, axis=0)
    centers = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 2.0]])
    assert set(kmeans_step(points, centers).labels.tolist()) == {0}
    found = nearest_centers(points, centers)
    assert found.second_labels.tolist() == [2] * 100 + [1] * 100


def test_a_tight_pair_far_from_the_rest_is_told_apart(engine):
    rng = np.random.default_rng(0)
    near = rng.normal(size=(300, 5)) * 1e-6
    points = np.vstack([near + 1000.0, near - 1000.0, rng.normal(size=(300, 5)) * 300])
    centers = points[:50]
    square = cdist(points, centers, "sqeuclidean")
    assert np.array_equal(kmeans_step(points, centers).labels, square.argmin(axis=1))


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_scale_gives_the_same_labels(engine, scale, dtype):
    points = blobs(500, 4).astype(dtype)
    scaled = points.astype(dtype) * dtype(scale)
    plain = kmeans_step(points, points[:20])
    step = kmeans_step(scaled, scaled[:20])
    assert (step.labels == plain.labels).mean() > 0.99
    assert step.objective == pytest.approx(plain.objective * float(dtype(scale)) ** 2, rel=1e-5)


@pytest.mark.parametrize(
    "points",
    [np.full((300, 3), 7.5), np.repeat([[0.0, 1, 2], [3, 4, 5]], 90, axis=0), np.ones((1, 3))],
    ids=["constant", "duplicates", "one row"],
)
def test_more_centres_than_distinct_rows(engine, points):
    centers = np.vstack([points[:5], points[-5:]])
    step = kmeans_step(points, centers)
    assert step.objective == 0.0
    assert step.counts.sum() == len(points)
    assert np.array_equal(centers[step.labels], points)
    assert not nearest_centers(points, centers).distance.any()
    assert not potentials(points, centers, np.full(len(points), np.inf))[:0].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize("row", [0, 70, 199])
def test_numbers_that_are_not_finite_are_refused(engine, bad, row):
    points = blobs(200, 3)
    points[row, 1] = bad
    centers = blobs(4, 3)
    with pytest.raises(DegenerateDataError, match="NaN, infinite or far too large"):
        kmeans_step(points, centers)
    with pytest.raises(DegenerateDataError, match="NaN, infinite or far too large"):
        nearest_centers(points, centers)
    with pytest.raises(DegenerateDataError, match="Centres hold NaN"):
        kmeans_step(centers, points)


def test_arguments_that_do_not_fit_are_refused(engine):
    points = blobs(20, 3)
    with pytest.raises(DegenerateDataError, match="at least one row"):
        kmeans_step(points[:0], points[:2])
    with pytest.raises(DegenerateDataError, match="3 columns like the points"):
        kmeans_step(points, points[:2, :2])
    with pytest.raises(DegenerateDataError, match="one weight for each of 20 rows"):
        kmeans_step(points, points[:2], np.ones(3))
    with pytest.raises(DegenerateDataError, match="finite and zero or more"):
        kmeans_step(points, points[:2], -np.ones(20))
    with pytest.raises(DegenerateDataError, match="one weight for each of 20 rows"):
        potentials(points, points[:2], np.ones(3))


def test_labels_only_when_wanted(engine):
    points = blobs(200, 3)
    assert kmeans_step(points, points[:2], labels=False).labels is None


def test_lists_and_integers_are_read(engine):
    step = kmeans_step([[0, 0], [4, 0]], [[1, 0], [4, 1]])
    assert step.labels.tolist() == [0, 1]
    assert step.objective == 2.0
