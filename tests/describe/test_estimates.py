import json
import math

import numpy as np
import polars as pl
import pytest

from songscape.core.errors import DegenerateDataError, InputError
from songscape.describe._estimates import (
    TIMBRE,
    Estimate,
    estimate,
    estimate_table,
    shipped_model,
    withheld,
)
from songscape.describe._estimates_fit import (
    Training,
    conformal_bands,
    fit_coefficients,
    fit_model,
    grouped_folds,
    r_squared,
)
from songscape.describe._estimates_model import model_text, read_model
from songscape.describe._estimates_train import TABLE, main, read_training, train

FLOORS = {
    "loudness": 0.90,
    "energy": 0.81,
    "acousticness": 0.79,
    "instrumentalness": 0.52,
    "danceability": 0.51,
    "valence": 0.31,
}


def average():
    """Return the descriptors of the average training song."""
    return dict(zip(TIMBRE, shipped_model().scale.centre.tolist(), strict=True))


def songs(n=300, artists=60, seed=0):
    """Return songs whose 'bright' depends on two descriptors and whose 'level' on one."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 3))
    bright = 1 / (1 + np.exp(-(values[:, 0] + values[:, 1] + rng.normal(0, 0.5, n))))
    level = -10 + 3 * values[:, 2] + rng.normal(0, 1, n)
    groups = rng.integers(0, artists, n)
    return Training(values, ("a", "b", "c"), groups, {"bright": bright, "level": level})


@pytest.fixture(scope="module")
def refit(shared_data):
    return train(shared_data / "tables" / TABLE)


@pytest.mark.parametrize("name", FLOORS)
def test_shipped_mapping_reaches_its_floor_for_artists_left_out(name):
    assert shipped_model().targets[name].quality.r2 >= FLOORS[name]


@pytest.mark.parametrize("name", [*FLOORS, "speechiness", "liveness"])
def test_intervals_cover_nine_in_ten(name):
    assert shipped_model().targets[name].quality.coverage == pytest.approx(0.9, abs=0.03)


def test_what_cannot_be_heard_is_withheld_with_the_reason():
    assert sorted(withheld()) == ["liveness", "speechiness"]
    one = estimate(average())["liveness"]
    assert one.value is None
    assert one.reason.startswith("too little of liveness")
    assert estimate(average(), weak=True)["liveness"].value is not None


def test_shipped_mapping_equals_a_refit(refit):
    shipped = shipped_model()
    assert shipped.source == refit.source
    for name, target in refit.targets.items():
        stored = shipped.targets[name]
        # Numbers are stored to five digits; R² is a mean over songs and moves less than one song.
        np.testing.assert_allclose(stored.coefficients, target.coefficients, rtol=1e-3, atol=1e-4)
        assert stored.quality.r2 == pytest.approx(target.quality.r2, abs=1e-4)


def test_refit_reaches_its_floors(refit):
    short = {name: refit.targets[name].quality.r2 for name in FLOORS}
    assert {name: r2 for name, r2 in short.items() if r2 < FLOORS[name]} == {}


def test_training_table_holds_every_track_once(shared_data):
    training = read_training(shared_data / "tables" / TABLE)
    assert training.values.shape == (2994, 24)
    assert len(np.unique(training.groups)) == 1585


def test_training_command_writes_a_mapping(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SONGSCAPE_DATA", str(tmp_path))
    monkeypatch.setattr("songscape.describe._estimates_train.train", lambda _: shipped_model())
    main([str(tmp_path / "mapping.json")])
    assert read_model((tmp_path / "mapping.json").read_text("utf-8")).targets
    assert "energy" in capsys.readouterr().out


def test_training_command_says_what_it_lacks(monkeypatch, tmp_path):
    monkeypatch.delenv("SONGSCAPE_DATA", raising=False)
    with pytest.raises(InputError, match="Set SONGSCAPE_DATA"):
        main([])
    monkeypatch.setenv("SONGSCAPE_DATA", str(tmp_path))
    with pytest.raises(InputError, match="cannot be read as the training table"):
        main([])


def test_estimates_know_spotifys_names_and_ranges():
    for name, one in estimate(average(), weak=True).items():
        assert isinstance(one, Estimate)
        assert one.low <= one.value <= one.high
        assert 0 <= one.confidence <= 1
        if name != "loudness":
            assert 0 <= one.low <= one.high <= 1


@pytest.mark.parametrize("name", ["energy", "loudness"])
def test_louder_songs_are_estimated_louder_and_more_energetic(name):
    quiet, loud = average(), average()
    # A gain of 1 dB moves every mel band by 1 dB, so the first MFCC by the root of 128.
    loud["mfcc_01_mean"] += 6 * math.sqrt(128)
    assert estimate(loud)[name].value > estimate(quiet)[name].value
    quiet["mfcc_01_mean"] -= 12 * math.sqrt(128)
    assert estimate(average())[name].value > estimate(quiet)[name].value


def test_loudness_follows_gain_about_one_to_one():
    loud, quiet = average(), average()
    quiet["mfcc_01_mean"] -= 6 * math.sqrt(128)
    fall = estimate(loud)["loudness"].value - estimate(quiet)["loudness"].value
    assert fall == pytest.approx(6, abs=3)


def test_missing_descriptors_give_the_reason_and_no_value():
    sound = average() | {"mfcc_03_mean": None}
    assert estimate(sound)["energy"] == Estimate(None, reason="no mfcc_03_mean")
    assert estimate({})["energy"].reason == "no mfcc_01_mean"


def test_sounds_unlike_the_training_songs_have_no_confidence():
    odd = {name: value + 1000 for name, value in average().items()}
    one = estimate(odd)["energy"]
    assert one.confidence == 0
    assert one.reason.startswith("unlike the training songs: 24 of 24")
    assert 0 <= one.low <= one.value <= one.high <= 1


def test_table_agrees_with_single_songs_and_keeps_gaps():
    sounds = pl.DataFrame([average(), average() | {"mfcc_02_mean": None}])
    table = estimate_table(sounds)
    one = estimate(average())["valence"]
    assert table["valence"][0] == pytest.approx(one.value, abs=1e-5)
    assert table["valence_low"][0] == pytest.approx(one.low, abs=1e-5)
    assert table["valence"][1] is None
    assert "liveness" not in table.columns
    assert "liveness" in estimate_table(sounds, weak=True).columns


def test_table_without_descriptors_is_refused():
    with pytest.raises(InputError, match="24 columns that are not there"):
        estimate_table(pl.DataFrame({"tempo": [1.0]}))


def test_model_survives_json():
    model = shipped_model()
    again = read_model(model_text(model))
    assert model_text(again) == model_text(model)
    assert estimate(average(), again) == estimate(average(), model)


@pytest.mark.parametrize("text", ["[]", "{", '{"format": "songscape.mapping", "version": 1}'])
def test_foreign_json_is_refused(text):
    with pytest.raises(InputError, match=r"mine\.json is not a mapping that songscape calibrate"):
        read_model(text, "mine.json")


def test_other_versions_are_refused():
    text = json.dumps(json.loads(model_text(shipped_model())) | {"version": 99})
    with pytest.raises(InputError, match="not a mapping of version 1"):
        read_model(text)


def test_fit_recovers_what_is_there():
    model = fit_model(songs(), {"table": "planted"})
    bright, level = model.targets["bright"], model.targets["level"]
    assert (bright.link, level.link) == ("logit", "identity")
    assert bright.quality.r2 > 0.75
    assert level.quality.r2 > 0.8
    assert bright.quality.r2_low < bright.quality.r2
    assert level.coefficients[3] == pytest.approx(3, abs=0.3)


def test_noise_is_not_learned():
    training = songs()
    noise = np.random.default_rng(1).random(len(training.values))
    model = fit_model(Training(training.values, "abc", training.groups, {"noise": noise}), {})
    assert model.targets["noise"].quality.r2 < 0.1
    assert list(withheld(model)) == ["noise"]


def test_artists_do_not_leak_between_folds():
    # Every artist has a sound of its own and a value of its own, with nothing in common: an
    # ungrouped cross-validation would find R² near 1.
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(40), 10)
    sounds = np.repeat(rng.normal(size=(40, 6)), 10, axis=0) + rng.normal(0, 0.01, (400, 6))
    values = np.repeat(rng.random(40), 10)
    model = fit_model(Training(sounds, tuple("abcdef"), groups, {"value": values}), {})
    assert model.targets["value"].quality.r2 < 0.1


def test_folds_keep_artists_together():
    groups = np.random.default_rng(0).integers(0, 30, 200)
    folds = grouped_folds(groups)
    assert all(len(set(folds[groups == one])) == 1 for one in range(30))
    assert set(folds) == set(range(5))


def test_starting_from_a_mapping_moves_it_by_what_the_songs_say():
    whole = fit_model(songs(2000), {})
    few = songs(40, 10, seed=5)
    few.references["level"][:] += 7
    alone = fit_model(few, {})
    helped = fit_model(few, {}, start=whole)
    assert helped.targets["level"].coefficients[0] == pytest.approx(-3, abs=0.6)
    assert helped.targets["bright"].quality.r2 > alone.targets["bright"].quality.r2


def test_songs_without_a_reference_are_left_out_of_that_target_only():
    training = songs()
    training.references["level"][:100] = np.nan
    model = fit_model(training, {})
    assert model.targets["level"].quality.songs == 200
    assert model.targets["bright"].quality.songs == 300


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.references["level"].__setitem__(slice(15, None), np.nan), "15 songs of"),
        (lambda one: one.groups.__setitem__(slice(None), 0), "of 1 artists"),
        (lambda one: one.references["level"].fill(3.0), "is 3 in all songs"),
        (lambda one: one.values.__setitem__((slice(None), 1), 4.0), "b is the same in all songs"),
    ],
)
def test_hopeless_training_is_refused(change, says):
    training = songs()
    change(training)
    with pytest.raises(DegenerateDataError, match=says):
        fit_model(training, {})


def test_values_at_the_ends_of_the_range_can_be_fitted():
    training = songs()
    ends = (training.values[:, 0] > 0).astype(float)
    model = fit_model(Training(training.values, ("a", "b", "c"), training.groups, {"x": ends}), {})
    assert np.isfinite(model.targets["x"].coefficients).all()
    assert model.targets["x"].quality.r2 > 0.7


def test_fractional_logit_solves_its_equations():
    rng = np.random.default_rng(3)
    design = np.hstack([np.ones((80, 1)), rng.normal(size=(80, 2))])
    truth = rng.random(80)
    free = np.zeros(3)
    found = fit_coefficients(design, truth, "logit", free, np.zeros(3))
    mean = 1 / (1 + np.exp(-design @ found))
    np.testing.assert_allclose(design.T @ (truth - mean), 0, atol=1e-5)


def test_bands_follow_errors_that_grow_with_the_prediction():
    rng = np.random.default_rng(4)
    predicted = rng.random(4000)
    truth = predicted + rng.normal(0, 0.02 + 0.3 * predicted)
    bands = conformal_bands(truth, predicted)
    low, high = bands.interval(np.array([0.1, 0.9]))
    assert (high - low)[1] > 3 * (high - low)[0]
    inside = np.mean(
        (truth >= bands.interval(predicted)[0]) & (truth <= bands.interval(predicted)[1])
    )
    assert inside == pytest.approx(0.9, abs=0.02)


def test_r_squared_of_the_truth_is_one():
    assert r_squared(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 1
