"""Find audio files below a folder, and say what was passed over.

Files are judged by what they hold: a name that ends like audio is believed until it is decoded;
any other file is opened and its first bytes looked at. Names that begin with a dot are hidden.
Links are not followed unless asked for: what they point to inside the folder is met under its own
name. Each folder is visited once, by device and inode, so that links in a circle end.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from songscape.core.errors import InputError
from songscape.library import shown
from songscape.library.containers import HEAD, container

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIO = frozenset(
    [
        ".3ga",
        ".aac",
        ".ac3",
        ".adts",
        ".aif",
        ".aifc",
        ".aiff",
        ".alac",
        ".amr",
        ".ape",
        ".au",
        ".caf",
        ".dff",
        ".dsf",
        ".dts",
        ".eac3",
        ".flac",
        ".m4a",
        ".m4b",
        ".m4r",
        ".mka",
        ".mp1",
        ".mp2",
        ".mp3",
        ".mp4a",
        ".mpc",
        ".mpga",
        ".mpp",
        ".oga",
        ".ofr",
        ".ofs",
        ".ogg",
        ".opus",
        ".ra",
        ".rf64",
        ".snd",
        ".spx",
        ".tak",
        ".tta",
        ".w64",
        ".wav",
        ".wave",
        ".weba",
        ".wma",
        ".wv",
    ]
)
"""Endings of names that are believed to be audio."""

EARLIEST, LATEST = -(1 << 63), (1 << 63) - 1
"""Times of change a library can hold, in nanoseconds: the years 1677 to 2262."""

HIDDEN, LINK, OTHER, SPECIAL = "hidden", "links", "no audio", "no regular files"
FOLDER, FILE = "folder", "file"
UNREADABLE = "unreadable folders"
UNOPENED = "unreadable files"


@dataclass(frozen=True)
class Candidate:
    """A file that looks like audio: absolute path, size in bytes, time of change."""

    path: bytes
    size: int
    mtime_ns: int


@dataclass
class Walk:
    """A walk below one folder; counts and troubles are complete when it has ended.

    Parameters
    ----------
    root : the folder, absolute.
    follow : follow links, also out of the folder.
    skipped : why to how many.
    closed : folders and files that could not be read, so that nothing is known of what is in them.
    """

    root: bytes
    follow: bool = False
    skipped: Counter[str] = field(default_factory=Counter)
    closed: list[bytes] = field(default_factory=list)
    _visited: set[tuple[int, int]] = field(default_factory=set)
    _linked: list[bytes] = field(default_factory=list)

    def __iter__(self) -> Iterator[Candidate]:
        """Yield the files; links come last, so that files are met under their own names."""
        yield from self._below(self.root)
        while self._linked:
            yield from self._through(self._linked.pop())

    def _below(self, top: bytes) -> Iterator[Candidate]:
        """Walk a folder, deepest-first on a stack of our own: trees may be deeper than Python's."""
        stack = [top]
        while stack:
            folder = stack.pop()
            if not self._enter(folder):
                continue
            for entry in self._entries(folder):
                if entry.name.startswith(b"."):
                    self.skipped[HIDDEN] += 1
                elif (kind := self._kind(entry)) == LINK:
                    self._meet_link(entry.path)
                elif kind == FOLDER:
                    stack.append(entry.path)
                elif kind == FILE:
                    yield from self._judged(entry.path)

    def _kind(self, entry: os.DirEntry[bytes]) -> str:
        """Tell what an entry is; some file systems say so only when asked, or fail to."""
        try:
            if entry.is_symlink():
                return LINK
            return FOLDER if entry.is_dir(follow_symlinks=False) else FILE
        except OSError:
            self.closed.append(entry.path)
            self.skipped[UNOPENED] += 1
            return UNOPENED

    def _enter(self, folder: bytes) -> bool:
        """Tell whether a folder is met for the first time."""
        try:
            status = os.stat(folder)  # noqa: PTH116 - paths are bytes
        except OSError:
            self._close(folder)
            return False
        known = (status.st_dev, status.st_ino)
        new = known not in self._visited
        self._visited.add(known)
        return new

    def _entries(self, folder: bytes) -> list[os.DirEntry[bytes]]:
        """List a folder in the order of names."""
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._close(folder)
            return []

    def _close(self, folder: bytes) -> None:
        self.closed.append(folder)
        self.skipped[UNREADABLE] += 1

    def _meet_link(self, path: bytes) -> None:
        """Put a link aside, or count it."""
        if self.follow:
            self._linked.append(path)
        else:
            self.skipped[LINK] += 1

    def _through(self, link: bytes) -> Iterator[Candidate]:
        """Walk what a link points to, unless it was met before."""
        target = os.path.realpath(link)
        if os.path.isdir(target):  # noqa: PTH112 - paths are bytes
            yield from self._below(link)
        elif _below(self.root, target) or not os.path.exists(target):  # noqa: PTH110
            self.skipped[LINK] += 1
        else:
            yield from self._judged(link)

    def _judged(self, path: bytes) -> Iterator[Candidate]:
        """Yield a file if it looks like audio, else count why not."""
        try:
            status = os.stat(path)  # noqa: PTH116
            if not stat.S_ISREG(status.st_mode):
                self.skipped[SPECIAL] += 1
            elif looks_like_audio(path):
                yield Candidate(path, status.st_size, _changed(status))
            else:
                self.skipped[OTHER] += 1
        except OSError as error:
            self.skipped[UNOPENED] += 1
            if not isinstance(error, FileNotFoundError):
                self.closed.append(path)


def _below(root: bytes, path: bytes) -> bool:
    """Tell whether a path lies below a folder."""
    separator = os.fsencode(os.sep)
    return path.startswith(root.rstrip(separator) + separator)


def looks_like_audio(path: bytes) -> bool:
    """Tell by the name's ending, else by the first bytes.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    if os.path.splitext(path)[1].lower().decode("ascii", "replace") in AUDIO:  # noqa: PTH122
        return True
    with open(path, "rb") as file:  # noqa: PTH123
        return container(file.read(HEAD)) is not None


def named(path: bytes) -> Candidate:
    """Return a file that was named by the user, whatever it looks like.

    Raises
    ------
    InputError
        If it is not there, or no file.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be found: {error.strerror}.") from None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{shown(path)} is neither a file nor a folder.")
    return Candidate(path, status.st_size, _changed(status))


def _changed(status: os.stat_result) -> int:
    """Return the time of change, as near as can be: some file systems begin in the year 1601."""
    return min(max(status.st_mtime_ns, EARLIEST), LATEST)
