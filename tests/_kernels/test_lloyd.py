import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from tests._kernels.tables import DIMENSIONS, blobs, some, steady, tables

from songscape._kernels import (
    Known,
    Stop,
    _engine,
    _twin,
    greedy_draws,
    kmeans_step,
    lloyd,
    unknown,
)
from songscape.core.errors import DegenerateDataError

weightings = st.sampled_from(["none", "real", "zeros"])


def draw_weights(kind, n):
    rng = np.random.default_rng(n)
    return {"none": None, "real": rng.random(n), "zeros": rng.integers(0, 2, n)}[kind]


def of_twin(function, *arguments, **named):
    before = _engine._module
    _engine._module = _twin
    try:
        return function(*arguments, **named)
    finally:
        _engine._module = before


def check_known(points, centers, known):
    """Labels are nearest centres; leads never promise more than there is."""
    distance = np.sqrt(cdist(points.astype(float), centers, "sqeuclidean"))
    each = np.arange(len(points))
    own = distance[each, known.labels]
    np.testing.assert_allclose(own, distance.min(axis=1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(known.squares, own**2, rtol=1e-9, atol=1e-12)
    distance[each, known.labels] = np.inf
    assert (known.leads <= distance.min(axis=1) - own + 1e-9 * (1 + own)).all()
    assert (known.leads >= 0).all()


@steady
@given(points=tables(), k=st.integers(1, 12), steps=st.integers(0, 5), weighting=weightings)
def test_a_run_is_the_steps_of_the_twin(engine, points, k, steps, weighting):
    weights, centers = draw_weights(weighting, len(points)), some(points, k)
    stop = Stop(steps, first=9, shift=-1.0)
    found = lloyd(points, centers, weights, stop=stop)
    expected = of_twin(lloyd, points, centers, weights, stop=stop)
    size = np.abs(points).max() + 1
    assert found.steps == expected.steps == steps
    np.testing.assert_allclose(found.cost, expected.cost, rtol=1e-6, atol=1e-9 * size)
    check_known(points, found.centers, found.known)


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_whole_run_ends_where_the_twin_ends(engine, d, dtype):
    points = blobs(2000, d).astype(dtype) + dtype(50)
    weights = np.random.default_rng(1).random(2000)
    found, expected = (f(lloyd, points, some(points, 15), weights) for f in (run, of_twin))
    np.testing.assert_allclose(found.centers, expected.centers, rtol=1e-7)
    assert found.cost == pytest.approx(expected.cost, rel=1e-9)
    assert np.array_equal(found.known.labels, expected.known.labels)
    check_known(points, found.centers, found.known)


def run(function, *arguments, **named):
    return function(*arguments, **named)


def test_a_run_stands_still_where_a_step_moves_nothing(engine):
    points = blobs(3000, 7)
    found = lloyd(points, some(points, 20))
    step = kmeans_step(points, found.centers)
    np.testing.assert_allclose(step.sums / step.counts[:, None], found.centers, rtol=1e-9)
    assert step.objective == pytest.approx(found.cost, rel=1e-12)


@steady
@given(points=tables(least=8), k=st.integers(2, 8), seed=st.integers(0, 99))
def test_what_is_known_changes_no_result(engine, points, k, seed):
    centers = lloyd(points, some(points, k), stop=Stop(2, first=9)).centers
    known = lloyd(points, centers, stop=Stop(0)).known
    moved = centers.copy()
    draws = np.random.default_rng(seed).random((1, 4))
    labels, leads, squares = (array.copy() for array in known)
    chosen, costs = np.empty(1, np.int32), np.empty(1)
    table = np.ascontiguousarray(points)
    _engine.engine().greedy_draws(
        table, np.empty(0), draws, len(moved), 1, labels, leads, squares, chosen, costs
    )
    moved = np.vstack([moved, table[chosen].astype(float)])
    check_known(points, moved, Known(labels, leads, squares))
    stop = Stop(4, first=9)
    knowing = lloyd(points, moved, known=Known(labels, leads, squares), stop=stop)
    fresh = lloyd(points, moved, stop=stop)
    check_known(points, knowing.centers, knowing.known)
    np.testing.assert_allclose(knowing.cost, fresh.cost, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_change_no_bit(engine, dtype):
    points = blobs(20_000, 5).astype(dtype)
    weights = np.random.default_rng(0).random(len(points))
    alone, five = (lloyd(points, some(points, 30), weights, threads=t) for t in (1, 5))
    assert np.array_equal(alone.centers, five.centers)
    assert (alone.cost, alone.steps) == (five.cost, five.steps)
    for a, b in zip(alone.known, five.known, strict=True):
        assert np.array_equal(a, b)


def test_empty_clusters_take_the_farthest_rows(engine):
    points = np.array([[0.0], [1.0], [50.0], [60.0]])
    found = lloyd(points, [[0.0], [0.0], [0.0]])
    assert np.sort(found.centers[:, 0]).tolist() == [0.5, 50.0, 60.0]
    assert found.cost == 0.5


@pytest.mark.parametrize("points", [np.ones((70, 3)), np.repeat([[0.0], [1.0]], 40, axis=0)])
def test_more_centres_than_distinct_rows(engine, points):
    found = lloyd(points, points[:5])
    assert found.cost == 0.0
    assert np.isfinite(found.centers).all()


@pytest.mark.parametrize("scale", [1e-90, 1e-30, 1e30, 1e90])
def test_any_scale(engine, scale):
    points = blobs(500, 4)
    plain, scaled = lloyd(points, points[:9]), lloyd(points * scale, points[:9] * scale)
    assert (plain.known.labels == scaled.known.labels).mean() > 0.99
    assert scaled.cost == pytest.approx(plain.cost * scale**2, rel=1e-5)


def test_a_hopeless_run_is_given_up(engine):
    points = blobs(2000, 5)
    best = lloyd(points, some(points, 20)).cost
    found = lloyd(points, points[:20], stop=Stop(rival=best / 2))
    assert found.known is None
    assert found.steps == 4
    assert found.cost > best


def test_a_run_ends_by_gain(engine):
    points = blobs(5000, 5)
    whole, early = (lloyd(points, points[:30], stop=Stop(gain=g)) for g in (0.0, 1e-2))
    assert early.steps < whole.steps
    assert whole.cost < early.cost < 1.1 * whole.cost


@steady
@given(points=tables(least=4), rounds=st.integers(1, 4), weighting=weightings)
def test_greedy_draws_are_the_twins(engine, points, rounds, weighting):
    weights = draw_weights(weighting, len(points))
    draws = np.random.default_rng(len(points)).random((rounds, 5))
    closest = ((points.astype(float) - points[0]) ** 2).sum(axis=1)
    rows, costs = greedy_draws(points, closest, draws, weights)
    w = np.ones(len(points)) if weights is None else weights
    near = closest
    size = np.square(points.astype(float) - points[0]).sum() + 1e-9
    for row, cost in zip(rows, costs, strict=True):
        near = np.minimum(near, ((points.astype(float) - points[row]) ** 2).sum(axis=1))
        assert cost == pytest.approx(w @ near, rel=1e-4, abs=1e-5 * size)
    assert costs[0] <= w @ closest + 1e-5 * size
    if points.dtype == np.float64:
        assert rows[0] in of_twin(greedy_draws, points, closest, draws, weights)[0] or np.isclose(
            costs[0], of_twin(greedy_draws, points, closest, draws, weights)[1][0], rtol=1e-4
        )


def test_draws_fall_by_cost(engine):
    points = np.array([[0.0], [1.0], [3.0]])
    closest = points[:, 0] ** 2
    for draw, row in ((0.0, 1), (0.099, 1), (0.11, 2), (1.0, 2)):
        assert greedy_draws(points, closest, [[draw]])[0].tolist() == [row]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_numbers_that_are_not_finite_are_refused(engine, bad):
    points = blobs(200, 3)
    points[7, 1] = bad
    with pytest.raises(DegenerateDataError, match="NaN, infinite or far too large"):
        lloyd(points, blobs(4, 3))
    with pytest.raises(DegenerateDataError, match="NaN, infinite or far too large"):
        greedy_draws(points, np.ones(200), [[0.5]])


def test_arguments_that_do_not_fit_are_refused(engine):
    points = blobs(20, 3)
    with pytest.raises(DegenerateDataError, match=r"numbers in 0\.\.1"):
        greedy_draws(points, np.ones(20), [[1.5]])
    with pytest.raises(DegenerateDataError, match="one weight for each of 20 rows"):
        greedy_draws(points, np.ones(3), [[0.5]])
    beyond = Known(np.full(20, 2), np.zeros(20), np.zeros(20))
    with pytest.raises(DegenerateDataError, match=r"label in 0\.\.1"):
        lloyd(points, points[:2], known=beyond)


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_many_rows_to_a_centre(engine, d, dtype, offset):
    # So many that rows are measured against a few centres about their last one.
    points = (blobs(8_999, d) + offset).astype(dtype)
    stop = Stop(6, first=9, shift=-1.0)
    found, twins = (f(lloyd, points, some(points, 26), stop=stop) for f in (run, of_twin))
    np.testing.assert_allclose(found.centers, twins.centers, rtol=1e-7, atol=1e-7)
    assert found.cost == pytest.approx(twins.cost, rel=1e-9)
    assert np.array_equal(found.known.labels, kmeans_step(points, found.centers).labels)
    check_known(points, found.centers, found.known)


def test_many_rows_to_a_centre_half_way_between_two(engine):
    # Such a row belongs to the first of both, whichever it belonged to before.
    centers = np.arange(30.0)[:, None] * 2
    points = np.repeat(np.concatenate([centers, centers[:-1] + 1.0]), 300, axis=0)
    later = Known(
        np.repeat(np.r_[:30, 1:30], 300).astype(np.int32), np.zeros(17_700), np.zeros(17_700)
    )
    for known in (None, later):
        found = lloyd(points, centers, known=known, stop=Stop(1, first=9))
        step = kmeans_step(points, centers)
        assert np.allclose(found.centers, step.sums / step.counts[:, None])
        assert np.array_equal(found.known.labels, kmeans_step(points, found.centers).labels)


def test_labels_alone_end_at_the_same_place(engine):
    points = blobs(5_000, 5)
    whole, brief = (
        lloyd(points, some(points, 9), known=unknown(len(points), labels_only=only))
        for only in (False, True)
    )
    assert np.array_equal(whole.centers, brief.centers)
    assert np.array_equal(whole.known.labels, brief.known.labels)
    assert brief.cost == pytest.approx(whole.cost, rel=1e-12)
    assert brief.known.leads.size == brief.known.squares.size == 0
