import numpy as np
import pytest

from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.neighbours import (
    artist_filtered_knn,
    knn_accuracies,
    plain_knn,
    score,
)


def albums(n=60, songs=12, seed=0):
    """Artists sound like themselves; genre has no sound at all."""
    rng = np.random.default_rng(seed)
    artist = np.repeat(np.arange(n), songs)
    matrix = 10 * rng.normal(size=(n, 4))[artist] + rng.normal(size=(n * songs, 4))
    genre = rng.integers(3, size=n)[artist].astype(str)
    return Space(matrix, ("a", "b", "c", "d")), genre, artist


def test_the_filter_unmasks_artists():
    space, genre, artist = albums()
    assert plain_knn(space, genre, 0) > 0.95
    assert artist_filtered_knn(space, genre, artist, 0) < 0.5


def test_unknown_artists_are_each_their_own():
    space, genre, artist = albums()
    unknown = np.full(len(artist), None, dtype=object)
    assert artist_filtered_knn(space, genre, unknown, 0) == plain_knn(space, genre, 0)


def test_one_artist_has_no_neighbours():
    space, genre, artist = albums(n=1)
    assert np.isnan(artist_filtered_knn(space, genre, artist, 0))


def test_copies_do_not_count_themselves():
    space = Space(np.repeat([[0.0], [9.0]], 20, axis=0), ("x",))
    genre = np.repeat(["a", "b"], 20)
    assert plain_knn(space, genre, 0) == 1.0


def test_score_is_the_share_in_ones_cluster():
    space = Space(np.concatenate([np.arange(11.0), 100 + np.arange(11.0)])[:, None], ("x",))
    halves = Fit(np.repeat([0, 1], 11).astype(np.int32), None, 2, 0)
    assert score(space, halves) == 1.0
    striped = Fit((np.arange(22) % 2).astype(np.int32), None, 2, 0)
    assert score(space, striped) == pytest.approx(0.45, abs=0.06)


def test_one_artist_of_several_is_enough():
    space, genre, artist = albums()
    joined = np.array([f"guest {i};artist {who}" for i, who in enumerate(artist)])
    assert artist_filtered_knn(space, genre, joined, 0) == artist_filtered_knn(
        space, genre, artist, 0
    )


def test_albums_are_filtered_beside_artists():
    space, genre, artist = albums()
    nobody = np.arange(len(artist))
    both = artist_filtered_knn(space, genre, [nobody, artist], 0)
    assert both == artist_filtered_knn(space, genre, artist, 0)
    assert both < plain_knn(space, genre, 0)


def test_a_majority_for_any_label_of_a_song_is_right():
    space = Space(np.array([[0.0], [0.1], [0.2], [0.3]]), ("x",))
    several = np.empty(4, dtype=object)
    several[:] = [["jazz", "soul"], ["soul"], ["soul"], ["soul"]]
    first = np.array(["jazz", "soul", "soul", "soul"])
    alone, together = knn_accuracies(space, [first, several], 0)
    assert alone == 0.75
    assert together == 1.0
