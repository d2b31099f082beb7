"""Drop columns that never change and columns that repeat another.

A constant column cannot tell songs apart and divides by zero when scaled. A column that is equal to
another counts the same thing twice. Of equal columns the first stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.prepare._selection import ColumnSelection

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 16 * np.finfo(np.float64).eps
"""A spread below this share of the largest value is rounding, not a difference."""


@dataclass(frozen=True)
class Options:
    """Nothing to set."""


class DropConstant(ColumnSelection):
    """Drop constant columns and exact duplicates of an earlier column.

    Attributes
    ----------
    dropped_ : dict of str to str
        The columns dropped, each with the reason.

    Examples
    --------
    >>> DropConstant().fit([[1.0, 2.0, 2.0], [1.0, 3.0, 3.0]]).dropped_
    {'x0': 'is the same in every song', 'x2': 'repeats x1'}
    """

    def _reasons(self, matrix: NDArray[np.float64], names: list[str]) -> dict[str, str]:
        low, high = matrix.min(axis=0), matrix.max(axis=0)
        constant = high - low <= ROUNDING * np.maximum(abs(low), abs(high))
        reasons = {}
        first: dict[bytes, str] = {}
        for column, name in enumerate(names):
            content = (matrix[:, column] + 0.0).tobytes()
            if constant[column]:
                reasons[name] = "is the same in every song"
            elif first.setdefault(content, name) != name:
                reasons[name] = f"repeats {first[content]}"
        return reasons


def make(options: Options, seed: int) -> DropConstant:
    """Make the transformer; it uses no randomness."""
    del options, seed
    return DropConstant()
