"""A file is known by its sound, whatever is written around it."""

import io
import os
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st

from songscape.library import fingerprint, id_text
from songscape.library.containers import container, sound_span


def encoded(kind, subtype=None, seed=0, seconds=3):
    noise = np.random.default_rng(seed).normal(0, 0.1, (22_050 * seconds, 1))
    buffer = io.BytesIO()
    soundfile.write(buffer, noise, 22_050, format=kind, subtype=subtype)
    return buffer.getvalue()


def id3v2(size=3000):
    digits = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x04\x00\x00" + digits + b"T" * size


def apev2(size=500, *, header=True):
    fields = struct.pack("<III", 2000, size + 32, 1)
    footer = b"APETAGEX" + fields + struct.pack("<I", 0x80000000 if header else 0) + bytes(8)
    head = b"APETAGEX" + fields + struct.pack("<I", 0xA0000000) + bytes(8) if header else b""
    return head + b"a" * size + footer


def lyrics3(size=300):
    return b"l" * size + f"{size:06d}".encode() + b"LYRICS200"


ID3V1 = b"TAG" + b"x" * 125


def flac_with_padding(flac, size):
    """Put a padding block after STREAMINFO, as an editor of comments does."""
    block = bytes([1]) + size.to_bytes(3, "big") + bytes(size)
    return flac[:42] + block + flac[42:]


def with_chunk(data, order):
    """Append a chunk to RIFF or AIFF, and tell the outer size of it."""
    chunk = b"id3 " + (10).to_bytes(4, order) + b"0123456789"
    return data[:4] + (len(data) + len(chunk) - 8).to_bytes(4, order) + data[8:] + chunk


def atom(name, content):
    return (8 + len(content)).to_bytes(4, "big") + name + content


def mp4(tags, *, first):
    sound, index = atom(b"mdat", bytes(range(256)) * 600), atom(b"moov", b"index" + tags)
    return atom(b"ftyp", b"M4A \0\0\0\0") + (index + sound if first else sound + index)


def ogg(comment, seed=0):
    """Return pages as Vorbis has them: identity, comment, then sound with a granule position."""
    rng = np.random.default_rng(seed)
    bodies = [b"\x01vorbis" + bytes(23), b"\x03vorbis" + comment]
    granules = [0, 0, *range(1000, 41_000, 1000)]
    bodies += [rng.bytes(5000) for _ in granules[2:]]
    pages = []
    number = 0
    for granule, body in zip(granules, bodies, strict=True):
        for start in range(0, len(body), 60_000):
            part = body[start : start + 60_000]
            lacing = bytes([255] * (len(part) // 255) + [len(part) % 255])
            head = b"OggS\0\0" + struct.pack("<qIII", granule, 7, number, number * 77)
            pages.append(head + bytes([len(lacing)]) + lacing + part)
            number += 1
    return b"".join(pages)


MP3 = b"\xff\xfb\x90\x00" + np.random.default_rng(0).bytes(300_000).replace(b"TAG", b"tag")
FLAC, WAV, AIFF = encoded("FLAC"), encoded("WAV"), encoded("AIFF")

RETAGGED = {
    "id3v2": (MP3, id3v2() + MP3),
    "another id3v2": (id3v2(100) + MP3, id3v2(90_000) + MP3),
    "id3v1": (MP3, MP3 + ID3V1),
    "apev2": (MP3, MP3 + apev2()),
    "apev2 without header": (MP3, MP3 + apev2(header=False)),
    "all of them": (MP3, id3v2() + MP3 + apev2() + lyrics3() + ID3V1),
    "flac comment": (FLAC, flac_with_padding(FLAC, 100_000)),
    "flac behind id3": (FLAC, id3v2() + FLAC),
    "wav chunk": (WAV, with_chunk(WAV, "little")),
    "aiff chunk": (AIFF, with_chunk(AIFF, "big")),
    "mp4 tags": (mp4(b"", first=False), mp4(b"t" * 9000, first=False)),
    "mp4 tags before the sound": (mp4(b"", first=True), mp4(b"t" * 9000, first=True)),
    "ogg comment": (ogg(b"a" * 50), ogg(b"b" * 50)),
    "ogg comment that grows by pages": (ogg(b"a"), ogg(b"b" * 200_000)),
}


def named(tmp_path, content, name="song"):
    path = tmp_path / name
    path.write_bytes(content)
    return fingerprint(path)


@pytest.mark.parametrize("case", RETAGGED)
def test_retagging_changes_nothing(tmp_path, case):
    before, after = RETAGGED[case]
    assert before != after
    assert named(tmp_path, before) == named(tmp_path, after)


OTHERS = {
    "another mp3": (MP3, MP3[:-1] + b"!"),
    "a longer mp3": (MP3, MP3 + b"more"),
    "another flac": (FLAC, encoded("FLAC", seed=1)),
    "another rate": (WAV, WAV[:24] + (44_100).to_bytes(4, "little") + WAV[28:]),
    "another ogg": (ogg(b"a"), ogg(b"a", seed=1)),
    "a lost index": (
        mp4(b"", first=False),
        atom(b"ftyp", b"M4A \0\0\0\0") + atom(b"mdat", bytes(range(256)) * 600),
    ),
    "another container": (WAV, WAV[:8] + b"XXXX" + WAV[12:]),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_sound_has_another_name(tmp_path, case):
    one, other = OTHERS[case]
    assert named(tmp_path, one) != named(tmp_path, other)


def test_renaming_changes_nothing(tmp_path):
    assert named(tmp_path, MP3, "a.mp3") == named(tmp_path, MP3, "b.flac")


def test_a_name_that_is_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.mp3"
    with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(MP3)
    assert len(fingerprint(path)) == 16


@given(
    st.binary(max_size=3000),
    st.sampled_from(
        [b"", b"fLaC", b"OggS", b"ID3\x04\0\0", b"RIFF", b"FORM", b"\0\0\0\x18ftypM4A "]
    ),
    st.sampled_from([b"", b"APETAGEX", b"APETAGEX" + bytes(24), b"TAG", b"000009LYRICS200"]),
)
@example(b"", b"", b"APETAGEX")
def test_any_bytes_have_a_span_inside_the_file(content, start, end):
    data = start + content + end
    span = sound_span(io.BytesIO(data))
    assert 0 <= span.start <= span.end <= len(data)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (FLAC, "flac"), (WAV, "riff"), (AIFF, "aiff"), (id3v2(), "mpeg"), (ogg(b""), "ogg"),
        (mp4(b"", first=False), "mp4"), (b"OggS" + bytes(24) + b"\x80theora", None),
        (b"RIFF1234AVI ", None), (b"\xff\xfeh\0i\0", None), (b"", None), (b"hello", None),
        (b"\0\0\0\x18ftypisom", None),
    ],
)  # fmt: skip
def test_audio_is_told_by_its_first_bytes(head, kind):
    assert container(head[:64]) == kind


@given(st.binary(min_size=16, max_size=16))
def test_ids_have_the_length_of_streaming_services_ids(name):
    assert len(id_text(name)) == 22
    assert id_text(name).isalnum()


def test_ids_differ():
    assert id_text(bytes(16)) != id_text(bytes(15) + b"\x01") != id_text(b"\xff" * 16)


@pytest.mark.parametrize("size", [1 << 63, (1 << 64) - 1])
def test_an_atom_that_claims_to_be_larger_than_any_file_is_sound_to_the_end(tmp_path, size):
    path = tmp_path / "a.m4a"
    head = b"\0\0\0\x10ftypM4A \0\0\0\0"
    path.write_bytes(head + b"\0\0\0\1mdat" + size.to_bytes(8, "big") + b"sound")
    first = fingerprint(path)
    path.write_bytes(head + b"\0\0\0\1mdat" + size.to_bytes(8, "big") + b"other")
    assert fingerprint(path) != first
