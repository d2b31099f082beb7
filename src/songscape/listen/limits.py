"""How much a listening may take, and what it does about files that failed, aged or vanished."""

from __future__ import annotations

import os
from dataclasses import dataclass

from songscape.core.options import option

MOST_WORKERS = 256
"""More processes than this are a slip of the hand: each takes some hundred megabytes."""


@dataclass(frozen=True)
class Options:
    """Limits and wishes of one listening."""

    workers: int = option(
        0, "processes that describe files; 0 for one per processor", low=0, high=MOST_WORKERS
    )
    retry_failed: bool = option(False, "try files again that failed before")
    refresh: bool = option(False, "describe again what older versions of descriptors described")
    accept_missing: bool = option(False, "believe it when many files vanished")
    follow_links: bool = option(False, "follow links, also out of the folder")
    seconds: float = option(60.0, "seconds a file may take, and one more per megabyte", low=0.1)
    memory: int = option(2048, "megabytes a worker may take beyond its libraries", low=64)
    recycle: int = option(500, "files after which a worker is replaced by a fresh one", low=1)

    @property
    def crew(self) -> int:
        """How many workers there are to be."""
        return self.workers or _processors()

    def seconds_for(self, size: int) -> float:
        """Return the seconds a file of `size` bytes may take."""
        return self.seconds + size / 1e6


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
