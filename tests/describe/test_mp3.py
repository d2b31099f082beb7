"""Files of mp3 that hold more than their header tells."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from songscape.describe._decode import Extent, opened
from songscape.describe._mp3 import Frame, mended

RATE = 44_100


def part(seconds: float, frequency: float, channels: int = 2, rate: int = RATE) -> bytes:
    """Return a tone as mp3, with the note that libsndfile's encoder writes."""
    tone = 0.3 * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)
    file = io.BytesIO()
    soundfile.write(file, np.tile(tone[:, None], channels), rate, format="MP3")
    return file.getvalue()


ONE, OTHER = part(2, 440), part(3, 880)
TAG = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)


def decoded(path):
    """Return seconds decoded and flags."""
    with opened(path) as sound:
        samples = sum(block.shape[1] for block in sound.blocks())
    return samples / sound.rate, sound.flags


@pytest.mark.parametrize("between", [b"", TAG])
def test_files_joined_end_to_end_are_read_to_the_end(tmp_path, between):
    path = tmp_path / "joined.mp3"
    path.write_bytes(ONE + between + OTHER)
    seconds, flags = decoded(path)
    assert seconds == pytest.approx(5, abs=0.2)
    assert flags == {"continued"}


def test_the_second_part_sounds_as_it_does_alone(tmp_path):
    path = tmp_path / "joined.mp3"
    path.write_bytes(ONE + OTHER)
    with opened(path) as sound:
        wave = np.concatenate([block[0] for block in sound.blocks()])
    spectrum = np.abs(np.fft.rfft(wave[-2 * RATE : -RATE]))
    assert spectrum.argmax() == pytest.approx(880, abs=1)


@pytest.mark.parametrize(
    "content",
    [ONE, TAG + ONE, ONE + b"TAG" + bytes(125), ONE + b"APETAGEX" + bytes(200_000), ONE[: len(ONE) // 2]],
    ids=["whole", "tag before", "tag behind", "picture behind", "cut off"],
)  # fmt: skip
def test_other_files_are_read_as_their_note_says(tmp_path, content):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    assert mended(path) is None
    assert "continued" not in decoded(path)[1]


@pytest.mark.parametrize(
    ("channels", "rate"), [(1, 44_100), (2, 48_000), (1, 22_050), (2, 16_000), (1, 8_000)]
)
def test_the_note_is_found_in_every_kind_of_frame(tmp_path, channels, rate):
    path = tmp_path / "joined.mp3"
    one = part(2, 440, channels, rate)
    frame = Frame.read(one)
    assert (frame.rate, frame.mono) == (rate, channels == 1)
    path.write_bytes(one + one)
    assert decoded(path)[0] == pytest.approx(4, abs=0.4)


def test_another_kind_of_sound_behind_is_not_read_as_this(tmp_path):
    path = tmp_path / "joined.mp3"
    path.write_bytes(ONE + part(2, 440, 2, 48_000))
    assert mended(path) is None


@pytest.mark.parametrize("before", [b"", TAG])
def test_a_changing_bitrate_without_a_note_is_read_to_the_end(tmp_path, before):
    path = tmp_path / "bare.mp3"
    path.write_bytes(before + OTHER[Frame.read(OTHER).size :])
    seconds, flags = decoded(path)
    assert seconds == pytest.approx(3, abs=0.2)
    assert flags == {"continued"}


def test_a_constant_bitrate_needs_no_note(tmp_path):
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    path = tmp_path / "bare.mp3"
    soundfile.write(path, tone, RATE, format="MP3", bitrate_mode="CONSTANT", compression_level=0.5)
    path.write_bytes(path.read_bytes()[Frame.read(path.read_bytes()).size :])
    assert mended(path) is None
    assert decoded(path)[0] == pytest.approx(2, abs=0.2)


def test_an_excerpt_of_a_joined_file_is_its_true_middle(tmp_path):
    path = tmp_path / "joined.mp3"
    path.write_bytes(ONE + OTHER + ONE + OTHER)
    with opened(path, Extent(excerpt=1.0)) as sound:
        samples = sum(block.shape[1] for block in sound.blocks())
    assert samples == RATE
    assert sound.start / RATE == pytest.approx(4.6, abs=0.2)


@given(st.binary(max_size=300), st.sampled_from([b"", TAG]))
def test_whatever_stands_behind_is_no_reason_to_fail(tmp_path_factory, rest, between):
    path = tmp_path_factory.mktemp("any") / "any.mp3"
    for content in (ONE[:40] + rest, ONE[:835] + rest, ONE + between + rest):
        path.write_bytes(content)
        mended(path)
