import csv

import numpy as np
import pytest
import soxr

from songscape.describe import tempo
from songscape.describe._decode import opened
from songscape.describe._description import Estimate
from songscape.describe._frames import Samples, analyse
from songscape.describe._octave import Evidence, choose
from songscape.studies import _render


def pulse_of(samples):
    return analyse(Samples(samples), tonal=False).pulse


def close(found, truth, times=(1,), within=0.04):
    return any(abs(found / (truth * one) - 1) < within for one in times)


OCTAVES = (1, 2, 0.5, 3, 1 / 3)


@pytest.mark.parametrize("bpm", np.arange(50, 210.1, 4).tolist())
def test_click_trains_are_found_to_half_a_percent(signals, bpm):
    assert pulse_of(signals.clicks(bpm)).tempo == pytest.approx(bpm, rel=0.005)


@pytest.mark.parametrize("bpm", [61.5, 97.3, 128.4, 171.9])
def test_jitter_and_noise_do_not_matter(signals, bpm):
    samples = signals.clicks(bpm, jitter=0.01) + signals.noise(20, 0.8 * 10 ** (-12 / 20) / 4)
    found = pulse_of(samples)
    assert close(found.tempo, bpm, within=0.005) or close(found.alternative, bpm, within=0.005)


def test_songs_in_eight_styles(signals):
    rng = np.random.default_rng(3)
    pairs = []
    for style, (*_, (low, high)) in signals.STYLES.items():
        for seed in range(2):
            bpm = rng.uniform(low, high)
            pairs.append((pulse_of(signals.song(style, bpm, seed=seed, seconds=20)).tempo, bpm))
    first = np.mean([close(found, truth) for found, truth in pairs])
    second = np.mean([close(found, truth, OCTAVES) for found, truth in pairs])
    assert first >= 0.8
    assert second >= 0.97


def test_loops_of_known_tempo(shared_data):
    pairs = []
    with (shared_data / "audio" / "tempo-truth.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            with opened(shared_data / "audio" / row["path"]) as sound:
                pairs.append((analyse(sound, tonal=False).pulse.tempo, float(row["bpm"])))
    # One to eight seconds long, basses and effects among them: the floor is what was measured.
    assert np.mean([close(found, truth) for found, truth in pairs]) >= 0.6
    assert np.mean([close(found, truth, OCTAVES) for found, truth in pairs]) >= 0.75


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(220_500), "silence"),
        (0.5 * np.sin(np.arange(11_025) / 5), "too short"),
        (0.5 * np.sin(np.arange(220_500) / 5), "nothing starts that could be a beat"),
    ],
)
def test_no_tempo_has_a_reason(samples, reason):
    estimates = tempo.describe(analyse(Samples(samples)), tempo.Options()).estimates
    assert estimates["tempo"] == Estimate(None, reason=reason)


def test_gain_does_not_change_the_tempo(signals):
    piece = signals.song("house", 124, seconds=12)
    assert pulse_of(piece).tempo == pytest.approx(pulse_of(0.05 * piece).tempo, rel=1e-3)


def test_beats_lie_on_the_clicks(signals):
    beats = pulse_of(signals.clicks(100, offset=0.5)).beats
    distance = np.abs((beats - 0.5 + 0.3) % 0.6 - 0.3)
    assert len(beats) > 28
    assert np.median(distance) < 0.03
    assert np.diff(beats) == pytest.approx(0.6, abs=0.05)


def test_steady_pieces_are_surer_than_noise(signals):
    steady = pulse_of(signals.song("house", 124)).confidence
    assert steady > 0.5
    assert pulse_of(signals.noise(30)).confidence < steady


def test_octaves_of_rendered_songs_are_told():
    # A seed that nothing was set on.
    songs = _render.songs(20, seed=2)
    pairs = []
    for song in songs:
        stereo, rate = _render.render(song, 2)
        pairs.append((pulse_of(soxr.resample(stereo.mean(axis=1), rate, 22_050)).tempo, song.tempo))
    assert np.mean([close(found, truth) for found, truth in pairs]) >= 0.8
    assert np.mean([close(found, truth, OCTAVES) for found, truth in pairs]) >= 0.95


def test_a_tempo_without_a_rival_has_no_alternative(signals):
    """Clicks repeat at no half of their period, and twice of a slow one is no tempo."""
    alone, one_of_two = (
        tempo.describe(analyse(Samples(signals.clicks(bpm))), tempo.Options()).estimates
        for bpm in (64, 120)
    )
    assert alone["tempo"].value == pytest.approx(64, rel=0.005)
    assert alone["tempo_alternative"] == Estimate(None, reason="no other tempo explains it")
    assert one_of_two["tempo_alternative"].value == pytest.approx(60, rel=0.005)
    assert 0 < one_of_two["tempo_alternative"].confidence < 0.5


def evidence(*repeats, busy=3.0):
    """Return what is known of a piece that repeats, in the bass, after some multiples of 60 lags."""
    bass = np.zeros(600)
    for times, strength in repeats:
        bass[int(60 * times)] = strength
    return Evidence(np.full(600, 0.5), np.stack([bass, np.zeros(600)]), 120, busy)


def test_one_period_has_no_rival():
    best, other, weight = choose([60.0], evidence())
    assert (best, weight) == (60.0, 0.0)
    assert np.isnan(other)


@pytest.mark.parametrize(("busy", "period"), [(5.0, 60.0), (1.0, 120.0)])
def test_few_onsets_make_a_slow_beat(busy, period):
    # Two periods that explain the same: the density of onsets decides which is the beat.
    best, other, weight = choose([60.0, 120.0], evidence(busy=busy))
    assert {best, other} == {60.0, 120.0}
    assert best == period
    assert 0 < weight < 1


def test_the_bass_repeats_after_the_bar():
    # Half a second or a quarter, 120 or 240 in the minute: the bass drum plays every second beat.
    slow = choose([60.0, 30.0], evidence((1, 0.3), (2, 0.5), (4, 0.9)))
    fast = choose([60.0, 30.0], evidence((0.5, 0.3), (1, 0.5), (2, 0.9), (4, 0.9)))
    assert slow[0] == 60.0
    assert slow[2] < fast[2]
