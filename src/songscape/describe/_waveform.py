"""Measures of the waveform itself, hop by hop: zero crossings, energy, and a fine envelope.

Everything is summed per hop of 512 samples first; a frame of 2048 is then four hops, so that each
sample is looked at once. A fine envelope of 128 samples (5.8 ms at 22,050 Hz) serves attack times
and detrended fluctuation analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.describe._spectrum import HOP, SIZE
from songscape.describe._stream import Framer

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINE = 128
"""Samples per step of the fine envelope."""

ZERO = 1e-10
"""Samples up to this count as zero, so that digital silence crosses nothing."""


@dataclass(frozen=True, eq=False)
class Waveform:
    """Per frame the zero-crossing rate and root mean square (n,); the fine envelope (4·hops,)."""

    crossing_rate: NDArray[np.float32]
    rms: NDArray[np.float32]
    envelope: NDArray[np.float32]


class WaveformMeter:
    """Takes mono samples and yields the :class:`Waveform` in the end."""

    def __init__(self) -> None:
        self._framer = Framer(HOP, HOP)
        self._negative: bool | None = None
        self._crossings: list[NDArray[np.int64]] = []
        self._at_start: list[NDArray[np.bool_]] = []
        self._power: list[NDArray[np.float32]] = []
        self._samples = 0

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take mono samples of shape (n,)."""
        self._samples += len(samples)
        hops = self._framer.feed(samples[None])[0]
        self._measure(hops, hops)

    def waveform(self) -> Waveform:
        """Return what was measured, the last hop filled up."""
        rest = self._framer.rest
        if rest.shape[1]:
            missing = ((0, 0), (0, HOP - rest.shape[1]))
            # Zeros have no energy, but a jump to zero would be a crossing librosa does not count.
            self._measure(np.pad(rest, missing), np.pad(rest, missing, mode="edge"))
        power = np.concatenate([np.empty((0, HOP // FINE), np.float32), *self._power])
        frames = 1 + self._samples // HOP
        whole = _four_hops(power.sum(axis=1, dtype=np.float64), frames)
        crossings = np.concatenate([np.empty(0, np.int64), *self._crossings])
        at_start = np.concatenate([np.empty(0, np.bool_), *self._at_start])
        # A crossing lies between a sample and the one before, which is outside for the first.
        outside = np.pad(at_start, (2, 2))[:frames]
        rate = (_four_hops(crossings, frames) - outside) / SIZE
        return Waveform(
            rate.astype(np.float32),
            np.sqrt(whole / SIZE).astype(np.float32),
            np.sqrt(power.ravel() / FINE),
        )

    def _measure(self, hops: NDArray[np.float32], signed: NDArray[np.float32]) -> None:
        """Measure whole hops, shape (n, 512); `signed` is where the signs are taken from."""
        if not len(hops):
            return
        negative = (signed < -ZERO).ravel()
        before = negative[0] if self._negative is None else self._negative
        self._negative = bool(negative[-1])
        crossed = np.empty(hops.shape, np.bool_)
        flat = crossed.reshape(-1)
        flat[0] = negative[0] != before
        np.not_equal(negative[1:], negative[:-1], out=flat[1:])
        # Eight flags to a byte and a table of bit counts: four times faster than summing flags.
        bits = np.bitwise_count(np.packbits(crossed, axis=1))
        self._crossings.append(bits.sum(axis=1, dtype=np.int64))
        self._at_start.append(crossed[:, 0].copy())
        fine = hops.reshape(-1, FINE)
        self._power.append(np.einsum("ij,ij->i", fine, fine).reshape(len(hops), -1))


def _four_hops(hops: NDArray[Any], frames: int) -> NDArray[Any]:
    """Sum four hops into each centred frame; beyond both ends there is nothing."""
    padded = np.pad(hops, (2, 3))
    shifted = [padded[shift : shift + frames] for shift in range(4)]
    total: NDArray[Any] = np.sum(shifted, axis=0)
    return total
