"""Judging is honest: nothing of the songs judged on is seen, and noise is told as noise."""

import numpy as np
import polars as pl
import pytest
from tests.classify.songs import songs

from songscape.classify import Care, Wish, judge, method, task
from songscape.classify._calibrate import calibration_error, coverage, softened, temperature
from songscape.classify._earth import degrees, distance, points
from songscape.classify._folds import folds, ties
from songscape.classify._measures import interval, measures
from songscape.core.errors import DegenerateDataError, RecipeError

QUICK = Care(folds=3, repeats=1, sizes=False)


def mean(judgement, split, measure="accuracy"):
    row = judgement.summary.filter((pl.col("split") == split) & (pl.col("measure") == measure))
    return row["mean"].item()


@pytest.fixture(scope="module")
def scene():
    """Return the judgement of a target that only artists tell."""
    return judge(
        method("nearest", {"k": 5}),
        task(songs(), Wish("scene", features=("colour", "grain"))),
        QUICK,
    )


def test_no_group_is_on_both_sides():
    found = task(songs(), Wish("genre"))
    tied, _ = ties(found)
    judged = []
    for train, test in folds(found, 4, 0, tied):
        assert not set(found.groups[train]) & set(found.groups[test])
        judged += test.tolist()
    assert sorted(judged) == list(range(len(found)))


def test_repeated_songs_stay_together_without_groups():
    found = task(songs(), Wish("genre", group="none"))
    found.inputs[1::2] = found.inputs[::2]
    tied, _ = ties(found)
    assert np.array_equal(tied[1::2], tied[::2])


def test_what_only_artists_tell_is_naively_known_and_honestly_not(scene):
    assert mean(scene, "naive") > 0.95
    assert mean(scene, "grouped") < 0.75


def test_the_best_setting_on_the_test_songs_is_no_worse_than_the_one_chosen_inside(scene):
    assert mean(scene, "best seen") >= mean(scene, "grouped")


def test_a_learnable_target_is_learned_above_the_constant():
    how = method("linear", {"epochs": 60, "learning_rate": 0.05})
    found = judge(how, task(songs(), Wish("genre")), QUICK)
    assert mean(found, "grouped") > mean(found, "constant") + 0.2
    assert mean(found, "best seen") >= mean(found, "grouped")
    assert {"confusion", "classes", "reliability", "coverage", "curves", "chosen"} <= set(
        found.tables
    )
    assert found.tables["confusion"]["songs"].sum() == 240 == found.predictions.height
    assert found.predictions["id"].n_unique() == 240


def test_noise_is_told_no_better_than_without_looking():
    rng = np.random.default_rng(0)
    honest = []
    for seed in range(8):
        found = task(songs(seed=seed), Wish("genre", features=("valence",)))
        found.truth[:] = rng.permutation(np.resize(["rock", "folk"], len(found)))
        care = Care(folds=3, repeats=1, naive=False, best_seen=False, sizes=False)
        honest.append(mean(judge(method("nearest"), found, care, seed), "grouped"))
    error = np.std(honest, ddof=1) / np.sqrt(len(honest))
    assert abs(np.mean(honest) - 0.5) < 3 * error + 0.01


def test_the_same_seed_gives_the_same_numbers():
    found = task(songs(), Wish("genre"))
    care = Care(folds=2, repeats=1, naive=False, best_seen=False)
    how = method("network", {"epochs": 15})
    one, other = (judge(how, found, care, 5) for _ in range(2))
    assert one.scores.equals(other.scores)
    assert one.predictions.equals(other.predictions)
    assert one.tables["sizes"].equals(other.tables["sizes"])
    largest = one.tables["sizes"].group_by("fold").agg(pl.col("learned").max())
    assert largest["learned"].to_list() == [120, 120]


def test_the_learning_curve_ends_at_the_honest_number():
    found = task(songs(), Wish("genre"))
    done = judge(method("nearest"), found, Care(folds=3, repeats=1, naive=False, best_seen=False))
    ends = done.tables["sizes"].filter(pl.col("share") == 1)["value"]
    honest = done.scores.filter((pl.col("split") == "grouped") & (pl.col("measure") == "accuracy"))
    assert ends.to_list() == honest["value"].to_list()


def test_of_many_songs_less_is_spent_and_it_is_said(monkeypatch):
    monkeypatch.setattr("songscape.classify._judge.LARGE", 100)
    found, how = task(songs(), Wish("genre")), method("nearest")
    little = judge(how, found, Care(folds=2, sizes=False))
    assert set(little.scores["repeat"]) == {0}
    assert not little.scores["split"].str.starts_with("best seen").any()
    assert any("--repeats" in note and "--best-seen" in note for note in little.notes)
    asked = judge(how, found, Care(folds=2, repeats=2, best_seen=True, sizes=False))
    assert set(asked.scores["repeat"]) == {0, 1}
    assert asked.scores["split"].str.starts_with("best seen").any()
    assert not any("--repeats" in note for note in asked.notes)


def test_numbers_and_places_are_judged_in_their_own_measures():
    how = method("linear", {"learning_rate": 0.05})
    number = judge(how, task(songs(), Wish("latitude")), QUICK)
    assert mean(number, "grouped", "r2") > 0.9
    place = judge(method("nearest"), task(songs(), Wish("latitude,longitude")), QUICK)
    assert mean(place, "grouped", "median_km") < mean(place, "constant", "median_km") / 2
    assert place.predictions["km"].min() >= 0


def test_more_folds_than_groups_is_an_error():
    found = task(songs(n=60, artists=4), Wish("genre"))
    with pytest.raises(DegenerateDataError, match=r"5 folds need 5 .*artist and there are 4"):
        judge(method("nearest"), found, Care(folds=5, repeats=1))


def test_a_method_that_cannot_tell_numbers_says_which_can():
    found = task(songs(), Wish("latitude"))
    with pytest.raises(RecipeError, match=r"classify\.cnn cannot tell a number.*linear"):
        judge(method("cnn"), found, QUICK)


def test_temperature_makes_an_oversure_model_as_sure_as_it_is_right():
    rng = np.random.default_rng(0)
    true = rng.dirichlet([1, 1, 1], 4000)
    codes = np.array([rng.choice(3, p=one) for one in true])
    sharp = softened(true, 1 / 3)
    heat = temperature(sharp, codes)
    assert heat == pytest.approx(3, rel=0.1)
    right = sharp.argmax(axis=1) == codes
    before = calibration_error(sharp.max(axis=1), right)
    after = calibration_error(softened(sharp, heat).max(axis=1), right)
    assert after < 0.03 < before


def test_the_surest_songs_come_first():
    table = coverage(np.array([0.9, 0.2, 0.8, 0.4]), np.array([True, False, True, False]))
    assert table["coverage"].to_list() == [0.25, 0.5, 0.75, 1.0]
    assert table["accuracy"].to_list() == pytest.approx([1, 1, 2 / 3, 0.5])
    assert table["confidence"].to_list() == [0.9, 0.8, 0.4, 0.2]


def test_measures_of_labels_are_scikit_learns():
    from sklearn import metrics

    rng = np.random.default_rng(1)
    truth, told = rng.choice(list("abc"), 200), rng.choice(list("abc"), 200)
    found = measures("label", truth, told)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, told))
    expected = metrics.balanced_accuracy_score(truth, told)
    assert found["balanced_accuracy"] == pytest.approx(expected)
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, told, average="macro"))


def test_places_turn_to_points_and_back_and_longitude_has_no_edge():
    places = np.array([[10.0, 179.5], [-60.0, -20.0], [0.0, -179.5]])
    assert np.allclose(degrees(points(places)), places)
    assert distance(places[:1], np.array([[10.0, -179.5]]))[0] == pytest.approx(109.5, abs=0.5)
    antipode = distance(np.array([[0.0, 0.0]]), np.array([[0.0, 180.0]]))
    assert antipode[0] == pytest.approx(np.pi * 6371, rel=1e-6)


def test_intervals_are_wider_the_more_is_tested_on_few():
    values = np.array([0.5, 0.6, 0.7, 0.6])
    narrow, wide = interval(values, 0.1), interval(values, 1.0)
    assert narrow[0] == wide[0] == pytest.approx(0.6)
    assert wide[2] - wide[1] > narrow[2] - narrow[1]
    assert np.isnan(interval(np.array([0.5]), 0.2)[1])
