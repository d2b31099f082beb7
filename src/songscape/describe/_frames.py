"""One pass over a sound, and what it leaves behind for the families of descriptors.

The native blocks go through the level meter; mixed to mono and resampled to 22,050 Hz they go
through the waveform meter, the shared spectrum and, in long frames, the pitch histogram. Nothing
keeps the sound itself: an hour leaves about 100 MB of columns, whatever its rate and channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import soxr

from songscape.describe import _spectrum, _tones
from songscape.describe._channels import Labels, downmix
from songscape.describe._meter import Levels, Meter
from songscape.describe._spectrum import BATCH, HOP, RATE
from songscape.describe._stream import Framer
from songscape.describe._waveform import Waveform, WaveformMeter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from songscape.describe._embedding import Hearing
    from songscape.describe._pulse import Pulse

TOP_DB = 80.0
"""Mel bands lie at most this far below the file's loudest, as librosa's do."""

BASS = (slice(0, 6), slice(6, 30))
"""Mel bands below 200 Hz, and from there to 800 Hz."""

SILENT = 1e-4
"""A file whose largest absolute sample is below this (−80 dB) is silence."""


class Source(Protocol):
    """Anything that yields native blocks of shape (channels, n) once."""

    @property
    def rate(self) -> int:
        """Samples per second and channel."""

    @property
    def labels(self) -> Labels:
        """Names of more than two channels, if they have any."""

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the blocks."""


@dataclass(frozen=True, eq=False)
class Frames:
    """What one pass over a sound leaves behind.

    Parameters
    ----------
    rate : of the analysed mono signal in hertz: 22,050, or the native rate in FMA's definition.
    seconds : analysed.
    decibels, chroma, crests, valleys, shape : columns of :mod:`~songscape.describe._spectrum`.
    tones : pitch histograms of :mod:`~songscape.describe._tones` at 22,050 Hz, shape (m, 120).
    waveform : see :class:`~songscape.describe._waveform.Waveform`.
    levels : see :class:`~songscape.describe._meter.Levels`.
    compat : the definition in force.
    """

    rate: int
    seconds: float
    decibels: NDArray[np.float32]
    chroma: NDArray[np.float32]
    crests: NDArray[np.float32]
    valleys: NDArray[np.float32]
    shape: NDArray[np.float32]
    tones: NDArray[np.float32]
    waveform: Waveform
    levels: Levels
    compat: str = "none"

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear."""
        return self.levels.peak < SILENT

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.rate / HOP

    @cached_property
    def onset(self) -> NDArray[np.float32]:
        """Onset strength per frame: mean rise of the mel bands in decibels, shape (frames,).

        Delayed by two frames, the reach of a frame, so that peaks lie at the onsets.
        """
        return _rise(self.decibels)

    @cached_property
    def pulse(self) -> Pulse:
        """Tempo and beats, found once for all families that ask."""
        from songscape.describe._pulse import find_pulse

        return find_pulse(*self.pulse_input)

    @property
    def pulse_input(self) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """Onset strength, that in the bass and above it, and frames per second."""
        bands = np.stack([_rise(self.decibels[:, band]) for band in BASS])
        return self.onset, bands, self.frame_rate


def _rise(decibels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean rise of some mel bands per frame, two frames late."""
    rise = np.zeros(len(decibels), np.float32)
    for start in range(1, len(rise), 4096):  # in pieces: the difference would double the memory
        stop = min(start + 4096, len(rise))
        step = np.diff(decibels[start - 1 : stop], axis=0)
        rise[start:stop] = np.maximum(step, 0, out=step).mean(axis=1)
    return np.concatenate((np.zeros(2, np.float32), rise))[: len(rise)]


def analyse(
    source: Source,
    compat: str = "none",
    *,
    tonal: bool = True,
    native: bool = True,
    hearing: Hearing | None = None,
) -> Frames:
    """Take one pass over a sound.

    Parameters
    ----------
    source : a decoder's :class:`~songscape.describe._decode.Sound`, or :class:`Samples`.
    compat : none, librosa or fma; see :class:`~songscape.describe.Options`.
    tonal : whether to make pitch histograms, which only key and chords need.
    native : whether to measure the native channels, which only loudness and stereo need.
    hearing : a network that listens as well.
    """
    rate = source.rate if compat == "fma" else RATE
    chain = _Chain(rate, compat, tonal=tonal)
    resampler = _Resampler(source.rate, rate)
    meter: Meter | None = None
    mix = downmix(source.labels)
    for block in source.blocks():
        meter = meter or Meter(source.rate, len(block), source.labels, whole=native)
        meter.feed(block)
        mono = _mixed(block if mix is None else mix @ block)
        if hearing:
            hearing.feed(mono)
        chain.feed(resampler.feed(mono))
    chain.feed(resampler.rest())
    levels = (meter or Meter(source.rate, 1)).levels()
    return chain.finish(levels)


def _mixed(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the channels, shape (n,)."""
    if len(block) == 1:
        only: NDArray[np.float32] = block[0]
        return only
    total: NDArray[np.float32] = block[0] + block[1]
    for channel in block[2:]:
        total += channel
    total *= np.float32(1 / len(block))
    return total


class _Resampler:
    """Takes mono samples of shape (n,) to another rate; of the same rate it leaves them alone."""

    def __init__(self, rate: int, wanted: int) -> None:
        self._stream: soxr.ResampleStream | None = None
        if rate != wanted:
            self._stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="HQ")

    def feed(self, mono: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the next samples make ready."""
        return self._stream.resample_chunk(mono) if self._stream else mono

    def rest(self) -> NDArray[np.float32]:
        """Return what is left after the last."""
        none = np.empty(0, np.float32)
        return self._stream.resample_chunk(none, last=True) if self._stream else none


class _Pitches:
    """Counts the pitches of a mono signal, whose rate the histogram takes for 22,050 Hz."""

    def __init__(self, rate: int) -> None:
        self._resampler = _Resampler(rate, RATE)
        self._framer = Framer(_tones.SIZE, _tones.HOP, centred=True)
        self._found: list[NDArray[np.float32]] = [np.empty((0, _tones.BINS), np.float32)]

    def feed(self, mono: NDArray[np.float32]) -> None:
        """Take mono samples of shape (n,)."""
        self._count(self._framer.feed(self._resampler.feed(mono)[None])[0])

    def tones(self) -> NDArray[np.float32]:
        """Return a histogram for every long frame."""
        self._count(self._framer.feed(self._resampler.rest()[None])[0])
        self._count(self._framer.flush()[0])
        return np.concatenate(self._found)

    def _count(self, frames: NDArray[np.float32]) -> None:
        if len(frames):
            self._found.append(_tones.pitch_histogram(frames))


class _Chain:
    """What a mono signal goes through."""

    def __init__(self, rate: int, compat: str, *, tonal: bool) -> None:
        self._rate, self._compat = rate, compat
        self._pitches = _Pitches(rate) if tonal else None
        self._bank = _spectrum.banks(rate, RATE, compat)
        self._short = Framer(_spectrum.SIZE, HOP, centred=True)
        self._wave = WaveformMeter()
        self._columns = Columns()
        self._samples = 0

    def feed(self, mono: NDArray[np.float32]) -> None:
        """Take mono samples of shape (n,)."""
        if not len(mono):
            return
        self._samples += len(mono)
        self._wave.feed(mono)
        self._look(self._short.feed(mono[None])[0])
        if self._pitches:
            self._pitches.feed(mono)

    def finish(self, levels: Levels) -> Frames:
        """Return what was measured."""
        self._look(self._short.flush()[0])
        columns = self._columns.arrays()
        decibels = columns["decibels"]
        np.maximum(decibels, decibels.max() - TOP_DB, out=decibels)
        seconds = self._samples / self._rate
        none = np.empty((0, _tones.BINS), np.float32)
        tones = self._pitches.tones() if self._pitches else none
        waveform = self._wave.waveform()
        return Frames(
            self._rate, seconds, **columns, tones=tones, waveform=waveform, levels=levels,
            compat=self._compat,
        )  # fmt: skip

    def _look(self, frames: NDArray[np.float32]) -> None:
        """Measure short frames, a batch at a time."""
        for start in range(0, len(frames), BATCH):
            batch = frames[start : start + BATCH]
            self._columns.append(_spectrum.measure(batch, self._bank))


class Columns:
    """Arrays that grow at their end, in place.

    Joining a list of batches in the end would for a moment need all of it twice.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[np.float32]] = {}
        self._rows = 0

    def append(self, batch: dict[str, NDArray[np.float32]]) -> None:
        """Add the rows of a batch, shape (n, width) for every name."""
        count = len(next(iter(batch.values())))
        end = self._rows + count
        for name, rows in batch.items():
            array = self._arrays.setdefault(name, np.empty((256, rows.shape[1]), np.float32))
            if end > len(array):
                array.resize((end + end // 8, rows.shape[1]), refcheck=False)
            array[self._rows : end] = rows
        self._rows = end

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the arrays, cut to their length."""
        return {name: array[: self._rows] for name, array in self._arrays.items()}


@dataclass(frozen=True, eq=False)
class Samples:
    """A sound in memory as a source.

    Parameters
    ----------
    samples : full scale ±1, shape (n,) or (channels, n).
    rate : samples per second and channel.
    labels : names of more than two channels; see :mod:`songscape.describe._channels`.
    """

    samples: NDArray[np.floating]
    rate: int = RATE
    labels: Labels = ()

    def blocks(self) -> Iterable[NDArray[np.float32]]:
        """Yield the samples in blocks of 65,536."""
        channels = np.atleast_2d(np.asarray(self.samples, np.float32))
        for start in range(0, channels.shape[1], 1 << 16):
            yield channels[:, start : start + (1 << 16)]
