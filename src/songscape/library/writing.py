"""Write to a library: what was seen, what is missing, and how it ended for each sound."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core.errors import LibraryError
from songscape.library._lock import writing
from songscape.library._packing import pack
from songscape.library._schema import connect, migrate, transaction
from songscape.library.entries import Failure, canonical
from songscape.library.reading import Library

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from songscape.library.entries import Finished, Outcome, Seen, Setup

_SEE = """
INSERT INTO files (path, size, mtime_ns, fingerprint, tags, first_seen) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
    fingerprint = excluded.fingerprint, tags = excluded.tags, missing_since = NULL
"""
_COLUMNS = (
    "fingerprint, setup, status, reason, exception, seconds, duration, rate, channels, decoder, "
    "flags, layout, numbers, texts, confidence, reasons, timeline, took, made"
)
_STORE = (
    f"INSERT OR REPLACE INTO descriptions ({_COLUMNS}) "  # noqa: S608 - a constant
    f"VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"
)


class Writer(Library):
    """The one process that may write to a library; makes or migrates it on the way.

    Parameters
    ----------
    path : the library, made if there is none.

    Raises
    ------
    LockedError
        If another process is writing.
    LibraryError
        If the file is no library or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._held = ExitStack()
        super().__init__(path)

    def _opened(self) -> sqlite3.Connection:
        _make_folder(self.path)
        # Through links, so that two names of one library share one lock.
        path = Path(os.path.realpath(self.path))  # which bears links in a circle on any Python
        with ExitStack() as stack:
            stack.enter_context(writing(path))
            connection = connect(path, write=True)
            stack.callback(connection.close)
            migrate(connection, path)
            self._held = stack.pop_all()
        return connection

    def close(self) -> None:
        """Close the file, then let others write."""
        self._held.close()

    def see(self, files: Iterable[Seen]) -> None:
        """Store files as they were found, in one transaction."""
        now = _now()
        rows = [(*seen[:4], canonical(seen.tags), now) for seen in files]
        with transaction(self._connection, self.path):
            self._connection.executemany(_SEE, rows)

    def move(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Let the rows of old paths stand for new paths."""
        with transaction(self._connection, self.path):
            self._connection.executemany(
                "UPDATE OR REPLACE files SET path = ?, missing_since = NULL WHERE path = ?",
                [(new, old) for old, new in pairs],
            )

    def mark(self, *, missing: Iterable[bytes] = (), back: Iterable[bytes] = ()) -> None:
        """Mark files as missing, or as there again; their rows stay."""
        now = _now()
        gone = [(now, path) for path in missing]
        here = [(path,) for path in back]
        with transaction(self._connection, self.path):
            self._connection.executemany(
                "UPDATE files SET missing_since = coalesce(missing_since, ?) WHERE path = ?", gone
            )
            self._connection.executemany(
                "UPDATE files SET missing_since = NULL WHERE path = ?", here
            )

    def setup(self, setup: Setup) -> int:
        """Return the number of a setup, which is stored if it is new."""
        known = self._number("SELECT id FROM setups WHERE digest = ?", setup.digest)
        if known is not None:
            return known
        values = (setup.digest, canonical(setup.options), canonical(setup.versions), _now())
        with transaction(self._connection, self.path):
            cursor = self._connection.execute(
                "INSERT INTO setups (digest, options, versions, made) VALUES (?, ?, ?, ?)", values
            )
            number = int(cursor.lastrowid or 0)
            self._connection.executemany(
                "INSERT INTO descriptors VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (number, name, one.family, one.unit, one.low, one.high)
                    for name, one in setup.descriptors.items()
                ],
            )
        return number

    def store(self, setup: int, outcomes: Iterable[Outcome]) -> None:
        """Store how it ended for these sounds, in one transaction: on return they are safe."""
        now = _now()
        with transaction(self._connection, self.path):
            for outcome in outcomes:
                self._connection.execute(_STORE, (*self._row(setup, outcome), now))

    def _row(self, setup: int, outcome: Outcome) -> tuple[Any, ...]:
        """Return an outcome as the columns of a row, without the moment."""
        result, name = outcome.result, outcome.fingerprint
        if isinstance(result, Failure):
            blank = (0.0, 0.0, 0, 0, "", "[]", None, None, "{}", "{}", "{}", "{}")
            return (name, setup, "failed", result.reason, result.exception, *blank, outcome.took)
        plain = (result.seconds, result.duration, result.rate, result.channels, result.decoder)
        return (name, setup, "ok", "", "", *plain, *self._packed(result), outcome.took)

    def _packed(self, found: Finished) -> tuple[Any, ...]:
        """Return flags, layout, numbers, texts, confidence, reasons and timeline as stored."""
        texts = {key: value for key, value in found.values.items() if isinstance(value, str)}
        numbers = {key: value for key, value in found.values.items() if not isinstance(value, str)}
        return (
            canonical(found.flags),
            self._layout(list(numbers)),
            pack(list(numbers.values())),
            canonical(texts),
            canonical(found.confidence),
            canonical(found.reasons),
            canonical(found.timeline),
        )

    def _layout(self, names: list[str]) -> int:
        """Return the number of a list of names, which is stored if it is new."""
        text = json.dumps(names)
        known = self._number("SELECT id FROM layouts WHERE names = ?", text)
        if known is not None:
            return known
        cursor = self._connection.execute("INSERT INTO layouts (names) VALUES (?)", (text,))
        return int(cursor.lastrowid or 0)

    def _number(self, query: str, value: str) -> int | None:
        """Return the one number a query finds."""
        row = next(self._rows(query, value), None)
        return None if row is None else int(row[0])


def _make_folder(path: Path) -> None:
    """Make the folder a library is to stand in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The folder {path.parent} of the library cannot be made: {error.strerror}; "
            "name another library with --library."
        ) from None


def _now() -> str:
    """Return the moment as ISO 8601 text in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
