"""Split songs before anything is fitted.

A score on songs the model has seen flatters it, and so does one on *copies* of them, or on songs by
artists it has seen (Flexer & Schnitzer 2010, "Effects of album and artist filters in audio
similarity computed for very large music databases"). So duplicate rows always fall on one side, and
so do all songs of one group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from songscape.core.seeds import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.space import Space


def split(
    space: Space, test: float, seed: int, groups: NDArray[Any] | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Split songs into those to learn from and those to test on.

    Parameters
    ----------
    space : the songs.
    test : share of songs to test on, 0..1; met as nearly as the blocks allow.
    seed : what the split is drawn by.
    groups : an artist or album for each song; songs of one group stay together.

    Returns
    -------
    Two masks of shape (n,), train and test; each song is in exactly one.
    """
    block = blocks(space.matrix, groups)
    order = generator(seed, "split").permutation(int(block.max()) + 1)
    sizes = np.bincount(block)[order]
    taken = order[np.cumsum(sizes) <= max(1.0, test * space.n)]
    testing = np.isin(block, taken)
    return ~testing, testing


def blocks(matrix: NDArray[np.float64], groups: NDArray[Any] | None = None) -> NDArray[np.int64]:
    """Number the blocks of songs that must stay together, 0…, by equal rows and equal groups."""
    _, same_row = np.unique(matrix + 0.0, axis=0, return_inverse=True)
    row = same_row.ravel().astype(np.int64)
    if groups is None:
        return row
    _, same_group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    # Songs tie a row to a group; what hangs together in that graph stays together.
    first = int(row.max()) + 1
    size = first + int(same_group.max()) + 1
    ties = coo_array((np.ones(len(row)), (row, first + same_group)), shape=(size, size))
    _, block = connected_components(ties, directed=False)
    _, dense = np.unique(block[row], return_inverse=True)
    return dense.astype(np.int64)
