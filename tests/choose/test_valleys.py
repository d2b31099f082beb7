"""The valleys over many samples, and what is said where samples disagree."""

import numpy as np
import polars as pl
import pytest

from songscape.choose import _reason
from songscape.choose._valleys import (
    CLEAR,
    Valleys,
    _best_parted,
    _clear,
    _samples,
    _shown,
    valleys,
)
from songscape.core.fit import Fit
from songscape.core.space import Space


def said(clear, depth=0.66):
    evidence = pl.DataFrame({"reference": ["gaussian", "observed"], "value": [0.2, depth]})
    p = dict.fromkeys(("gaussian", "uniform", "flat", "permuted"), 0.05)
    return _reason.none(Valleys(False, 1, depth, p, clear, 15, evidence, [], 3_000), 6, 0.85)


def two_clouds(apart, n, seed=0):
    """Two round clouds side by side, and the grouping that made them."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n).astype(np.int32)
    matrix = rng.normal(size=(n, 2))
    matrix[:, 0] += apart * labels
    return Space(matrix, ("x", "y")), [Fit(labels, None, 2, 0)]


def test_divided_evidence_is_told_and_is_not_natural():
    assert said(5).startswith("The evidence is divided, and is treated as no natural number")
    assert "In 5 of 15 samples of 3,000 songs there are groups" in said(5)
    assert said(1).startswith("There is no natural number of groups")


def test_a_valley_must_be_deep_and_deeper_than_every_kind_of_reference():
    quiet, loud = np.full(19, 0.1), np.full(19, 1.0)
    depths = np.array([CLEAR - 0.01, CLEAR + 0.01, 2.0])
    kinds = {"gaussian": quiet, "uniform": quiet, "flat": quiet, "permuted": np.full(19, 9.0)}
    assert _clear(depths, kinds).tolist() == [False, True, True]
    assert _clear(depths, kinds | {"flat": loud}).tolist() == [False, False, True]


def test_the_best_parted_fit_is_one_for_all_samples():
    lucky_once = np.array([[9.0, 0.5], [0.1, 0.6], [0.0, 0.7]])
    assert _best_parted(lucky_once).tolist() == [0.5, 0.6, 0.7]


def test_a_valley_in_half_of_the_samples_does_not_count():
    fits = [Fit(np.zeros(1, dtype=np.int32), None, k, 0) for k in (2, 3, 3)]
    fine = np.array([[1.0, 0.5, 0.0], [1.0, 0.5, 0.4], [1.0, 0.0, 0.4], [1.0, 0.0, 0.4]])
    assert _shown(fits, fine) == pytest.approx({2: 1.0, 3: 0.3})


def test_samples_of_small_and_large_collections_differ():
    matrix = np.random.default_rng(0).normal(size=(500, 2))
    small, large = _samples(matrix, 3_000, 5, 0), _samples(matrix, 100, 5, 0)
    assert {len(rows) for rows in small} == {400}
    assert {len(rows) for rows in large} == {100}
    assert len({tuple(rows) for rows in small}) == 5
    assert all(np.all(np.diff(rows) > 0) for rows in small)


@pytest.mark.parametrize("seed", range(3))
def test_a_borderline_table_is_not_natural_whatever_the_seed(seed):
    # Three standard deviations apart, samples of 800 songs fall on either side of ln 2.
    space, fits = two_clouds(3.0, 4_000)
    found = valleys(space, fits, 800, 15, 19, seed)
    assert 0 < found.clear < 8
    assert not found.natural
    assert found.k == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_clear_table_is_natural_whatever_the_seed(seed):
    space, fits = two_clouds(6.0, 2_000)
    found = valleys(space, fits, 800, 15, 19, seed)
    assert (found.natural, found.k, found.clear, found.looks) == (True, 2, 15, 15)
    assert found.depth > CLEAR
