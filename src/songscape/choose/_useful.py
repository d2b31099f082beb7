"""A useful number of groups where none is natural.

Any cut of a continuous whole is a choice, so the wish comes first and the evidence adjusts it: of
the numbers around the wish, the nearest to it whose groups come out again about as well as those of
any other. "About as well" is the one-standard-error rule of Breiman et al. (1984, "Classification
and regression trees"), with a tolerance below which nobody would notice the difference. The largest
or best value alone would be decided by chance: its curve is flat, and a few hundredths move the
answer from 6 to 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AROUND = 1.25
"""Numbers up to so many times more or fewer than the wish are near it: 8 to 12 for ten."""

TOLERANCE = 0.1
"""Difference in the adjusted Rand index that is taken for none."""


@dataclass(frozen=True)
class Useful:
    """A number of groups and how well they come out again.

    Parameters
    ----------
    k : the number.
    again : mean adjusted Rand index on resampled songs.
    low, high : smallest and largest of it over the resamples.
    wish : the number it is near to.
    """

    k: int
    again: float
    low: float
    high: float
    wish: int


def useful(draws: Mapping[int, Sequence[float]], wish: int) -> Useful:
    """Return the steady number of groups nearest to the wish.

    Parameters
    ----------
    draws : adjusted Rand index of every resample, by k.
    wish : the number one would like.

    Examples
    --------
    >>> draws = {8: [0.84, 0.86], 9: [0.82, 0.82], 10: [0.59, 0.61], 40: [0.99, 0.99]}
    >>> useful(draws, 10).k
    9
    """
    near = [k for k in draws if wish / AROUND <= k <= wish * AROUND]
    near = near or sorted(draws, key=lambda k: abs(k - wish))[:1]
    mean = {k: float(np.mean(draws[k])) for k in near}
    best = max(near, key=lambda k: mean[k])
    enough = mean[best] - max(TOLERANCE, _error(draws[best]))
    k = min((k for k in near if mean[k] >= enough), key=lambda k: (abs(k - wish), -mean[k]))
    return Useful(k, mean[k], min(draws[k]), max(draws[k]), wish)


def _error(values: Sequence[float]) -> float:
    """Return the standard error of a mean."""
    return float(np.std(values) / np.sqrt(max(len(values) - 1, 1)))
