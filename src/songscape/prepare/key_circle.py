"""Put the musical key on a circle.

Pitch classes run C=0, C♯=1 … B=11 and then C again: as plain numbers, B and C are eleven apart
though they are neighbours. On a circle each key is (cos 2πk/12, sin 2πk/12), neighbours are equally
close all round, and an unknown key (missing or -1) is the centre, equally far from all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from songscape.core.options import option
from songscape.prepare._column import NamedColumn
from songscape.prepare._names import names_in

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PITCH_CLASSES = 12


@dataclass(frozen=True)
class Options:
    """Where the key stands."""

    column: str = option("key", "the column with pitch classes, 0 for C to 11 for B")


class KeyCircle(NamedColumn):
    """Replace a column of pitch classes by its cosine and sine, at the end of the table.

    A table without the column passes unchanged.

    Parameters
    ----------
    column : name of the column with pitch classes 0..11; -1 or missing for unknown.

    Examples
    --------
    >>> import polars as pl
    >>> key = KeyCircle().set_output(transform="polars")
    >>> key.fit_transform(pl.DataFrame({"key": [0, 3, -1]})).rows()
    [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]
    """

    def __init__(self, column: str = "key") -> None:
        self.column = column

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the table with the key on a circle, shape (n, d + 1) if it has a key."""
        matrix = self._table(X)
        if not self.found_:
            return matrix
        circle = on_circle(matrix[:, self._place])
        return np.column_stack([np.delete(matrix, self._place, axis=1), circle])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns that come out."""
        del input_features
        check_is_fitted(self)
        names = names_in(self)
        if self.found_:
            names.remove(self.column)
            names += [f"{self.column}_cos", f"{self.column}_sin"]
        return np.array(names, dtype=object)


def on_circle(pitch_class: ArrayLike) -> NDArray[np.float64]:
    """Return (cos, sin) of each pitch class, shape (n, 2); (0, 0) where it is unknown."""
    key = np.asarray(pitch_class, dtype=np.float64)
    known = np.isfinite(key) & (key >= 0)
    angle = np.where(known, key, 0.0) * (2 * np.pi / PITCH_CLASSES)
    # Rounded, as the cosine of a right angle is 6e-17 and no two machines agree on it.
    circle = np.round(np.column_stack([np.cos(angle), np.sin(angle)]), 12) + 0.0
    return np.where(known[:, None], circle, 0.0)


def make(options: Options, seed: int) -> KeyCircle:
    """Make the transformer; it uses no randomness."""
    del seed
    return KeyCircle(options.column)
