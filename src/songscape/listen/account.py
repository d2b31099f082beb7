"""The account of a listening, which always balances, and its progress."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from songscape.core.wording import count as counted
from songscape.library import Failure, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from songscape.library import Finished
    from songscape.listen.scan import Job


COUNTS = (
    "seen",
    "audio",
    "described",
    "known",
    "older",
    "failed",
    "failed_before",
    "left",
    "missing",
    "moved",
)


@dataclass(frozen=True)
class Account:
    """What became of every file that was seen.

    Parameters
    ----------
    described : described now.
    known : the library knew their sound; `older` of them by older versions of descriptors.
    failed : failed now.
    failed_before : failed earlier and were not tried again.
    left : not reached.
    skipped : why to how many: hidden, no audio, links, unreadable folders.
    missing : files the library knows that are not there any more; not among those seen.
    moved : of the known, those that the library knew under another path.
    failures : every file that failed, now or before, with the reason.
    """

    described: int = 0
    known: int = 0
    older: int = 0
    failed: int = 0
    failed_before: int = 0
    left: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    missing: int = 0
    moved: int = 0
    failures: tuple[tuple[bytes, str], ...] = ()

    @property
    def audio(self) -> int:
        """How many files looked like audio."""
        return self.described + self.known + self.failed + self.failed_before + self.left

    @property
    def seen(self) -> int:
        """How many files were seen at all."""
        return self.audio + sum(self.skipped.values())

    def after(self, job: Job, result: Finished | Failure) -> Self:
        """Return the account after one job, which may stand for several files of one sound."""
        count = len(job.paths)
        if not isinstance(result, Failure):
            return replace(self, described=self.described + count, left=self.left - count)
        named = tuple((path, result.reason) for path in job.paths)
        return replace(
            self,
            failed=self.failed + count,
            left=self.left - count,
            failures=self.failures + named,
        )

    def __str__(self) -> str:
        """Say in one line what became of every file."""
        words = {
            "described": self.described,
            f"known before{self._older()}": self.known,
            "failed": self.failed,
            "failed before": self.failed_before,
            "passed over": sum(self.skipped.values()),
        }
        parts = [f"{count:,} {word}" for word, count in words.items() if count]
        missing = f"; {self.missing:,} missing" if self.missing else ""
        return f"{counted(self.seen, 'file')}: {', '.join(parts)}{missing}."

    def _older(self) -> str:
        """Say how many are known by older definitions only, which --refresh would change."""
        return f" ({self.older:,} by older versions; see --refresh)" if self.older else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the account as plain JSON-ready values."""
        counts = {name: getattr(self, name) for name in COUNTS}
        failures = [{"path": shown(path), "reason": reason} for path, reason in self.failures]
        return counts | {"skipped": dict(self.skipped), "failures": failures}


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Parameters
    ----------
    stage : "scan" or "describe".
    done, total : files; the total is 0 while it is not known.
    failed : of the done, those that failed.
    work, whole : megabytes done and in all, after which the time left is reckoned.
    since : when it began, on the monotonic clock.
    """

    stage: str
    done: int = 0
    total: int = 0
    failed: int = 0
    work: float = 0.0
    whole: float = 0.0
    since: float = field(default_factory=time.monotonic)

    @classmethod
    def begun(cls, jobs: Sequence[Job]) -> Self:
        """Return the progress at the start of describing."""
        return cls("describe", total=len(jobs), whole=sum(_work(job) for job in jobs))

    def after(self, job: Job, result: Finished | Failure) -> Self:
        """Return the progress after one job."""
        failed = self.failed + isinstance(result, Failure)
        return replace(self, done=self.done + 1, failed=failed, work=self.work + _work(job))

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.since

    @property
    def rate(self) -> float:
        """Files per second."""
        return self.done / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds it will probably take; None while nothing is known."""
        if not self.work:
            return None
        return self.seconds * (self.whole - self.work) / self.work

    def __str__(self) -> str:
        if self.stage == "scan":
            return f"looking: {self.done:,} files"
        failed = f", {self.failed:,} failed" if self.failed else ""
        left = "" if self.seconds_left is None else f", {_span(self.seconds_left)} left"
        return f"{self.done:,} of {self.total:,} described{failed}, {self.rate:.1f} per s{left}"


def slowly(tell: Callable[[str], None], pause: float = 5.0) -> Callable[[Progress], None]:
    """Return a report that tells of progress in a line, at most every `pause` seconds."""
    told = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= pause:
            told = time.monotonic()
            tell(str(progress))

    return report


def _work(job: Job) -> float:
    """Return what a file costs, in megabytes; also an empty one costs something."""
    return 0.1 + job.size / 1e6


def _span(seconds: float) -> str:
    """Say a span of time.

    >>> _span(42), _span(300), _span(8000)
    ('42 s', '5 min', '2.2 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
