"""Trees of merges, as SciPy writes them, and how they are cut.

A tree of n songs is n − 1 rows: the two clusters merged, the height, the number of songs in the
merged one. Numbers below n are songs, n + i is what row i made. Heights rise, so cutting into k
clusters is undoing the last k − 1 merges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


def cut(tree: Floats, k: int) -> NDArray[np.int32]:
    """Return the cluster of every song when a tree is cut into k, numbered by first song.

    Examples
    --------
    >>> tree = np.array([[0, 1, 1.0, 2], [2, 3, 5.0, 3]])
    >>> cut(tree, 2).tolist()
    [0, 0, 1]
    """
    n = len(tree) + 1
    top = list(range(2 * n - k))
    merged = tree[: n - k, :2].astype(np.int64).tolist()
    for row in range(n - k - 1, -1, -1):
        left, right = merged[row]
        top[left] = top[right] = top[n + row]
    _, first, numbers = np.unique(top[:n], return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    labels: NDArray[np.int32] = order[numbers].astype(np.int32)
    return labels


def spread(tree: Floats, group: Indices) -> Floats:
    """Return the tree of all songs from that of the different ones: equal songs merge first, at 0.

    Parameters
    ----------
    tree : of the m different songs, shape (m - 1, 4); its last column is not read.
    group : the number among them of each of the n songs, shape (n,).
    """
    n, m = len(group), len(tree) + 1
    node, pairs = [-1] * m, []
    for song, own in enumerate(group.tolist()):
        if node[own] < 0:
            node[own] = song
            continue
        pairs.append((node[own], song))
        node[own] = n + len(pairs) - 1
    number = np.concatenate([node, np.arange(n + len(pairs), 2 * n - 1)])
    joined = np.sort(number[tree[:, :2].astype(np.int64)], axis=1)
    children = np.vstack([np.array(pairs, dtype=np.int64).reshape(-1, 2), joined])
    return of_children(children, np.concatenate([np.zeros(len(pairs)), tree[:, 2]]))


def without_copies(tree: Floats, song: Indices) -> Floats:
    """Return the tree of songs from one in which a song may stand several times.

    A song stands where the first of its copies is; merges of other copies are left out.

    Parameters
    ----------
    tree : shape (n - 1, 4).
    song : which of m songs each of the n leaves is, shape (n,); every song at least once.
    """
    node = np.full(len(song), -1)
    first = np.unique(song, return_index=True)[1]
    node[first] = np.arange(len(first))
    nodes, heights = node.tolist(), []
    children: list[list[int]] = []
    for left, right, height, _ in tree.tolist():
        pair = sorted(own for own in (nodes[int(left)], nodes[int(right)]) if own >= 0)
        nodes.append(pair[0] if pair else -1)
        if len(pair) == 2:
            nodes[-1] = len(first) + len(children)
            children.append(pair)
            heights.append(height)
    return of_children(np.array(children, dtype=np.int64).reshape(-1, 2), np.array(heights))


def of_children(children: Indices, heights: Floats) -> Floats:
    """Return the tree of what scikit-learn calls children and distances."""
    n = len(children) + 1
    size = [1] * n
    for left, right in children.tolist():
        size.append(size[left] + size[right])
    return np.column_stack([children, np.maximum.accumulate(heights), size[n:]]).astype(np.float64)
