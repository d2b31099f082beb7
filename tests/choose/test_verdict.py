"""The verdict on songs whose truth is known."""

import dataclasses

import numpy as np
import pytest

from songscape.choose import verdict
from songscape.choose.verdict import Options, choose
from songscape.cluster.kmeans import KMeans
from songscape.core.choice import CURVES
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.fit import Fit
from songscape.core.space import Space

QUICK = Options(
    high=10, seeds=1, rows=1_000, few=200, valley_rows=1_000, gap_draws=2, resamples=2, splits=1
)


def fitter(space, k, seed):
    model = KMeans(k, n_init=3, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def space_of(matrix):
    scaled = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    return Space(scaled, tuple(f"x{i}" for i in range(matrix.shape[1])))


def planted(seed, n=1_000, k=5):
    rng = np.random.default_rng(seed)
    centres = 7 * np.linalg.qr(rng.normal(size=(6, 6)))[0][:k]
    return space_of(rng.normal(size=(n, 6)) + centres[rng.integers(k, size=n)])


def structureless(kind, seed, n=1_000, d=6):
    rng = np.random.default_rng(seed)
    cloud = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
    if kind == "uniform":
        return space_of(rng.uniform(size=(n, d)))
    if kind == "heavy tails":
        return space_of(cloud / np.sqrt(rng.chisquare(3, size=(n, 1)) / 3))
    if kind == "curved sheet":
        turn = 1.5 * np.pi * (1 + 2 * rng.uniform(size=n))
        roll = [turn * np.cos(turn), 21 * rng.uniform(size=n), turn * np.sin(turn)]
        turned = np.column_stack(roll) @ np.linalg.qr(rng.normal(size=(d, d)))[0][:3]
        return space_of(turned + 0.3 * rng.normal(size=(n, d)))
    return space_of(cloud)


@pytest.mark.parametrize("seed", range(2))
def test_planted_groups_are_natural_and_counted(seed):
    choice = choose(planted(seed), fitter, QUICK, seed)
    assert choice.natural
    assert choice.k == 5
    assert "5 natural groups" in choice.reason


@pytest.mark.parametrize("kind", ["correlated", "uniform", "heavy tails", "curved sheet"])
def test_songs_without_groups_have_none(kind):
    choice = choose(structureless(kind, 0), fitter, QUICK, 0)
    assert not choice.natural
    assert 8 <= choice.k <= 10
    assert "no natural number" in choice.reason
    assert choice.criteria["valley"][0] == 1


@pytest.fixture(scope="module")
def one():
    return choose(planted(3), fitter, QUICK, 3)


def test_every_value_carries_the_space(one):
    assert one.curves.schema == CURVES
    assert one.curves["fingerprint"].unique().to_list() == [one.fingerprint]
    assert one.fingerprint == planted(3).fingerprint
    assert one.curves["value"].is_finite().all()


def test_every_criterion_has_a_curve_and_an_opinion(one):
    expected = {
        "valley", "inertia", "silhouette", "davies_bouldin", "calinski_harabasz", "bic", "icl",
        "held_out_likelihood", "held_out_cost", "gap_gaussian", "gap_uniform",
        "prediction_strength", "stability",
    }  # fmt: skip
    assert set(one.criteria) == expected
    assert set(one.curves["criterion"]) == expected
    assert all(np.isfinite(value) for _, value in one.criteria.values())
    assert set(one.curves["better"]) == {"high", "low", "never"}


def test_the_null_test_is_shown(one):
    counts = dict(one.evidence.group_by("reference").len().iter_rows())
    assert counts == {"gaussian": 38, "uniform": 38, "permuted": 38, "observed": 2}
    tests = {(test.statistic, test.reference): test for test in one.tests}
    assert tests["valley", "gaussian"].p == tests["valley", "uniform"].p == 0.05
    assert tests["valley", "gaussian"].observed > 0.45
    assert "Share of collections without groups that do as well" in one.reason


def test_the_cost_of_other_numbers_is_told(one):
    assert "10 groups would come out again with" in one.reason


def test_held_out_cost_wants_the_most_and_is_not_heard(one):
    assert one.criteria["held_out_cost"][0] > one.k
    assert "is not used" in one.reason


def test_the_same_seed_gives_the_same_choice(one):
    again = choose(planted(3), fitter, QUICK, 3)
    assert again.reason == one.reason
    assert again.curves.equals(one.curves)


def test_the_edge_of_the_range_is_told():
    with pytest.warns(UserWarning, match="5 groups are the most that were tried"):
        choice = choose(planted(3), fitter, dataclasses.replace(QUICK, high=5), 3)
    assert choice.k == 5
    assert "widen the range" in choice.reason


def test_a_sample_is_told():
    small = dataclasses.replace(QUICK, rows=500, valley_rows=500, high=6)
    choice = choose(planted(3), fitter, small, 3)
    assert "a sample of 500 of 1,000 songs" in choice.reason
    assert choice.curves["rows"].max() == 500


def test_impossible_ranges_are_refused():
    with pytest.raises(RecipeError, match="low is 9 and above"):
        choose(planted(0), fitter, Options(low=9, high=3), 0)
    with pytest.raises(DegenerateDataError, match="9 songs are too few"):
        choose(planted(0).rows(np.arange(9)), fitter, Options(), 0)


def test_the_useful_number_is_near_the_wish():
    wished = dataclasses.replace(QUICK, wish=4)
    choice = choose(structureless("correlated", 1), fitter, wished, 1)
    assert not choice.natural
    assert 4 / 1.25 <= choice.k <= 4 * 1.25
    assert "about 4 were wished for" in choice.reason


def test_a_range_of_one_number_is_respected():
    only = dataclasses.replace(QUICK, low=6, high=6)
    choice = choose(structureless("correlated", 1), fitter, only, 1)
    assert (choice.natural, choice.k) == (False, 6)


def test_no_value_is_better_for_being_monotone():
    assert not {"inertia", "held_out_cost"} & set(verdict.Options.__dataclass_fields__)
