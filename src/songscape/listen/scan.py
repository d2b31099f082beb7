"""See what is there, tell the library, and list what is to be done.

A file whose size and time of change are as the library has them is not opened. Of any other the
fingerprint and the tags are read, so that a file that was renamed, moved or retagged is known
again by its sound.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from songscape.core.errors import InputError
from songscape.library import Seen, fingerprint, shown
from songscape.library.fingerprint import unreadable
from songscape.listen.account import Account, Progress
from songscape.listen.tags import read_tags
from songscape.listen.walk import Candidate, Walk, named
from songscape.listen.worker import CHANGED, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from songscape.library import Setup, Writer
    from songscape.library.reading import Ending
    from songscape.listen.limits import Options

    Files = Mapping[bytes, tuple[int, int, bytes, bool]]
    Report = Callable[[Progress], None]

MOST_VANISHED = 0.2
"""Share of a folder's known files that may vanish before it is taken for a missing drive."""

BATCH = 500


class Job(NamedTuple):
    """One sound to describe: fingerprint, size in bytes, and the files that hold it."""

    fingerprint: bytes
    size: int
    paths: tuple[bytes, ...]


@dataclass(frozen=True)
class Scan:
    """What is to be done, biggest first, and the account before it is done."""

    jobs: tuple[Job, ...]
    account: Account


@dataclass
class _Sight:
    """What the walks have seen so far."""

    files: dict[bytes, bytes] = field(default_factory=dict)
    sizes: dict[bytes, int] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    moved: int = 0


def scan(
    paths: Sequence[str | bytes | os.PathLike[str]],
    writer: Writer,
    setup: Setup,
    options: Options,
    report: Report = lambda _progress: None,
) -> Scan:
    """See all files, store what was seen, and return what is left to do.

    Raises
    ------
    InputError
        If a path is not there, holds no audio, or too many known files vanished from a folder.
    """
    sight = _Sight()
    for root in _roots(paths):
        if os.path.isdir(root):  # noqa: PTH112 - paths are bytes
            _see_folder(root, writer, options, sight, report)
        else:
            _see_file(root, writer, sight)
    if not sight.files:
        raise InputError(_silence(paths, sight))
    return _plan(sight, writer.ends(setup, older=not options.refresh), options)


def _silence(paths: Iterable[str | bytes | os.PathLike[str]], sight: _Sight) -> str:
    """Say that there is nothing to listen to."""
    places = ", ".join(shown(os.fsencode(path)) for path in paths)
    skipped = ", ".join(f"{count:,} {why}" for why, count in sorted(sight.skipped.items()))
    return f"There is no audio in {places}" + (f"; passed over: {skipped}." if skipped else ".")


def _roots(paths: Iterable[str | bytes | os.PathLike[str]]) -> list[bytes]:
    """Return the paths as absolute bytes, without those that lie below another."""
    roots: list[bytes] = []
    given = {os.fsencode(path) for path in paths}
    if b"" in given:  # which would be the working folder
        raise InputError("One of the paths is empty; name a file or a folder.")
    for root in sorted(map(os.path.realpath, given)):
        if not any(root.startswith(other.rstrip(b"/\\") + os.fsencode(os.sep)) for other in roots):
            roots.append(root)
    return roots


def _see_file(root: bytes, writer: Writer, sight: _Sight) -> None:
    """See one file the user named."""
    candidate = named(root)
    known = writer.files(root)
    seen = _seen(candidate, known)
    if seen is not None:
        writer.see([seen])
    name = known[root][2] if seen is None else seen.fingerprint
    sight.files[root], sight.sizes[name] = name, candidate.size


def _see_folder(
    root: bytes, writer: Writer, options: Options, sight: _Sight, report: Report
) -> None:
    """See a folder: what is new, what moved, what is back, what is missing."""
    known = writer.files(root)
    walk = Walk(root, options.follow_links)
    candidates = list(_reported(walk, report))
    if root in walk.closed:
        raise InputError(f"The folder {shown(root)} cannot be read.")
    sight.skipped.update(walk.skipped)
    here = {candidate.path for candidate in candidates}
    gone = [path for path in known if path not in here and not _within(path, walk.closed)]
    lost = {path for path in gone if known[path][3]}
    new = list(_new(candidates, known, report))
    moves = _moves(lost, new, known)
    if not options.accept_missing:
        _check_vanished(root, lost - {old for old, _ in moves}, known)
    writer.move(moves)
    for start in range(0, len(new), BATCH):
        writer.see(new[start : start + BATCH])
    back = [path for path in here if path in known and not known[path][3]]
    left = set(gone) - {old for old, _ in moves}
    writer.mark(missing=lost & left, back=back)
    names = {seen.path: seen.fingerprint for seen in new}
    for candidate in candidates:
        name = names.get(candidate.path) or known[candidate.path][2]
        sight.files[candidate.path], sight.sizes[name] = name, candidate.size
    sight.missing += len(left)
    sight.moved += len(moves)


def _reported(walk: Walk, report: Report) -> Iterator[Candidate]:
    """Yield what a walk finds, and tell of it twice a second."""
    told = time.monotonic()
    for count, candidate in enumerate(walk, 1):
        if time.monotonic() - told > 0.5:
            told = time.monotonic()
            report(Progress("scan", done=count))
        yield candidate


def _new(candidates: Sequence[Candidate], known: Files, report: Report) -> Iterator[Seen]:
    """Yield the files that are new or changed, with fingerprint and tags."""
    told = time.monotonic()
    for count, candidate in enumerate(candidates, 1):
        if time.monotonic() - told > 0.5:
            told = time.monotonic()
            report(Progress("scan", done=count, total=len(candidates)))
        if (seen := _seen(candidate, known)) is not None:
            yield seen


def _seen(candidate: Candidate, known: Files) -> Seen | None:
    """Return a file with fingerprint and tags, None if it is as the library has it."""
    path, size, mtime = candidate.path, candidate.size, candidate.mtime_ns
    if path in known and known[path][:2] == (size, mtime):
        return None
    try:
        return Seen(path, size, mtime, fingerprint(path), read_tags(path))
    except OSError:
        # It will fail again when it is described, which records why. The time makes sure that it
        # is looked at the next time, too.
        return Seen(path, size, -1, unreadable(path), {})


def _moves(lost: set[bytes], new: Iterable[Seen], known: Files) -> list[tuple[bytes, bytes]]:
    """Pair each lost path with a new path of the same sound."""
    by_sound: dict[bytes, list[bytes]] = {}
    for path in sorted(lost, reverse=True):
        by_sound.setdefault(known[path][2], []).append(path)
    return [
        (by_sound[seen.fingerprint].pop(), seen.path)
        for seen in new
        if seen.path not in known and by_sound.get(seen.fingerprint)
    ]


def _check_vanished(root: bytes, lost: set[bytes], known: Files) -> None:
    """Raise if so much is gone that a drive is probably not there."""
    present = sum(here for _, _, _, here in known.values())
    if len(lost) > MOST_VANISHED * present:
        raise InputError(
            f"{len(lost):,} of {present:,} known files have vanished from {shown(root)}: is a "
            "drive or share not there? Nothing was changed; if they are gone for good, give "
            "--accept-missing."
        )


def _within(path: bytes, places: Iterable[bytes]) -> bool:
    """Tell whether a path is one of the places, or lies in one."""
    return any(path == place or path.startswith(place + os.fsencode(os.sep)) for place in places)


def _plan(sight: _Sight, ends: Mapping[bytes, Ending], options: Options) -> Scan:
    """Part what is known from what is to be done; several files of one sound are one job."""
    todo: dict[bytes, list[bytes]] = {}
    known = older = failed = 0
    failures: list[tuple[bytes, str]] = []
    for path, name in sight.files.items():
        end = ends.get(name)
        if end is None or (end.status == "failed" and _again(end, options)):
            todo.setdefault(name, []).append(path)
        elif end.status == "failed":
            failed += 1
            failures.append((path, end.reason))
        else:
            known += 1
            older += end.older
    jobs = [Job(name, sight.sizes[name], tuple(paths)) for name, paths in todo.items()]
    jobs.sort(key=lambda job: (-job.size, job.paths))
    account = Account(
        known=known,
        older=older,
        failed_before=failed,
        left=sum(len(job.paths) for job in jobs),
        skipped=dict(sight.skipped),
        missing=sight.missing,
        moved=sight.moved,
        failures=tuple(failures),
    )
    return Scan(tuple(jobs), account)


def _again(end: Ending, options: Options) -> bool:
    """Tell whether a failed file is tried again: always if the fault was not in its sound."""
    return options.retry_failed or end.exception in {"MissingExtraError", CHANGED, UNREADABLE}
