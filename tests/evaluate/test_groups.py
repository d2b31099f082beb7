import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from songscape.core.space import Space
from songscape.evaluate._groups import blocks, owners
from songscape.evaluate._split import split

ARTISTS = st.lists(
    st.one_of(
        st.none(),
        st.lists(st.sampled_from("ABCDEFGHIJ"), min_size=1, max_size=3).map(";".join),
    ),
    min_size=2,
    max_size=60,
)


def space_of(count):
    return Space(np.arange(float(count))[:, None], ("x",))


@settings(deadline=None)
@given(ARTISTS, st.integers(0, 3))
def test_a_split_leaks_no_artist_of_several(artists, seed):
    train, test = split(space_of(len(artists)), 0.4, seed, np.array(artists, dtype=object))
    seen, unseen = (
        {name for song in np.flatnonzero(side) for name in (artists[song] or "").split(";") if name}
        for side in (train, test)
    )
    assert (train ^ test).all()
    assert not seen & unseen


@settings(deadline=None)
@given(ARTISTS, ARTISTS, st.integers(0, 3))
def test_nor_an_album(artists, albums, seed):
    count = min(len(artists), len(albums))
    columns = [np.array(column[:count], dtype=object) for column in (artists, albums)]
    train, test = split(space_of(count), 0.4, seed, columns)
    shared = owners(columns)
    assert not (shared[train] @ shared[test].T).count_nonzero()


def test_one_large_block_does_not_empty_the_test_part():
    artists = np.array(["A"] * 60 + [f"B{i}" for i in range(40)], dtype=object)
    shares = [split(space_of(100), 0.3, seed, artists)[1].sum() for seed in range(10)]
    assert shares == [30] * 10


def test_the_same_name_as_artist_and_album_is_two_things():
    both = owners([np.array(["Weezer", "Other"]), np.array(["Blue", "Weezer"])])
    assert not (both[[0]] @ both[[1]].T).count_nonzero()


def test_blocks_go_by_the_first_artist_and_strangers_are_alone():
    found = blocks(np.array(["A;B", "a", None, "", "B"], dtype=object))
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 4
