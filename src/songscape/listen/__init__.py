"""From files to the library: find them, describe them in worker processes, keep what was found.

:func:`listen` walks the given files and folders, asks the library which sounds are known, has the
others described and stores each result before it counts it as done. It can be interrupted at any
moment and continues where it was. The account it returns always balances::

    files seen = described + known + failed + failed before + left + skipped

Work runs in processes of their own, because decoders of damaged files crash, hang and eat memory:
that costs the one file, which is recorded as failed, and never the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.core.errors import WorkerError
from songscape.library import Failure, Outcome, Writer
from songscape.listen.account import Account, Progress, slowly
from songscape.listen.crew import TIMED_OUT, Crew, Reply
from songscape.listen.extractor import Extractor, extractor
from songscape.listen.limits import Options
from songscape.listen.scan import Scan, scan
from songscape.listen.worker import CHANGED, UNREADABLE

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = ["Account", "Extractor", "Options", "Progress", "extractor", "listen", "slowly"]

HOPELESS = 20
"""If so many files fail first, all by one unexpected error, the fault is not in the files."""


def listen(
    paths: Sequence[str | bytes | os.PathLike[str]],
    library: Path,
    *,
    by: Extractor | None = None,
    options: Options | None = None,
    report: Callable[[Progress], None] = lambda _progress: None,
) -> Account:
    """Describe all audio in files and folders that the library does not know yet.

    Parameters
    ----------
    paths : files, which are always tried, and folders, which are walked.
    library : the library's file, made if there is none.
    by : what describes a file; the default describes whole files by every family.
    options : workers, limits, and what to do about failed, old and vanished files.
    report : is given the progress, at most a few times a second.

    Returns
    -------
    Account of every file seen.

    Raises
    ------
    LockedError
        If another process is writing to the library.
    InputError
        If a path does not exist, or so much vanished that a drive is probably not there.
    WorkerError
        If no file can be described, for a reason that lies outside the files.
    KeyboardInterrupt
        If it was interrupted; everything finished until then is in the library.
    """
    by, options = by or extractor(), options or Options()
    with Writer(library) as writer:
        setup = writer.setup(by.setup)
        found = scan(paths, writer, by.setup, options, report)
        shift = _Shift(writer, setup, found, report)
        with Crew(by, options) as crew:
            try:
                for replies in crew.replies(found.jobs):
                    shift.take(replies)
            except (KeyboardInterrupt, WorkerError):
                shift.take(crew.finished())
                raise
        return shift.account


class _Shift:
    """Stores replies as they come and keeps the account."""

    def __init__(
        self, writer: Writer, setup: int, found: Scan, report: Callable[[Progress], None]
    ) -> None:
        self._writer, self._setup, self._report = writer, setup, report
        self._progress = Progress.begun(found.jobs)
        self.account = found.account
        self._early: list[Failure] = []
        self._unstored: list[Reply] = []

    def take(self, replies: Sequence[Reply]) -> None:
        """Store replies in one transaction, then count them.

        Those of a transaction that was interrupted are stored with the next.
        """
        self._unstored += replies
        if not self._unstored:
            return
        self._writer.store(
            self._setup,
            [Outcome(one.job.fingerprint, one.result, one.took) for one in self._unstored],
        )
        replies, self._unstored = self._unstored, []
        for reply in replies:
            self.account = self.account.after(reply.job, reply.result)
            self._progress = self._progress.after(reply.job, reply.result)
        self._report(self._progress)
        self._check_hope(replies)

    def _check_hope(self, replies: Iterable[Reply]) -> None:
        """Raise if nothing but one unexpected error has come so far."""
        if self.account.described or len(self._early) >= HOPELESS:
            return
        self._early += [reply.result for reply in replies if isinstance(reply.result, Failure)]
        kinds = {failure.exception for failure in self._early}
        expected = kinds & {"InputError", "MissingExtraError", TIMED_OUT, CHANGED, UNREADABLE}
        if len(self._early) >= HOPELESS and len(kinds) == 1 and not expected:
            raise WorkerError(
                f"The first {len(self._early)} files all failed the same way, so the fault is not "
                f"theirs: {self._early[0].reason} When it is repaired, give --retry-failed."
            )
