"""How long an mp3 really is, where its beginning tells otherwise.

An mp3 has no length; it is frame after frame. Encoders therefore put a note into the first frame,
which holds no sound: how many frames and bytes follow (Xing, by LAME called Info). Two kinds of
files are cut short without a word by decoders that know only their beginning: those joined end to
end, which keep the note of their first part, and those of changing bitrate that have no note, whose
length is guessed from the bitrate of one frame. For both, :func:`mended` counts the frames and
gives the file with a right note in front; on the disk nothing changes.

Source: ISO/IEC 11172-3 and 13818-3 for the frame header; the LAME project's description of its tag.
"""

from __future__ import annotations

import io
import os
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

from songscape.library.containers import synchsafe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BITRATES = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits per second of layer III, from index 1 on; MPEG 2 and 2.5 share theirs."""

_RATES = (44_100, 48_000, 32_000)
_MPEG_1 = 3
_NOTES = {b"Xing", b"Info"}
_FRAMES, _BYTES = 1, 2

SLACK = 0.05
"""Share of bytes beyond the note's count that is no reason to doubt it: some leave out a frame."""

LOOKED_AT = 500
"""Frames without a note from which a changing bitrate is told, 13 s of them."""

_CHUNK = 1 << 16


class Frame(NamedTuple):
    """What the header of a layer III frame says."""

    version: int
    rate: int
    kilobits: int
    mono: bool
    size: int

    @classmethod
    def read(cls, data: bytes) -> Self | None:
        """Read the four bytes of a header; None if they are none.

        >>> Frame.read(bytes([0xFF, 0xFB, 0xD0, 0x64]))
        Frame(version=3, rate=44100, kilobits=256, mono=False, size=835)
        >>> Frame.read(b"TAG!") is None
        True
        """
        if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
            return None
        version, bitrate, rate = data[1] >> 3 & 3, data[2] >> 4, data[2] >> 2 & 3
        if version == 1 or bitrate in {0, 15} or rate == 3:
            return None
        full = version == _MPEG_1
        hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
        kilobits = _BITRATES[3 if full else 2][bitrate - 1]
        size = (144_000 if full else 72_000) * kilobits // hertz + (data[2] >> 1 & 1)
        return cls(version, hertz, kilobits, data[3] >> 6 == 3, size)

    @property
    def note(self) -> int:
        """Where in the frame a note would stand."""
        if self.version == _MPEG_1:
            return 21 if self.mono else 36
        return 13 if self.mono else 21

    def like(self, other: Frame | None) -> bool:
        """Tell whether another frame can belong to the same sound."""
        return other is not None and (self.version, self.rate) == (other.version, other.rate)


class Mended(io.RawIOBase):
    """A file that is to be read with other bytes in place of its first ones.

    Parameters
    ----------
    path : the file.
    front : what stands in front.
    start : where in the file the rest begins.
    """

    def __init__(self, path: Path, front: bytes, start: int) -> None:
        self._front, self._file = front, path.open("rb")
        self._shift = start - len(front)
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, room: memoryview) -> int:  # type: ignore[override]
        """Fill the room as far as one read does; return how many bytes came."""
        if self._at < len(self._front):
            part = self._front[self._at : self._at + len(room)]
        else:
            self._file.seek(self._at + self._shift)
            part = self._file.read(len(room))
        room[: len(part)] = part
        self._at += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to an offset, and return it."""
        if whence == os.SEEK_END:
            offset += self._file.seek(0, os.SEEK_END) - self._shift
        self._at = max(0, offset + (self._at if whence == os.SEEK_CUR else 0))
        return self._at

    def tell(self) -> int:
        """Return where the next byte comes from."""
        return self._at

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()


def mended(path: Path) -> Mended | None:
    """Return an mp3 with a right note in front, or None if it needs none.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        start = _behind_tags(file, 0)
        head = _at(file, start, 64)
        first = Frame.read(head)
        if first is None or head[36:40] == b"VBRI":
            return None
        noted = head[first.note : first.note + 4] in _NOTES
        if not (_told_too_little(file, start, head, first) if noted else _changes(file, start)):
            return None
        sound = start + first.size if noted else start
        count = sum(1 for _ in _frames(file, sound))
        size = file.seek(0, os.SEEK_END) - sound
    return Mended(path, _note(head, first, count, size), sound)


def _note(head: bytes, first: Frame, frames: int, size: int) -> bytes:
    """Return a frame like the first, without sound, that says how many frames and bytes follow."""
    numbers = (_FRAMES | _BYTES, frames, size)
    told = b"Info" + b"".join(number.to_bytes(4, "big") for number in numbers)
    return (head[:4].ljust(first.note, b"\0") + told).ljust(first.size, b"\0")


def _told_too_little(file: io.BufferedReader, start: int, head: bytes, first: Frame) -> bool:
    """Tell whether sound of the same kind goes on behind the bytes that a note tells of."""
    fields = head[first.note + 4 : first.note + 16]
    if len(fields) < 12 or not fields[3] & _BYTES:
        return False
    at = 8 if fields[3] & _FRAMES else 4
    told = int.from_bytes(fields[at : at + 4], "big")
    left = file.seek(0, os.SEEK_END) - start - told
    # Tags stand behind the sound of many files.
    after = Frame.read(_at(file, _behind_tags(file, start + told), 4))
    return first.like(after) and left > SLACK * told


def _changes(file: io.BufferedReader, start: int) -> bool:
    """Tell whether the bitrate changes from frame to frame."""
    rates = {frame.kilobits for frame in islice(_frames(file, start), LOOKED_AT)}
    return len(rates) > 1


def _frames(file: io.BufferedReader, start: int) -> Iterator[Frame]:
    """Yield the frames of one sound, passing over what is none."""
    first = Frame.read(_at(file, start, 4))
    at: int | None = start
    while first is not None and at is not None:
        frame = Frame.read(_at(file, at, 4))
        if frame is not None and first.like(frame):
            yield frame
            at += frame.size
        else:
            at = _next(file, _behind_tags(file, at), first)


def _next(file: io.BufferedReader, start: int, like: Frame) -> int | None:
    """Return where the next two frames in a row begin, None if there are none."""
    while len(chunk := _at(file, start, _CHUNK)) > 4:
        found = chunk.find(b"\xff")
        while found >= 0:
            frame = Frame.read(chunk[found : found + 4])
            if frame is not None and like.like(frame):
                after = Frame.read(_at(file, start + found + frame.size, 4))
                if like.like(after):
                    return start + found
            found = chunk.find(b"\xff", found + 1)
        start += len(chunk) - 3
    return None


def _behind_tags(file: io.BufferedReader, start: int) -> int:
    """Return where the ID3 tags that may stand at a place end."""
    while (head := _at(file, start, 10))[:3] == b"ID3" and len(head) == 10:
        start += 10 + synchsafe(head[6:10])
    return start


def _at(file: io.BufferedReader, start: int, size: int) -> bytes:
    """Return the bytes at a place."""
    file.seek(start)
    return file.read(size)
