"""The parts of the verdict, and the choice by one score."""

from importlib.metadata import EntryPoint

import numpy as np
import pytest

from songscape import recipe
from songscape.choose import _references, by_score
from songscape.choose._gap import Gap, gap
from songscape.choose._knee import convincing, knee
from songscape.choose._sweep import ks_possible
from songscape.cluster.kmeans import KMeans
from songscape.core import plugins
from songscape.core.errors import DegenerateDataError, RecipeError, UnknownNameError
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.prediction_strength import strength


def fitter(space, k, seed):
    model = KMeans(k, n_init=3, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def planted(n=300, k=4, d=3):
    rng = np.random.default_rng(0)
    centres = 9 * np.vstack([np.eye(d), np.zeros((1, d))])[:k]
    matrix = rng.normal(size=(n, d)) + centres[np.arange(n) % k]
    return Space(matrix, tuple(f"x{i}" for i in range(d)))


def test_the_score_asked_for_chooses():
    choice = by_score.choose(planted(), fitter, by_score.Options(high=8), 0)
    assert choice.k == 4
    assert not choice.natural
    assert set(choice.curves["criterion"]) == {"silhouette"}


def test_the_score_tells_the_numbers_that_songs_allow():
    choice = by_score.choose(planted(40), fitter, by_score.Options(high=20), 0)
    assert choice.curves["k"].max() == 8
    assert "of all numbers from 2 to 8." in choice.reason


def test_a_criterion_of_another_package_chooses_too(monkeypatch):
    point = EntryPoint("theirs", "songscape.evaluate.silhouette", "songscape.evaluate")
    monkeypatch.setattr(plugins, "_foreign", lambda _stage: {"theirs": point})
    choice = by_score.choose(planted(), fitter, by_score.Options("theirs", high=5), 0)
    assert choice.k == 4
    assert set(choice.curves["criterion"]) == {"theirs"}


def test_no_number_to_try_is_an_error_with_its_cause():
    with pytest.raises(RecipeError, match=r"choose\.low is 8 and above choose\.high, 4"):
        by_score.choose(planted(), fitter, by_score.Options(low=8, high=4), 0)
    with pytest.raises(DegenerateDataError, match="6 songs are too few to judge 2 groups"):
        by_score.choose(planted(6), fitter, by_score.Options(), 0)


@pytest.mark.parametrize("name", ["inertia", "held_out_cost", "neighbours"])
def test_monotone_scores_are_refused(name):
    with pytest.raises(RecipeError, match=r"must not choose the number of groups: .*best k is the"):
        by_score.choose(planted(), fitter, by_score.Options(score=name), 0)


def test_labels_must_not_choose():
    with pytest.raises(RecipeError, match="agreement needs labels"):
        by_score.choose(planted(), fitter, by_score.Options(score="agreement"), 0)
    with pytest.raises(UnknownNameError, match="Did you mean 'silhouette'"):
        by_score.choose(planted(), fitter, by_score.Options(score="silhouete"), 0)


def test_the_gap_finds_planted_groups_and_none():
    assert gap(planted().matrix, range(2, 8), "uniform", 5, 0).best()[0] == 4
    cloud = np.random.default_rng(1).normal(size=(300, 3))
    assert gap(cloud, range(2, 8), "gaussian", 10, 0).best()[0] == 1


def test_the_gap_rule_by_hand():
    found = Gap((1, 2, 3), np.array([3.0, 1.0, 0.9]), np.array([[3.1, 2.0, 1.7], [3.1, 2.0, 1.7]]))
    assert found.gap.tolist() == pytest.approx([0.1, 1.0, 0.8])
    assert found.best() == (2, pytest.approx(1.0))


def test_the_knee_by_hand():
    assert knee([2, 3, 4, 5, 6], np.array([9.0, 5.0, 1.0, 0.5, 0.0]))[0] == 4
    assert knee([2, 3, 4, 5, 6], np.array([5.0, 4.0, 3.0, 2.0, 1.0])) == (0, 0.0)
    assert knee([2, 3, 4], np.array([5.0, 1.0, 0.0])) == (0, 0.0)


def test_a_knee_no_sharper_than_chance_is_none():
    ks, curve = [2, 3, 4, 5, 6], np.array([9.0, 5.0, 1.0, 0.5, 0.0])
    same = np.array([curve, curve * 2, curve * 3])
    flat = np.array([[5, 4, 3, 2, 1.0], [5, 4, 3, 2, 1.1], [5, 4, 3, 2.1, 1]])
    assert convincing(ks, curve, [flat])[0] == 4
    assert convincing(ks, curve, [flat, same])[0] == 0


def test_prediction_strength_falls_beyond_the_truth():
    space = planted()
    halves = space.rows(np.arange(300) < 150), space.rows(np.arange(300) >= 150)

    def found(k):
        first, second = halves
        return strength(fitter(first, k, 0), first, fitter(second, k, 0), second)

    assert found(4) == 1.0
    assert found(6) < 0.8


@pytest.mark.parametrize("name", _references.NAMES)
def test_references_keep_what_they_promise(name):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(4_000, 3)) @ rng.normal(size=(3, 3))
    drawn = _references.draw(name, matrix, rng)
    assert drawn.shape == (4_000, 3)
    if name == "gaussian":
        assert np.allclose(np.cov(drawn.T), np.cov(matrix.T), rtol=0.15, atol=0.15)
    if name == "uniform":
        assert np.allclose(np.ptp(drawn, axis=0), np.ptp(matrix, axis=0), rtol=0.01)
    if name == "permuted":
        assert np.array_equal(np.sort(drawn, axis=0), np.sort(matrix, axis=0))
        assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.05


def test_k_goes_no_further_than_five_songs_each():
    assert ks_possible(planted(n=40), 2, 20) == list(range(2, 9))
    assert ks_possible(planted(n=9), 2, 20) == []


def test_options_may_stand_in_a_table_of_the_plug_ins_name():
    named = recipe.resolve({"choose": {"use": "by_score", "by_score": {"score": "bic"}}})
    assert named.choose.options == by_score.Options(score="bic")
    with pytest.raises(UnknownNameError, match="no option of choose 'by_score'"):
        recipe.resolve({"choose": {"use": "verdict", "by_score": {"score": "bic"}}})
