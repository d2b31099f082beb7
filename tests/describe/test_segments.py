import numpy as np
import pytest

from songscape.describe import segments
from songscape.describe._frames import Samples, analyse


def described(samples, **options):
    return segments.describe(analyse(Samples(samples), tonal=False), segments.Options(**options))


def test_a_change_is_found_where_it_is(signals):
    loud = signals.song("rock", 120, seconds=20)
    soft = 0.3 * signals.cadence(4, "minor", "organ", seconds=2.5)
    family = described(np.concatenate([loud, soft]))
    assert len(family.moments["changes"]) == 1
    assert family.moments["changes"][0] == pytest.approx(20, abs=2)
    first, second = family.segments
    assert first.end == second.start == family.moments["changes"][0]
    assert first.values["level"] > second.values["level"] + 4


def test_what_does_not_change_is_one_stretch(signals):
    family = described(signals.noise(40))
    assert family.moments["changes"] == ()
    assert len(family.segments) == 1
    assert family.segments[0].end == pytest.approx(40, abs=1)


def test_novelty_is_between_0_and_1_and_highest_at_the_edge():
    rows = np.concatenate([np.tile([1.0, 0.0], (20, 1)), np.tile([-1.0, 0.0], (20, 1))])
    curve = segments.novelty(rows)
    assert curve.argmax() == 20
    assert curve.max() == pytest.approx(1)
    assert curve.min() >= 0
    assert len(curve) == len(rows)


def test_the_threshold_decides(signals):
    samples = np.concatenate([signals.noise(20), signals.sine(440, 20)])
    assert described(samples, threshold=1.0).moments["changes"] == ()
    assert len(described(samples, threshold=0.2).moments["changes"]) == 1


def test_short_and_silent_sounds_say_why(signals):
    assert described(np.zeros(900_000)).estimates["change_rate"].reason == "silence"
    assert described(signals.noise(5)).estimates["change_rate"].reason == "too short"
