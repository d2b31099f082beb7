"""One writer at a time, and who it is.

The lock is the operating system's, on a file beside the library: it ends with the process that
holds it, however that dies, so a stale lock cannot be. The holder's process id stands in the file
for the message others get.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from songscape.core.errors import LibraryError, LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    # A locked byte cannot be read by others on Windows; this one lies beyond the process id.
    _BYTE = 1 << 30

    def _seize(handle: int) -> None:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _seize(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def writing(library: Path) -> Iterator[None]:
    """Hold the one right to write to a library.

    Raises
    ------
    LockedError
        If another process holds it.
    LibraryError
        If no lock file can be made, locked or written there.
    """
    path = library.with_name(library.name + ".lock")
    with ExitStack() as held:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
            # The file stays: removing it would let two writers lock two files of one name.
            held.callback(os.close, handle)
            _hold(handle, library)
        except OSError as error:
            raise LibraryError(
                f"{path} cannot be made: {error.strerror or error}; name another library with "
                "--library."
            ) from None
        yield


def _hold(handle: int, library: Path) -> None:
    """Lock a lock file, and write into it who does."""
    try:
        _seize(handle)
    except (BlockingIOError, PermissionError):
        raise LockedError(str(library), _holder(handle)) from None
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, f"{os.getpid()}\n".encode())


def _holder(handle: int) -> int | None:
    """Return the process id in a lock file, None while it is being written."""
    os.lseek(handle, 0, os.SEEK_SET)
    text = os.read(handle, 32).strip()
    return int(text) if text.isdigit() else None
