"""The shared spectrum against librosa, and against signals whose measures are known."""

import numpy as np
import pytest

from songscape.describe import chroma, spectral, timbre
from songscape.describe._frames import Samples, analyse
from songscape.describe._statistics import statistics


@pytest.fixture(scope="module")
def tracks(signals):
    """Four pieces of different character, as float32 at 22,050 Hz."""
    fade = np.linspace(1, 0, 8 * signals.RATE) ** 2
    pieces = [
        signals.song("rock", 120, seconds=8),
        signals.song("waltz", 150, tonic=4, mode="minor", seconds=8),
        signals.cadence(2, "major", "reed") * fade,
        signals.noise(8) * fade + signals.clicks(90, 8),
    ]
    return [(piece + 1e-5 * signals.noise(8, 1.0)).astype(np.float32) for piece in pieces]


def librosa_columns(y):
    librosa = pytest.importorskip("librosa")
    power = librosa.power_to_db(librosa.feature.melspectrogram(y=y))
    chromagram = librosa.feature.chroma_stft(y=y, tuning=0)
    feature = librosa.feature
    return {
        "mfcc": feature.mfcc(S=power, n_mfcc=20),
        "spectral_contrast": feature.spectral_contrast(y=y),
        "chroma_stft": chromagram,
        "tonnetz": feature.tonnetz(chroma=chromagram),
        "spectral_centroid": feature.spectral_centroid(y=y),
        "spectral_bandwidth": feature.spectral_bandwidth(y=y),
        "spectral_rolloff": feature.spectral_rolloff(y=y),
        "spectral_flatness": feature.spectral_flatness(y=y),
        "zcr": feature.zero_crossing_rate(y),
        "rms": feature.rms(y=y),
        "onset_strength": librosa.onset.onset_strength(y=y),
    }


def our_columns(y, compat):
    frames = analyse(Samples(y), compat)
    return {
        **timbre.timbre_columns(frames),
        **chroma.chroma_columns(frames),
        **spectral.spectral_columns(frames),
    }


@pytest.mark.parametrize("track", range(4))
def test_every_statistic_agrees_with_librosa(tracks, track):
    ours, theirs = our_columns(tracks[track], "librosa"), librosa_columns(tracks[track])
    for name, expected in theirs.items():
        mine = ours[name].reshape(len(ours[name]), -1)
        other = np.atleast_2d(expected).T.astype(np.float32)
        assert mine.shape == other.shape, name
        got, want = statistics(mine), statistics(other)
        # A mean near 0 has no relative error: what counts is its column's spread.
        scale = np.maximum(np.abs(want), np.maximum(want[1], 1e-6))
        scale[2:4] = np.maximum(np.abs(want[2:4]), 1)
        worst = float(np.nanmax(np.abs(got - want) / scale))
        assert worst <= 1e-4, f"{name}: {worst}"


@pytest.mark.parametrize("track", range(4))
def test_crossings_and_rolloff_are_exactly_librosa_s(tracks, track):
    ours, theirs = our_columns(tracks[track], "none"), librosa_columns(tracks[track])
    for name in ("zcr", "spectral_rolloff"):
        np.testing.assert_array_equal(ours[name], theirs[name][0].astype(np.float32))


@pytest.mark.parametrize("track", range(4))
def test_contrast_agrees_within_a_hundredth_of_a_decibel(tracks, track):
    ours, theirs = our_columns(tracks[track], "librosa"), librosa_columns(tracks[track])
    difference = ours["spectral_contrast"].T - theirs["spectral_contrast"]
    assert np.abs(difference).max() <= 0.01


def test_the_fma_definition_takes_the_native_rate_for_22050(signals):
    native = np.concatenate([signals.sine(1000, 2, rate=44_100), signals.noise(2, rate=44_100)])
    frames = analyse(Samples(native, 44_100), "fma")
    librosa = pytest.importorskip("librosa")
    y = native.astype(np.float32)
    expected = librosa.feature.spectral_centroid(y=y)[0]  # its default rate is 22,050
    np.testing.assert_allclose(
        spectral.spectral_columns(frames)["spectral_centroid"], expected, rtol=1e-4
    )
    mel = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=44_100))
    np.testing.assert_allclose(frames.decibels.T, mel, atol=1e-3)


@pytest.mark.parametrize("hertz", [110, 440, 1760, 5000])
def test_a_sine_has_its_own_centroid_crossings_and_level(signals, hertz):
    frames = analyse(Samples(signals.sine(hertz, 3)))
    middle = slice(4, -4)
    columns = {name: column[middle] for name, column in spectral.spectral_columns(frames).items()}
    assert columns["spectral_centroid"].mean() == pytest.approx(hertz, abs=5)
    assert columns["zcr"].mean() == pytest.approx(2 * hertz / 22_050, rel=0.01)
    assert columns["rms"].mean() == pytest.approx(0.5 / np.sqrt(2), rel=1e-3)
    assert columns["spectral_flatness"].max() < 1e-3


@pytest.mark.parametrize("octave", range(5))
def test_every_pitch_class_is_found_in_five_octaves(signals, octave):
    for pitch in range(12):
        hertz = 440 * 2 ** ((pitch - 9) / 12 + octave - 1)
        frames = analyse(Samples(signals.sine(hertz, 1.0)), tonal=False)
        assert frames.chroma[4:-4].mean(axis=0).argmax() == pitch


def test_white_noise_is_flat(signals):
    frames = analyse(Samples(signals.noise(20)))
    columns = spectral.spectral_columns(frames)
    assert columns["spectral_centroid"].mean() == pytest.approx(22_050 / 4, rel=0.01)
    assert columns["spectral_rolloff"].mean() == pytest.approx(0.85 * 22_050 / 2, rel=0.01)
    assert columns["zcr"].mean() == pytest.approx(0.5, abs=0.01)


def test_blocks_of_any_length_give_the_same_frames(signals):
    class Pieces:
        rate, labels = 44_100, ()

        def __init__(self, size):
            self.size = size

        def blocks(self):
            for start in range(0, len(samples), self.size):
                yield samples[None, start : start + self.size]

    samples = signals.song("rock", 120, seconds=3).astype(np.float32)
    one, many = analyse(Pieces(1 << 20)), analyse(Pieces(777))
    for name in ("decibels", "chroma", "shape", "tones"):
        np.testing.assert_allclose(getattr(one, name), getattr(many, name), rtol=2e-3, atol=2e-3)
    np.testing.assert_array_equal(one.waveform.crossing_rate, many.waveform.crossing_rate)
    np.testing.assert_allclose(one.levels.energy, many.levels.energy, rtol=1e-5)
    assert one.levels.true_peak == pytest.approx(many.levels.true_peak, rel=1e-6)
