"""The valleys over many looks, the null test, and what is said."""

import numpy as np
import polars as pl
import pytest

from songscape.choose import _nulls, _reason
from songscape.choose._useful import Useful, useful
from songscape.choose._valleys import CLEAR, Valleys, _count, _samples, two_hilled, valleys
from songscape.core.choice import EVIDENCE
from songscape.core.fit import Fit
from songscape.core.space import Space

CUT = Useful(9, 0.85, 0.8, 0.9, 10)


def land(clear, depth=0.46):
    return Valleys(False, 1, depth, clear, 10, [], 3_000)


def two_clouds(apart, n, seed=0):
    """Two round clouds side by side, and the grouping that made them."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n).astype(np.int32)
    matrix = rng.normal(size=(n, 2))
    matrix[:, 0] += apart * labels
    return Space(matrix, ("x", "y")), [Fit(labels, None, 2, 0)]


def test_divided_evidence_is_told_and_is_not_natural():
    said = _reason.none(land(5), CUT)
    assert said.startswith("The evidence is divided, and is treated as no natural number")
    assert "In 5 of 10 looks at 3,000 songs each there are groups" in said
    assert _reason.none(land(0), CUT).startswith("There is no natural number of groups")


@pytest.mark.parametrize(("apart", "natural"), [(6.0, True), (2.0, False)])
def test_far_clouds_are_natural_and_near_ones_not(apart, natural):
    seen = valleys(*two_clouds(apart, 1_000), 1_000, 10, 0.1, 0)
    assert seen.natural is natural
    assert seen.k == (2 if natural else 1)
    assert (seen.depth >= CLEAR) is natural
    assert seen.clear == (10 if natural else 0)


def test_a_valley_no_deeper_than_in_songs_without_groups_does_not_count():
    space, fits = two_clouds(6.0, 1_000)
    assert valleys(space, fits, 1_000, 10, 0.1, 0).natural
    assert not valleys(space, fits, 1_000, 10, 8.0, 0).natural


def test_the_largest_k_with_visible_valleys_counts():
    fits = [Fit(np.zeros(1, dtype=np.int32), None, k, 0) for k in (2, 3, 4, 4)]
    assert _count(fits, np.array([0.1, 0.9, 0.0, 0.4]), 0.3) == 4
    assert _count(fits, np.array([0.1, 0.9, 0.0, 0.2]), 0.3) == 3
    assert _count(fits, np.zeros(4), 0.3) == 1


def test_samples_of_small_and_large_collections_differ():
    matrix = np.random.default_rng(0).normal(size=(500, 2))
    small, large = _samples(matrix, 3_000, 5, 0), _samples(matrix, 100, 5, 0)
    assert {len(rows) for rows in small} == {400}
    assert {len(rows) for rows in large} == {100}
    assert len({tuple(rows) for rows in small}) == 5
    assert all(np.all(np.diff(rows) > 0) for rows in small)


def test_single_features_with_two_hills_are_named():
    rng = np.random.default_rng(1)
    voice = np.where(rng.uniform(size=2_000) < 0.5, 0.1, 0.9) + 0.05 * rng.normal(size=2_000)
    space = Space(
        np.column_stack([rng.normal(size=2_000), voice, rng.integers(2, size=2_000)]),
        ("energy", "instrumentalness", "mode"),
    )
    found = two_hilled(space, 0)
    assert list(found) == ["instrumentalness"]
    assert "instrumentalness" in _reason.hills(found)
    assert _reason.hills({}) == ""


@pytest.fixture(scope="module")
def null():
    space, _ = two_clouds(6.0, 400)
    return _nulls.drawn(space.matrix, 19, 0)


def test_the_null_test_takes_the_same_criteria_of_all(null):
    assert null.schema == EVIDENCE
    sizes = dict(null.group_by("reference").len().iter_rows())
    assert sizes == {"observed": 2, "gaussian": 38, "uniform": 38, "permuted": 38}


def test_groups_beat_songs_without_groups(null):
    found = {(one.statistic, one.reference): one for one in _nulls.tests(null)}
    assert len(found) == 6
    assert found["valley", "gaussian"].p == 0.05
    assert found["valley", "gaussian"].effect > 1
    # The groups lie along one feature, so shuffling the columns leaves them.
    assert found["valley", "permuted"].p > 0.05


def test_one_cloud_is_as_good_as_chance():
    cloud = np.random.default_rng(2).normal(size=(400, 3))
    found = {(t.statistic, t.reference): t for t in _nulls.tests(_nulls.drawn(cloud, 19, 0))}
    assert found["silhouette", "gaussian"].p > 0.05
    assert found["valley", "gaussian"].observed < CLEAR


def test_p_counts_the_songs_themselves():
    assert _nulls.p_value(np.zeros(19), 1.0) == pytest.approx(0.05)
    assert _nulls.p_value(np.ones(19), 1.0) == 1.0


def test_the_useful_number_is_a_steady_one_near_the_wish():
    draws = {k: [value] * 3 for k, value in {4: 0.99, 8: 0.9, 9: 0.85, 10: 0.6, 12: 0.7}.items()}
    assert useful(draws, 10).k == 9
    assert useful(draws, 4).k == 4
    assert useful(draws, 30).k == 12
    assert useful(draws | {10: [0.84] * 3}, 10).k == 10


def test_the_useful_number_says_how_sure():
    found = useful({10: [0.5, 0.7]}, 10)
    assert (found.again, found.low, found.high) == (pytest.approx(0.6), 0.5, 0.7)


def test_few_values_are_told():
    assert _reason.lattice(("mode",)).startswith("Valleys were looked for without mode")
    assert pl.DataFrame(schema=EVIDENCE).is_empty()
