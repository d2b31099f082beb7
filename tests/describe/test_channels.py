"""Which channel is which: the labels every format gives, and what they do to loudness and mix.

A sine of 997 Hz at full scale in one channel is −3.01 LUFS by definition of the K-weighting, so
that the loudness of sines on any channels is 10·log10(Σ weight · amplitude² / 2).
"""

import io
import struct

import numpy as np
import pytest
import soundfile

from songscape.describe import Options, describe_file
from songscape.describe._channels import (
    LIKELY,
    MASK,
    USUAL,
    VORBIS,
    downmix,
    in_format,
    named,
    weights,
)
from songscape.describe._decode import opened
from songscape.describe._frames import Samples, analyse
from songscape.describe.loudness import Options as LoudnessOptions
from songscape.describe.loudness import describe as loudness

RATE = 48_000
LEVELS = {
    "FL": 0.30, "FR": 0.25, "FC": 0.20, "LFE": 0.9,
    "BL": 0.15, "BR": 0.12, "BC": 0.11, "SL": 0.10, "SR": 0.08,
}  # fmt: skip


def sines(labels, seconds=3):
    """Each channel a sine of its own level, the low one at 50 Hz, shape (channels, n)."""
    at = np.arange(seconds * RATE) / RATE
    return np.stack(
        [LEVELS[one] * np.sin(2 * np.pi * (50 if one == "LFE" else 997) * at) for one in labels]
    )


def expected(**share):
    return 10 * np.log10(sum(one * LEVELS[name] ** 2 / 2 for name, one in share.items()))


FIVE_LUFS = expected(FL=1, FR=1, FC=1, BL=1.41, BR=1.41)
SEVEN_LUFS = expected(FL=1, FR=1, FC=1, BL=1, BR=1, SL=1.41, SR=1.41)


def integrated(samples, labels=()):
    frames = analyse(Samples(samples, RATE, labels), tonal=False)
    return loudness(frames, LoudnessOptions()).estimates["loudness_integrated"].value


def of_file(path):
    return describe_file(path, Options(families=("loudness", "stereo", "spectral")))


def wave(samples, mask=None, *, before=b""):
    """A WAVE file of 16 bits, with a mask if there is one, and chunks before its format."""
    count = len(samples)
    plain = struct.pack("<HIIHH", count, RATE, RATE * 2 * count, 2 * count, 16)
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    form = b"\x01\0" + plain
    if mask is not None:
        form = b"\xfe\xff" + plain + struct.pack("<HHI", 22, 16, mask) + guid
    data = (samples.T * 32767).astype("<i2").tobytes()
    chunks = ((b"fmt ", form), (b"data", data))
    body = before + b"".join(name + struct.pack("<I", len(one)) + one for name, one in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


@pytest.mark.parametrize(
    ("labels", "lufs"),
    [
        (USUAL[5], FIVE_LUFS),
        (USUAL[6], FIVE_LUFS),
        (("FL", "FR", "FC", "LFE", "SL", "SR"), expected(FL=1, FR=1, FC=1, SL=1.41, SR=1.41)),
        (USUAL[7], expected(FL=1, FR=1, FC=1, BC=1, SL=1.41, SR=1.41)),
        (USUAL[8], SEVEN_LUFS),
        (VORBIS[8], SEVEN_LUFS),
        (("FL", "FR", "LFE"), expected(FL=1, FR=1)),
        (("FL", "FR", "BL", "BR"), expected(FL=1, FR=1, BL=1.41, BR=1.41)),
    ],
)
def test_loudness_weighs_channels_by_where_they_stand(labels, lufs):
    assert integrated(sines(labels), labels) == pytest.approx(lufs, abs=0.01)


def test_low_frequency_effects_are_not_loud_at_all():
    labels = USUAL[8]
    with_it = sines(labels)
    without = with_it.copy()
    without[labels.index("LFE")] = 0
    assert integrated(with_it, labels) == integrated(without, labels)


def test_unrelated_tracks_weigh_the_same():
    assert weights((), 4).tolist() == [1, 1, 1, 1]
    assert integrated(sines(("FL", "FR", "BL", "BR"))) == pytest.approx(
        expected(FL=1, FR=1, BL=1, BR=1), abs=0.01
    )


def test_surround_sound_agrees_with_libebur128():
    ebur128 = pytest.importorskip("pyebur128")
    samples = 0.1 * np.random.default_rng(3).standard_normal((6, 4 * RATE))
    samples *= np.linspace(1, 0.3, 6)[:, None]
    state = ebur128.R128State(6, RATE, ebur128.MeasurementMode.MODE_I)
    state.add_frames(samples.T.ravel(), samples.shape[1])  # its own order is that of 5.1
    theirs = ebur128.get_loudness_global(state)
    assert integrated(samples, USUAL[6]) == pytest.approx(theirs, abs=0.05)


def test_22_channels_stand_where_the_standard_says():
    labels = (*MASK, "LFE2", "TSL", "TSR", "BFC", "BFL", "BFR")
    told = dict(zip(labels, weights(labels, 24), strict=True))
    assert {name for name, one in told.items() if one == 1.41} == {"FL", "FR", "SL", "SR"}
    assert {name for name, one in told.items() if one == 0} == {"LFE", "LFE2"}


@pytest.mark.parametrize(
    ("mask", "labels"),
    [
        (0x3F, ("FL", "FR", "FC", "LFE", "BL", "BR")),
        (0x60F, ("FL", "FR", "FC", "LFE", "SL", "SR")),
        (None, LIKELY[6]),
        (0, LIKELY[6]),
        (0x3, LIKELY[6]),
    ],
)
def test_a_wave_file_says_which_channels_it_holds(mask, labels):
    junk = b"JUNK" + struct.pack("<I", 5) + bytes(6)
    assert in_format("wav", 6, io.BytesIO(wave(np.zeros((6, 10)), mask, before=junk))) == labels


@pytest.mark.parametrize("content", [b"", b"RIFF", bytes(100_000), b"RIFF1234WAVEfmt \x04\0\0\0"])
def test_a_damaged_wave_file_says_nothing(content):
    assert in_format("wav", 3, io.BytesIO(content)) == ()


def test_a_wave_file_of_seven_and_one_has_sides(tmp_path):
    (tmp_path / "a.wav").write_bytes(wave(sines(USUAL[8]), 0x63F))
    value = of_file(tmp_path / "a.wav").values["loudness_integrated"]
    assert value == pytest.approx(SEVEN_LUFS, abs=0.02)


def test_a_wave_file_of_two_and_one_has_its_low_channel(tmp_path):
    (tmp_path / "a.wav").write_bytes(wave(sines(("FL", "FR", "LFE")), 0xB))
    value = of_file(tmp_path / "a.wav").values["loudness_integrated"]
    assert value == pytest.approx(expected(FL=1, FR=1), abs=0.02)


@pytest.mark.parametrize(
    ("form", "subtype", "labels"),
    [
        ("WAV", "PCM_16", USUAL[8]),
        ("FLAC", "PCM_16", USUAL[8]),
        ("AIFF", "PCM_16", USUAL[8]),
        ("OGG", "VORBIS", VORBIS[8]),
        ("OGG", "OPUS", VORBIS[8]),
    ],
)
def test_one_loudness_in_every_format(tmp_path, form, subtype, labels):
    """libsndfile leaves the channels of Vorbis and Opus in their own order."""
    path = tmp_path / "a"
    soundfile.write(path, sines(labels).T, RATE, format=form, subtype=subtype)
    assert of_file(path).values["loudness_integrated"] == pytest.approx(SEVEN_LUFS, abs=0.1)


@pytest.mark.parametrize(
    ("codec", "suffix", "layout", "lufs"),
    [
        ("aac", "m4a", "5.1", FIVE_LUFS),
        ("aac", "m4a", "7.1", SEVEN_LUFS),
        ("alac", "m4a", "5.1", FIVE_LUFS),
        ("ac3", "ac3", "5.0", FIVE_LUFS),
    ],
)
def test_ffmpeg_keeps_the_channels_apart(tmp_path, codec, suffix, layout, lufs):
    av = pytest.importorskip("av")
    path = tmp_path / f"a.{suffix}"
    labels = [one.name for one in av.AudioLayout(layout).channels]
    samples = np.ascontiguousarray(sines(labels).T.reshape(1, -1), np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE, layout=layout)
        stream.bit_rate = 640_000
        frame = av.AudioFrame.from_ndarray(samples, "flt", layout)
        frame.rate, frame.pts = RATE, 0
        size = {"frame_size": stream.codec_context.frame_size or 1024}
        resampler = av.AudioResampler(stream.codec_context.format, layout, RATE, **size)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    with opened(path) as sound:
        assert (sound.reader.name, sound.reader.channels) == ("pyav", len(labels))
    description = of_file(path)
    assert description.values["loudness_integrated"] == pytest.approx(lufs, abs=0.1)
    assert description.flags == ()


def test_the_mix_to_two_is_the_one_for_stereo_sets():
    """ITU-R BS.775: centre and surrounds 3 dB down, and no low frequency effects."""
    matrix = downmix(USUAL[6])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(
        matrix, [[1, 0, half, 0, half, 0], [0, 1, half, 0, 0, half]], atol=1e-6
    )
    assert downmix(()) is None
    assert downmix(("FL", "FR")) is None


def test_ffmpeg_mixes_alike():
    av = pytest.importorskip("av")
    for layout in ("5.0", "5.1", "5.1(side)", "6.1", "7.1"):
        labels = [one.name for one in av.AudioLayout(layout).channels]
        impulses = np.eye(len(labels), dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(impulses, "flt", layout)
        frame.rate = RATE
        (mixed,) = av.AudioResampler("flt", "stereo", RATE).resample(frame)
        theirs = mixed.to_ndarray().reshape(-1, 2).T
        np.testing.assert_allclose(downmix(labels), theirs, atol=1e-4, err_msg=layout)


def test_a_surround_file_sounds_like_its_stereo_mix(tmp_path, signals):
    """All but the levels of the native channels is taken from the mix, in whatever order it comes."""
    front, back = signals.song("rock", 120, seconds=8), signals.noise(8, 0.02)
    parts = {"FL": front, "FR": 0.7 * front, "FC": 0.2 * front, "LFE": 0.9 * front}
    parts |= {"BL": back, "BR": -back}
    mixed = downmix(USUAL[6]) @ np.stack([parts[one] for one in USUAL[6]])
    told = []
    for name, form, stacked in (
        ("a.flac", "FLAC", np.stack([parts[one] for one in USUAL[6]])),
        ("b.wav", "WAV", mixed),
    ):
        subtype = "FLOAT" if form == "WAV" else "PCM_24"
        soundfile.write(tmp_path / name, 0.5 * stacked.T, 22_050, format=form, subtype=subtype)
        told.append(of_file(tmp_path / name).values)
    for name in ("spectral_centroid_mean", "rms_mean", "stereo_width", "stereo_balance"):
        assert told[0][name] == pytest.approx(told[1][name], rel=1e-3)


@pytest.mark.parametrize(
    ("labels", "count", "found"),
    [
        (("FL", "FR", "FC"), 3, ("FL", "FR", "FC")),
        (("FL", "FR", "FR"), 3, ()),
        (("FL", "FR", "FC"), 4, ()),
        (("NONE",) * 6, 6, ()),
        (("FC",), 1, ()),
    ],
)
def test_labels_count_only_when_every_channel_has_its_own(labels, count, found):
    assert named(labels, count) == found
