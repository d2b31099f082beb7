"""The nearest songs of a song are other songs, also where it has copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def others(found: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the nearest songs without the song they were found for.

    Parameters
    ----------
    found : the nearest songs of each of `rows`, itself among them or its copies, nearest first,
        shape (m, count + 1).
    rows : shape (m,).

    Returns
    -------
    Shape (m, count).

    Examples
    --------
    >>> import numpy as np
    >>> others(np.array([[7, 0, 3], [2, 5, 8]]), np.array([0, 1])).tolist()
    [[7, 3], [2, 5]]
    """
    own = found == rows[:, None]
    # Copies may take all places: then the last goes.
    own[~own.any(axis=1), -1] = True
    left: NDArray[np.int64] = found[~own].reshape(len(rows), found.shape[1] - 1)
    return left
