import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songscape.evaluate._align import crossed, jaccard, partners, variation_of_information

LABELS = arrays(np.int32, 30, elements=st.integers(0, 4))


@settings(deadline=None)
@given(LABELS, st.permutations(range(5)))
def test_a_renumbered_grouping_is_the_same(labels, order):
    table = crossed(labels, np.array(order, dtype=np.int32)[labels], (5, 5))
    found = partners(table)
    assert all(found[order[label]] == label for label in set(labels.tolist()))
    assert variation_of_information(table) == pytest.approx(0, abs=1e-12)
    assert jaccard(table).max(axis=1)[np.unique(labels)] == pytest.approx(1)


@settings(deadline=None)
@given(LABELS, LABELS)
def test_no_pairing_keeps_more_songs(old, new):
    table = crossed(old, new, (5, 5))
    found = partners(table)
    kept = sum(table[row, column] for column, row in enumerate(found) if row >= 0)
    greedy, taken = 0, table.copy()
    for _ in range(5):
        row, column = np.unravel_index(taken.argmax(), taken.shape)
        greedy += taken[row, column]
        taken[row], taken[:, column] = 0, 0
    assert kept >= greedy
    paired = found[found >= 0]
    assert len(set(paired.tolist())) == len(paired)


def test_variation_of_information_by_hand():
    # Two halves against two halves across: each tells nothing of the other, one bit each way.
    assert variation_of_information(np.array([[5, 5], [5, 5]])) == pytest.approx(2.0)


def test_noise_is_in_no_cell():
    assert crossed(np.array([-1, 0, 1]), np.array([0, -1, 1]), (2, 2)).sum() == 1
