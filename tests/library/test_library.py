"""What goes into a library comes out of it, and one process writes at a time."""

import os
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songscape.core.errors import LibraryError, LockedError
from songscape.library import (
    Descriptor,
    Failure,
    Finished,
    Library,
    Outcome,
    Seen,
    Setup,
    Writer,
    default_path,
    is_library,
)

SETUP = Setup({"excerpt": None}, {"tempo": 1}, {"tempo": Descriptor("tempo", "BPM", 30, 300)})
NEWER = Setup({"excerpt": None}, {"tempo": 2}, {"tempo": Descriptor("tempo", "bpm", 30, 300)})
EXCERPT = Setup({"excerpt": 30.0}, {"tempo": 1})
FOUND = Finished(
    values={"tempo": 120.5, "energy": None, "key_name": "C major"},
    confidence={"tempo": 0.9},
    reasons={"energy": "silence"},
    flags=("clipped",),
    seconds=30.0,
    duration=200.0,
    rate=44_100,
    channels=2,
    decoder="soundfile",
    timeline={"moments": {"beats": [0.5, 1.0]}},
)


def seen(number, path=None, size=10):
    return Seen(path or b"/m/%d.mp3" % number, size, 5, number.to_bytes(16, "big"), {"title": "T"})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "library.db"


def songs(path, root=None):
    with Library(path) as library:
        return list(library.songs(library.setups(), root))


def test_a_description_comes_back(path):
    with Writer(path) as writer:
        writer.see([seen(1)])
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, FOUND, 1.5)])
    (song,) = songs(path)
    assert (song.status, song.seconds, song.duration, song.flags) == (
        "ok",
        30.0,
        200.0,
        ("clipped",),
    )
    assert song.values.texts == {"key_name": "C major"}
    assert song.values.numbers["tempo"] == 120.5
    assert song.values.numbers["energy"] != song.values.numbers["energy"]
    assert song.tags == {"title": "T"}


def test_a_failure_comes_back(path):
    with Writer(path) as writer:
        writer.see([seen(1), seen(2)])
        writer.store(
            writer.setup(SETUP), [Outcome(seen(1).fingerprint, Failure("Broken.", "InputError"))]
        )
    assert [(song.status, song.reason, song.exception) for song in songs(path)] == [
        ("failed", "Broken.", "InputError"),
        ("waiting", "", ""),
    ]


def test_the_view_tells_people_how_it_ended(path):
    with Writer(path) as writer:
        writer.see([seen(1), seen(2), seen(3)])
        writer.mark(missing=[b"/m/3.mp3"])
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, FOUND)])
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT path, status FROM tracks ORDER BY path").fetchall()
    connection.close()
    assert rows == [("/m/1.mp3", "ok"), ("/m/2.mp3", "waiting"), ("/m/3.mp3", "missing")]


def test_missing_files_stay_and_come_back(path):
    with Writer(path) as writer:
        writer.see([seen(1)])
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, FOUND)])
        writer.mark(missing=[b"/m/1.mp3"])
        assert [song.status for song in songs(path)] == ["missing"]
        writer.mark(back=[b"/m/1.mp3"])
    assert [song.status for song in songs(path)] == ["ok"]


def test_a_moved_file_keeps_its_row(path):
    with Writer(path) as writer:
        writer.see([seen(1)])
        writer.move([(b"/m/1.mp3", b"/n/1.mp3")])
        assert list(writer.files()) == [b"/n/1.mp3"]


def test_only_what_lies_below_a_folder_is_listed(path):
    names = [b"/m/a/1", b"/m/a/b/2", b"/m/a.mp3", b"/m/ab/3", b"/m/a", b"/m/a/\xff\xff"]
    with Writer(path) as writer:
        writer.see([seen(number, name) for number, name in enumerate(names)])
        assert set(writer.files(b"/m/a")) == {b"/m/a", b"/m/a/1", b"/m/a/b/2", b"/m/a/\xff\xff"}
        assert set(writer.files(b"/")) == set(writer.files()) == set(names)


def test_other_options_are_another_description(path):
    with Writer(path) as writer:
        writer.see([seen(1)])
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, FOUND)])
        assert writer.ends(EXCERPT) == {}
        assert writer.ends(SETUP)[seen(1).fingerprint].status == "ok"


def test_an_older_version_is_known_as_such(path):
    with Writer(path) as writer:
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, FOUND)])
        assert writer.ends(NEWER)[seen(1).fingerprint].older
        assert writer.ends(NEWER, older=False) == {}
        writer.store(writer.setup(NEWER), [Outcome(seen(1).fingerprint, FOUND)])
        assert not writer.ends(NEWER)[seen(1).fingerprint].older


def test_a_newer_version_is_known_and_never_replaced_by_an_older(path):
    with Writer(path) as writer:
        writer.store(writer.setup(NEWER), [Outcome(seen(1).fingerprint, FOUND)])
        for older in (True, False):
            (end,) = writer.ends(SETUP, older=older).values()
            assert (end.status, end.older) == ("ok", False)
        writer.store(writer.setup(SETUP), [Outcome(seen(1).fingerprint, Failure("no", "X"))])
        assert writer.ends(SETUP)[seen(1).fingerprint].status == "failed"


def test_the_newest_description_that_worked_is_read(path):
    newer = Finished(values={"tempo": 90.0})
    with Writer(path) as writer:
        writer.see([seen(1), seen(2)])
        one, two = writer.setup(SETUP), writer.setup(NEWER)
        writer.store(one, [Outcome(seen(n).fingerprint, FOUND) for n in (1, 2)])
        writer.store(
            two,
            [
                Outcome(seen(1).fingerprint, newer),
                Outcome(seen(2).fingerprint, Failure("No.", "X")),
            ],
        )
    assert [song.values.numbers["tempo"] for song in songs(path)] == [90.0, 120.5]
    with Library(path) as library:
        assert library.descriptors([one])["tempo"].unit == "BPM"
        assert library.descriptors([one, two])["tempo"] == Descriptor("tempo", "bpm", 30, 300)


def test_setups_and_layouts_are_stored_once(path):
    for _ in range(2):
        with Writer(path) as writer:
            assert writer.setup(SETUP) == 1
            writer.store(1, [Outcome(seen(1).fingerprint, FOUND)])
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM layouts").fetchone() == (1,)
    connection.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40), unique=True, max_size=20))
def test_any_bytes_are_a_path(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("library") / "library.db"
    paths = [b"/m/" + name for name in names]
    with Writer(path) as writer:
        writer.see([seen(number, each) for number, each in enumerate(paths)])
        assert list(writer.files(b"/m")) == sorted(paths)
    assert [song.path for song in songs(path)] == sorted(paths)


def test_the_writer_is_alone(path):
    with Writer(path), pytest.raises(LockedError, match=f"process {os.getpid()}") as caught:
        Writer(path)
    assert caught.value.holder == os.getpid()
    Writer(path).close()


def test_another_name_of_the_library_is_the_same_library(path, tmp_path):
    Writer(path).close()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with Writer(path), pytest.raises(LockedError, match="being written"):
        Writer(link)


def test_readers_are_free_while_one_writes(path):
    with Writer(path) as writer:
        writer.see([seen(1)])
        assert len(songs(path)) == 1


def test_a_song_of_new_names_is_read_while_another_process_stores_it(path, monkeypatch):
    with Writer(path) as writer, Library(path) as library:
        number = writer.setup(SETUP)
        rows = Library._rows

        def late(self, query, *values):
            if "FROM files f" in query:
                writer.see([seen(1)])
                writer.store(number, [Outcome(seen(1).fingerprint, FOUND)])
            return rows(self, query, *values)

        monkeypatch.setattr(Library, "_rows", late)
        (song,) = library.songs([number])
    assert song.values.numbers["tempo"] == 120.5


@pytest.mark.parametrize("call", ["write", "ftruncate"])
def test_a_lock_that_cannot_be_written_is_told_and_let_go(path, monkeypatch, call):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(LibraryError, match=r"lock cannot be made: No space.*--library"):
            Writer(path)
    Writer(path).close()


def test_a_lock_of_a_process_that_is_gone_is_no_lock(path):
    path.parent.mkdir()
    code = f"from songscape.library import Writer; from pathlib import Path; import os; w = Writer(Path({str(path)!r})); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert path.with_name("library.db.lock").read_text() != f"{os.getpid()}\n"
    Writer(path).close()


def test_writers_in_other_processes_get_in_one_after_another(path):
    code = f"""
import time
from pathlib import Path
from songscape.core.errors import LockedError
from songscape.library import Seen, Writer
import os
done = 0
while done < 20:
    try:
        with Writer(Path({str(path)!r})) as writer:
            writer.see([Seen(b"/%d/%d" % (os.getpid(), done), 1, 1, bytes(16), {{}})])
            done += 1
    except LockedError:
        time.sleep(0.001)
"""
    path.parent.mkdir()
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    assert len(songs(path)) == 60


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + bytes(100)])
def test_a_foreign_file_is_no_library(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    assert not is_library(path)
    with pytest.raises(LibraryError, match=r"no songscape library|cannot be opened"):
        Library(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
@pytest.mark.parametrize("opened", [Writer, Library])
def test_a_foreign_database_is_left_alone(path, journal, opened):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(LibraryError, match="left alone"):
        opened(path)
    assert path.read_bytes() == content


def test_no_library_is_an_error_for_readers(path):
    with pytest.raises(LibraryError, match="cannot be opened"):
        Library(path)
    assert not path.exists()


def test_a_damaged_library_is_told_to_readers(path):
    with Writer(path) as writer:
        writer.see([seen(number, b"/m/%d.mp3" % number * 30) for number in range(500)])
    content = bytearray(path.read_bytes())
    # Past the head and the list of tables, every page is overwritten.
    content[8192:] = b"\xaa" * (len(content) - 8192)
    path.write_bytes(content)
    with Library(path) as library:
        for read in (library.files, lambda: list(library.songs([1]))):
            with pytest.raises(LibraryError, match=r"cannot be read: .*malformed; put a copy"):
                read()


@pytest.mark.parametrize(
    "harm",
    [
        """UPDATE files SET tags = '{"tit'""",
        "UPDATE descriptions SET numbers = x'0102'",
        "UPDATE descriptions SET numbers = NULL",
        "UPDATE descriptions SET layout = 99",
        "UPDATE descriptions SET texts = 'none'",
        "UPDATE layouts SET names = '[1,'",
        "UPDATE setups SET options = '{'",
    ],
)
def test_records_that_make_no_sense_are_told_to_readers(path, harm):
    with Writer(path) as writer:
        writer.see([seen(1), seen(2)])
        outcomes = [Outcome(seen(number).fingerprint, FOUND) for number in (1, 2)]
        writer.store(writer.setup(SETUP), outcomes)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(harm)
    connection.close()
    with pytest.raises(LibraryError, match=r"holds what no songscape wrote .*put a copy"):
        songs(path)


def test_a_reader_may_stop_half_way(path):
    with Writer(path) as writer:
        writer.see([seen(1), seen(2)])
    with Library(path) as library:
        listed = library.songs([1])
        assert next(listed).path == b"/m/1.mp3"
    listed.close()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_library_that_is_a_link_to_itself_is_told(path):
    path.parent.mkdir()
    path.symlink_to(path)
    with pytest.raises(LibraryError, match="cannot be opened"):
        Writer(path)


def test_a_library_knows_itself(path):
    Writer(path).close()
    assert is_library(path)
    assert not is_library(path.parent)


def test_an_error_in_the_middle_stores_nothing(path):
    with Writer(path) as writer:
        setup = writer.setup(SETUP)
        wrong = Outcome(seen(2).fingerprint, Finished(values={"tempo": object()}))
        with pytest.raises(TypeError):
            writer.store(setup, [Outcome(seen(1).fingerprint, FOUND), wrong])
        assert writer.ends(SETUP) == {}
        writer.store(setup, [Outcome(seen(1).fingerprint, FOUND)])
        assert len(writer.ends(SETUP)) == 1


def test_a_full_disk_keeps_what_was_stored(path):
    with Writer(path) as writer:
        setup = writer.setup(SETUP)
        writer.store(setup, [Outcome(seen(1).fingerprint, FOUND)])
        (pages,) = writer._connection.execute("PRAGMA page_count").fetchone()
        writer._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        big = Finished(values={f"value_{number}": 1.0 for number in range(5000)})
        with pytest.raises(LibraryError, match=r"library\.db cannot be written: .*full; what was"):
            writer.store(setup, [Outcome(seen(2).fingerprint, big)])
        assert set(writer.ends(SETUP)) == {seen(1).fingerprint}


def test_the_default_place_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SONGSCAPE_LIBRARY", str(tmp_path / "mine.db"))
    assert default_path() == tmp_path / "mine.db"
    monkeypatch.delenv("SONGSCAPE_LIBRARY")
    assert default_path().name == "library.db"
