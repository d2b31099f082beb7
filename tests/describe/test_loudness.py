"""EBU Tech 3341 and 3342 cases, synthesised as the documents say, and libebur128 on music."""

import numpy as np
import pytest

from songscape.describe import loudness
from songscape.describe._channels import USUAL
from songscape.describe._frames import Samples, analyse

RATE = 48_000


def tone(level, seconds, rate=RATE):
    return 10 ** (level / 20) * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * rate)) / rate)


def steps(*parts, rate=RATE):
    return np.stack([np.concatenate([tone(level, seconds, rate) for level, seconds in parts])] * 2)


def measured(channels, rate=RATE):
    frames = analyse(Samples(channels, rate, USUAL.get(len(channels), ())), tonal=False)
    estimates = loudness.describe(frames, loudness.Options()).estimates
    return {name: one.value for name, one in estimates.items()}


CASES = {
    1: steps((-23, 20)),
    2: steps((-33, 20)),
    3: steps((-36, 10), (-23, 60), (-36, 10)),
    4: steps((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
    5: steps((-26, 20), (-20, 20.1), (-26, 20)),
    6: np.stack([tone(level, 20) for level in (-28, -28, -24, -30, -30)]),
}


@pytest.mark.parametrize("case", CASES)
def test_integrated_loudness_of_tech_3341(case):
    expected = -33.0 if case == 2 else -23.0
    assert measured(CASES[case])["loudness_integrated"] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("rate", [11_025, 22_050, 32_000, 44_100, 96_000])
def test_the_rate_does_not_matter(rate):
    value = measured(steps((-23, 10), rate=rate), rate)["loudness_integrated"]
    assert value == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((-20, 20), (-30, 20)), 10),
        (((-20, 20), (-15, 20)), 5),
        (((-40, 20), (-20, 20)), 20),
        (((-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)), 15),
    ],
)
def test_loudness_range_of_tech_3342(parts, expected):
    assert measured(steps(*parts))["loudness_range"] == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("divisor", "phase"), [(4, 0), (4, 45), (6, 60), (8, 67.5)])
def test_true_peak_of_tech_3341(divisor, phase):
    at = np.arange(RATE)
    fade = np.minimum(1, np.minimum(at, at[::-1]) / 2000)
    wave = 0.5 * fade * np.sin(2 * np.pi * at / divisor + np.deg2rad(phase))
    value = measured(np.stack([wave, wave]))["true_peak"]
    assert -6.0 - 0.4 <= value <= -6.0 + 0.2


def test_music_agrees_with_libebur128(signals):
    ebur128 = pytest.importorskip("pyebur128")
    left = signals.song("rock", 120, seconds=12)
    channels = np.stack([left, 0.6 * np.roll(left, 30) + signals.noise(12, 0.01)])
    mode = ebur128.MeasurementMode
    modes = mode.MODE_I | mode.MODE_LRA | mode.MODE_TRUE_PEAK
    state = ebur128.R128State(2, 22_050, modes)
    state.add_frames(channels.T.ravel(), channels.shape[1])
    ours = measured(channels, 22_050)
    assert ours["loudness_integrated"] == pytest.approx(
        ebur128.get_loudness_global(state), abs=0.05
    )
    assert ours["loudness_range"] == pytest.approx(ebur128.get_loudness_range(state), abs=0.5)
    peak = max(ebur128.get_true_peak(state, channel) for channel in (0, 1))
    assert ours["true_peak"] == pytest.approx(20 * np.log10(peak), abs=0.2)


def test_gain_moves_loudness_by_as_much(signals):
    piece = signals.song("ballad", 70, seconds=8)
    loud, quiet = measured(piece, 22_050), measured(piece * 10 ** (-12 / 20), 22_050)
    for name in ("loudness_integrated", "loudness_momentary_max", "true_peak"):
        assert loud[name] - quiet[name] == pytest.approx(12, abs=0.01)
    assert loud["peak_to_loudness"] == pytest.approx(quiet["peak_to_loudness"], abs=0.01)


def test_silence_and_blips_have_none():
    silent = analyse(Samples(np.zeros((2, RATE)), RATE))
    estimates = loudness.describe(silent, loudness.Options()).estimates
    assert {one.reason for one in estimates.values()} == {"silence"}
    blip = measured(steps((-23, 0.2)))
    assert blip["loudness_integrated"] is None
    assert blip["sample_peak"] == pytest.approx(-23, abs=0.01)
