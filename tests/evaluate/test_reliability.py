import numpy as np
import pytest

from songscape.evaluate._reliability import calibration_error, reliability


def test_honest_memberships_lie_on_the_line():
    rng = np.random.default_rng(0)
    said = rng.uniform(0.4, 1, 20_000)
    table = reliability(said, (rng.random(20_000) < said).astype(float))
    assert table["songs"].to_list() == [2_000] * 10
    assert table["said"].is_sorted()
    assert calibration_error(table) < 0.02
    assert calibration_error(reliability(said, np.full(20_000, 0.4))) > 0.25


def test_equal_memberships_share_a_bin_and_untried_songs_are_left_out():
    table = reliability(np.array([1.0] * 30), np.array([1.0] * 15 + [np.nan] * 15))
    assert table.rows() == [(1.0, 1.0, 15)]
    assert np.isnan(calibration_error(reliability(np.array([0.5]), np.array([np.nan]))))


def test_the_error_by_hand():
    said, true = np.array([0.5] * 10 + [0.9] * 30), np.array([1.0] * 5 + [0.0] * 5 + [0.6] * 30)
    assert calibration_error(reliability(said, true)) == pytest.approx(0.75 * 0.3)
