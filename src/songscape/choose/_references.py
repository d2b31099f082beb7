"""Songs without groups, to compare with.

========= ==================================================================================
gaussian  one Gaussian cloud with the same covariance
uniform   a box with the same range in every column
permuted  the same columns, each shuffled: what the single features do, without their ties
========= ==================================================================================

A permuted table keeps the groups that show in single features (songs with and without voice), so it
says *where* groups come from rather than whether there are any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRUCTURELESS = ("gaussian", "uniform")
"""References that have no groups by construction."""

NAMES = (*STRUCTURELESS, "permuted")


def draw(name: str, matrix: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw one reference as large as `matrix`.

    Parameters
    ----------
    name : one of :data:`NAMES`.
    matrix : the songs, shape (n, d).
    rng : what draws.
    """
    n, d = matrix.shape
    if name == "gaussian":
        # From the decomposition rather than the covariance: collinear columns need no care.
        _, scale, axes = np.linalg.svd(matrix - matrix.mean(axis=0), full_matrices=False)
        cloud: NDArray[np.float64] = rng.normal(size=(n, len(scale))) * scale @ axes
        cloud /= np.sqrt(max(n - 1, 1))
        return cloud
    if name == "uniform":
        return rng.uniform(matrix.min(axis=0), matrix.max(axis=0), size=(n, d))
    return rng.permuted(matrix, axis=0)
