"""Spaces have names and fingerprints; scores of different spaces never meet."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songscape.core.errors import DegenerateDataError, SpaceMismatchError
from songscape.core.space import Space, same_space

MATRICES = arrays(
    np.float64,
    st.tuples(st.integers(1, 20), st.integers(1, 5)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


def space(matrix, name="prepared"):
    return Space(matrix, tuple(f"x{i}" for i in range(matrix.shape[1])), name)


@given(MATRICES)
def test_frame_and_back_is_the_same_space(matrix):
    original = space(matrix)
    again = Space.of(original.frame(), "prepared")
    np.testing.assert_array_equal(again.matrix, original.matrix)
    assert again.fingerprint == original.fingerprint


@given(MATRICES)
def test_last_bits_do_not_change_the_fingerprint(matrix):
    rounded = np.round(matrix / max(np.abs(matrix).max(), 1e-9), 3)
    assert space(rounded).fingerprint == space(rounded * (1 + 2e-16)).fingerprint


def test_content_names_and_name_change_the_fingerprint():
    matrix = np.arange(6.0).reshape(3, 2)
    different = {
        space(matrix).fingerprint,
        space(matrix * 2).fingerprint,
        space(matrix[::-1]).fingerprint,
        space(matrix, "pca").fingerprint,
        Space(matrix, ("a", "b")).fingerprint,
    }
    assert len(different) == 5


def test_matrix_is_a_read_only_copy():
    matrix = np.zeros((2, 2))
    made = space(matrix)
    matrix[0, 0] = 9
    assert made.matrix[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        made.matrix[0, 0] = 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused_by_name(bad):
    with pytest.raises(DegenerateDataError, match="missing or infinite values in x1"):
        space(np.array([[0.0, bad], [1.0, 1.0]]))


def test_names_must_match_and_differ():
    with pytest.raises(DegenerateDataError, match="2×2 but has 1 names"):
        Space(np.zeros((2, 2)), ("a",))
    with pytest.raises(DegenerateDataError, match="twice"):
        Space(np.zeros((2, 2)), ("a", "a"))


def test_rows_by_mask_and_by_index():
    made = space(np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(made.rows([True, False, True]).matrix, [[0, 1], [4, 5]])
    np.testing.assert_array_equal(made.rows([2]).matrix, [[4, 5]])


def test_scores_of_two_spaces_are_never_compared():
    assert same_space(["a", "a"]) == "a"
    with pytest.raises(SpaceMismatchError, match="2 different spaces"):
        same_space(["a", "b"])


def test_of_names_every_column():
    assert Space.of(pl.DataFrame({"tempo": [1, 2]}), "p").names == ("tempo",)
