"""A mapping of the user's own, and weak estimates, are made when songs are read."""

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from songscape.core.collection import Role
from songscape.core.errors import InputError
from songscape.describe._estimates import TIMBRE, estimate, shipped_model
from songscape.library import Finished, Outcome, Seen, Setup, Writer
from songscape.listen import extractor
from songscape.listen.estimating import estimated, provenance
from songscape.sources import folder

SHIPPED = files("songscape.describe").joinpath("estimates.json").read_text("utf-8")


@pytest.fixture
def sounds():
    """The descriptors of four songs near those the shipped mapping was fitted to."""
    scale = shipped_model().scale
    steps = np.array([-1.0, 0.0, 0.5, 1.0])[:, None]
    return [
        dict(zip(TIMBRE, row, strict=True))
        for row in (scale.centre + steps * scale.spread).tolist()
    ]


@pytest.fixture
def options(tmp_path, sounds):
    """A library of four songs described by the shipped mapping, and how to read it."""
    known = extractor().setup
    path = tmp_path / "library.db"
    with Writer(path) as writer:
        number = writer.setup(Setup(known.options, known.versions, known.descriptors))
        for place, sound in enumerate(sounds):
            made = estimate(sound)
            values = {name: one.value for name, one in made.items()}
            ends = {f"{name}_low": one.low for name, one in made.items()}
            reasons = {name: one.reason for name, one in made.items() if one.value is None}
            name = bytes([place]) * 16
            writer.see([Seen(b"/m/%d.mp3" % place, 1, 1, name, {})])
            found = Finished({**sound, **values, **ends, "tempo": 100.0 + place}, reasons=reasons)
            writer.store(number, [Outcome(name, found)])
    return folder.Options(path=str(path))


@pytest.fixture
def mapping(tmp_path):
    """A mapping of energy and mood, both as the shipped one has energy, and of weak valence."""
    content = json.loads(SHIPPED)
    energy, valence = (content["targets"][name] for name in ("energy", "valence"))
    energy["coefficients"][0] += 1.0
    valence["quality"]["r2_low"] = 0.1
    content["targets"] = {"energy": energy, "mood": energy, "valence": valence}
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def read(options):
    return estimated(folder.load(options), options)


def test_without_a_wish_songs_stay_as_they_are(options):
    songs = folder.load(options)
    assert estimated(songs, options) is songs


def test_a_mapping_takes_the_place_of_the_shipped_estimates(options, mapping):
    before, songs = read(options), read(replace(options, mapping=str(mapping)))
    assert (songs.frame["energy"] > before.frame["energy"] + 0.05).all()
    assert songs.frame["mood"].to_list() == songs.frame["energy"].to_list()
    assert songs.frame["danceability"].to_list() == before.frame["danceability"].to_list()
    assert songs.frame["tempo"].to_list() == [100.0, 101.0, 102.0, 103.0]
    assert "valence" not in songs.columns
    assert songs.columns["mood"].role is Role.FEATURE
    assert songs.columns["energy"] == before.columns["energy"]
    ends = [
        f"{name}{end}" for name in ("energy", "mood") for end in ("_low", "_high", "_confidence")
    ]
    assert {songs.columns[name].role for name in ends} == {Role.DOUBT}
    assert (songs.frame["mood_low"] < songs.frame["mood"]).all()


def test_the_mapping_and_what_it_withholds_are_told(options, mapping):
    wanted = replace(options, mapping=str(mapping))
    songs = read(wanted)
    assert songs.history[-1].startswith("2 estimates by mapping.json sha256:")
    told = {one.where: one.says for one in songs.findings if one.what == "withheld-estimate"}
    assert set(told) == {"liveness", "speechiness", "valence"}
    assert "for sure only 0.10" in told["valence"]
    made = provenance(wanted)
    assert songs.history[-1].endswith(made["mapping"])
    assert set(made["withheld"]) == {"valence"}


def test_weak_estimates_are_given_when_asked_for(options, sounds):
    assert "liveness" not in read(options).columns
    wanted = replace(options, weak=True)
    songs = read(wanted)
    truth = [estimate(sound, weak=True)["liveness"] for sound in sounds]
    assert songs.frame["liveness"].to_list() == pytest.approx(
        [one.value for one in truth], abs=1e-5
    )
    assert songs.frame["liveness_low"].to_list() == pytest.approx(
        [one.low for one in truth], abs=1e-5
    )
    assert not [one for one in songs.findings if one.what == "withheld-estimate"]
    assert provenance(wanted) == {"mapping": "the shipped mapping", "withheld": {}}
    assert set(provenance(options)["withheld"]) == {"liveness", "speechiness"}


def test_every_descriptor_at_once_is_not_read_twice(options, mapping, monkeypatch):
    wanted = replace(options, mapping=str(mapping), descriptors=folder.EVERY)
    songs = folder.load(wanted)
    monkeypatch.setattr(folder, "load", None)
    assert estimated(songs, wanted).frame["mood"].null_count() == 0


def test_what_is_no_mapping_is_an_error(options, tmp_path):
    with pytest.raises(InputError, match="cannot be read as a mapping"):
        read(replace(options, mapping=str(tmp_path / "none.json")))
