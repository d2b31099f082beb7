"""The family of estimates reads the timbre of the same file and says what it cannot know."""

import numpy as np
import pytest
import soundfile

from songscape.describe import Options, describe_file, estimates, timbre
from songscape.describe._estimates import estimate
from songscape.describe._frames import Samples, analyse

GIVEN = ("danceability", "energy", "acousticness", "instrumentalness", "valence", "loudness")


@pytest.fixture(scope="module")
def frames(signals):
    return analyse(Samples(signals.song("rock", 120, seconds=15)))


def test_means_are_those_of_the_timbre_family(frames):
    known = timbre.describe(frames, timbre.Options()).estimates
    means = estimates.timbre_means(frames)
    assert len(means) == 27
    for name, mean in means.items():
        assert mean == pytest.approx(known[name].value, rel=1e-5), name


def test_every_value_comes_with_confidence_and_interval(frames):
    found = estimates.describe(frames, estimates.Options()).estimates
    made = estimate(estimates.timbre_means(frames))
    for name in GIVEN:
        assert found[f"{name}_low"].value <= found[name].value <= found[f"{name}_high"].value
        assert 0 <= found[name].confidence <= 1
        assert found[name].value == made[name].value
        assert found[name].reason == ""


@pytest.mark.parametrize("name", ["speechiness", "liveness"])
def test_what_cannot_be_heard_is_withheld_unless_asked_for(frames, name):
    found = estimates.describe(frames, estimates.Options()).estimates
    for one in (name, f"{name}_low", f"{name}_high"):
        assert found[one].value is None
        assert f"too little of {name}" in found[one].reason
    weak = estimates.describe(frames, estimates.Options(weak=True)).estimates
    assert 0 <= weak[name].value <= 1


def test_silence_has_no_estimates():
    found = estimates.describe(analyse(Samples(np.zeros(30_000))), estimates.Options()).estimates
    assert {one.reason for one in found.values()} == {"silence"}


def test_a_file_has_both_loudnesses(tmp_path, signals):
    path = tmp_path / "song.wav"
    soundfile.write(path, signals.song("rock", 120, seconds=10), 22_050)
    description = describe_file(path, Options(families=("loudness", "estimates")))
    assert description.values["loudness"] != description.values["loudness_integrated"]
    assert "loudness" in description.confidence
    assert "loudness_integrated" not in description.confidence
    assert description.reasons["liveness"].startswith("too little")
