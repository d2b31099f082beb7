"""Matrices that turn a spectrum into bands: mel, chroma, cosine transform, tonnetz.

All are built from their definitions, so that no worker imports a large library for them, and
tested against librosa, whose columns they must reproduce.

Shapes: ``bins`` = ``n_fft // 2 + 1``; a spectrum of ``n`` frames is (n, bins) and is multiplied
from the left, so every matrix here is (bins, bands).

References
----------
Slaney, M. (1998). Auditory Toolbox. Technical report 1998-010, Interval Research.
Ellis, D. (2007). Chroma feature analysis and synthesis. Columbia University.
Harte, C., Sandler, M., Gasser, M. (2006). Detecting harmonic change in musical audio. AMCMM.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

A4 = 440.0
"""Concert pitch in hertz."""


def bin_frequencies(rate: float, n_fft: int) -> NDArray[np.float64]:
    """Return the centre of every bin of a real transform in hertz, shape (n_fft // 2 + 1,)."""
    return np.arange(n_fft // 2 + 1, dtype=np.float64) * (rate / n_fft)


def mel_to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert Slaney's mel to hertz: linear below 1 kHz (15 mel), 27 steps per factor 6.4 above.

    >>> mel_to_hertz(np.array([0.0, 15.0, 42.0])).round(6).tolist()
    [0.0, 1000.0, 6400.0]
    """
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def hertz_to_mel(hertz: float) -> float:
    """Convert hertz to Slaney's mel.

    >>> hertz_to_mel(1000.0)
    15.0
    """
    if hertz < 1000:
        return hertz * 3 / 200
    return float(15 + np.log(hertz / 1000) * 27 / np.log(6.4))


@lru_cache(maxsize=4)
def mel_filters(rate: float, n_fft: int, bands: int = 128) -> Matrix:
    """Return triangles equally spaced in mel from 0 to half the rate, each of unit area in hertz.

    Returns
    -------
    float32 array of shape (bins, bands), in 1/Hz.
    """
    edges = mel_to_hertz(np.linspace(0, hertz_to_mel(rate / 2), bands + 2))
    slopes = edges[None, :] - bin_frequencies(rate, n_fft)[:, None]
    widths = np.diff(edges)
    rising = -slopes[:, :-2] / widths[:-1]
    falling = slopes[:, 2:] / widths[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * 2 / (edges[2:] - edges[:-2])).astype(np.float32)


@lru_cache(maxsize=4)
def chroma_filters(rate: float, n_fft: int) -> Matrix:
    """Return Ellis's pitch-class weights: a Gaussian of bin width around each of 12 classes from C.

    Octaves are weighted by a Gaussian around 55·2⁴ Hz, two octaves wide, tuning A4 = 440 Hz.

    Returns
    -------
    float32 array of shape (bins, 12).
    """
    bins = n_fft // 2 + 1
    semitones = np.empty(bins + 1)
    semitones[1:] = 12 * np.log2(np.arange(1, bins + 1) * rate / n_fft / (A4 / 16))
    semitones[0] = semitones[1] - 18  # bin 0 has no pitch: an octave and a half below the first
    width = np.maximum(np.diff(semitones), 1.0)
    semitones = semitones[:-1]
    distance = (semitones[:, None] - np.arange(12) + 6) % 12 - 6
    weights = np.exp(-0.5 * (2 * distance / width[:, None]) ** 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    weights *= np.exp(-0.5 * ((semitones / 12 - 5) / 2) ** 2)[:, None]
    return np.roll(weights, -3, axis=1).astype(np.float32)


@lru_cache(maxsize=4)
def cosine_transform(bands: int = 128, coefficients: int = 20) -> Matrix:
    """Return the first columns of the orthonormal discrete cosine transform of type II."""
    angle = np.pi * (np.arange(bands)[:, None] + 0.5) * np.arange(coefficients) / bands
    basis = np.sqrt(2 / bands) * np.cos(angle)
    basis[:, 0] /= np.sqrt(2)
    matrix: Matrix = basis.astype(np.float32)
    return matrix


@lru_cache(maxsize=1)
def tonnetz_matrix() -> Matrix:
    """Return Harte's tonal centroid transform: circles of fifths, minor and major thirds.

    Returns
    -------
    float32 array of shape (12, 6): sine and cosine on three circles of radius 1, 1 and 0.5.
    """
    pitch_class = np.arange(12)[:, None]
    angles = np.pi * pitch_class * np.array([7 / 6, 3 / 2, 2 / 3])
    circles = np.stack((np.sin(angles), np.cos(angles)), axis=2) * np.array([1, 1, 0.5])[:, None]
    matrix: Matrix = circles.reshape(12, 6).astype(np.float32)
    return matrix


@lru_cache(maxsize=8)
def k_weighting(rate: float, size: int) -> NDArray[np.float64]:
    """Return the power response of BS.1770's K-weighting at the bins of a real transform.

    A shelf of +4 dB above 1.7 kHz for the head, then a high-pass at 38 Hz, both as the analogue
    prototypes behind the standard's 48 kHz coefficients, mapped bilinearly to this rate.

    References
    ----------
    ITU-R BS.1770-5 (2023), annex 1. De Man, B. (2014). Evaluation of implementations of the EBU
    R128 loudness measurement. AES 137.
    """
    z = np.exp(2j * np.pi * np.arange(size // 2 + 1) / size)
    warped = (z - 1) / (z + 1 + 1e-30)
    shelf = _shelf(warped / np.tan(np.pi * 1681.974450955533 / rate))
    s = warped / np.tan(np.pi * 38.13547087602444 / rate)
    high_pass = s**2 / (s**2 + s / 0.5003270373238773 + 1)
    # The standard's high-pass numerator is 1, −2, 1 without the bilinear normalisation.
    gain = 1 + np.tan(np.pi * 38.13547087602444 / rate) / 0.5003270373238773
    gain += np.tan(np.pi * 38.13547087602444 / rate) ** 2
    response: NDArray[np.float64] = np.abs(shelf * high_pass * gain) ** 2
    return response


def _shelf(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the high shelf of +3.9998 dB at normalised complex frequency `s`."""
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    quality = 0.7071752369554196
    response: NDArray[np.complex128] = (high * s**2 + band * s / quality + 1) / (
        s**2 + s / quality + 1
    )
    return response
