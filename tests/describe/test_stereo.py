import numpy as np
import pytest

from songscape.describe import stereo
from songscape.describe._frames import Samples, analyse


def values(left, right):
    frames = analyse(Samples(np.stack([left, right])), tonal=False)
    return {
        name: one.value for name, one in stereo.describe(frames, stereo.Options()).estimates.items()
    }


def test_mono_has_no_width(signals):
    tone = signals.sine(440, 2)
    assert values(tone, tone) == pytest.approx(
        {"stereo_width": 0, "stereo_width_std": 0, "stereo_correlation": 1, "stereo_balance": 0},
        abs=1e-5,
    )


def test_opposite_phases_are_as_wide_as_can_be(signals):
    tone = signals.sine(440, 2)
    got = values(tone, -tone)
    assert got["stereo_width"] == pytest.approx(1)
    assert got["stereo_correlation"] == pytest.approx(-1)


def test_unrelated_channels_are_half_wide(signals):
    got = values(signals.noise(5, seed=1), signals.noise(5, seed=2))
    assert got["stereo_width"] == pytest.approx(0.5, abs=0.02)


def test_swapping_channels_turns_the_balance(signals):
    one, other = signals.noise(3, 0.1), signals.noise(3, 0.2, seed=1)
    first, second = values(one, other), values(other, one)
    assert first["stereo_balance"] == pytest.approx(-second["stereo_balance"])
    assert first["stereo_balance"] == pytest.approx(0.6, abs=0.02)
    assert first["stereo_width"] == pytest.approx(second["stereo_width"])


def test_one_silent_channel_has_no_correlation(signals):
    assert values(signals.noise(2), np.zeros(44_100))["stereo_correlation"] is None
