"""What trained estimators share: seeds, classes, songs held out, curves."""

import numpy as np
import pytest

from songscape._networks.estimating import classes_of, keep, parted, seeded
from songscape._networks.training import Course
from songscape.core.errors import DegenerateDataError


def test_the_same_seed_draws_the_same_and_a_state_goes_on():
    assert seeded(3).random() == seeded(3).random()
    state = np.random.RandomState(0)
    assert seeded(state).random() != seeded(state).random()


def test_classes_are_in_order_with_the_index_of_every_song():
    classes, codes = classes_of(np.array(["rock", "folk", "rock"]))
    assert classes.tolist() == ["folk", "rock"]
    assert codes.tolist() == [1, 0, 1]


def test_one_class_is_nothing_to_tell():
    with pytest.raises(DegenerateDataError, match="one class there is nothing to tell"):
        classes_of(np.array(["rock", "rock"]))


def test_songs_of_a_group_are_held_out_together_with_their_targets():
    songs, targets = np.arange(20)[:, None], np.arange(20) * 10
    groups = np.arange(20) // 4
    near, told, held = parted(songs, targets, 0.4, np.random.default_rng(0), groups)
    assert np.array_equal(told, near[:, 0] * 10)
    assert np.array_equal(held[1], held[0][:, 0] * 10)
    assert not set(groups[near[:, 0]]) & set(groups[held[0][:, 0]])
    assert len(near) + len(held[0]) == 20


def test_nothing_is_held_out_where_nothing_is_asked():
    songs = np.arange(4)[:, None]
    near, _, held = parted(songs, songs[:, 0], 0.0, np.random.default_rng(0))
    assert held is None
    assert np.array_equal(near, songs)


def test_an_estimator_keeps_its_curves():
    class Fitted:
        pass

    one = Fitted()
    keep(one, Course({"loss": np.array([3.0, 1.0, 2.0])}, 2))
    assert (one.best_epoch_, one.n_iter_, list(one.history_)) == (2, 3, ["loss"])
