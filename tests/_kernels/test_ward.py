import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cut_tree, is_valid_linkage, linkage
from scipy.spatial.distance import pdist
from tests._kernels.tables import DIMENSIONS, blobs, steady, tables

from songscape._kernels import ward
from songscape.core.errors import DegenerateDataError


@steady
@given(points=tables(least=2, most=120))
def test_heights_are_scipys(engine, points):
    tree = ward(points)
    assert is_valid_linkage(tree)
    expected = linkage(pdist(points.astype(float)), "ward")
    if np.array_equal(points, points.round()):  # ties may be cut either way: compare sizes only
        assert tree[-1, 3] == len(points)
        return
    np.testing.assert_allclose(tree[:, 2], expected[:, 2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_the_tree_is_scipys(engine, d):
    points = blobs(400, d)
    tree, expected = ward(points), linkage(points, "ward")
    np.testing.assert_allclose(tree, expected, rtol=1e-9)
    assert np.array_equal(cut_tree(tree, 7), cut_tree(expected, 7))


@steady
@given(n=st.integers(2, 60), seed=st.integers(0, 99))
def test_a_weight_counts_as_identical_rows(engine, n, seed):
    rng = np.random.default_rng(seed)
    points, weights = rng.normal(size=(n, 3)), rng.integers(1, 5, n)
    tree, expanded = ward(points, weights), ward(np.repeat(points, weights, axis=0))
    np.testing.assert_allclose(tree[:, 2:], expanded[-(n - 1) :, 2:], rtol=1e-9)


def test_compaction_does_not_change_the_tree(engine):
    points = blobs(2000, 3, seed=3)
    np.testing.assert_allclose(ward(points), linkage(points, "ward"), rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_any_scale_gives_the_same_tree(engine, scale):
    points = blobs(150, 3)
    tree = ward(points)
    tree[:, 2] *= scale
    np.testing.assert_allclose(ward(points * scale), tree, rtol=1e-9)


def test_rows_of_very_different_size(engine):
    points = np.vstack([blobs(80, 3), blobs(80, 3) * 1e12])
    np.testing.assert_allclose(ward(points)[:, 2], linkage(points, "ward")[:, 2], rtol=1e-3)


@pytest.mark.parametrize("n", [1, 2, 3, 130])
def test_constant_data_merge_at_zero(engine, n):
    tree = ward(np.full((n, 3), 0.1))
    assert tree.shape == (n - 1, 4)
    assert not tree[:, 2].any()
    if n > 1:
        assert tree[-1, 3] == n
        assert is_valid_linkage(tree)


def test_only_duplicates(engine):
    tree = ward(np.repeat([[0.0], [1.0]], 50, axis=0))
    assert not tree[:-1, 2].any()
    assert tree[-1, 2] == pytest.approx(
        linkage(np.repeat([[0.0], [1.0]], 50, axis=0), "ward")[-1, 2]
    )


def test_what_cannot_be_merged_is_refused(engine):
    points = blobs(20, 3)
    with pytest.raises(DegenerateDataError, match="at least one row"):
        ward(points[:0])
    with pytest.raises(DegenerateDataError, match="more than zero"):
        ward(points, np.zeros(20))
    points[3, 1] = np.inf
    with pytest.raises(DegenerateDataError, match="NaN, infinite"):
        ward(points)


@pytest.mark.parametrize("size", [1e-300, 1e-310])
def test_the_smallest_numbers_there_are_have_a_tree(engine, size):
    tree = ward(np.array([[0.0], [1.0], [5.0]]) * size)
    np.testing.assert_allclose(tree[:, 2] / size, [1, 5.196152], rtol=1e-6)
