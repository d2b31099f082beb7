"""Drop columns that say what another says.

Two columns with a correlation r share r² of their variance. At the default threshold of 0.95 that
is 90 %: the pair is one quantity measured twice and would pull distances with double weight. The
threshold is high on purpose: below it each column still tells something of its own (energy and
loudness of popular music, r ≈ 0.8, share only two thirds), and PCA or weights are the better tool.

The rule: while some pair reaches the threshold, take the strongest pair and drop the one of the two
that is on average more correlated with all columns left; where they tie, the later one. The mean is
what findCorrelation of the R package caret compares, too (Kuhn 2008, "Building predictive models
in R using the caret package").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.options import option
from songscape.prepare._selection import ColumnSelection

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """How alike two columns must be for one to go."""

    threshold: float = option(
        0.95, "absolute Pearson correlation from which one of a pair goes", low=0.0, high=1.0
    )


class DropCorrelated(ColumnSelection):
    """Drop one of every pair of columns whose absolute correlation reaches a threshold.

    Parameters
    ----------
    threshold : absolute Pearson correlation, 0..1.

    Attributes
    ----------
    dropped_ : dict of str to str
        The columns dropped, each with the column that says the same and their correlation.

    Examples
    --------
    >>> table = [[1.0, 2.0, 5.0], [2.0, 4.1, 1.0], [3.0, 5.9, 4.0]]
    >>> DropCorrelated().fit(table).dropped_
    {'x1': 'r = +1.00 with x0'}
    """

    def __init__(self, threshold: float = 0.95) -> None:
        self.threshold = threshold

    def _reasons(self, matrix: NDArray[np.float64], names: list[str]) -> dict[str, str]:
        correlation = correlations(matrix)
        strength = np.abs(correlation)
        np.fill_diagonal(strength, 0.0)
        reasons = {}
        while strength.max(initial=0.0) >= self.threshold > 0:
            goes, stays = _weaker(strength)
            reasons[names[goes]] = f"r = {correlation[goes, stays]:+.2f} with {names[stays]}"
            strength[goes] = strength[:, goes] = 0.0
        return reasons


def correlations(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Pearson's correlation of every pair of columns; 0 where a column is constant."""
    centred = matrix - matrix.mean(axis=0)
    size = np.maximum(np.abs(centred).max(axis=0), np.finfo(float).tiny)
    centred /= size
    length = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(length > 0, length, 1.0)
    product: NDArray[np.float64] = np.clip(unit.T @ unit, -1.0, 1.0)
    return product


def _weaker(strength: NDArray[np.float64]) -> tuple[int, int]:
    """Return the columns of the strongest pair: the one that goes, the one that stays."""
    # Rounded, so that pairs that are equal but for the last bits tie on every machine.
    level = np.round(strength, 9)
    first, second = sorted(int(i) for i in np.unravel_index(np.argmax(level), level.shape))
    mean = np.round(strength.mean(axis=0), 9)
    return (first, second) if mean[first] > mean[second] else (second, first)


def make(options: Options, seed: int) -> DropCorrelated:
    """Make the transformer; it uses no randomness."""
    del seed
    return DropCorrelated(options.threshold)
