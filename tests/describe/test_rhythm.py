import numpy as np
import pytest

from songscape.describe import rhythm
from songscape.describe._frames import Samples, analyse


def described(samples):
    family = rhythm.describe(analyse(Samples(samples), tonal=False), rhythm.Options())
    return {name: one.value for name, one in family.estimates.items()}, family


def test_onset_rate_counts_the_clicks(signals):
    values, _ = described(signals.clicks(120, 20))
    assert values["onset_rate"] == pytest.approx(2, rel=0.05)


def test_metre_of_bars_in_three_and_in_four(signals):
    right = [
        described(signals.song(style, bpm, seconds=30, seed=seed))[0]["time_signature"] == bar
        for style, bar, bpm in (
            ("waltz", 3, 150),
            ("waltz", 3, 172),
            ("rock", 4, 120),
            ("house", 4, 124),
        )
        for seed in (0, 1)
    ]
    assert np.mean(right) >= 0.75


def test_brown_noise_is_less_danceable_than_beats(signals):
    drift = np.cumsum(signals.noise(30, 1.0))
    drift = 0.5 * drift / np.abs(drift).max()
    beats, _ = described(signals.song("house", 124))
    noise, _ = described(drift)
    assert beats["danceability_dfa"] > 1.3 * noise["danceability_dfa"]


def test_danceability_does_not_depend_on_gain(signals):
    piece = signals.song("hip-hop", 90)
    first, second = (described(gain * piece)[0]["danceability_dfa"] for gain in (1.0, 0.1))
    assert first == pytest.approx(second, rel=1e-3)


def test_the_fluctuation_of_white_noise_grows_as_the_square_root():
    rng = np.random.default_rng(0)
    value = rhythm.danceability(rng.random(20_000).astype(np.float32), 172.0).value
    assert value == pytest.approx(2, rel=0.1)


def test_beats_of_a_metronome_are_strong_and_regular(signals):
    values, family = described(signals.clicks(100, 20))
    assert values["beat_strength"] > 0.8
    assert values["beat_regularity"] > 0.95
    assert values["pulse_clarity"] > 0.5
    assert len(family.moments["beats"]) == pytest.approx(33, abs=2)


def test_short_sounds_say_why(signals):
    values, family = described(signals.clicks(100, 5))
    assert values["danceability_dfa"] is None
    assert family.estimates["danceability_dfa"].reason == "too short"
    assert family.estimates["time_signature"].reason == "too few beats"
