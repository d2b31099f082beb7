import numpy as np
import pytest

from songscape.describe import key
from songscape.describe._frames import Samples, analyse


def described(samples, **options):
    estimates = key.describe(analyse(Samples(samples)), key.Options(**options)).estimates
    return {name: one.value for name, one in estimates.items()}, estimates


@pytest.mark.parametrize("timbre", ["organ", "string", "reed"])
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_cadences_in_all_keys(signals, timbre, mode):
    for tonic in range(12):
        values, _ = described(signals.cadence(tonic, mode, timbre, seconds=0.8))
        assert (values["key"], values["mode"]) == (tonic, mode == "major")
        assert values["key_name"] == f"{key.NAMES[tonic]} {mode}"


@pytest.mark.parametrize("cents", [-40, -15, 0, 25, 40])
def test_mistuning_is_found_and_does_not_change_the_key(signals, cents):
    values, _ = described(signals.cadence(4, "minor", seconds=0.8, tuning=cents))
    assert values["tuning"] == pytest.approx(cents, abs=6)
    assert values["key_name"] == "E minor"


def test_songs_with_drums(signals):
    rng = np.random.default_rng(0)
    right = []
    for style in signals.STYLES:
        tonic, mode = int(rng.integers(12)), ("major", "minor")[int(rng.integers(2))]
        values, _ = described(signals.song(style, 110, tonic, mode, seconds=20))
        right.append(values["key_name"] == f"{key.NAMES[tonic]} {mode}")
    assert np.mean(right) >= 0.84


def test_gain_does_not_change_the_key(signals):
    piece = signals.cadence(7, "major", seconds=0.8)
    loud, _ = described(piece)
    quiet, _ = described(0.02 * piece)
    assert loud["key_name"] == quiet["key_name"] == "G major"
    assert loud["key_strength"] == pytest.approx(quiet["key_strength"], abs=1e-3)


def test_chords_that_change_each_second_change_once_a_second(signals):
    values, _ = described(signals.cadence(0, "major"))
    assert values["chord_change_rate"] == pytest.approx(7 / 8, abs=0.3)
    assert values["major_chords"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(np.zeros(100_000), "silence"), (np.sin(np.arange(22_050) / 9), "too short")],
)
def test_no_key_has_a_reason(samples, reason):
    _, estimates = described(samples)
    assert {one.reason for one in estimates.values()} == {reason}


def test_the_wheel_steps_by_fifths():
    around = [key.camelot((7 * step) % 12, 1) for step in range(12)]
    assert around == [f"{(7 + step) % 12 + 1}B" for step in range(12)]
    assert [key.camelot(tonic, 0) for tonic in (9, 4)] == ["8A", "9A"]
