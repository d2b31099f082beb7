"""Decode with FFmpeg through PyAV what libsndfile cannot read: AAC, ALAC, WMA, AC-3, DSD and more.

All channels come interleaved: handing planar frames of eight channels to Python was measured to end
the process. So does PyAV up to 18 (Python 3.11 has no later one) with channels in an order that has
no name, as few files have them: it frees their description twice. That costs the worker, no more.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from songscape.core.errors import InputError
from songscape.describe._channels import named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 1 << 16
MOST_ERRORS = 200
"""Packets that may fail before a file is given up."""

_LENIENT = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
"""PyAV up to 18 refuses files whose tags are no UTF-8 unless told; later ones know no such word."""

av.logging.set_level(av.logging.PANIC)


class AvReader:
    """FFmpeg, packet by packet; damaged packets are counted and passed over."""

    name = "pyav"

    def __init__(self, path: Path, kind: str) -> None:
        try:
            self._container: Any = av.open(str(path), **_LENIENT)
            self._stream = self._container.streams.audio[0]
            context = self._stream.codec_context
            if context is None:
                self._container.close()
                raise InputError(f"{path} ({kind}) is written in a way FFmpeg cannot decode.")
            self.rate = int(context.sample_rate or 0)
            self.channels = int(context.channels or 0)
            self._layout: Any = context.layout
        except IndexError:
            self._container.close()
            raise InputError(f"{path} ({kind}) holds no audio stream.") from None
        except (av.FFmpegError, OSError, ValueError, UnicodeError) as error:
            says = getattr(error, "strerror", None) or error
            raise InputError(f"{path} ({kind}) cannot be decoded: {says}.") from None
        self.labels = named([one.name for one in self._layout.channels], self.channels)
        self.flags: set[str] = set()
        self.declared = self._declared()

    def _declared(self) -> int | None:
        """Return the count of samples the container promises, else that of its packets."""
        if self._stream.duration and self._stream.time_base:
            return int(self._stream.duration * self._stream.time_base * self.rate)
        if self._container.duration:
            return int(self._container.duration * self.rate // 1_000_000)
        return self._counted()

    def _counted(self) -> int | None:
        """Return where the last packet ends, in samples, and go back to the first.

        What was recorded while it was sent, as radio is, begins without a word of its length.
        """
        end = 0
        with contextlib.suppress(av.FFmpegError, OSError):
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    end = max(end, packet.pts + (packet.duration or 0))
        self.seek(0)
        return int(end * self._stream.time_base * self.rate) or None

    def seek(self, sample: int) -> int:
        """Go to the last key frame before a sample."""
        try:
            self._container.seek(int(sample * 1_000_000 / self.rate))
        except (av.FFmpegError, OSError):
            self.flags.add("damaged")
            return 0
        return sample

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield blocks until the end, joining FFmpeg's short frames."""
        waiting: list[NDArray[np.float32]] = []
        for piece in self._pieces():
            waiting.append(piece)
            if sum(one.shape[1] for one in waiting) >= BLOCK:
                yield np.concatenate(waiting, axis=1)
                waiting.clear()
        if waiting:
            yield np.concatenate(waiting, axis=1)

    def _pieces(self) -> Iterator[NDArray[np.float32]]:
        """Yield the decoded frames as (channels, n)."""
        layout = {1: "mono", 2: "stereo"}.get(self.channels, self._layout)
        resampler = av.AudioResampler(format="flt", layout=layout, rate=self.rate)
        for frame in self._frames():
            try:
                mixed = resampler.resample(frame)
            except (av.FFmpegError, ValueError):  # the format changed in mid-file
                self.flags.add("damaged")
                continue
            for one in mixed:
                yield np.ascontiguousarray(one.to_ndarray().reshape(-1, self.channels).T)

    def _frames(self) -> Iterator[Any]:
        """Yield frames of packets that can be decoded."""
        errors = 0
        packets = self._container.demux(self._stream)
        while errors < MOST_ERRORS:
            try:
                packet = next(packets)
                yield from packet.decode()
            except StopIteration:
                return
            except (av.FFmpegError, OSError):
                errors += 1
                self.flags.add("damaged")

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
