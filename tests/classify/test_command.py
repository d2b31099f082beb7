"""The commands ``classify fit``, ``predict`` and ``report``, and the report they write."""

import io
import json
from functools import partial

import polars as pl
import pytest
from tests.classify.songs import songs
from tests.in_process import songscape

from songscape.classify import Care, fit, method, tables
from songscape.view.classification import plain_lines, render

OPTIONS = ["--folds", "2", "--repeats", "1", "--set", "epochs=20", "--set", "learning_rate=0.05"]

run = partial(songscape, "classify")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Write a table, fit a model to it, and return the folder that holds both."""
    root = tmp_path_factory.mktemp("classify")
    # Names of our own: energy beyond 0..1 would be read as missing, as it should.
    frame = songs().frame.drop("id").rename({"energy": "heat", "valence": "shade"})
    frame.write_csv(root / "songs.csv")
    done = run("fit", "songs.csv", "--target", "genre", "--out", "model", *OPTIONS, cwd=root)
    assert done.returncode == 0, done.stderr
    return root, done


def test_fit_says_how_well_and_what_that_is_worth(place):
    _, done = place
    assert "by artists it has not heard" in done.stdout
    assert "Without looking at the songs one reaches" in done.stdout
    assert "naive: songs dealt out singly" in done.stdout
    assert "judge: grouped, repeat 1 of 1, fold 2 of 2" in done.stderr


def test_fit_writes_a_whole_model(place):
    root, _ = place
    names = {str(file.relative_to(root / "model")) for file in (root / "model").rglob("*")}
    assert {"model.skops", "classify.json", "report.html", "predictions.parquet"} <= names
    assert {"evidence/confusion.parquet", "evidence/curves.parquet"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".joblib", ".pt"))]


def test_predict_tells_every_song_and_abstains_where_asked(place):
    root, _ = place
    printed = run("predict", "model", "songs.csv", cwd=root).stdout
    every = pl.read_csv(io.StringIO(printed))
    assert every.columns[-3:] == ["told", "confidence", "second"]
    assert every.height == 240
    middle = every["confidence"].median()
    out = root / "told.parquet"
    done = run("predict", "model", "songs.csv", "--out", out, "--least", middle, cwd=root)
    assert done.returncode == 0, done.stderr
    untold = pl.read_parquet(out)["told"].is_null()
    assert untold.to_list() == (every["confidence"] < middle).to_list()
    assert 0 < untold.sum() < 240


def test_report_is_drawn_anew_to_the_same_bytes(place):
    root, _ = place
    file = root / "model" / "report.html"
    before = file.read_bytes()
    file.write_text("gone")
    assert run("report", "model", cwd=root).returncode == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("fit", "songs.csv", "--target", "gnere"), 2, "Did you mean 'genre'?"),
        (("fit", "songs.csv", "--target", "genre", "--method", "linaer"), 2, "'linear'"),
        (("fit", "songs.csv", "--target", "genre", "--set", "epochs"), 2, "option=value"),
        (("fit", "songs.csv", "--target", "genre", "--folds", "50"), 1, "50 folds need 50"),
        (("fit", "songs.csv", "--target", "genre", "--method", "cnn"), 1, "no audio files"),
        (("predict", ".", "songs.csv"), 1, "is not a model"),
    ],
)
def test_what_is_wrong_is_one_sentence(place, arguments, code, says):
    done = run(*arguments, cwd=place[0])
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_other_peoples_folders_are_left_alone(place):
    root, _ = place
    (root / "other").mkdir(exist_ok=True)
    (root / "other" / "diary.txt").write_text("mine")
    arguments = ("--target", "genre", "--out", "other", "--folds", "0", "--set", "epochs=2")
    done = run("fit", "songs.csv", *arguments, cwd=root)
    assert done.returncode == 1
    assert "is left alone" in done.stderr
    assert (root / "other" / "diary.txt").read_text() == "mine"


def test_json_is_all_that_is_printed(place):
    root, _ = place
    arguments = ("--target", "shade", "--out", "json", "--folds", "0", "--json")
    done = run("fit", "songs.csv", *arguments, cwd=root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "number"


@pytest.mark.parametrize("target", ["genre", "energy", "latitude,longitude", "latitude>40"])
def test_the_report_stands_alone_and_shows_every_kind(target):
    model = fit(songs(n=90), target, method("nearest", {"k": 5}), Care(folds=2, repeats=1))
    page = render(model.facts, tables(model)).decode()
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "<script" not in page
    assert 'id="figure-scores"' in page
    assert ('id="figure-confusion"' in page) == (model.facts["kind"] == "label")
    assert ('id="figure-told"' in page) == (model.facts["kind"] != "label")
    assert 'id="figure-sizes"' in page
    assert any("not heard" in line for line in plain_lines(model.facts))


def test_hostile_labels_are_only_text():
    collection = songs(n=90)
    evil = collection.frame["genre"].replace({"rock": "<script>alert(1)</script>", "pop": "$x_{"})
    column = {"genre": collection.columns["genre"]}
    changed = collection.add(column, evil.to_frame(), "evil labels")
    model = fit(changed, "genre", method("nearest", {"k": 5}), Care(folds=2, repeats=1))
    page = render(model.facts, tables(model)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
