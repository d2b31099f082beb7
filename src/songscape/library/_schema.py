"""The tables of a library, and how an older library becomes a newer one.

The schema version is SQLite's ``user_version``. Each step of :data:`STEPS` leads from one version
to the next; all steps that are needed run in one transaction, after a copy of the library was made
beside it, so a killed migration leaves the old library.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from songscape.core.errors import LibraryError
from songscape.library.place import APPLICATION, is_anothers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Steps = Sequence[Sequence[str]]

_FIRST = (
    """CREATE TABLE files (
        path BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        fingerprint BLOB NOT NULL,
        tags TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        missing_since TEXT)""",
    "CREATE INDEX files_by_fingerprint ON files (fingerprint)",
    """CREATE TABLE setups (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        options TEXT NOT NULL,
        versions TEXT NOT NULL,
        made TEXT NOT NULL)""",
    """CREATE TABLE descriptors (
        setup INTEGER NOT NULL REFERENCES setups (id),
        name TEXT NOT NULL,
        family TEXT NOT NULL,
        unit TEXT NOT NULL,
        low REAL,
        high REAL,
        PRIMARY KEY (setup, name)) WITHOUT ROWID""",
    """CREATE TABLE layouts (
        id INTEGER PRIMARY KEY,
        names TEXT NOT NULL UNIQUE)""",
    """CREATE TABLE descriptions (
        fingerprint BLOB NOT NULL,
        setup INTEGER NOT NULL REFERENCES setups (id),
        status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
        reason TEXT NOT NULL,
        exception TEXT NOT NULL,
        seconds REAL NOT NULL,
        duration REAL NOT NULL,
        rate INTEGER NOT NULL,
        channels INTEGER NOT NULL,
        decoder TEXT NOT NULL,
        flags TEXT NOT NULL,
        layout INTEGER REFERENCES layouts (id),
        numbers BLOB,
        texts TEXT NOT NULL,
        confidence TEXT NOT NULL,
        reasons TEXT NOT NULL,
        timeline TEXT NOT NULL,
        took REAL NOT NULL,
        made TEXT NOT NULL,
        PRIMARY KEY (fingerprint, setup))""",
    """CREATE VIEW tracks AS
        SELECT CAST(path AS TEXT) AS path, setup,
            CASE WHEN missing_since IS NOT NULL THEN 'missing'
                ELSE coalesce(status, 'waiting') END AS status,
            reason, exception, seconds, duration, flags, tags, hex(fingerprint) AS fingerprint
        FROM files LEFT JOIN descriptions USING (fingerprint)""",
)
STEPS: Steps = (_FIRST,)
PATIENCE = 120.0
"""Seconds to wait for another process that is just reading or writing."""


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the database; a reader may still roll back what a killed writer left.

    Raises
    ------
    LibraryError
        If there is none, or it is not a songscape library, or a newer one.
    """
    if is_anothers(path):
        raise _foreign(path)
    mode = "rwc" if write else "rw"
    with ExitStack() as on_error:
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=PATIENCE,
                isolation_level=None,
                check_same_thread=False,
            )
            on_error.callback(connection.close)
            kind = "journal_mode = DELETE" if write else "query_only = ON"
            connection.execute(f"PRAGMA {kind}")
            connection.execute("PRAGMA synchronous = FULL")
            _check(connection, path, new=write)
        except sqlite3.Error as error:
            raise LibraryError(
                f"The library {path} cannot be opened: {error}; describe a folder into it first, "
                "or name another with --library."
            ) from None
        on_error.pop_all()
    return connection


def _check(connection: sqlite3.Connection, path: Path, *, new: bool) -> None:
    """Raise unless this is a library we know, or an empty file that may become one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = schema_version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and not (new and application == tables == 0):
        raise _foreign(path)
    if version > len(STEPS):
        raise LibraryError(
            f"The library {path} was written by a newer songscape (schema {version}, this one "
            f"knows {len(STEPS)}); upgrade songscape."
        )


def _foreign(path: Path) -> LibraryError:
    return LibraryError(
        f"{path} is no songscape library and is left alone; name another with --library."
    )


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the schema version of a library, 0 for an empty file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection, path: Path, steps: Steps = STEPS) -> None:
    """Bring a library to the newest schema, whole or not at all."""
    version = schema_version(connection)
    if version == len(steps):
        return
    if version:
        _copy(connection, path.with_name(f"{path.name}.schema{version}"))
    with transaction(connection, path):
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy a library whole; a copy that was begun by a killed process is made again."""
    path.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(path),))


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Commit all that is executed inside, or none of it; `path` is the library's.

    Raises
    ------
    LibraryError
        If the database cannot take it: the disk is full, the file is read-only or damaged.
    """
    try:
        # IMMEDIATE takes the right to write at once: a plain BEGIN that turns into a writer later
        # fails when two do so together.
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise LibraryError(
            f"The library {path} cannot be written: {error}; what was stored before is safe. Make "
            "room, or name another with --library."
        ) from None
