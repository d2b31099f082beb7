import numpy as np
import pytest
import soundfile

from songscape.core.errors import InputError
from songscape.describe import _decode
from songscape.describe._decode import Extent, opened
from songscape.describe._sniff import sniff


def read(path, **extent):
    with opened(path, Extent(**extent)) as sound:
        blocks = [block.copy() for block in sound.blocks()]
    empty = np.empty((sound.reader.channels, 0), np.float32)
    return sound, np.concatenate([empty, *blocks], axis=1)


@pytest.fixture
def stereo(signals):
    return np.stack([signals.sine(440, 4), signals.sine(660, 4)], axis=1).astype(np.float32)


@pytest.mark.parametrize(
    ("suffix", "form", "kind"),
    [
        ("wav", "WAV", "wav"), ("flac", "FLAC", "flac"), ("ogg", "OGG", "ogg"),
        ("aiff", "AIFF", "aiff"), ("caf", "CAF", "caf"), ("mp3", "MP3", "mp3"), ("au", "AU", "au"),
    ],
)  # fmt: skip
def test_formats_are_known_by_content_whatever_the_name(tmp_path, stereo, suffix, form, kind):
    path = tmp_path / "song.txt"
    soundfile.write(path, stereo, 22_050, format=form)
    assert sniff(path.read_bytes()[:64]) == kind
    sound, samples = read(path)
    assert samples.shape[0] == 2
    assert samples.shape[1] == pytest.approx(len(stereo), rel=0.03)
    assert sound.duration == pytest.approx(4, rel=0.03)
    assert sound.peak == pytest.approx(0.5, abs=0.15)  # lossy codecs overshoot at the edges


def test_an_excerpt_is_the_middle(tmp_path):
    ramp = np.linspace(-0.5, 0.5, 10_000, dtype=np.float32)
    soundfile.write(tmp_path / "a.wav", ramp, 1000, subtype="FLOAT")
    sound, samples = read(tmp_path / "a.wav", excerpt=2)
    np.testing.assert_array_equal(samples[0], ramp[4000:6000])
    assert sound.flags == {"excerpt"}
    assert (sound.start, sound.duration) == (4000, 10)


@pytest.mark.parametrize("form", ["flac", "mp3"])
def test_a_file_cut_off_before_its_middle_is_read_from_its_beginning(tmp_path, signals, form):
    path = tmp_path / f"a.{form}"
    soundfile.write(path, signals.noise(20), 22_050)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    sound, samples = read(path, excerpt=2)
    assert samples.shape == (1, 44_100)
    assert float(np.abs(samples).max()) > 0.1
    assert "excerpt" in sound.flags
    assert sound.flags & {"truncated", "damaged"}
    assert sound.start == 0


def test_long_files_are_shortened_to_their_middle(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(10_000), 1000)
    sound, samples = read(tmp_path / "a.wav", longest=3)
    assert samples.shape == (1, 3000)
    assert sound.flags == {"shortened"}


def test_numbers_that_are_none_become_silence(tmp_path, stereo):
    stereo[5, 0], stereo[6, 1], stereo[7, 0] = np.nan, np.inf, -1e30
    soundfile.write(tmp_path / "a.wav", stereo, 22_050, subtype="FLOAT")
    sound, samples = read(tmp_path / "a.wav")
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= _decode.LIMIT
    assert samples[0, 5] == 0
    assert "repaired" in sound.flags


@pytest.mark.parametrize("form", ["FLAC", "WAV", "OGG", "MP3"])
def test_a_truncated_file_gives_what_is_there(tmp_path, signals, form):
    path = tmp_path / "a"
    soundfile.write(path, signals.noise(20), 22_050, format=form)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    sound, samples = read(path)
    assert 0.3 * 441_000 < samples.shape[1] < 0.7 * 441_000
    assert np.isfinite(samples).all()
    if form == "FLAC":  # wav, ogg and mp3 readers take the shorter length for the declared one
        assert sound.flags & {"truncated", "damaged"}


def test_a_name_that_is_no_text(tmp_path, stereo):
    path = bytes(tmp_path) + b"/caf\xe9 \xff.wav"
    soundfile.write(path, stereo, 22_050, format="WAV", subtype="FLOAT")
    _, samples = read(path)
    np.testing.assert_array_equal(samples.T, stereo)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"once upon a time" * 40, "cannot be decoded: no audio format begins like it"),
        (b"MThd" + bytes(60), "a MIDI file"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "a picture"),
        (b"fLaC" + bytes(600), "cannot be decoded"),
    ],
)
def test_what_is_no_sound_is_refused_in_a_sentence(tmp_path, content, says):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "gone.wav")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


def test_without_the_extra_the_reason_names_it(tmp_path, monkeypatch):
    import sys

    from songscape.core.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "songscape.describe._av", None)
    path = tmp_path / "a.m4a"
    path.write_bytes(b"\0\0\0\x1cftypM4A " + bytes(60))
    with pytest.raises(MissingExtraError, match=r"songscape\[audio\]"):
        read(path)


def test_pyav_reads_what_libsndfile_cannot(shared_data):
    pytest.importorskip("av")
    sound, samples = read(shared_data / "audio" / "odd" / "no-tags.3g2")
    assert sound.reader.name == "pyav"
    assert samples.shape[1] / sound.rate == pytest.approx(16.3, abs=0.1)


def test_a_way_of_writing_that_nobody_decodes_is_told(tmp_path):
    pytest.importorskip("av")
    soundfile.write(tmp_path / "a.wav", np.zeros(8000), 8000)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[20:22] = b"\x34\x12"  # the number of no format
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(
        InputError, match=r"a\.wav \(wav\) is written in a way FFmpeg cannot decode"
    ):
        read(tmp_path / "a.wav")


def test_a_container_without_a_length_is_counted(tmp_path):
    """Matroska as it is written while it is sent: its length stands nowhere in it."""
    av = pytest.importorskip("av")
    ramp = np.arange(80_000, dtype=np.int16) // 4
    with av.open(tmp_path / "a.mka", "w", format="matroska", options={"live": "1"}) as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        for start in range(0, len(ramp), 1000):
            frame = av.AudioFrame.from_ndarray(ramp[None, start : start + 1000], "s16", "mono")
            frame.sample_rate, frame.pts = 8000, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    sound, samples = read(tmp_path / "a.mka", excerpt=2)
    assert sound.duration == pytest.approx(10, abs=0.2)
    assert sound.flags == {"excerpt"}
    middle = ramp[32_000:48_000] / np.float32(32_768)
    np.testing.assert_allclose(samples[0], middle, atol=300 / 32_768)
    sound, samples = read(tmp_path / "a.mka")
    np.testing.assert_allclose(samples[0], ramp / np.float32(32_768), atol=1e-6)
    assert (sound.duration, sound.flags) == (10, set())


def test_more_than_two_channels_stay_apart_in_libsndfile(tmp_path):
    levels = np.arange(1, 7) / 10
    soundfile.write(tmp_path / "a.wav", np.tile(levels, (500, 1)), 8000, subtype="FLOAT")
    _, samples = read(tmp_path / "a.wav")
    np.testing.assert_allclose(samples[:, 9], levels, rtol=1e-6)
