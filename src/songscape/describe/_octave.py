"""Tell which relative of a period is the beat: half, double, a third or itself.

Everything that repeats after a beat repeats after two and four as well, so periodicity alone cannot
tell. What can is what else is known of beats:

- people tap near two a second (McKinney and Moelants, 2006), and there are about as many onsets on
  each beat in slow pieces as in fast ones (Elowsson and Friberg, 2015);
- the bass and the drums repeat better after four beats than after two, after two than after one,
  and after one than after half of one, because bars, the alternation of bass drum and snare, and
  the beats themselves are made that way (Percival and Tzanetakis, 2014, and Schreiber and Müller,
  2014, also correct octaves by traits of each relative).

Each relative gets a linear score of these traits: a conditional logit, whose few weights were
fitted to songs with known tempi by ``benchmarks/tempo.py``, which also tells how the weights fare
on songs and on whole styles they were not fitted to.

References
----------
McKinney, M., Moelants, D. (2006). Ambiguity in tempo perception. Music Perception 24(2).
Elowsson, A., Friberg, A. (2015). Modeling the perception of tempo. J. Acoust. Soc. Am. 137(6).
Schreiber, H., Müller, M. (2014). Exploiting global features for tempo octave correction. ICASSP.
McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Curve = NDArray[np.float64]

SLOWEST, FASTEST = 50.0, 210.0

RELATIVES = (1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4)
"""Multiples of a period that also explain what it explains."""

LEAST_PERIODIC = 0.1
"""A relative less periodic than this share of the period itself explains nothing."""

USUAL = 120.0
"""Beats per minute from which octaves are counted."""

LEVELS = ((4.0, 2.0), (2.0, 1.0), (1.0, 0.5))
"""Beats after which more is repeated, against those after which less is."""

WEIGHTS = np.array([-0.41, -0.45, 0.26, -0.62, 0.28, 3.93, 1.33, 2.21, 2.62, 1.56, 0.55])
"""Of octaves above 120 and their square, of octaves of onsets per beat and their square, of the
logarithm of the periodicity, and of what each level repeats better in the bass and above it."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a piece whose beat is sought.

    Parameters
    ----------
    lags : autocorrelation of the onset strength, 1 at lag 0, shape (lags,).
    bands : the same of the onset strength in the bass and above it, shape (2, lags).
    rate : lags per second.
    busy : onsets per second.
    """

    lags: Curve
    bands: Curve
    rate: float
    busy: float


def relatives(period: float, evidence: Evidence) -> list[float]:
    """Return the multiples of a period that may be the beat; at least the period itself."""
    fastest, slowest = 60 * evidence.rate / FASTEST, 60 * evidence.rate / SLOWEST
    least = LEAST_PERIODIC * periodicity(evidence.lags, period)
    return [
        one
        for one in (period * times for times in RELATIVES)
        if 0.98 * fastest <= one <= 1.02 * slowest and periodicity(evidence.lags, one) >= least
    ] or [float(period)]


def choose(periods: Sequence[float], evidence: Evidence) -> tuple[float, float, float]:
    """Return the period that is the beat, the next likeliest, and its weight against it, 0..1.

    Of a single period the next is NaN, and weighs nothing.
    """
    if len(periods) == 1:
        return periods[0], np.nan, 0.0
    scores = [float(traits(one, evidence) @ WEIGHTS) for one in periods]
    best, other = np.argsort(scores)[:-3:-1]
    return periods[best], periods[other], float(np.exp(scores[other] - scores[best]))


def traits(period: float, evidence: Evidence) -> Curve:
    """Return what speaks for a period as the beat, in the order of :data:`WEIGHTS`."""
    octaves = np.log2(60 * evidence.rate / period / USUAL)
    density = np.log2(max(evidence.busy * period / evidence.rate, 1e-3))
    strength = np.log(periodicity(evidence.lags, period))
    levels = [
        _largest(band, more * period) - _largest(band, less * period)
        for band in evidence.bands
        for more, less in LEVELS
    ]
    return np.array([octaves, octaves**2, density, density**2, strength, *levels])


def periodicity(lags: Curve, lag: float) -> float:
    """Return the largest autocorrelation within 3 % of a lag, at least 0.001."""
    return max(_largest(lags, lag), 1e-3)


def _largest(lags: Curve, lag: float) -> float:
    """Return the largest autocorrelation within 3 % of a lag; 0 beyond the last."""
    near = lags[int(0.97 * lag) : int(1.03 * lag) + 2]
    return float(near.max()) if len(near) else 0.0
