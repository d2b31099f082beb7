"""Rows made fit for a network: centred, and divided by one number for all columns.

One number keeps the columns' own proportions, which the preparation decided on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Frame:
    """Where rows are centred and what they are divided by.

    Parameters
    ----------
    mean : shape (d,).
    scale : root of the mean squared distance from the mean, per column.
    """

    mean: NDArray[np.float64]
    scale: float

    @classmethod
    def of(cls, matrix: NDArray[Any], *, scaled: bool = True) -> Self:
        """Return the frame of rows; one that changes nothing if not `scaled`."""
        if not scaled:
            return cls(np.zeros(matrix.shape[1]), 1.0)
        mean = matrix.mean(axis=0, dtype=np.float64)
        largest = float(np.abs(matrix - mean).max())
        # Divided before squaring, since squares of what is allowed in may leave float64's range.
        scale = largest * float(np.sqrt((((matrix - mean) / largest) ** 2).mean()))
        return cls(mean, scale)

    def into(self, matrix: NDArray[Any]) -> NDArray[np.float32]:
        """Return rows as the network sees them, float32."""
        return np.asarray((matrix - self.mean) / self.scale, dtype=np.float32)

    def back(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Return what the network made as rows of the table."""
        return np.asarray(rows.astype(np.float64) * self.scale + self.mean)
