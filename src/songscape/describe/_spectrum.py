"""The one spectrum all low-level descriptors share, measured a batch of frames at a time.

Frames of 2048 samples every 512 (93 and 23 ms at 22,050 Hz), periodic Hann window, centred with
zeros beyond both ends as librosa does. The magnitude is taken once; power, mel bands, chroma and
shape follow from it by matrix products.

======== =============================================================== ===============
column   meaning                                                         shape per frame
======== =============================================================== ===============
decibels 10·log10 of 128 Slaney mel bands of power, floor −100           128
chroma   Ellis's 12 pitch classes from C, not normalised                 12
crests   mean magnitude of the top 2 % of bins in seven octave bands     7
valleys  the same of the lowest 2 %                                      7
shape    centroid, bandwidth, roll-off (Hz), flatness, share of power    5
         above 1.5 kHz (brightness)
======== =============================================================== ===============

References
----------
Jiang, D. et al. (2002). Music type classification by spectral contrast feature. ICME.
Peeters, G. (2004). A large set of audio features for sound description. IRCAM.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from songscape.describe._filters import bin_frequencies, chroma_filters, mel_filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

SIZE, HOP = 2048, 512
RATE = 22_050
BATCH = 72
"""Frames at a time, so that the working set stays in the second-level cache; a decoder's block
of 1.6 s makes 69."""

AMIN = 1e-10
ROLLOFF = 0.85
BRIGHT = 1500.0
CONTRAST_TOP = 10_000.0
"""Our top contrast band ends here: up to half the rate it would measure the resampler."""

CONTRAST_FLOOR = 1e-4
"""Our valleys are at least −80 dB of the frame's largest magnitude, below which is rounding."""

TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Band:
    """An octave band of the spectral contrast: its bins, and how many make a crest or valley."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, eq=False)
class Banks:
    """Everything a batch is multiplied with; made once per definition."""

    window: NDArray[np.float32] | NDArray[np.float64]
    mel: tuple[tuple[slice, slice, Array], ...]
    power: Array
    frequencies: Array
    moments: Array
    bands: tuple[Band, ...]
    floor: float


@lru_cache(maxsize=4)
def banks(rate: int, nominal: int, compat: str) -> Banks:
    """Return the matrices for a signal's rate, and the rate that its shape is computed with.

    The two differ only for the FMA data set's quirk: its signals keep their native rate, its mel
    bands know it, and all other features take it for 22,050 Hz.
    """
    exact = compat != "none"
    hertz = bin_frequencies(nominal, SIZE)
    centred = (hertz - nominal / 8) / 1000
    bright = (hertz >= BRIGHT).astype(np.float32)[:, None]
    total = np.ones((len(hertz), 1), np.float32)
    return Banks(
        window=_hann(SIZE) if exact else _hann(SIZE).astype(np.float32),
        mel=_split(mel_filters(rate, SIZE)),
        power=np.hstack([chroma_filters(nominal, SIZE), bright, total]),
        frequencies=hertz.astype(np.float32),
        moments=np.stack([np.ones_like(hertz), centred, centred**2], axis=1).astype(np.float32),
        bands=_contrast_bands(hertz, nominal / 2 if exact else CONTRAST_TOP),
        floor=0.0 if exact else CONTRAST_FLOOR,
    )


def _hann(size: int) -> NDArray[np.float64]:
    """Return the periodic Hann window."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def _split(bank: Array, groups: int = 8) -> tuple[tuple[slice, slice, Array], ...]:
    """Split a bank of neighbouring bands into groups, each with only the bins it needs.

    Most of a mel matrix is zero; eight dense pieces cost a quarter of the whole product.
    """
    pieces = []
    for bands in np.array_split(np.arange(bank.shape[1]), groups):
        chosen = slice(int(bands[0]), int(bands[-1]) + 1)
        used = np.flatnonzero(bank[:, chosen].any(axis=1))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 1)
        pieces.append((bins, chosen, np.ascontiguousarray(bank[bins, chosen])))
    return tuple(pieces)


def _contrast_bands(hertz: NDArray[np.float64], top: float) -> tuple[Band, ...]:
    """Return seven octave bands from 0–200 Hz up; each but the first begins a bin early.

    The quantile is of the bins in the band before its last is given to the band above.
    """
    edges = [0.0, *(200.0 * 2**octave for octave in range(6)), top]
    bands = []
    for low, high in pairwise(edges):
        inside = np.flatnonzero((hertz >= low) & (hertz <= high))
        first = int(inside[0]) - (low > 0)
        size = int(inside[-1]) + 1 - first
        highest = high == top
        last = int(inside[-1]) + 1 if highest else int(inside[-1])
        bands.append(Band(first, last, max(1, round(0.02 * size))))
    return tuple(bands)


def measure(frames: Array, bank: Banks) -> dict[str, Array]:
    """Measure a batch of frames.

    Parameters
    ----------
    frames : shape (n, 2048).
    bank : of :func:`banks`.

    Returns
    -------
    column name to float32 array of shape (n, width); see the module's table.
    """
    magnitude = np.abs(fft.rfft(frames * bank.window, axis=1, overwrite_x=True))
    crests, valleys = _contrast(magnitude, bank)
    magnitude = magnitude.astype(np.float32, copy=False)
    power = magnitude * magnitude
    sums = power @ bank.power
    shape = [*_moments(magnitude, bank), _rolloff(magnitude, bank.frequencies)]
    shape += [_flatness(power), sums[:, -2] / np.maximum(sums[:, -1], TINY)]
    return {
        "decibels": _decibels(power, bank),
        "chroma": sums[:, :12],
        "crests": crests,
        "valleys": valleys,
        "shape": np.stack(shape, axis=1),
    }


def _decibels(power: Array, bank: Banks) -> Array:
    """Return the mel bands of power in decibels."""
    mel = np.empty((len(power), bank.mel[-1][1].stop), np.float32)
    for bins, bands, weights in bank.mel:
        np.matmul(power[:, bins], weights, out=mel[:, bands])
    np.log(np.maximum(mel, AMIN, out=mel), out=mel)
    mel *= np.float32(10 / np.log(10))
    return mel


def _moments(magnitude: Array, bank: Banks) -> tuple[Array, Array]:
    """Return centroid and bandwidth in hertz: mean and spread of frequency under the magnitude."""
    total, first, second = (magnitude @ bank.moments).T
    total = np.maximum(total, TINY)
    mean = first / total
    spread = np.sqrt(np.maximum(0, second / total - mean * mean))
    offset = bank.frequencies[-1] / 4
    return np.where(total > TINY, mean * 1000 + offset, 0), spread * 1000


def _rolloff(magnitude: Array, frequencies: Array) -> Array:
    """Return the frequency below which 85 % of the magnitude lies."""
    running = np.cumsum(magnitude, axis=1)
    reached = running >= np.float32(ROLLOFF) * running[:, -1:]
    found: Array = frequencies[reached.argmax(axis=1)]
    return found


def _flatness(power: Array) -> Array:
    """Return the geometric over the arithmetic mean of power, each bin at least 1e-10."""
    floored = np.maximum(power, AMIN)
    flatness: Array = np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)
    # Rounding takes the mean of equal numbers a hair above them.
    return np.minimum(flatness, 1, out=flatness)


def _contrast(magnitude: Array, bank: Banks) -> tuple[Array, Array]:
    """Return crests and valleys of the octave bands."""
    crests = np.empty((len(magnitude), len(bank.bands)), np.float32)
    valleys = np.empty_like(crests)
    for band, one in enumerate(bank.bands):
        bins, count = magnitude[:, one.first : one.last], one.count
        if count == 1:
            crests[:, band], valleys[:, band] = bins.max(axis=1), bins.min(axis=1)
        else:
            ordered = np.sort(bins, axis=1)
            crests[:, band] = ordered[:, -count:].sum(axis=1) / count
            valleys[:, band] = ordered[:, :count].sum(axis=1) / count
    if bank.floor:
        floor = bank.floor * crests.max(axis=1, keepdims=True)
        np.maximum(valleys, floor, out=valleys)
        np.maximum(crests, floor, out=crests)
    return crests, valleys
