"""Fill gaps from the nearest songs.

Songs that lack the same features are treated together: their neighbours are looked for among the
songs that lack nothing, in the features both have, standardised. Where more songs are whole than
needed, evenly spaced ones stand for all.

References
----------
Troyanskaya et al. (2001), "Missing value estimation methods for DNA microarrays".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from songscape.clean._features import standardised

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_DONORS = 20_000


def filled_by_neighbours(
    matrix: NDArray[np.float64], codes: NDArray[np.bool_], neighbours: int
) -> NDArray[np.float64]:
    """Return the matrix with its gaps filled from the nearest whole rows.

    Parameters
    ----------
    matrix : float64 array of shape (n, d), NaN where nothing is known.
    codes : bool array of shape (d,): columns filled with the nearest row's value, not a mean.
    neighbours : how many rows a mean is taken of.

    Returns
    -------
    float64 array of shape (n, d). A gap stays where no row is whole or nothing of a row is known.

    Examples
    --------
    >>> songs = np.array([[1.0, 10.0], [2.0, 20.0], [1.1, np.nan]])
    >>> filled_by_neighbours(songs, np.array([False, False]), 1)[2].tolist()
    [1.1, 10.0]
    """
    gaps = np.isnan(matrix)
    whole = np.flatnonzero(~gaps.any(axis=1))
    donors = whole[:: max(1, -(-whole.size // _MOST_DONORS))]
    filled = matrix.copy()
    if not donors.size:
        return filled
    places = standardised(matrix)
    patterns, members = np.unique(gaps, axis=0, return_inverse=True)
    for at, pattern in enumerate(patterns):
        if pattern.any() and not pattern.all():
            rows = np.flatnonzero(members.ravel() == at)
            nearest = _nearest(places, donors, rows, ~pattern, neighbours)
            means = matrix[nearest][:, :, pattern].mean(axis=1)
            firsts = matrix[nearest[:, 0]][:, pattern]
            filled[np.ix_(rows, pattern)] = np.where(codes[pattern], firsts, means)
    return filled


def _nearest(
    places: NDArray[np.float64],
    donors: NDArray[np.int64],
    rows: NDArray[np.int64],
    known: NDArray[np.bool_],
    neighbours: int,
) -> NDArray[np.int64]:
    """Return the nearest donors of each row in the columns known, shape (rows, neighbours)."""
    wanted = min(neighbours, donors.size)
    tree = cKDTree(places[np.ix_(donors, known)])
    _, found = tree.query(places[np.ix_(rows, known)], k=np.arange(1, wanted + 1))
    nearest: NDArray[np.int64] = donors[found]
    return nearest
