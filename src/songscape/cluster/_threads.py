"""How many threads a kernel may use: what the machine has, what the user allows, what pays."""

from __future__ import annotations

import os

from joblib import cpu_count

PAYS = 2_000_000
"""Multiplications below which starting a second thread costs more than it saves."""


def allowed(work: int) -> int:
    """Return the number of threads for `work` multiplications; honours ``OMP_NUM_THREADS``.

    >>> allowed(1_000)
    1
    """
    if work < PAYS:
        return 1
    wish = os.environ.get("OMP_NUM_THREADS", "")
    available = int(cpu_count())
    return min(int(wish), available) if wish.isdigit() and int(wish) > 0 else available
