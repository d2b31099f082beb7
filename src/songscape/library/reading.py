"""Read a library: which files it knows, and what was found in them."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from songscape.core.errors import LibraryError
from songscape.library._packing import unpack
from songscape.library._schema import connect
from songscape.library.entries import Descriptor, Song, Values, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from songscape.library.entries import Setup

_SONGS = """
SELECT f.path, f.fingerprint, f.missing_since, f.tags, d.status, d.reason, d.exception, d.seconds,
    d.duration, d.setup, d.flags, d.layout, d.numbers, d.texts, d.confidence, d.reasons,
    iif(?, d.timeline, '{}')
FROM files f LEFT JOIN descriptions d ON d.fingerprint = f.fingerprint AND d.setup = (
    SELECT setup FROM descriptions b
    WHERE b.fingerprint = f.fingerprint AND b.setup IN (SELECT value FROM json_each(?))
    ORDER BY b.status = 'ok' DESC, b.setup DESC LIMIT 1)
WHERE f.path = ? OR (f.path >= ? AND f.path < ?)
ORDER BY f.path
"""


class Library:
    """A library that is only read; a writer may be at work meanwhile.

    Raises
    ------
    LibraryError
        If there is no library at `path`; from every method, if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        return connect(self.path, write=False)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows a query finds."""
        with self._reading():
            # Not `yield from`: a reader who stops half-way may close the library before the rows.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in a sentence that what stands in the file cannot be."""
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            says = f"it holds what no songscape wrote ({error})"
            says = str(error) if isinstance(error, sqlite3.Error) else says
            raise LibraryError(
                f"The library {self.path} cannot be read: {says}; put a copy of it back, or "
                "describe the files into another with --library."
            ) from None

    def files(self, root: bytes | None = None) -> dict[bytes, tuple[int, int, bytes, bool]]:
        """Return size, time of change, fingerprint and presence of what is at or below `root`."""
        rows = self._rows(
            "SELECT path, size, mtime_ns, fingerprint, missing_since IS NULL FROM files "
            "WHERE path = ? OR (path >= ? AND path < ?)",
            *bounds(root),
        )
        return {path: (size, mtime, name, bool(here)) for path, size, mtime, name, here in rows}

    def ends(self, setup: Setup, *, older: bool = True) -> dict[bytes, Ending]:
        """Return how it ended for every sound with the options of this setup.

        Parameters
        ----------
        setup : how descriptions are made now.
        older : accept descriptions with older versions where there is none with these; those with
            newer ones, which a newer songscape made, are always accepted.
        """
        found: dict[bytes, Ending] = {}
        behind = self._behind(setup)
        rows = self._rows(
            "SELECT fingerprint, status, reason, exception, setup "
            "FROM descriptions JOIN setups s ON s.id = setup WHERE s.options = ? "
            "ORDER BY s.versions = ?, status = 'ok', setup",
            canonical(setup.options),
            canonical(setup.versions),
        )
        for name, status, reason, exception, number in rows:
            if older or number not in behind:
                found[name] = Ending(status, reason, exception, older=number in behind)
        return found

    def _behind(self, setup: Setup) -> set[int]:
        """Return the numbers of setups of which a family's version is older than in this one."""
        return {
            number
            for number, (_, versions) in self.setups().items()
            if any(versions.get(name, 0) < version for name, version in setup.versions.items())
        }

    def setups(self) -> dict[int, tuple[dict[str, Any], dict[str, int]]]:
        """Return options and versions of every setup, oldest first."""
        rows = self._rows("SELECT id, options, versions FROM setups ORDER BY id")
        with self._reading():
            return {
                number: (json.loads(options), json.loads(versions))
                for number, options, versions in rows
            }

    def descriptors(self, setups: Iterable[int]) -> dict[str, Descriptor]:
        """Return what is known of every descriptor; a later setup's word counts."""
        rows = self._rows(
            "SELECT name, family, unit, low, high FROM descriptors "
            "WHERE setup IN (SELECT value FROM json_each(?)) ORDER BY setup",
            json.dumps(list(setups)),
        )
        return {name: Descriptor(*rest) for name, *rest in rows}

    def songs(
        self, setups: Iterable[int], root: bytes | None = None, *, timeline: bool = False
    ) -> Iterator[Song]:
        """Yield what is at or below `root`, described by the newest of these setups that worked.

        Parameters
        ----------
        setups : their numbers.
        root : a path; None for all.
        timeline : whether to read moments and segments too, which are long.
        """
        listed = json.dumps(list(setups))
        layouts: dict[int, list[str]] = {}
        for row in self._rows(_SONGS, timeline, listed, *bounds(root)):
            # Not before the first row: until then a writer may add songs of another layout.
            layouts = layouts or self._layouts()
            with self._reading():
                song = _song(row, layouts)
            yield song

    def _layouts(self) -> dict[int, list[str]]:
        """Return the names of the numbers by layout."""
        rows = self._rows("SELECT id, names FROM layouts")
        with self._reading():
            return {number: json.loads(names) for number, names in rows}


class Ending(NamedTuple):
    """How it ended for one sound.

    Parameters
    ----------
    status : "ok" or "failed".
    reason, exception : why it failed.
    older : whether older versions of the definitions were at work.
    """

    status: str
    reason: str
    exception: str
    older: bool


def bounds(root: bytes | None) -> tuple[bytes, bytes, bytes]:
    """Return a path, and the bytes between which all paths below it lie.

    >>> bounds(b"/music")
    (b'/music', b'/music/', b'/music0')
    """
    if root is None:
        # Absolute paths begin with a separator or a drive letter, far below this.
        return b"", b"", b"\xff"
    separator = os.fsencode(os.sep)
    trunk = root.rstrip(separator)
    return root, trunk + separator, trunk + bytes([separator[0] + 1])


def _song(row: tuple[Any, ...], layouts: Mapping[int, list[str]]) -> Song:
    """Make a song of a row."""
    path, name, missing, tags, status, reason, exception, seconds, duration, setup, *rest = row
    flags, layout, numbers, texts, *more = rest
    values = None
    if status == "ok":
        found = dict(zip(layouts[layout], unpack(numbers), strict=True))
        values = Values(found, json.loads(texts), *map(json.loads, more))
    return Song(
        path=path,
        fingerprint=name,
        status="missing" if missing else status or "waiting",
        tags=json.loads(tags),
        reason=reason or "",
        exception=exception or "",
        seconds=seconds or 0.0,
        duration=duration or 0.0,
        setup=setup or 0,
        flags=tuple(json.loads(flags)) if flags else (),
        values=values,
    )
