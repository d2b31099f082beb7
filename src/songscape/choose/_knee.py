"""The knee of a falling curve, if it has one.

Kneedle scales the curve to the unit square and takes the point farthest below the chord from its
first to its last point (Satopaa et al. 2011, "Finding a 'kneedle' in a haystack: detecting knee
points in system behavior"). Every convex curve has such a point, bent or not: inertia falls in a
smooth sweep on songs without groups, too. So a knee counts only where it is deeper than the knees
of references without groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FEWEST = 4
"""A curve of fewer points has no shape."""


def knee(ks: Sequence[int], curve: NDArray[np.float64]) -> tuple[int, float]:
    """Return the k of the knee of a falling curve and how deep it is, 0..1; (0, 0) if none.

    Examples
    --------
    >>> knee([1, 2, 3, 4, 5], np.array([10.0, 4.0, 1.0, 0.5, 0.0]))
    (3, 0.4)
    """
    if len(ks) < FEWEST or curve[0] <= curve[-1]:
        return 0, 0.0
    across = (np.asarray(ks) - ks[0]) / (ks[-1] - ks[0])
    down = (curve - curve[-1]) / (curve[0] - curve[-1])
    depth = np.round(1 - across - down, 9)
    at = int(np.argmax(depth))
    return (int(ks[at]), float(depth[at])) if depth[at] > 0 else (0, 0.0)


def convincing(
    ks: Sequence[int], curve: NDArray[np.float64], references: Sequence[NDArray[np.float64]]
) -> tuple[int, float]:
    """Return the knee if it is deeper than chance makes knees of references, else (0, its depth).

    Parameters
    ----------
    ks : the numbers of groups.
    curve : the falling curve, shape (k,).
    references : the same curve of each kind of reference, each of shape (draws, k); a knee must lie
        more than three standard deviations above the mean depth of every kind.
    """
    k, depth = knee(ks, curve)
    for kind in references:
        depths = np.array([knee(ks, reference)[1] for reference in kind])
        if depth <= depths.mean() + 3 * depths.std(ddof=1):
            return 0, depth
    return k, depth
