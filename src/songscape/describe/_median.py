"""Running medians by a sorting network: minima and maxima of whole arrays, no loop over cells.

References
----------
Batcher, K. (1968). Sorting networks and their applications. AFIPS.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def running_median(rows: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the median of `size` neighbours along the first axis, the ends repeated.

    Parameters
    ----------
    rows : shape (n, d).
    size : odd.

    Examples
    --------
    >>> running_median(np.array([[1.0], [9.0], [2.0], [3.0]], np.float32), 3).ravel().tolist()
    [1.0, 2.0, 3.0, 3.0]
    """
    half = size // 2
    padded = np.pad(rows, ((half, half), (0, 0)), mode="edge")
    lanes = [padded[shift : shift + len(rows)].copy() for shift in range(size)]
    spare = np.empty_like(lanes[0])
    for low, high in network(size):
        np.minimum(lanes[low], lanes[high], out=spare)
        np.maximum(lanes[low], lanes[high], out=lanes[high])
        lanes[low], spare = spare, lanes[low]
    return lanes[half]


@lru_cache(maxsize=8)
def network(size: int) -> tuple[tuple[int, int], ...]:
    """Return the compare-exchanges of Batcher's odd-even merge sort that the median needs.

    Walked backwards, only exchanges that touch a lane still needed are kept.
    """
    pairs = list(_merge_sort(size))
    needed, kept = {size // 2}, []
    for low, high in reversed(pairs):
        if low in needed or high in needed:
            needed |= {low, high}
            kept.append((low, high))
    return tuple(reversed(kept))


def _merge_sort(size: int) -> list[tuple[int, int]]:
    """Return all compare-exchanges of the odd-even merge sort of `size` lanes."""
    pairs = []
    block = 1
    while block < size:
        step = block
        while step >= 1:
            for start in range(step % block, size - step, 2 * step):
                pairs += [
                    (lane, lane + step)
                    for lane in range(start, min(start + step, size - step))
                    if lane // (2 * block) == (lane + step) // (2 * block)
                ]
            step //= 2
        block *= 2
    return pairs
