"""The commands of the studies: thin, and clear about what they found."""

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from songscape.cli import app
from songscape.core.errors import InputError
from songscape.describe._estimates import TIMBRE, estimate, open_model, shipped_model
from songscape.studies import accuracy
from songscape.studies._accuracy_scores import Score


def run(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Write songs as a description's CSV has them, and louder reference values for them."""
    place, rng = tmp_path_factory.mktemp("calibrate"), np.random.default_rng(0)
    scale = shipped_model().scale
    sounds = scale.centre + scale.spread * rng.normal(0, 0.8, (60, len(TIMBRE)))
    names = {
        "id": [f"song{i:02d}" for i in range(60)],
        "artist": [f"Artist {i % 20}" for i in range(60)],
        "title": [f"Song {i}" for i in range(60)],
    }
    described = pl.DataFrame(names | dict(zip(TIMBRE, sounds.T, strict=True)))
    loud = [estimate(row)["loudness"].value + 3 for row in described.to_dicts()]
    described.write_csv(place / "described.csv")
    reference = described.select("artist", "title").with_columns(pl.Series("loudness", loud))
    reference.rename({"title": "track_name"}).write_csv(place / "reference.csv")
    return place


def test_calibrate_writes_a_mapping_and_says_what_it_errs_by(tables, tmp_path):
    out = tmp_path / "mapping.json"
    says = run("calibrate", tables / "described.csv", tables / "reference.csv", "--out", out)
    assert "60 songs are in both (60 by artist and title)." in says
    assert "mean error 3.000 before" in says
    assert f"mapping: {out}" in says
    assert open_model(out).source == {"songs": 60, "table": "reference.csv"}


def test_calibrate_gives_json(tables, tmp_path):
    files = (tables / "described.csv", tables / "reference.csv", "--out", tmp_path / "m.json")
    (row,) = json.loads(run("calibrate", *files, "--value", "loudness", "--json"))
    assert row["value"] == "loudness"
    assert row["error"] < row["error_before"]


@pytest.fixture
def measured(monkeypatch):
    """Have few things measured, and see what is asked."""
    asked = []

    def measure(**given):
        asked.append(given)
        scores = [Score("tempo", "clicks", "accuracy 1", 0.5, 1200)]
        scores.append(Score("energy", "a table", "R²", float("nan"), 3))
        return pl.DataFrame(scores, orient="row", schema=list(Score._fields))

    monkeypatch.setattr(accuracy, "measure", measure)
    return asked


def test_accuracy_prints_columns_markdown_or_json(measured):
    plain = run("accuracy").splitlines()
    assert plain[1].split() == ["tempo", "clicks", "accuracy", "1", "0.500", "1,200"]
    assert len({len(line) for line in plain}) == 1
    assert "| tempo | clicks | accuracy 1 | 0.500 | 1200 |" in run("accuracy", "--markdown")
    assert [row["value"] for row in json.loads(run("accuracy", "--json"))] == [0.5, None]
    assert measured[0] == {"n": 100, "seed": 0, "truth": None}


def test_accuracy_passes_on_what_is_asked(measured, tmp_path):
    (tmp_path / "mine.csv").write_text("file,tempo\n")
    run("accuracy", "--songs", "3", "--seed", "7", "--truth", tmp_path / "mine.csv")
    assert measured == [{"n": 3, "seed": 7, "truth": tmp_path / "mine.csv"}]


def test_a_wrong_table_of_truths_is_told_before_the_long_work(tmp_path, monkeypatch):
    monkeypatch.setattr(accuracy, "signal_scores", lambda _describe: pytest.fail("too late"))
    (tmp_path / "truths.csv").write_text("tempo\n120\n")
    with pytest.raises(InputError, match="names no files"):
        run("accuracy", "--truth", tmp_path / "truths.csv")
