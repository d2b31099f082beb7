import itertools

import numpy as np
import pytest

from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.use import Way, path
from songscape.use._keys import WHEEL, compatible, key_codes


def test_even_steps_along_a_line(made):
    points = np.column_stack([np.arange(21), np.zeros(21)])
    assert path(made(points), 0, 20, Way(length=5))["row"].to_list() == [0, 5, 10, 15, 20]


def test_constraints_hold(run):
    way = Way(length=14, tempo_step=0.12, keys=True, gap_artist=5)
    songs = path(run, 0, 1, way)
    assert songs["row"].to_list()[0] == 0
    assert songs["row"].to_list()[-1] == 1
    assert songs["row"].n_unique() == songs.height == 14
    for slow, fast in itertools.pairwise(songs["tempo"]):
        assert max(slow, fast) / min(slow, fast) <= 1.12 + 1e-6
    codes = key_codes(run.tracks)[songs["row"].to_numpy()]
    assert compatible()[codes[:-1], codes[1:]].all()
    assert songs["key"].to_list() == [WHEEL[code] for code in codes]
    artists = songs["artist"].to_list()
    assert all(len(set(artists[i : i + 5])) == 5 for i in range(10))


def test_steps_are_shorter_than_without_the_dynamic_programme(run):
    songs = path(run, 0, 1, Way(length=8, gap_artist=1))
    points = run.space.matrix
    whole = np.linalg.norm(points[0] - points[1])
    assert songs["distance"].max() < whole
    share = np.arange(1, 7)[:, None] / 7
    line = points[0] * (1 - share) + points[1] * share
    nearest = [int(np.linalg.norm(points - cut, axis=1).argmin()) for cut in line]
    greedy = np.diff(points[[0, *nearest, 1]], axis=0)
    if len({0, *nearest, 1}) == 8:
        assert (songs["distance"].drop_nulls() ** 2).sum() <= (greedy**2).sum() + 1e-9


def test_what_cannot_be_says_what_to_loosen(made):
    points = np.column_stack([np.arange(10), np.zeros(10)])
    tempo = [60.0] * 5 + [120.0] * 5
    opened = made(points, tempo=tempo)
    with pytest.raises(DegenerateDataError, match=r"takes 11 songs; give --length 11 .*-step 13%"):
        path(opened, 0, 9, Way(length=7, tempo_step=0.08))
    with pytest.raises(DegenerateDataError, match="No way of 9 songs"):
        path(opened, 0, 9, Way(length=9, tempo_step=0.1))
    one = made(points, artist=["A"] * 10)
    with pytest.raises(DegenerateDataError, match="there is one with --gap-artist 1"):
        path(one, 0, 9, Way(length=4))
    keys = made(points, key=[0.0] * 5 + [6.0] * 5, mode=[1.0] * 10)
    with pytest.raises(DegenerateDataError, match="there is one with no --keys"):
        path(keys, 0, 9, Way(length=5, keys=True))


def test_wishes_that_make_no_sense(made):
    opened = made(np.eye(3))
    with pytest.raises(RecipeError, match="at least 2 songs"):
        Way(length=1)
    with pytest.raises(RecipeError, match="between 0 and 1"):
        Way(tempo_step=8)
    with pytest.raises(DegenerateDataError, match="both start and end"):
        path(opened, 1, 1)
    with pytest.raises(DegenerateDataError, match="knows no tempo"):
        path(opened, 0, 1, Way(tempo_step=0.1))
    with pytest.raises(DegenerateDataError, match="knows no keys"):
        path(opened, 0, 1, Way(keys=True))
    assert path(opened, 0, 1, Way(length=2))["row"].to_list() == [0, 1]


def test_advice_can_be_followed(made):
    run = made(np.eye(4), tempo=[60.0, 90.0, 130.0, 200.0], title=["a", "b", "c", "A - Live"])
    with pytest.raises(DegenerateDataError, match=r"give --length 14 or more\.$"):
        path(run, 0, 2, Way(length=2, tempo_step=0.062, gap_artist=1))
    with pytest.raises(DegenerateDataError, match="has only 4 different songs; give --length 4"):
        path(run, 0, 2, Way(length=5, gap_artist=1))
    twins = made(np.eye(2), title=["a", "A - Live"], artist=["x", "X"])
    with pytest.raises(DegenerateDataError, match="the same recording"):
        path(twins, 0, 1, Way(length=2, gap_artist=1))


def test_rows_of_numpy_are_rows(made):
    run = made(np.eye(3), title=["a", "b", "c"])
    assert path(run, np.int64(0), np.int64(2), Way(length=2))["row"].to_list() == [0, 2]
