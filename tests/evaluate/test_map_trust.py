import numpy as np
import pytest

from songscape.core.space import Space
from songscape.evaluate import _map_trust
from songscape.evaluate._map_trust import map_trust


def space(matrix):
    return Space(matrix, tuple(f"f{i}" for i in range(matrix.shape[1])))


def by_hand(matrix, places, near):
    """Trust of every song by sorting all distances."""
    shares = []
    for own in range(len(matrix)):
        sets = []
        for table in (matrix, places):
            away = np.linalg.norm(table - table[own], axis=1)
            away[own] = np.inf
            sets.append(set(np.argsort(away)[:near].tolist()))
        shares.append(len(sets[0] & sets[1]) / near)
    return np.array(shares)


def test_equals_the_definition():
    rng = np.random.default_rng(0)
    matrix, places = rng.normal(size=(150, 5)), rng.normal(size=(150, 2))
    places += matrix[:, :2]
    trust = map_trust(space(matrix), places, 0)
    assert trust.near == 10
    assert np.allclose(trust.per_song, by_hand(matrix, places, 10))
    assert trust.mean == pytest.approx(trust.per_song.mean())


def test_a_perfect_map_is_trusted_and_a_random_one_is_not():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(2_000, 2))
    assert map_trust(space(matrix), matrix @ [[0, 2], [-2, 0]], 0).mean == 1
    chance = map_trust(space(matrix), rng.normal(size=(2_000, 2)), 0)
    assert chance.mean == pytest.approx(chance.near / 2_000, abs=0.005)


def test_a_sample_tells_the_same_as_all(monkeypatch):
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(2_500, 4))
    places = matrix[:, :2]
    full = map_trust(space(matrix), places, 0)
    monkeypatch.setattr(_map_trust, "MOST", 800)
    part = map_trust(space(matrix), places, 0)
    assert part.looked_up == 800
    assert part.mean == pytest.approx(full.mean, abs=0.01)
    assert part.per_song.shape == (2_500,)
    assert np.array_equal(part.per_song, map_trust(space(matrix), places, 0).per_song)
    assert not np.array_equal(part.per_song, map_trust(space(matrix), places, 1).per_song)


def test_copies_of_a_song_are_its_neighbours_but_not_itself():
    matrix = np.repeat(np.arange(4.0)[:, None], 11, axis=0)
    assert map_trust(space(matrix), np.hstack([matrix, matrix]), 0).mean > 0.8


def test_two_songs_have_no_neighbourhood():
    assert map_trust(space(np.eye(2)), np.eye(2), 0) is None
