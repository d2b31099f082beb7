"""Decode any audio file as a stream of blocks, in bounded memory, and say what is odd about it.

The file is judged by content. libsndfile comes first: of all decoders measured it alone never
crashed on damaged files, and blocks keep a file that unpacks to hours of silence from filling the
memory. What it cannot read goes to FFmpeg through PyAV, if the extra ``audio`` is installed.

A :class:`Sound` is open once and read once. Its blocks are float32 of shape (channels, n), full
scale ±1. Samples that are no numbers become 0, those beyond ±4 are cut there; both raise a flag,
as does a decoder that yields less than the file declares.

========== =====================================================================
flag       meaning
========== =====================================================================
truncated  less than 95 % of the declared length could be decoded
damaged    the decoder met errors and went on, or stopped
repaired   samples were no numbers or far out of range
clipped    (set by the loudness meter) runs of samples at full scale
silent     (the same) nothing is louder than −80 dB
excerpt    only the part asked for was read
shortened  longer than the limit: only its middle was read
continued  its beginning tells of another length than it has; it was read to its end
========== =====================================================================
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import soundfile

from songscape.core.errors import InputError, MissingExtraError
from songscape.describe._channels import Labels, in_format
from songscape.describe._mp3 import Mended, mended
from songscape.describe._sniff import HEAD, not_sound, sniff, soundfile_reads
from songscape.library.containers import synchsafe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

BLOCK_TENTHS = 16
"""Tenths of a second in a block: the loudness meter's steps then never straddle two blocks."""

LIMIT = 4.0
"""Largest sample kept; lossy codecs overshoot full scale a little, damage by far."""

MOST_CHANNELS = 32
RATES = (1_000, 768_000)
ENDLESS = 1 << 40
"""A declared count of samples beyond this is a header's lie or "not known"."""


class Reader(Protocol):
    """A decoder that has opened a file."""

    name: str
    rate: int
    channels: int
    labels: Labels
    declared: int | None
    flags: set[str]

    def seek(self, sample: int) -> int:
        """Go to a sample, as near as may be; return where the next block starts."""

    def blocks(self) -> Iterator[Block]:
        """Yield the samples from here to the end."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(frozen=True)
class Extent:
    """Which part of a file is wanted: `excerpt` seconds of the middle, and never over `longest`."""

    excerpt: float | None = None
    longest: float = 1800.0

    def window(self, declared: int | None, rate: int) -> tuple[int, int, str]:
        """Return the first sample wanted, how many, and the flag that says so.

        >>> Extent(excerpt=30).window(4_410_000, 44_100)
        (1543500, 1323000, 'excerpt')
        >>> Extent().window(None, 44_100)
        (0, 79380000, '')
        """
        most = round(min(self.excerpt or self.longest, self.longest) * rate)
        if declared is None or declared <= most:
            return 0, most, ""
        return (declared - most) // 2, most, self.flag

    @property
    def flag(self) -> str:
        """The flag of a file of which only a part is read."""
        return "excerpt" if self.excerpt else "shortened"


@dataclass
class Sound:
    """A file being decoded; counts and flags are right once the blocks have been read."""

    reader: Reader
    extent: Extent
    start: int = 0
    decoded: int = 0
    peak: float = 0.0
    flags: set[str] = field(default_factory=set)

    @property
    def rate(self) -> int:
        """Samples per second and channel."""
        return self.reader.rate

    @property
    def labels(self) -> Labels:
        """Names of more than two channels; see :mod:`songscape.describe._channels`."""
        return self.reader.labels

    @property
    def duration(self) -> float:
        """Seconds of the whole file: as declared where only a part was wanted, else as decoded."""
        declared = self.reader.declared
        partly = self.flags & {"excerpt", "shortened"} and declared is not None
        return (declared or 0 if partly else self.decoded) / self.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the wanted samples as clean float32 blocks of shape (channels, n)."""
        first, wanted, flag = self.extent.window(self.reader.declared, self.rate)
        if first:
            self.start = self.reader.seek(first)
            self.flags.add(flag)
        yield from self._read(wanted)
        if first and not self.decoded:  # a file cut off before its middle still has a beginning
            self.start = self.reader.seek(0)
            self.flags.add("truncated")
            yield from self._read(wanted)
        self.flags |= self.reader.flags | self._shortfall(wanted)

    def _read(self, left: int) -> Iterator[Block]:
        """Yield clean blocks from here on until none is left to read."""
        for block in self.reader.blocks():
            clean = self._clean(block[:, :left])
            left -= clean.shape[1]
            self.decoded += clean.shape[1]
            yield clean
            if left <= 0:
                return

    def _shortfall(self, wanted: int) -> set[str]:
        """Return the flags that tell how the decoded length differs from the promised one."""
        declared = self.reader.declared
        if declared is None:
            return {self.extent.flag} if self.decoded >= wanted else set()
        promised = min(wanted, declared)
        return {"truncated"} if self.decoded < 0.95 * promised else set()

    def _clean(self, block: Block) -> Block:
        """Return the block with every sample a number within the limit; note the peak."""
        high, low = float(block.max(initial=0.0)), float(block.min(initial=0.0))
        if not (high <= LIMIT and low >= -LIMIT):  # NaN fails both comparisons
            block = np.clip(np.nan_to_num(block, posinf=LIMIT, neginf=-LIMIT), -LIMIT, LIMIT)
            self.flags.add("repaired")
            high, low = float(block.max()), float(block.min())
        self.peak = max(self.peak, high, -low)
        return block


@contextlib.contextmanager
def opened(path: str | bytes | os.PathLike[str], extent: Extent | None = None) -> Iterator[Sound]:
    """Open a file for decoding.

    Raises
    ------
    InputError
        If the file is missing, empty, no audio, or no decoder can read it.
    MissingExtraError
        If only the extra ``audio`` could read it.
    """
    reader = _open(Path(os.fsdecode(path)))
    try:
        yield Sound(reader, extent or Extent())
    finally:
        reader.close()


def _open(path: Path) -> Reader:
    """Return the first reader that can open the file."""
    head = _head(path)
    kind = sniff(head)
    reason = f"no audio format begins like it ({head[:4]!r})"
    if soundfile_reads(kind):
        try:
            return _checked(SoundfileReader(path, kind), path)
        except soundfile.LibsndfileError as error:
            if kind is not None:  # else it speaks of what it tried last, as of a missing file
                reason = error.error_string.rstrip(".")
    if kind is None:
        raise InputError(f"{path} cannot be decoded: {reason}.")
    return _open_with_av(path, kind, reason)


def _open_with_av(path: Path, kind: str, reason: str) -> Reader:
    """Return a reader of PyAV."""
    try:
        from songscape.describe._av import AvReader
    except ImportError:
        if soundfile_reads(kind):
            raise InputError(f"{path} cannot be decoded: {reason}.") from None
        raise MissingExtraError(f"{path}: decoding {kind}", "audio") from None
    return _checked(AvReader(path, kind), path)


def _head(path: Path) -> bytes:
    """Return the first bytes of a file.

    A block of ID3 tags may stand before anything; the bytes after it tell the format.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head[:3] == b"ID3" and len(head) > 9:
                file.seek(10 + synchsafe(head[6:10]))
                head = file.read(HEAD).lstrip(b"\0")[:HEAD] or head
                head = head if sniff(head) else b"ID3"
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    if not head:
        raise InputError(f"{path} is empty.")
    if says := not_sound(head):
        raise InputError(f"{path} is {says}.")
    return head


def _checked(reader: Reader, path: Path) -> Reader:
    """Return the reader if what its header says is possible."""
    if not RATES[0] <= reader.rate <= RATES[1]:
        reader.close()
        raise InputError(f"{path} declares an impossible sample rate of {reader.rate:,} Hz.")
    if not 1 <= reader.channels <= MOST_CHANNELS:
        count = reader.channels
        reader.close()
        raise InputError(f"{path} declares {count:,} channels; at most {MOST_CHANNELS} are read.")
    return reader


class SoundfileReader:
    """libsndfile: wav, flac, aiff, caf, au, ogg, opus, mp3."""

    name = "soundfile"

    def __init__(self, path: Path, kind: str | None) -> None:
        self._path = path
        self._instead: Mended | None = mended(path) if kind == "mp3" else None
        self._file = self._opened()
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        frames: int = self._file.frames
        self.declared = frames if 0 < frames < ENDLESS else None
        self.flags: set[str] = set() if self._instead is None else {"continued"}
        self.labels: Labels = ()
        if self.channels > 2:
            with path.open("rb") as file:
                self.labels = in_format(kind, self.channels, file)

    def _opened(self) -> Any:
        """Open the file at its beginning."""
        if self._instead is not None:
            self._instead.seek(0)
        # As bytes: a str with surrogates, which is how Python names non-UTF-8 files, fails.
        return soundfile.SoundFile(self._instead or os.fsencode(self._path))

    def seek(self, sample: int) -> int:
        """Go to a sample; a file that cannot be sought is read from its start."""
        try:
            return int(self._file.seek(sample))
        except soundfile.LibsndfileError:
            self.flags.add("damaged")
            self._file.close()
            self._file = self._opened()  # a decoder that failed to seek reads nothing any more
            return 0

    def blocks(self) -> Iterator[Block]:
        """Yield blocks until the end, or until the decoder gives up."""
        size = BLOCK_TENTHS * max(2, round(self.rate / 10))
        room = np.empty((size, self.channels), np.float32)
        while True:
            try:
                block = self._file.read(out=room)
            except soundfile.LibsndfileError:
                self.flags.add("damaged")
                return
            if not len(block):
                return
            yield block.T.copy()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        if self._instead is not None:
            self._instead.close()
