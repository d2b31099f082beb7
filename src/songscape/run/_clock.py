"""Seconds by stage, and a line to the user when a stage begins."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock:
    """Times the stages of a run.

    Parameters
    ----------
    tell : is given one line as each stage begins.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._tell = tell

    @contextmanager
    def __call__(self, stage: str, doing: str) -> Iterator[None]:
        """Time one stage; `doing` tells the user what happens."""
        self._tell(f"{stage}: {doing}")
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + spent, 3)
