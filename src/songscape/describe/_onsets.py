"""Where something starts: the peaks of the onset strength.

References
----------
Böck, S., Krebs, F., Schedl, M. (2012). Evaluating the online capabilities of onset detection
methods. ISMIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray


def onsets(onset: NDArray[np.float32], frame_rate: float) -> NDArray[np.int64]:
    """Return the frames where something starts.

    A peak within 70 ms to both sides, above the mean of the second around it by a fifth of the
    largest mean (Böck, Krebs and Schedl, 2012, online thresholds made symmetric).
    """
    near, around = round(0.07 * frame_rate), round(0.5 * frame_rate)
    highest = sliding_window_view(np.pad(onset, near), 2 * near + 1).max(axis=1)
    totals = np.cumsum(
        np.pad(onset, (around + 1, around), mode="reflect" if len(onset) > around + 1 else "edge"),
        dtype=np.float64,
    )
    mean = (totals[2 * around + 1 :] - totals[: -2 * around - 1]) / (2 * around + 1)
    bar = mean + max(0.2 * float(mean.max()), 0.1)
    found: NDArray[np.int64] = np.flatnonzero((onset == highest) & (onset > bar))
    return found
