import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.space import Space
from songscape.evaluate._split import blocks, split


def space_of(rows):
    return Space(np.asarray(rows, dtype=float)[:, None], ("x",))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcde")), min_size=2, max_size=60),
    st.integers(0, 5),
)
def test_neither_copies_nor_groups_are_torn(songs, seed):
    rows, groups = np.array([one[0] for one in songs]), np.array([one[1] for one in songs])
    train, test = split(space_of(rows), 0.3, seed, groups)
    assert (train ^ test).all()
    assert not set(rows[train]) & set(rows[test])
    assert not set(groups[train]) & set(groups[test])


def test_the_share_is_met_where_it_can_be():
    _, test = split(space_of(np.arange(1_000)), 0.3, 0)
    assert test.sum() == 300


def test_copies_link_groups():
    assert blocks(
        np.array([[0.0], [0.0], [1.0], [2.0]]), np.array(["a", "b", "b", "c"])
    ).tolist() == [0, 0, 0, 1]


def test_another_seed_is_another_split():
    first, second = (split(space_of(np.arange(100)), 0.3, seed)[1] for seed in (0, 1))
    assert not np.array_equal(first, second)
