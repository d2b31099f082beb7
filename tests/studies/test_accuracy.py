import math

import numpy as np
import polars as pl
import pytest

from songscape.core.errors import InputError
from songscape.studies._accuracy_cases import LOUDNESS, RATE, clicks
from songscape.studies._accuracy_scores import (
    key_scores,
    mirex,
    share_scores,
    tempo_scores,
    value_scores,
)
from songscape.studies._render import songs, write_song
from songscape.studies.accuracy import accuracy_text, measure, signal_scores, table_scores

soundfile = pytest.importorskip("soundfile")


def values(scores, measure):
    return [one.value for one in scores if one.measure == measure]


def test_tempo_is_scored_within_four_per_cent_and_by_octave():
    scores = tempo_scores([104, 105, 200, 300, 50, 33.4, 130, None], [100] * 8, "songs")
    assert [one.value for one in scores[:3]] == [1 / 8, 5 / 8, 4 / 8]
    assert scores[3].value == pytest.approx(4)
    assert scores[3].n == 1


def test_tempo_without_any_right_has_no_error_of_the_right():
    assert len(tempo_scores([None], [100.0], "songs")) == 3


@pytest.mark.parametrize(
    ("found", "true", "points"),
    [
        ((5, 1), (5, 1), 1.0),
        ((0, 1), (5, 1), 0.5),
        ((10, 0), (5, 0), 0.5),
        ((2, 0), (5, 1), 0.3),
        ((8, 1), (5, 0), 0.3),
        ((5, 0), (5, 1), 0.2),
        ((8, 0), (5, 1), 0.0),
        ((6, 1), (5, 1), 0.0),
        ((None, 1), (5, 1), 0.0),
    ],
)
def test_mirex_points(found, true, points):
    assert mirex(found, true) == points


def test_key_scores_are_means():
    scores = key_scores([(0, 1), (7, 1), (None, None)], [(0, 1)] * 3, "songs")
    assert [one.value for one in scores] == [pytest.approx(1 / 3), 0.5]


def test_shares_stand_beside_the_commonest():
    scores = share_scores("time_signature", [4, 4, None, 3], [4, 4, 4, 3], "songs")
    assert [one.value for one in scores] == [0.75, 0.75]


def test_values_are_scored_where_known():
    scores = value_scores("energy", [0.1, None, 0.9], [0.0, 0.5, 1.0], "songs")
    assert [one.value for one in scores] == [pytest.approx(0.96), pytest.approx(0.1)]
    assert scores[0].n == 2
    assert value_scores("energy", [0.1], [0.0], "songs") == []


@pytest.mark.parametrize("case", LOUDNESS, ids=lambda case: case.name)
def test_cases_have_the_levels_they_say(case):
    wave = case.wave()
    assert wave.shape[1] == 2
    assert np.array_equal(wave[:, 0], wave[:, 1])
    levels = getattr(case, "levels", None)
    if levels is None:
        assert np.abs(wave).max() <= 0.5
    else:
        assert len(wave) == sum(round(seconds * RATE) for _, seconds in levels)
        loudest = max(level for level, _ in levels)
        assert 20 * math.log10(np.abs(wave).max()) == pytest.approx(loudest, abs=0.01)


@pytest.mark.parametrize("tempo", [60, 137, 210])
def test_clicks_come_at_their_tempo(tempo):
    wave = np.abs(clicks(tempo)[:, 0])
    starts = np.flatnonzero((wave[1:] > 0.05) & (wave[:-1] <= 0.05))
    beats = starts[np.r_[True, np.diff(starts) > RATE // 20]]
    assert len(beats) == math.ceil(20 * tempo / 60)
    assert np.median(np.diff(beats)) / RATE == pytest.approx(60 / tempo, rel=0.001)


def oracle(tempo=None):
    """Return a describer that knows the plan, or always says one tempo."""
    plan = iter(songs(3))
    state = {}

    def describe(path):
        if path.name == "song.wav":
            state.update(next(plan).truth())
            return {**state, "tempo": state["tempo"] * 2}
        frames = soundfile.info(path)
        return {"tempo": tempo, "loudness_integrated": -23.0, "seconds": frames.duration}

    return describe


def test_measuring_meets_every_truth_with_its_song():
    table = measure(oracle(), n=3)
    rendered = table.filter(pl.col("on") == "rendered songs")
    found = {(row["descriptor"], row["measure"]): row["value"] for row in rendered.to_dicts()}
    assert found["tempo", "accuracy 1"] == 0
    assert found["tempo", "accuracy 2"] == 1
    assert found["key", "exact"] == 1
    assert found["time_signature", "right"] == 1
    assert set(rendered["n"]) == {3}
    left_out = table.filter(pl.col("on").str.contains("artists left out"))
    assert {"energy", "valence"} <= set(left_out["descriptor"])


def test_signals_tell_deviation_and_what_is_missing():
    scores = signal_scores(oracle(100.0))
    by_name = {one.on: one.value for one in scores if one.measure == "deviation"}
    assert by_name["Tech 3341-1"] == 0
    assert by_name["Tech 3341-2"] == 10
    assert math.isnan(by_name["Tech 3342-1"])
    assert values(scores, "accuracy 1") == [pytest.approx(1 / 33)]


def test_tables_of_the_users_are_measured(tmp_path):
    song = songs(1)[0]
    write_song(song, tmp_path / "a.wav")
    truth = tmp_path / "truth.csv"
    truth.write_text(f"path,bpm,energy\na.wav,{song.tempo},0.5\na.wav,{song.tempo},0.7\na.wav,,\n")
    found = table_scores(lambda _: {"tempo": song.tempo, "energy": 0.6}, truth)
    assert values(found, "accuracy 1") == [1.0]
    assert values(found, "mean error") == [pytest.approx(0.1)]
    assert found[0].n == 2
    assert found[0].on == "truth.csv"


def test_truths_that_are_not_known_are_passed_over(tmp_path):
    (tmp_path / "a.wav").write_text("")
    truth = tmp_path / "truth.csv"
    truth.write_text("file,tempo,key,mode\na.wav,120,9,0\na.wav,0,,0\na.wav,,9,\n")
    found = table_scores(lambda _: {"tempo": 120.0, "key": 9, "mode": 0}, truth)
    told = {(one.descriptor, one.measure): (one.value, one.n) for one in found}
    assert told["tempo", "accuracy 1"] == (1.0, 1)
    assert told["key", "exact"] == (1.0, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tempo\n1\n", "names no files"),
        ("file,tempo\nnowhere.wav,1\n", r"line 2: there is no file .*nowhere\.wav"),
        ("file,colour\ntruth.csv,red\n", "states nothing that is measured"),
        ("file,tempo\ntruth.csv,fast\n", "column tempo: the truth is to be a number, as 120"),
        ("file,key,mode\ntruth.csv,Am,0\n", "column key: the truth is to be a number, as 0 for C"),
        ("file,tempo\ntruth.csv,0\n", "states nothing that is measured"),
        ("file,tempo,key,mode,time_signature\ntruth.csv,,,,\n", "states nothing that is measured"),
    ],
)
def test_tables_without_truth_are_refused(tmp_path, text, says):
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(InputError, match=says):
        table_scores(lambda _: {"tempo": 1.0}, tmp_path / "truth.csv")


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read as a table of truths"):
        table_scores(lambda _: {}, tmp_path / "none.csv")


def test_figures_become_a_markdown_table():
    table = pl.DataFrame(
        tempo_scores([100.0], [100.0], "songs"),
        orient="row",
        schema=["descriptor", "on", "measure", "value", "n"],
    )
    assert accuracy_text(table).splitlines()[2] == "| tempo | songs | accuracy 1 | 1.000 | 1 |"
