"""Outputs appear whole or not at all.

Everything songscape writes goes to a temporary name beside its place, is flushed to the disk, and
is then renamed, so that an interrupted run, a full disk or a second process never leaves half a
file where a whole one was.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file, or leave what was there."""
    with replacing_file(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a whole UTF-8 file, or leave what was there."""
    write_bytes(path, content.encode())


@contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write; on success it becomes `path`, on error it vanishes."""
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with _naming(path, temporary):
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            _flush(temporary)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; on success it becomes `path`, on error it vanishes.

    A folder that was at `path` is moved aside first and removed only when the new one stands.
    """
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=path.parent))
    try:
        with _naming(path, temporary):
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            for file in temporary.rglob("*"):
                _flush(file)
            _swap(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _naming(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """Let an error of the system name the path that was wanted, not the temporary one beside it.

    A full disk names none. What names a third file, as one that is read, stays as it is.
    """
    try:
        yield
    except OSError as error:
        place = str(error.filename or temporary)
        ours = temporary is None or place.startswith(str(temporary))
        if error.errno is None or not ours:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _swap(new: Path, path: Path) -> None:
    """Put `new` at `path`, keeping what was there until it stands."""
    old = new.with_name(new.name + ".old")
    existed = path.exists()
    if existed:
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if existed:
            old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    """Make sure that the content of a file is on the disk."""
    if path.is_file():
        # Windows flushes no file that is open for reading only.
        with path.open("r+b") as file:
            os.fsync(file.fileno())


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
