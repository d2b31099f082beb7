"""The whole: every family on every kind of file, always values or reasons."""

import math
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from songscape.core import plugins
from songscape.core.errors import SongscapeError
from songscape.core.options import knobs
from songscape.describe import Description, Options, describe_file
from songscape.describe._frames import Samples, analyse

FAMILIES = plugins.names("describe")
RANGES = {
    name: bounds
    for family in FAMILIES
    for name, bounds in plugins.load("describe", family).RANGE.items()
}


def check(description):
    assert isinstance(description, Description)
    for name, value in description.values.items():
        assert value is None or isinstance(value, str) or math.isfinite(value), name
        assert (value is None) == (name in description.reasons), name
        low, high = RANGES.get(name, (None, None))
        if isinstance(value, float):
            assert low is None or value >= low, name
            assert high is None or value <= high, name
    for times in description.moments.values():
        assert list(times) == sorted(times)
        assert all(0 <= time <= description.duration + 0.1 for time in times)
    assert all(description.reasons.values())
    assert all(0 <= one <= 1 for one in description.confidence.values())
    assert set(description.versions) <= set(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_contract_of_a_family(name, signals):
    module = plugins.load("describe", name)
    assert module.__doc__
    assert module.CITATION
    assert module.VERSION >= 1
    assert isinstance(knobs(module.Options), list)
    for samples in (
        signals.song("rock", 120, seconds=20),
        np.zeros(30_000),
        signals.sine(300, 0.05),
    ):
        family = module.describe(analyse(Samples(samples)), module.Options())
        assert set(family.estimates) == set(module.UNITS)
        for descriptor, one in family.estimates.items():
            assert (one.value is None) == bool(one.reason), descriptor
            low, high = module.RANGE.get(descriptor, (None, None))
            if isinstance(one.value, float):
                assert low is None or one.value >= low, descriptor
                assert high is None or one.value <= high, descriptor
        assert set(module.RANGE) <= set(module.UNITS)


def test_no_two_families_name_the_same_descriptor():
    names = [name for family in FAMILIES for name in plugins.load("describe", family).UNITS]
    assert len(names) == len(set(names))


@pytest.fixture
def piece(tmp_path, signals):
    left = signals.song("rock", 120, 2, "major", seconds=20)
    path = tmp_path / "piece.flac"
    soundfile.write(path, np.stack([left, 0.5 * left], axis=1), 22_050)
    return path


def test_a_song_is_described(piece):
    description = describe_file(piece)
    check(description)
    assert description.values["tempo"] == pytest.approx(120, rel=0.005)
    assert description.values["key_name"] == "D major"
    assert description.values["time_signature"] == 4
    assert description.flags == ()
    assert (description.rate, description.channels, description.decoder) == (22_050, 2, "soundfile")
    assert description.duration == description.seconds == pytest.approx(20)
    assert len(description.moments["beats"]) > 30


def test_only_the_families_asked_for(piece):
    description = describe_file(piece, Options(families=("tempo",)))
    assert set(description.values) == {"tempo", "tempo_alternative"}
    assert description.versions == {"tempo": 5}


def test_a_family_alone_says_the_same_as_in_company(piece):
    whole = describe_file(piece).values
    for name in FAMILIES:
        alone = describe_file(piece, Options(families=(name,))).values
        assert alone == {one: whole[one] for one in alone}


def test_settings_reach_their_family(piece):
    from songscape.describe import segments

    options = Options(families=("segments",))
    loose = describe_file(piece, options, {"segments": segments.Options(threshold=0.01)})
    assert len(loose.segments) >= len(describe_file(piece, options).segments)


def test_times_of_an_excerpt_count_from_the_start_of_the_file(piece):
    description = describe_file(piece, Options(excerpt=10))
    assert description.flags == ("excerpt",)
    assert description.seconds == pytest.approx(10)
    assert description.duration == pytest.approx(20)
    assert 5 <= min(description.moments["beats"]) < max(description.moments["beats"]) <= 15


def test_swapping_channels_changes_nothing_but_the_image(tmp_path, signals):
    piece = signals.song("latin", 110, seconds=6)
    other = signals.cadence(0, "major", seconds=0.8)[: len(piece)]
    both = np.stack([piece, 0.3 * other], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 22_050, subtype="FLOAT")
    soundfile.write(tmp_path / "b.wav", both[:, ::-1], 22_050, subtype="FLOAT")
    first, second = (describe_file(tmp_path / name).values for name in ("a.wav", "b.wav"))
    for name, value in first.items():
        if isinstance(value, float) and not name.startswith("stereo"):
            assert second[name] == pytest.approx(value, rel=1e-4, abs=1e-5), name


def test_two_equal_channels_are_one_but_three_units_louder(tmp_path, signals):
    """BS.1770 sums over channels, so that a mono file is 10·log10(2) below the same twice."""
    piece = signals.song("latin", 110, seconds=6)
    soundfile.write(tmp_path / "a.wav", piece, 22_050, subtype="FLOAT")
    soundfile.write(tmp_path / "b.wav", np.stack([piece, piece], axis=1), 22_050, subtype="FLOAT")
    one, two = (describe_file(tmp_path / name).values for name in ("a.wav", "b.wav"))
    louder = dict.fromkeys(
        ("loudness_integrated", "loudness_momentary_max", "loudness_short_term_max"), 3.0103
    ) | {"peak_to_loudness": -3.0103}
    for name, value in one.items():
        if isinstance(value, float):
            expected = value + louder.get(name, 0)
            assert two[name] == pytest.approx(expected, rel=1e-4, abs=1e-4), name
        else:
            assert two[name] == value, name


def test_half_the_level_changes_what_tells_of_level_only(tmp_path, signals):
    piece = signals.song("rock", 120, seconds=10)
    soundfile.write(tmp_path / "a.wav", piece / 2, 22_050, subtype="FLOAT")
    soundfile.write(tmp_path / "b.wav", piece / 4, 22_050, subtype="FLOAT")
    families = tuple(set(FAMILIES) - {"estimates"})  # which read mfcc_01, the level
    one, two = (
        describe_file(tmp_path / name, Options(families=families)).values
        for name in ("a.wav", "b.wav")
    )
    levels = ("loudness_integrated", "loudness_momentary_max", "loudness_short_term_max")
    for name, value in one.items():
        if name in (*levels, "true_peak", "sample_peak"):
            assert two[name] == pytest.approx(value - 6.0206, abs=0.01), name
        elif isinstance(value, float) and not name.startswith(("rms_", "mfcc_01_")):
            assert two[name] == pytest.approx(value, rel=1e-3, abs=1e-3), name


LENGTHS = st.integers(1, 40_000)
RATES = st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])


@settings(max_examples=40, deadline=None)
@given(
    LENGTHS,
    RATES,
    st.integers(1, 8),
    st.sampled_from(["noise", "silence", "full", "dc", "tiny", "late"]),
    st.integers(0, 99),
)
def test_any_signal_is_described_without_a_warning(
    tmp_path_factory, length, rate, channels, kind, seed
):
    rng = np.random.default_rng(seed)
    shape = (length, channels)
    samples = {
        "noise": 0.3 * rng.standard_normal(shape),
        "silence": np.zeros(shape),
        "full": np.sign(rng.standard_normal(shape)),
        "dc": np.full(shape, 0.5),
        "tiny": 1e-6 * rng.standard_normal(shape),
        "late": np.where(np.arange(length)[:, None] < length // 2, 0, rng.standard_normal(shape)),
    }[kind]
    path = tmp_path_factory.mktemp("signals") / "a.wav"
    soundfile.write(path, samples, rate, subtype="FLOAT")
    check(describe_file(path))


@pytest.mark.parametrize("compat", ["none", "fma"])
@pytest.mark.parametrize("rate", [1000, 1200, 2000, 2358, 2455, 4000, 384_000])
def test_values_keep_their_ranges_at_any_rate(tmp_path, compat, rate):
    """In FMA's definition frames are as long as the native rate makes them: half a second."""
    beats = np.arange(rate * 20) % (rate // 2) < rate // 20
    samples = np.random.default_rng(1).standard_normal(rate * 20) * np.where(beats, 0.1, 0.01)
    soundfile.write(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    check(describe_file(tmp_path / "a.wav", Options(compat=compat)))


def test_the_key_does_not_follow_the_native_rate(tmp_path, signals):
    """FMA's signals keep theirs; but a key is no descriptor of FMA's."""
    piece = signals.cadence(4, "minor", seconds=0.8)
    told = {}
    for rate in (22_050, 32_000, 44_100, 48_000):
        path = tmp_path / f"{rate}.wav"
        soundfile.write(path, soxr.resample(piece, 22_050, rate), rate, subtype="FLOAT")
        for compat in ("none", "fma"):
            told[rate, compat] = describe_file(path, Options(compat=compat, families=("key",)))
    for (rate, compat), description in told.items():
        values = description.values
        assert (values["key_name"], values["key_camelot"]) == ("E minor", "9A"), (rate, compat)
        assert values["tuning"] == pytest.approx(0, abs=3)
        exact = told[rate, "none"].values
        assert values["chord_change_rate"] == exact["chord_change_rate"]
        assert values["key_strength"] == pytest.approx(exact["key_strength"], abs=1e-9)


@pytest.mark.parametrize("rate", [1000, 2000])
def test_a_rate_too_low_for_a_beat_is_said(tmp_path, signals, rate):
    soundfile.write(tmp_path / "a.wav", signals.noise(20, rate=rate), rate)
    reasons = describe_file(tmp_path / "a.wav", Options(compat="fma")).reasons
    for name in ("tempo", "beat_strength", "danceability_dfa"):
        assert reasons[name] == "the sample rate is too low to tell a beat"


def test_the_flatness_of_silence_before_a_sound_is_one(tmp_path, signals):
    samples = np.concatenate([np.zeros(44_100), signals.noise(1)])
    soundfile.write(tmp_path / "a.wav", samples, 22_050)
    assert describe_file(tmp_path / "a.wav").values["spectral_flatness_max"] == 1


def test_a_single_sample_is_described(tmp_path):
    path = tmp_path / "click.wav"
    soundfile.write(path, np.array([0.3]), 48_000, subtype="FLOAT")
    description = describe_file(path)
    check(description)
    assert description.values["onset_rate"] is None


def test_every_odd_file_is_described_or_refused_in_a_sentence(shared_data):
    pytest.importorskip("av")
    described, refused = 0, 0
    for path in sorted((shared_data / "audio" / "odd").iterdir()):
        try:
            check(describe_file(path, Options(families=("spectral", "loudness", "tempo"))))
            described += 1
        except SongscapeError as error:
            refused += path.name in str(error)
    assert described >= 60
    assert described + refused == 100


@pytest.mark.parametrize("form", ["FLAC", "OGG", "MP3", "WAV"])
def test_damaged_files_never_end_the_process(tmp_path, signals, form):
    rng = np.random.default_rng(7)
    path = tmp_path / "a"
    soundfile.write(path, signals.noise(2), 22_050, format=form)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    refusals = []
    for _ in range(12):
        damaged = whole.copy()
        damaged[rng.integers(0, len(whole), 40)] = rng.integers(0, 256, 40)
        path.write_bytes(damaged.tobytes())
        try:
            check(describe_file(path, Options(families=("timbre", "stereo"))))
        except SongscapeError as error:
            refusals.append(str(error))
    assert all(str(path) in says for says in refusals)


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_a_worker_imports_nothing_heavy():
    found = run(
        "import sys, songscape.describe._extract, songscape.describe.estimates\n"
        "print([name for name in ('librosa', 'numba', 'sklearn', 'polars', 'scipy.signal', "
        "'scipy.stats', 'av') if name in sys.modules])"
    )
    assert found.strip() == "[]"


@pytest.mark.slow
def test_two_hours_of_silence_in_a_small_file_stay_within_200_mb(tmp_path):
    if not sys.platform.startswith("linux"):
        pytest.skip("reads the peak memory from /proc")
    path = tmp_path / "bomb.flac"
    with soundfile.SoundFile(path, "w", 44_100, 2, format="FLAC") as file:
        for _ in range(120):
            file.write(np.zeros((60 * 44_100, 2), np.int16))
    found = run(
        "from songscape.describe import describe_file\n"
        f"d = describe_file({str(path)!r})\n"
        "print(d.seconds, d.duration, *d.flags, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    ).split()
    assert found[:4] == ["1800.0", "7200.0", "shortened", "silent"]
    assert int(found[4]) / 1024 <= 200
