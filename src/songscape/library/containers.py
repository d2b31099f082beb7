"""Where the sound lies in an audio file, without its tags.

Tags stand before the sound (ID3v2, FLAC's metadata blocks), after it (ID3v1, APEv2, Lyrics3) or in
chunks beside it (RIFF, AIFF, MP4). :func:`sound_span` finds the stretch of bytes that holds the
sound and the few header bytes that say how to read it; neither changes when somebody edits a tag.
A container that is not known, or whose headers lie, is all sound.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

HEAD = 64
_OGG_CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex  ")
_MOST_CHUNKS = 10_000
_OGG_SEARCH = 1 << 20


class Span(NamedTuple):
    """The bytes ``start..end`` of a file hold its sound; `header` tells how to read them."""

    start: int
    end: int
    header: bytes = b""


def container(head: bytes) -> str | None:
    """Name the container of audio that begins like this, None if none surely does.

    The frame sync of an MP3 without tags is not proof enough: UTF-16 text begins with it, too.

    >>> container(b"RIFF" + bytes(4) + b"WAVEfmt "), container(b"RIFF" + bytes(4) + b"WEBP")
    ('riff', None)
    """
    if head[:4] == b"OggS":
        return "ogg" if any(head[28 : 28 + len(c)] == c for c in _OGG_CODECS) else None
    if head[4:8] == b"ftyp":
        return "mp4" if head[8:11] in (b"M4A", b"M4B") else None
    forms = {(b"RIFF", b"WAVE"): "riff", (b"FORM", b"AIFF"): "aiff", (b"FORM", b"AIFC"): "aiff"}
    if (form := forms.get((head[:4], head[8:12]))) is not None:
        return form
    if head[:3] == b"ID3":
        return "mpeg"
    return "flac" if head[:4] == b"fLaC" else None


def sound_span(file: BinaryIO) -> Span:
    """Return where the sound of an open file lies."""
    size = file.seek(0, os.SEEK_END)
    start = _after_id3(file)
    end = _before_trailers(file, start, size)
    file.seek(start)
    head = file.read(HEAD)
    span = _inner_span(file, head, start, end)
    plausible = span is not None and start <= span.start < span.end <= size
    return span if span is not None and plausible else Span(start, max(start, end))


def _inner_span(file: BinaryIO, head: bytes, start: int, end: int) -> Span | None:
    """Return the span inside a container that keeps sound and tags apart."""
    if head[:4] == b"fLaC":
        return _flac(file, start, end)
    if head[:4] == b"OggS":
        return _ogg(file, start, end)
    if head[4:8] == b"ftyp":
        return _chosen(file, _atoms(file, start, end), b"mdat", b"")
    if container(head) == "riff":
        return _chosen(file, _chunks(file, start + 12, end, "little"), b"data", b"fmt ")
    if container(head) == "aiff":
        return _chosen(file, _chunks(file, start + 12, end, "big"), b"SSND", b"COMM")
    return None


def _after_id3(file: BinaryIO) -> int:
    """Return where an ID3v2 tag at the start ends."""
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10 or any(byte > 127 for byte in head[6:10]):
        return 0
    footer = 10 if head[5] & 0x10 else 0
    end = 10 + synchsafe(head[6:10]) + footer
    return end if end < file.seek(0, os.SEEK_END) else 0


def synchsafe(data: bytes) -> int:
    """Return a number written in groups of seven bits, as ID3v2 writes sizes.

    >>> synchsafe(bytes([0, 0, 1, 1]))
    129
    """
    number = 0
    for byte in data:
        number = number << 7 | byte & 127
    return number


def _before_trailers(file: BinaryIO, start: int, size: int) -> int:
    """Return where the tags at the end begin: ID3v1, Lyrics3v2 and APEv2, in any number."""
    end = size
    while (shorter := _before_trailer(file, end)) < end:
        if shorter <= start:
            return size
        end = shorter
    return end


def _before_trailer(file: BinaryIO, end: int) -> int:
    """Return where the one tag that ends at `end` begins, or `end` if there is none."""
    file.seek(max(0, end - 128))
    tail = file.read(min(128, end))
    if tail[:3] == b"TAG" and len(tail) == 128:
        return end - 128
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return end - 15 - int(tail[-15:-9])
    footer = tail[-32:]
    if footer[:8] == b"APETAGEX" and len(footer) == 32:
        size = int.from_bytes(footer[12:16], "little")
        header = 32 if footer[23] & 0x80 else 0
        return end - size - header
    return end


def _flac(file: BinaryIO, start: int, end: int) -> Span | None:
    """Return what follows the metadata blocks, with STREAMINFO, which holds the sound's MD5."""
    place, header = start + 4, b""
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        block = file.read(4)
        if len(block) < 4:
            return None
        kind, size = block[0] & 0x7F, int.from_bytes(block[1:], "big")
        if kind == 0:
            header = file.read(min(size, 34))
        place += 4 + size
        if block[0] & 0x80:
            return Span(place, end, header)
    return None


def _ogg(file: BinaryIO, start: int, end: int) -> Span | None:
    """Return what follows the header pages: only pages of sound have a granule position."""
    place = start
    header = b""
    while place < min(end, start + _OGG_SEARCH):
        file.seek(place)
        page = file.read(27)
        if page[:4] != b"OggS" or len(page) < 27:
            return None
        if int.from_bytes(page[6:14], "little", signed=True) > 0:
            return Span(place, end, header)
        body = sum(file.read(page[26]))
        header = header or file.read(min(body, HEAD))
        place += 27 + page[26] + body
    return None


def ogg_bodies(data: bytes) -> bytes:
    """Return the bodies of the Ogg pages in `data`, from the first page that begins in it.

    Page headers hold a running number and a checksum, which change when comments grow by a page.
    """
    place, bodies = data.find(b"OggS"), []
    while place >= 0 and data[place : place + 4] == b"OggS" and len(data) > place + 27:
        count = data[place + 26]
        first = place + 27 + count
        size = sum(data[place + 27 : first])
        bodies.append(data[first : first + size])
        place = first + size
    return b"".join(bodies)


def _chunks(
    file: BinaryIO, place: int, end: int, order: Literal["little", "big"]
) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the chunks of RIFF ("little") or AIFF ("big")."""
    for _ in range(_MOST_CHUNKS):
        head = _within(file, place, end, 8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], order)
        yield head[:4], place + 8, min(place + 8 + size, end)
        place += 8 + size + size % 2


def _atoms(file: BinaryIO, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the atoms of an MP4 file."""
    for _ in range(_MOST_CHUNKS):
        head = _within(file, place, end, 16)
        if len(head) < 8:
            return
        size, offset = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, offset = int.from_bytes(head[8:16], "big"), 16
        size = size or end - place
        if size < offset:
            return
        yield head[4:8], place + offset, min(place + size, end)
        place += size


def _within(file: BinaryIO, place: int, end: int, size: int) -> bytes:
    """Return bytes at a place before the end; none at one beyond it, where no file can seek."""
    if place >= end:
        return b""
    file.seek(place)
    return file.read(size)


def _chosen(
    file: BinaryIO, parts: Iterator[tuple[bytes, int, int]], wanted: bytes, header: bytes
) -> Span | None:
    """Return the largest part of the wanted name, with the part that says how to read it."""
    found = list(parts)
    spans = [(end - start, start, end) for name, start, end in found if name == wanted]
    if not spans:
        return None
    _, start, end = max(spans)
    # An MP4 without its index cannot be read. The index itself moves when tags change size.
    says = [b"indexed"] if any(name == b"moov" for name, _, _ in found) else []
    for name, begin, stop in found:
        if name == header:
            file.seek(begin)
            says.append(file.read(min(HEAD, stop - begin)))
    return Span(start, end, b"".join(says))
