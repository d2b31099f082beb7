"""A killed writer loses nothing it acknowledged."""

import importlib.util
import sqlite3
import sys
from pathlib import Path

import pytest

from songscape.core.errors import LibraryError
from songscape.library import Library, Seen, Writer
from songscape.library._schema import STEPS, connect, migrate, schema_version

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def kill_trials():
    path = Path(__file__).with_name("kill_trials.py")
    spec = importlib.util.spec_from_file_location("kill_trials", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_twenty_kills_lose_nothing(tmp_path, kill_trials):
    assert kill_trials.trials(tmp_path / "library.db", 20, seed=0) > 0


def tags_in(content, journal, path):
    """Open a library as a killed process left it; return the tags of its files."""
    path.write_bytes(content)
    Path(f"{path}-journal").write_bytes(journal)
    with Library(path) as library:
        tags = {song.tags["title"] for song in library.songs([])}
        assert library._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert len(library.files()) == 100
    return tags


@pytest.fixture
def torn(tmp_path):
    """Return a library before a commit, in the midst of it, and the journal that stands then."""
    path = tmp_path / "original.db"
    with Writer(path) as writer:
        long = {"title": "old", "artist": "x" * 900}
        writer.see([Seen(b"/m/%d" % n, 1, 1, bytes(16), long) for n in range(100)])
    before = path.read_bytes()
    connection = sqlite3.connect(path, isolation_level=None)
    # With hardly any cache, changed pages reach the file before the commit.
    connection.execute("PRAGMA cache_size = 2")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE files SET tags = replace(tags, 'old', 'new')")
    midst, journal = path.read_bytes(), Path(f"{path}-journal").read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    return before, midst, journal


def test_a_commit_broken_off_in_the_file_is_undone(tmp_path, torn):
    before, midst, journal = torn
    assert before != midst
    assert b'"title":"new"' in midst
    assert tags_in(midst, journal, tmp_path / "torn.db") == {"old"}


def test_a_commit_broken_off_in_the_journal_is_undone(tmp_path, torn):
    before, _, journal = torn
    for length in [*range(0, 600, 9), *range(600, len(journal), 4999), len(journal)]:
        assert tags_in(before, journal[:length], tmp_path / "torn.db") == {"old"}


def test_a_failed_migration_leaves_the_old_library(tmp_path):
    path = tmp_path / "library.db"
    Writer(path).close()
    connection = connect(path, write=True)
    broken = (*STEPS, ("CREATE TABLE more (x)", "THIS IS NO SQL"))
    with pytest.raises(LibraryError, match="cannot be written"):
        migrate(connection, path, broken)
    assert schema_version(connection) == len(STEPS)
    assert connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'more'"
    ).fetchone() == (0,)
    connection.close()


def test_a_migration_keeps_a_copy_of_the_old_library(tmp_path):
    path = tmp_path / "library.db"
    Writer(path).close()
    connection = connect(path, write=True)
    migrate(connection, path, (*STEPS, ("CREATE TABLE more (x)",)))
    assert schema_version(connection) == len(STEPS) + 1
    connection.close()
    copy = sqlite3.connect(tmp_path / f"library.db.schema{len(STEPS)}")
    assert copy.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    copy.close()


def test_a_newer_library_is_refused(tmp_path):
    path = tmp_path / "library.db"
    Writer(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match="newer songscape"):
        Writer(path)
    with pytest.raises(LibraryError, match="newer songscape"):
        Library(path)
