"""Measure level, peak and stereo image on the native channels, while they stream past.

Per tenth of a second: the mean square of every K-weighted channel (BS.1770) and the products of
the first two channels. K-weighting multiplies the power spectrum of a tenth of a second by the
filters' power response: by Parseval's theorem the weighted mean square follows without filtering
a sample, which costs half as much and differs by less than 0.02 LU on music.

True peak is the largest value of the signal interpolated to four times its rate. It can only lie
beside a local maximum that is not far below the largest value so far, so only these few are
interpolated.

References
----------
ITU-R BS.1770-5 (2023). Algorithms to measure audio programme loudness and true-peak audio level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from songscape.describe._channels import Labels, downmix, weights
from songscape.describe._filters import k_weighting
from songscape.describe._stream import Framer

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS_PER_SECOND = 10
TAPS = 12
"""Samples from which one interpolated value is made; the standard's example has as many."""

NEAR_PEAK = 0.7
"""A sample below this share of the peak cannot hide a higher one: a sine at a quarter of the rate,
the worst case, hides 3 dB, a factor 0.707."""

FULL_SCALE = 0.999


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of the native channels.

    Parameters
    ----------
    energy : K-weighted mean square per channel and tenth of a second, shape (channels, steps).
    weights : what each channel counts in the loudness, shape (channels,).
    products : per tenth of a second the means of L², R² and L·R, shape (steps, 3); mono counts
        as two equal channels, and more than two are mixed down if they have names.
    peak, true_peak : largest absolute sample, and largest interpolated value; full scale is 1.
    clipped : share of samples at full scale.
    """

    energy: NDArray[np.float64]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    peak: float
    true_peak: float
    clipped: float


class Meter:
    """Takes native blocks of shape (channels, n) and yields :class:`Levels` in the end.

    Not `whole`, it only looks for the largest sample. The `labels` name more than two channels.
    """

    def __init__(
        self, rate: int, channels: int, labels: Labels = (), *, whole: bool = True
    ) -> None:
        self._whole = whole
        self._channel_weights, self._mix = weights(labels, channels), downmix(labels)
        self._size = max(2, round(rate / STEPS_PER_SECOND))
        self._framer = Framer(self._size, self._size, channels)
        self._weights = _spectral_weights(rate, self._size)
        self._energy: list[NDArray[np.float32]] = []
        self._products: list[NDArray[np.float32]] = []
        self._history = np.zeros((channels, TAPS), np.float32)
        self._peak = self._true_peak = 0.0
        self._samples = self._clipped = 0

    def feed(self, block: NDArray[np.float32]) -> None:
        """Take the next block."""
        if not block.size:
            return
        self._samples += block.size
        if not self._whole:
            self._peak = max(self._peak, float(block.max()), -float(block.min()))
            return
        self._measure(self._framer.feed(block))
        seam = np.concatenate((self._history, block[:, : 2 * TAPS]), axis=1)
        self._history = np.concatenate((self._history, block[:, -TAPS:]), axis=1)[:, -TAPS:]
        for channel in (*block, *seam):
            self._note_peak(channel)

    def levels(self) -> Levels:
        """Return what was measured; the last incomplete tenth of a second does not count."""
        channels = len(self._history)
        none = np.empty((channels, 0), np.float32)
        products = np.concatenate([np.empty((0, 3), np.float32), *self._products])
        return Levels(
            np.concatenate([none, *self._energy], axis=1).astype(np.float64),
            self._channel_weights,
            products.astype(np.float64),
            self._peak,
            max(self._peak, self._true_peak),
            self._clipped / max(1, self._samples),
        )

    def _measure(self, steps: NDArray[np.float32]) -> None:
        """Measure whole tenths of a second, shape (channels, steps, size)."""
        if not steps.shape[1]:
            return
        self._energy.append(np.stack([self._weighted(channel) for channel in steps]))
        pair = steps if self._mix is None else np.tensordot(self._mix, steps, axes=1)
        left, right = pair[0], pair[min(1, len(pair) - 1)]
        pairs = ((left, left), (right, right), (left, right))
        means = [np.vecdot(one, other) / self._size for one, other in pairs]
        self._products.append(np.stack(means, axis=1))

    def _weighted(self, steps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the K-weighted mean square of one channel's steps; one channel fits the cache."""
        spectrum = fft.rfft(steps, axis=1)
        parts = spectrum.view(spectrum.real.dtype)
        np.multiply(parts, parts, out=parts)
        energy: NDArray[np.float32] = parts @ self._weights
        return energy

    def _note_peak(self, stream: NDArray[np.float32]) -> None:
        """Look for peaks in one channel of a block, or of the seam between two blocks."""
        size = np.abs(stream)
        peak = float(size.max(initial=0.0))
        if peak >= FULL_SCALE and len(stream) > 3 * TAPS:
            self._clipped += int(np.count_nonzero(size >= FULL_SCALE))
        self._peak = max(self._peak, peak)
        floor = NEAR_PEAK * max(self._true_peak, self._peak)
        if peak > 0 and peak >= floor:
            self._true_peak = max(self._true_peak, _interpolated_peak(stream, size, floor))


def _interpolated_peak(
    stream: NDArray[np.float32], size: NDArray[np.float32], floor: float
) -> float:
    """Return the largest interpolated value beside local maxima of at least `floor`."""
    half = TAPS // 2
    inner = size[half:-half]
    near = np.flatnonzero(inner >= floor) + half
    near = near[(size[near] >= size[near - 1]) & (size[near] >= size[near + 1])]
    if not len(near):
        return 0.0
    starts = np.concatenate((near, near - 1)) - half + 1
    starts = starts[(starts >= 0) & (starts + TAPS <= len(stream))]
    around = stream[starts[:, None] + np.arange(TAPS)]
    return float(np.abs(around @ _interpolator()).max(initial=0.0))


@lru_cache(maxsize=1)
def _interpolator() -> NDArray[np.float32]:
    """Return Kaiser-windowed sincs for a quarter, a half and three quarters, shape (TAPS, 3)."""
    half = TAPS // 2
    distance = np.arange(TAPS)[:, None] - (half - 1) - np.array([0.25, 0.5, 0.75])
    window = np.i0(5 * np.sqrt(np.maximum(0, 1 - (distance / half) ** 2))) / np.i0(5)
    sinc = np.sinc(distance) * window
    taps: NDArray[np.float32] = (sinc / sinc.sum(axis=0)).astype(np.float32)
    return taps


@lru_cache(maxsize=8)
def _spectral_weights(rate: int, size: int) -> NDArray[np.float32]:
    """Return weights that turn squared real and imaginary parts into a K-weighted mean square."""
    both_sides = np.full(size // 2 + 1, 2.0)
    both_sides[0] = 1
    if size % 2 == 0:
        both_sides[-1] = 1
    weights = both_sides * k_weighting(rate, size) / size**2
    return np.repeat(weights, 2).astype(np.float32)
