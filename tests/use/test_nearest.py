import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songscape.use import _nearest
from songscape.use._nearest import ENOUGH, Exact, Index, searching


def brute(matrix, query, count):
    distances = np.sqrt(((matrix - query) ** 2).sum(axis=1))
    rows = np.lexsort((np.arange(len(matrix)), distances))[:count]
    return rows, distances[rows]


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e6])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_exact_is_brute_force(monkeypatch, scale, offset):
    monkeypatch.setattr(_nearest, "BLOCK", 700)
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(3000, 6)) * scale + offset
    matrix[100:110] = matrix[5]
    search = Exact(matrix)
    queries = matrix[[0, 5, 2999]]
    found = search.nearest(queries, 20)
    for query, rows, distances in zip(queries, *found, strict=True):
        wanted = brute(matrix, query, 20)
        assert rows.tolist() == wanted[0].tolist()
        assert distances == pytest.approx(wanted[1], abs=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 4), st.integers(1, 80), st.integers(0, 9))
def test_exact_with_ties_and_few_rows(n, d, count, seed):
    matrix = np.random.default_rng(seed).integers(0, 3, (n, d)).astype(float)
    rows, distances = Exact(matrix).nearest(matrix[0], count)
    wanted = brute(matrix, matrix[0], count)
    assert rows[0].tolist() == wanted[0].tolist()
    assert distances[0].tolist() == wanted[1].tolist()


def test_rows_closer_than_float32_can_tell_are_told_apart():
    matrix = np.full((500, 2), 1e4)
    matrix[:, 0] += np.arange(500)[::-1] * 1e-6
    matrix[0] = -1e4
    rows, _ = Exact(matrix).nearest(matrix[499], 5)
    assert rows[0].tolist() == [499, 498, 497, 496, 495]


def test_index_finds_nearly_all_and_looks_at_few():
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(60, 8)) * 3
    matrix = centres[rng.integers(0, 60, 20_000)] + rng.normal(size=(20_000, 8))
    index, exact = Index(matrix, seed=0), Exact(matrix)
    queries = matrix[:50]
    near, wanted = index.nearest(queries, 10), exact.nearest(queries, 10)
    hits = [len(set(a) & set(b)) for a, b in zip(near.rows, wanted.rows, strict=True)]
    assert np.mean(hits) >= 9.8
    assert index.looked < len(matrix) / 10
    again = Index(matrix, seed=0).nearest(queries, 10)
    assert np.array_equal(near.rows, again.rows)


def test_index_that_may_look_everywhere_is_exact_and_stops_early():
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(30, 3))[rng.integers(0, 30, 6000)] * 20 + rng.normal(size=(6000, 3))
    index = Index(matrix, share=1.0)
    found, wanted = index.nearest(matrix[:40], 7), Exact(matrix).nearest(matrix[:40], 7)
    assert np.array_equal(found.rows, wanted.rows)
    assert found.distances == pytest.approx(wanted.distances, abs=0)
    assert index.looked < 3000


def test_index_knows_how_much_it_finds():
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(40, 8))[rng.integers(0, 40, 20_000)] * 3
    matrix += rng.normal(size=matrix.shape)
    index = Index(matrix, seed=1)
    queries = rng.choice(len(matrix), 400, replace=False)
    near, wanted = index.nearest(matrix[queries], 11), Exact(matrix).nearest(matrix[queries], 11)
    hits = [len(set(a) & set(b)) - 1 for a, b in zip(near.rows, wanted.rows, strict=True)]
    assert index.recall >= ENOUGH
    assert np.mean(hits) / 10 >= index.recall - 0.01
    assert isinstance(searching(matrix, 10, seed=1), Index)


def test_without_structure_the_search_is_exact():
    matrix = np.random.default_rng(5).normal(size=(20_000, 32))
    index = Index(matrix)
    assert index.recall < ENOUGH
    assert index.share == _nearest.SHARES[-1]
    assert isinstance(searching(matrix, 10), Exact)
