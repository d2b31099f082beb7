"""Spectral peaks as a pitch-class histogram, fine enough to find the tuning afterwards.

Frames of 8192 samples (372 ms at 22,050 Hz, 2.7 Hz per bin) every 6144. Each spectral peak between
60 and 5000 Hz, its frequency interpolated, votes for the pitch it would be the first, second …
harmonic of, with weights that fall by 0.6 per harmonic. Votes go to bins of 10 cents, so the whole
file's tuning can be found and removed later, and semitones be formed then.

References
----------
Gómez, E. (2006). Tonal description of polyphonic audio for music content processing. INFORMS
Journal on Computing 18(3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from songscape.describe._filters import A4
from songscape.describe._spectrum import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE, HOP = 8192, 6144
BINS = 120
"""Bins per octave: 10 cents each, bin 0 centred on C."""

LOW, HIGH = 60.0, 5000.0
HARMONICS = 4
DECAY = 0.6
PEAK_FLOOR = 0.01
"""Peaks below −40 dB of the frame's largest are not counted."""

_FIRST, _LAST = int(LOW * SIZE / RATE), int(HIGH * SIZE / RATE)
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)).astype(np.float32)
_C0 = A4 * 2 ** (-57 / 12)


def pitch_histogram(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the pitch-class histogram of every frame, not normalised.

    Parameters
    ----------
    frames : shape (n, 8192).

    Returns
    -------
    float32 array of shape (n, 120).
    """
    spectrum = fft.rfft(frames * _WINDOW, axis=1, overwrite_x=True)
    magnitude = np.abs(spectrum[:, _FIRST - 1 : _LAST + 1])
    frame, hertz, height = _peaks(magnitude)
    votes = np.zeros(len(frames) * BINS)
    for harmonic in range(1, HARMONICS + 1):
        pitch = np.rint(BINS * np.log2(hertz / (harmonic * _C0))).astype(np.int64) % BINS
        weight = height * DECAY ** (harmonic - 1)
        votes += np.bincount(frame * BINS + pitch, weight, len(votes))
    return votes.reshape(-1, BINS).astype(np.float32)


def _peaks(
    near: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return frame, interpolated frequency and height of every spectral peak.

    A parabola through the logarithms of three bins finds the top of a Hann window's main lobe to a
    few hundredths of a bin.
    """
    width = near.shape[1]
    floor = np.maximum(PEAK_FLOOR * near.max(axis=1), 1e-6)
    flat = near.ravel()
    at = np.flatnonzero((flat[1:-1] > flat[:-2]) & (flat[1:-1] >= flat[2:])) + 1
    frame, column = np.divmod(at, width)
    real = (flat[at] > floor[frame]) & (column > 0) & (column < width - 1)
    at, frame, column = at[real], frame[real], column[real] - 1
    left, top, right = (
        np.log(np.maximum(flat[at + shift], 1e-12)).astype(np.float64) for shift in (-1, 0, 1)
    )
    shift = 0.5 * (left - right) / np.minimum(left - 2 * top + right, -1e-12)
    hertz = (column + _FIRST + shift) * RATE / SIZE
    return frame, hertz, np.exp(top - 0.25 * (left - right) * shift)
