"""A space: the numbers songs are compared by.

A :class:`Space` is a matrix of ``n`` songs by ``d`` coordinates with the name of every coordinate
and a fingerprint of the whole. Distances, and therefore silhouettes, costs and likelihoods, mean
something only within one space: the same clusters score differently after scaling, PCA or t-SNE.
So every score carries the fingerprint of the space it was taken in, and :func:`same_space` refuses
to let scores of different spaces be compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.errors import DegenerateDataError, SpaceMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Space:
    """A named matrix of coordinates.

    Parameters
    ----------
    matrix : float64 array of shape (n, d), all finite; made read-only.
    names : the d coordinate names, unique.
    name : what the space is, as in "prepared" or "pca".

    Raises
    ------
    DegenerateDataError
        If a value is not finite, or if names and columns do not match.
    """

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    name: str = "prepared"

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64, order="C", ndmin=2)
        _validate(matrix, self.names, self.name)
        matrix.setflags(write=False)
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "names", tuple(self.names))

    @classmethod
    def of(cls, frame: pl.DataFrame, name: str) -> Space:
        """Make a space of every column of a numeric frame."""
        return cls(frame.cast(pl.Float64).to_numpy(), tuple(frame.columns), name)

    def frame(self) -> pl.DataFrame:
        """Return the space as a polars frame, which carries the names into scikit-learn."""
        return pl.DataFrame(dict(zip(self.names, self.matrix.T, strict=True)))

    def rows(self, which: ArrayLike) -> Space:
        """Return the space of some rows, by mask or by index."""
        return Space(self.matrix[np.asarray(which)], self.names, self.name)

    @property
    def n(self) -> int:
        """Number of songs."""
        return int(self.matrix.shape[0])

    @property
    def d(self) -> int:
        """Number of coordinates."""
        return int(self.matrix.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that name this space by its content.

        Values enter rounded to six digits of their column's range, so that the last bits, which
        differ between thread counts and processors, do not make a different space.
        """
        scale = np.maximum(np.abs(self.matrix).max(axis=0, initial=0.0), np.finfo(float).tiny)
        digest = hashlib.blake2b(digest_size=8)
        digest.update("\x1f".join((self.name, *self.names)).encode())
        digest.update(" ".join(f"{value:.5e}" for value in scale).encode())
        digest.update(np.rint(self.matrix / scale * 1e6).astype(np.int32).tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"Space({self.name!r}, n={self.n}, d={self.d}, fingerprint={self.fingerprint})"


def _validate(matrix: NDArray[np.float64], names: Iterable[str], name: str) -> None:
    """Raise if names and columns differ, names repeat or a value is not finite."""
    labels = tuple(names)
    if matrix.ndim != 2 or matrix.shape[1] != len(labels):
        shape = "×".join(map(str, matrix.shape))
        raise DegenerateDataError(f"The {name} space is {shape} but has {len(labels)} names.")
    if len(set(labels)) < len(labels):
        raise DegenerateDataError(f"The {name} space names a coordinate twice: {labels}.")
    broken = [labels[column] for column in np.unique(np.argwhere(~np.isfinite(matrix))[:, 1])]
    if broken:
        raise DegenerateDataError(
            f"The {name} space has missing or infinite values in {', '.join(broken)}; "
            "fill or drop them with clean.missing."
        )


def same_space(fingerprints: Iterable[str]) -> str:
    """Return the one fingerprint all scores share.

    Raises
    ------
    SpaceMismatchError
        If there is more than one: distances in different spaces have different units.
    """
    different = sorted(set(fingerprints))
    if len(different) != 1:
        raise SpaceMismatchError(
            f"These scores were taken in {len(different)} different spaces "
            f"({', '.join(different)}) and cannot be compared; score every grouping in one space."
        )
    return different[0]
