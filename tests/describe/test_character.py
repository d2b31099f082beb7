import numpy as np
import pytest

from songscape.describe import character
from songscape.describe._frames import Samples, analyse


def values(samples):
    family = character.describe(analyse(Samples(samples), tonal=False), character.Options())
    return {name: one.value for name, one in family.estimates.items()}


def notes(signals, decay, gap=0.8):
    tones = [
        (at, 0.4 * signals.tone(57 + i % 5, gap, decay=decay))
        for i, at in enumerate(np.arange(0.2, 11, gap))
    ]
    return signals.placed(tones, 12)


def test_drums_are_struck_strings_plucked_and_bows_sustained(signals):
    at = np.arange(4000) / 22_050
    drum = np.sin(2 * np.pi * 120 * at) * np.exp(-at / 0.03)
    drums = values(signals.placed([(t, drum) for t in np.arange(0.2, 11, 0.5)], 12))
    strings, bows = values(notes(signals, 0.4)), values(notes(signals, 0.0))
    assert drums["struck"] > 0.8
    assert strings["plucked"] > 0.8
    assert bows["sustained"] > 0.6
    assert drums["decay_rate"] > strings["decay_rate"] > bows["decay_rate"]


def test_tones_are_harmonic_and_clicks_percussive(signals):
    assert values(signals.cadence(0, "major"))["harmonic_ratio"] > 0.8
    assert values(signals.clicks(120, 10))["harmonic_ratio"] < 0.3


def test_slow_rises_take_longer(signals):
    slow = [
        (at, signals.sine(440, 0.6) * np.minimum(1, np.arange(13230) / 2600)) for at in range(1, 9)
    ]
    assert (
        values(signals.placed(slow, 10))["attack_time"]
        > 2 * values(signals.clicks(60, 10))["attack_time"]
    )


def test_noise_is_even_and_a_sine_is_not(signals):
    assert values(signals.noise(3))["spectral_entropy"] > 0.8
    assert values(signals.sine(440, 3))["spectral_entropy"] < 0.3


def test_silence_says_so():
    family = character.describe(analyse(Samples(np.zeros(50_000))), character.Options())
    assert {one.reason for one in family.estimates.values()} == {"silence"}


def test_kicks_and_snares_differ(shared_data):
    from songscape.describe._decode import opened

    def entropies(kind):
        for path in sorted((shared_data / "audio" / "kick-snare").glob(f"train-{kind}_*.mp3")):
            with opened(path) as sound:
                frames = analyse(sound, tonal=False)
            yield character.spectral_entropy(frames.decibels)

    assert np.median(list(entropies("snare"))) > 1.2 * np.median(list(entropies("kick")))
    assert pytest.approx(1, abs=1) == max(entropies("snare"))
