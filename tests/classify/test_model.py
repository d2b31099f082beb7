"""Models are fitted, written, read back without running code, and tell new songs."""

import json

import polars as pl
import pytest
import skops.io
from tests.classify.songs import songs

from songscape.classify import Care, fit, load, method, read_tables, tables
from songscape.core import plugins
from songscape.core.errors import InputError, RecordError

NONE = Care(folds=0)
QUICK = Care(folds=2, repeats=1)
SMALL = {
    "linear": {"epochs": 30, "learning_rate": 0.05},
    "network": {"epochs": 15, "hidden": (4,)},
    "nearest": {"k": 5},
    "boosting": {"trees": 3},
}


def written(model, folder):
    for name, content in model.files().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def linear():
    return fit(songs(), "genre", method("linear", SMALL["linear"]), QUICK)


@pytest.mark.parametrize("target", ["genre", "latitude", "latitude,longitude"])
@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_model_says_the_same_when_read_back(name, target, tmp_path):
    model = fit(songs(n=90), target, method(name, SMALL[name]), NONE)
    again = load(written(model, tmp_path))
    assert again.predict(songs(n=90)).equals(model.predict(songs(n=90)))
    assert again.facts == json.loads(json.dumps(model.facts))


@pytest.mark.parametrize("name", [name for name in plugins.names("classify") if name != "cnn"])
def test_every_plugin_is_tried_above(name):
    plugin = plugins.load("classify", name)
    assert name in SMALL
    assert plugin.TELLS == ("label", "number", "place")
    assert plugin.READS == "features"


def test_facts_tell_what_it_is_and_how_well(linear):
    facts = linear.facts
    assert facts["classes"] == ["folk", "pop", "rock"]
    assert facts["group"] == "artist"
    assert (facts["n_songs"], facts["n_groups"]) == (240, 24)
    assert facts["n_parameters"] == 3 * (len(facts["features"]) + 1)
    assert {row["split"] for row in facts["scores"]} >= {"grouped", "naive", "constant"}


def test_tables_are_read_back_as_they_were(linear, tmp_path):
    found = read_tables(written(linear, tmp_path))
    assert set(found) == set(tables(linear))
    assert all(found[name].equals(table) for name, table in tables(linear).items())


def test_songs_told_less_surely_are_left_untold(linear):
    every, sure = linear.predict(songs()), linear.predict(songs(), least=0.6)
    left = sure["told"].is_null()
    assert 0 < left.sum() < 240
    assert (sure["confidence"].filter(left) < 0.6).all()
    assert (every["told"] != every["second"]).all()
    right = every["told"] == songs().frame["genre"]
    assert right.filter(~left).mean() > right.mean() > 0.5


def test_gaps_in_new_songs_are_filled(linear):
    collection = songs()
    gap = pl.DataFrame({"energy": [None, *collection.frame["energy"][1:]]})
    holed = collection.add({"energy": collection.columns["energy"]}, gap, "a gap")
    assert linear.predict(holed)["told"].null_count() == 0


def test_a_lacking_feature_is_named(linear):
    with pytest.raises(InputError, match="The songs lack valence"):
        linear.predict(songs().drop(["valence"], "gone"))


def test_a_folder_that_is_no_model_is_told(tmp_path):
    with pytest.raises(RecordError, match=r"it has no classify\.json"):
        load(tmp_path)


class Foreign:
    """A type no model of ours holds."""


@pytest.mark.parametrize(
    "content",
    [b"", b"\x80\x04N.", b"PK\x03\x04 broken", skops.io.dumps({"estimator": Foreign()})],
    ids=["empty", "pickle", "broken", "foreign type"],
)
def test_hostile_files_are_refused(content, linear, tmp_path):
    folder = written(linear, tmp_path)
    (folder / "model.skops").write_bytes(content)
    with pytest.raises(RecordError, match=r"model.skops cannot be read as a model"):
        load(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"reads": "features"}', "null", "3", "{"])
def test_a_damaged_summary_is_told(content, linear, tmp_path):
    folder = written(linear, tmp_path)
    (folder / "classify.json").write_text(content)
    with pytest.raises(RecordError, match=r"classify\.json is damaged.*fit one with songscape"):
        load(folder)


def test_without_judging_nothing_is_said_of_how_well():
    model = fit(songs(n=90), "genre", method("nearest", {"k": 5}), NONE)
    assert model.judgement is None
    assert model.facts["scores"] == []
    assert set(model.files()) == {"model.skops", "classify.json"}
    assert model.predict(songs(n=90))["confidence"].is_between(1 / 3, 1).all()
