import numpy as np

from songscape.describe import voice
from songscape.describe._decode import opened
from songscape.describe._frames import Samples, analyse


def values(samples):
    family = voice.describe(analyse(Samples(samples), tonal=False), voice.Options())
    return {name: one.value for name, one in family.estimates.items()}


def test_sound_that_swells_four_times_a_second_is_modulated_at_4_hz(signals):
    at = np.arange(10 * 22_050) / 22_050
    carrier = signals.noise(10)
    four = values(carrier * (1 + np.sin(2 * np.pi * 4 * at)))
    twelve = values(carrier * (1 + np.sin(2 * np.pi * 12 * at)))
    assert four["modulation_4hz"] > 0.7
    assert twelve["modulation_4hz"] < 0.3


def test_pauses_are_low_energy(signals):
    tone = signals.sine(300, 10)
    pauses = tone * (np.arange(len(tone)) % 11_025 < 6_000)
    assert values(tone)["low_energy"] < 0.05
    assert values(pauses)["low_energy"] > 0.3


def test_midrange_is_the_share_of_the_middle(signals):
    assert values(signals.sine(1000, 5))["midrange"] > 0.95
    assert values(signals.sine(60, 5))["midrange"] < 0.05


def test_read_speech_is_more_voice_like_than_instruments(shared_data):
    folder = shared_data / "audio" / "recordings"

    def evidence(pattern):
        for path in sorted(folder.glob(pattern)):
            with opened(path) as sound:
                frames = analyse(sound, tonal=False)
            yield voice.describe(frames, voice.Options()).estimates["voice"].value

    speech = [*evidence("198-*.ogg"), *evidence("3436-*.ogg"), *evidence("5703-*.ogg")]
    music = [*evidence("Kevin*.ogg"), *evidence("Hungarian*.ogg"), *evidence("147793*.ogg")]
    assert min(speech) > max(music)


def test_short_and_silent_sounds_say_why(signals):
    for samples, reason in ((np.zeros(100_000), "silence"), (signals.noise(1), "too short")):
        family = voice.describe(analyse(Samples(samples)), voice.Options())
        assert {one.reason for one in family.estimates.values()} == {reason}
