"""Files are described once, a fault costs one file, and the account balances."""

import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songscape.core.errors import InputError, LockedError, WorkerError
from songscape.library import Finished, Library, Writer
from songscape.listen import Extractor, Options, listen
from songscape.listen.crew import Crew, Reply

ONE = Options(workers=1)
TWO = Options(workers=2, seconds=20.0)


def statuses(library):
    with Library(library) as opened:
        songs = opened.songs(opened.setups())
        return {
            song.path.rpartition(b"/")[2].decode("utf-8", "replace"): song.status for song in songs
        }


def described(diary):
    """Return the files the extractor was asked for, in order."""
    return diary.read_text().splitlines() if diary.exists() else []


def test_every_file_is_described_once(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music(*"abcdef")
    account = listen([folder], library, by=by(diary=str(diary)), options=TWO)
    assert (account.described, account.failed, account.left) == (6, 0, 0)
    account = listen([folder], library, by=by(diary=str(diary)), options=TWO)
    assert (account.described, account.known) == (0, 6)
    assert len(described(diary)) == 6


FAULTS = {
    "fail": ("InputError", "It is broken."),
    "bug": ("ZeroDivisionError", "ZeroDivisionError without a message."),
    "leave": ("Crashed", "ended with code 3"),
    "hang": ("TimedOut", "longer than 2 s"),
    "crash": ("Crashed", "SIGSEGV"),
    "eat": ("MemoryError", "more memory"),
}


def test_a_file_that_took_too_long_is_tried_again_alone(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music("late", "good", "hang", "late")
    options = Options(workers=2, seconds=1.5)
    account = listen([folder], library, by=by(diary=str(diary)), options=options)
    assert (account.described, account.failed) == (3, 1)
    tried = described(diary)
    assert [name.split()[1] for name in tried[-3:]].count("good.mp3") == 0
    assert sorted(tried) == sorted(
        ["00 late.mp3", "02 hang.mp3", "03 late.mp3"] * 2 + ["01 good.mp3"]
    )
    assert "longer than 2 s, also when tried again alone" in account.failures[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="signals and memory limits are Linux's")
def test_a_fault_costs_one_file(by, music, library):
    folder = music(*FAULTS, "good", "lie", "chatter", "fine")
    account = listen([folder], library, by=by(), options=Options(workers=2, seconds=2.0))
    assert (account.described, account.failed) == (4, 6)
    with Library(library) as opened:
        songs = {song.path.split()[-1][:-4].decode(): song for song in opened.songs([1])}
    for word, (exception, reason) in FAULTS.items():
        assert songs[word].exception == exception
        assert reason in songs[word].reason
    assert songs["good"].values.numbers["tempo"] == 10.0
    assert dict(account.failures)[songs["fail"].path] == "It is broken."


def test_numbers_that_are_none_are_missing(by, music, library):
    listen([music("lie")], library, by=by(), options=ONE)
    with Library(library) as opened:
        (song,) = opened.songs([1])
        reasons = opened._connection.execute("SELECT reasons FROM descriptions").fetchone()
    assert all(math.isnan(song.values.numbers[name]) for name in ("tempo", "energy"))
    assert reasons == ('{"energy":"not a finite number","tempo":"not a finite number"}',)


def test_a_file_that_changes_meanwhile_is_not_taken_for_what_it_was(by, music, library):
    folder = music("change")
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.described, account.failed) == (0, 1)
    assert "changed while it was listened to" in account.failures[0][1]
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.described, account.failed) == (1, 0)
    with Library(library) as opened:
        (song,) = opened.songs([1])
    assert song.values.numbers["tempo"] == len(b"songgood and longer")


def test_a_file_that_is_moved_meanwhile_is_described_where_it_is_then(by, music, library):
    folder = music("flee")
    (folder / "refuge").mkdir()
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.described, account.failed) == (0, 1)
    assert account.failures[0][1] == "It cannot be read: No such file or directory."
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.described, account.moved, account.failed_before) == (1, 1, 0)


def test_failed_files_are_tried_again_when_asked(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music("fail", "good")
    extractor = by(diary=str(diary))
    listen([folder], library, by=extractor, options=ONE)
    account = listen([folder], library, by=extractor, options=ONE)
    assert (account.known, account.failed_before, len(account.failures)) == (1, 1, 1)
    account = listen([folder], library, by=extractor, options=Options(workers=1, retry_failed=True))
    assert (account.known, account.failed, account.failed_before) == (1, 1, 0)
    assert sorted(described(diary)) == ["00 fail.mp3", "00 fail.mp3", "01 good.mp3"]


def test_renaming_moving_and_copying_describe_nothing(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music(*"abcd")
    extractor = by(diary=str(diary))
    listen([folder], library, by=extractor, options=ONE)
    (folder / "00 a.mp3").rename(folder / "renamed.mp3")
    (folder / "deep").mkdir()
    (folder / "01 b.mp3").rename(folder / "deep" / "01 b.mp3")
    shutil.copy(folder / "02 c.mp3", folder / "copy.mp3")
    (folder / "03 d.mp3").write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x05title" + b"songd 3")
    account = listen([folder], library, by=extractor, options=ONE)
    assert (account.known, account.described, account.moved, account.missing) == (5, 0, 2, 0)
    assert len(described(diary)) == 4
    assert len(statuses(library)) == 5


def test_several_files_of_one_sound_are_described_once(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music("a")
    shutil.copy(folder / "00 a.mp3", folder / "again.mp3")
    account = listen([folder], library, by=by(diary=str(diary)), options=TWO)
    assert account.described == 2
    assert len(described(diary)) == 1


def test_changed_sound_is_described_again(by, music, library):
    folder = music("a", "b")
    listen([folder], library, by=by(), options=ONE)
    (folder / "00 a.mp3").write_bytes(b"songanother")
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.described, account.known) == (1, 1)


def test_big_files_come_first(by, music, library, tmp_path):
    diary = tmp_path / "diary"
    folder = music()
    for size in (10, 3000, 200):
        (folder / f"{size}.mp3").write_bytes(b"song" + b"x" * size)
    listen([folder], library, by=by(diary=str(diary)), options=ONE)
    assert described(diary) == ["3000.mp3", "200.mp3", "10.mp3"]


def test_newer_definitions_are_used_when_asked(by, music, library):
    folder = music("a", "b")
    listen([folder], library, by=by(), options=ONE)
    account = listen([folder], library, by=by(version=2), options=ONE)
    assert (account.known, account.older, account.described) == (2, 2, 0)
    assert "by older versions; see --refresh" in str(account)
    account = listen([folder], library, by=by(version=2), options=Options(workers=1, refresh=True))
    assert (account.known, account.older, account.described) == (0, 0, 2)


def test_what_a_newer_songscape_described_is_left(by, music, library):
    folder = music("a", "b")
    listen([folder], library, by=by(version=2), options=ONE)
    for options in (ONE, Options(workers=1, refresh=True)):
        account = listen([folder], library, by=by(version=1), options=options)
        assert (account.known, account.older, account.described) == (2, 0, 0)


def test_other_options_are_described_besides(by, music, library):
    folder = music("a")
    listen([folder], library, by=by(), options=ONE)
    assert listen([folder], library, by=by(excerpt=30.0), options=ONE).described == 1
    assert listen([folder], library, by=by(), options=ONE).known == 1


def test_workers_are_replaced_after_their_share(by, music, library):
    options = Options(workers=1, recycle=2)
    assert listen([music(*"abcde")], library, by=by(), options=options).described == 5


def test_files_are_tried_whatever_they_are_called(by, music, library):
    folder = music()
    (folder / "notes.txt").write_bytes(b"song")
    assert listen([folder / "notes.txt"], library, by=by(), options=ONE).described == 1


def test_a_file_in_a_folder_named_too_is_one_file(by, music, library):
    folder = music("a", "b")
    account = listen([folder / "00 a.mp3", folder, str(folder)], library, by=by(), options=ONE)
    assert account.seen == account.described == 2


def test_what_is_not_there_is_an_error(by, library, tmp_path):
    with pytest.raises(InputError, match="cannot be found"):
        listen([tmp_path / "nothing"], library, by=by())


def test_a_folder_without_audio_is_an_error(by, music, library):
    folder = music()
    (folder / "notes.txt").write_text("text")
    with pytest.raises(InputError, match=r"no audio in .*; passed over: 1 no audio"):
        listen([folder], library, by=by())


def test_a_vanished_share_changes_nothing(by, music, library):
    folder = music(*"abcde")
    listen([folder], library, by=by(), options=ONE)
    away = folder.rename(folder.with_name("away"))
    folder.mkdir()
    with pytest.raises(InputError, match="5 of 5 known files have vanished"):
        listen([folder], library, by=by(), options=ONE)
    assert set(statuses(library).values()) == {"ok"}
    folder.rmdir()
    away.rename(folder)
    assert listen([folder], library, by=by(), options=ONE).known == 5


def test_a_few_missing_files_are_marked_and_come_back(by, music, library, tmp_path):
    folder = music(*"abcde")
    listen([folder], library, by=by(), options=ONE)
    (folder / "00 a.mp3").rename(tmp_path / "a")
    assert listen([folder], library, by=by(), options=ONE).missing == 1
    assert statuses(library)["00 a.mp3"] == "missing"
    (tmp_path / "a").rename(folder / "00 a.mp3")
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.known, account.missing) == (5, 0)
    assert statuses(library)["00 a.mp3"] == "ok"


def test_many_missing_files_are_believed_when_told(by, music, library):
    folder = music(*"abcde")
    listen([folder], library, by=by(), options=ONE)
    for word in ("00 a", "01 b"):
        (folder / f"{word}.mp3").unlink()
    with pytest.raises(InputError, match=r"2 of 5 .* --accept-missing"):
        listen([folder], library, by=by(), options=ONE)
    account = listen([folder], library, by=by(), options=Options(workers=1, accept_missing=True))
    assert (account.known, account.missing) == (3, 2)
    assert len(statuses(library)) == 5


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_files_in_a_closed_folder_are_not_missing(by, music, library):
    folder = music(*"ab")
    inner = folder / "closed"
    inner.mkdir()
    (folder / "00 a.mp3").rename(inner / "00 a.mp3")
    listen([folder], library, by=by(), options=ONE)
    inner.chmod(0)
    try:
        account = listen([folder], library, by=by(), options=ONE)
    finally:
        inner.chmod(0o755)
    assert (account.missing, account.skipped["unreadable folders"]) == (0, 1)


def test_a_file_that_the_system_does_not_let_see_is_not_missing(by, music, library, monkeypatch):
    folder = music(*"abcdef")
    listen([folder], library, by=by(), options=ONE)
    stat = os.stat

    def shut(path, **how):
        if isinstance(path, bytes) and path.endswith(b"b.mp3"):
            raise PermissionError(13, "Permission denied")
        return stat(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", shut)
        account = listen([folder], library, by=by(), options=ONE)
    assert (account.known, account.missing) == (5, 0)
    assert account.skipped == {"unreadable files": 1}
    assert set(statuses(library).values()) == {"ok"}


def test_one_unexpected_error_for_all_is_not_the_files_fault(by, music, library):
    folder = music(*["bug"] * 25)
    with pytest.raises(WorkerError, match="all failed the same way"):
        listen([folder], library, by=by(), options=ONE)


def test_broken_files_are_the_files_fault(by, music, library):
    assert listen([music(*["fail"] * 25)], library, by=by(), options=ONE).failed == 25


def test_a_worker_that_cannot_start_ends_it(by, music, library):
    broken = Extractor("no_such_module", by().setup)
    with pytest.raises(WorkerError, match="No module named 'no_such_module'"):
        listen([music("a")], library, by=broken, options=TWO)


@pytest.mark.parametrize("call", ["subprocess.Popen", "tempfile.TemporaryFile"])
def test_a_machine_without_room_for_a_worker_is_told(by, music, library, monkeypatch, call):
    def refuse(*_args, **_kinds):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(f"songscape.listen.crew.{call}", refuse)
    with pytest.raises(WorkerError, match="Too many open files; fewer may do, as --workers 1"):
        listen([music("a")], library, by=by(), options=ONE)


def test_what_was_done_before_a_worker_was_lost_is_kept(by, music, library, monkeypatch):
    """A machine may run out of room for a new worker when others have replies ready."""
    folder = music("a", "b", "c")

    def serve(crew, waiting):
        for _ in range(2):
            job = waiting.get_nowait()
            crew._ready.put(Reply(job, Finished(values={"tempo": 1.0}), 0.1))
        crew._ready.put(WorkerError("No worker process could be started: no room."))
        crew._ready.put(None)

    class AtOnce:
        def __init__(self, *, target, args, **_how):
            self.start, self.join = (lambda: target(*args)), (lambda **_how: None)

    with monkeypatch.context() as patch:
        patch.setattr(Crew, "_serve", serve)
        patch.setattr("songscape.listen.crew.threading.Thread", AtOnce)
        with pytest.raises(WorkerError, match="no room"):
            listen([folder], library, by=by(), options=ONE)
    assert list(statuses(library).values()).count("ok") == 2
    account = listen([folder], library, by=by(), options=ONE)
    assert (account.known, account.described) == (2, 1)


def test_an_empty_path_is_not_the_working_folder(by, music, library, monkeypatch):
    monkeypatch.chdir(music("a"))
    with pytest.raises(InputError, match="One of the paths is empty"):
        listen([""], library, by=by(), options=ONE)
    assert listen(["."], library, by=by(), options=ONE).described == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for files' lengths")
def test_complaints_do_not_fill_the_disk(by, music, library):
    listen([music("complain")], library, by=by(), options=ONE)
    with Library(library) as opened:
        (song,) = opened.songs([1])
    assert song.values.numbers["tempo"] < 70


def test_a_locked_library_is_an_error(by, music, library):
    with Writer(library), pytest.raises(LockedError, match=f"process {os.getpid()}"):
        listen([music("a")], library, by=by())


def test_files_whose_names_are_no_text(by, music, library):
    folder = music()
    names = [
        b"caf\xe9.mp3",
        b"new\nline.mp3",
        "שלום\u202emp3.mp3".encode(),
        b"\xff\xfe.mp3",
        b"'\"$(x).mp3",
    ]
    for number, name in enumerate(names):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(b"song%d" % number)
    (folder / os.fsdecode(b"bad\xff.mp3")).write_bytes(b"songfail 1")
    account = listen([folder], library, by=by(), options=TWO)
    assert (account.described, account.failed) == (5, 1)
    with Library(library) as opened:
        assert {path.rpartition(b"/")[2] for path in opened.files()} == {*names, b"bad\xff.mp3"}
    assert account.as_dict()["failures"][0]["path"].endswith("bad\\xff.mp3")


TREE = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "a/b", ".hidden", "c"]),
        st.sampled_from(["good", "fail", "bug"]),
        st.sampled_from([".mp3", ".txt", "", ".FLAC"]),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=TREE)
def test_the_account_balances(by, tmp_path_factory, tree):
    root = tmp_path_factory.mktemp("tree")
    (root / "always.mp3").write_bytes(b"songgood")
    for number, (folder, word, suffix) in enumerate(tree):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / f"{number}{suffix}").write_bytes(f"song{word} {number}".encode())
    visible = 1 + sum(folder != ".hidden" for folder, _, _ in tree)
    hidden = any(folder == ".hidden" for folder, _, _ in tree)
    for _ in range(2):
        account = listen([root], root / ".library.db", by=by(), options=TWO)
        entries = sum(len(files) for _, _, files in os.walk(root)) - sum(
            f == ".hidden" for f, _, _ in tree
        )
        assert account.left == 0
        assert account.seen - account.skipped.get("hidden", 0) == visible
        assert account.seen == entries + hidden
        assert len(account.failures) == account.failed + account.failed_before


COMMAND = """
import signal, sys
from pathlib import Path
from songscape.library import Setup
from songscape.listen import Extractor, Options, listen
given = {{"pause": 0.1, "diary": {diary!r}}}
by = Extractor("fakes", Setup(given, {{"fake": 1}}), given)
def end(*_): raise KeyboardInterrupt
signal.signal(signal.SIGTERM, end)
def tell(progress): print(progress.done, flush=True)
try:
    listen([{folder!r}], Path({library!r}), by=by, options=Options(workers=2), report=tell)
except KeyboardInterrupt:
    sys.exit(130)
"""


def begun(folder, library, diary):
    """Start a listening in another process and wait until it has done something."""
    code = COMMAND.format(folder=str(folder), library=str(library), diary=str(diary))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
    )
    lines = [process.stdout.readline()]
    assert lines[0].strip().isdigit()
    return process


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_listening_goes_on_where_it_was(by, music, library, tmp_path, name):
    folder, diary = music(*"abcdefghijklmnop"), tmp_path / "diary"
    process = begun(folder, library, diary)
    process.send_signal(getattr(signal, name))
    rest = process.stdout.read()
    assert process.wait(timeout=60) == 130
    process.stdout.close()
    done = int((rest.split() or [b"1"])[-1])
    stored = list(statuses(library).values()).count("ok")
    assert done <= stored < 16
    account = listen([folder], library, by=by(pause=0.1, diary=str(diary)), options=TWO)
    assert (account.known, account.described) == (stored, 16 - stored)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.slow
def test_killed_listenings_lose_only_what_was_in_hand(by, music, library, tmp_path):
    folder, diary = music(*"abcdefghijklmnopqrstuvwx"), tmp_path / "diary"
    kills = 4
    for _ in range(kills):
        process = begun(folder, library, diary)
        process.kill()
        process.stdout.close()
        process.wait()
        time.sleep(0.2)
    account = listen([folder], library, by=by(pause=0.1, diary=str(diary)), options=TWO)
    assert account.known + account.described == 24
    assert set(statuses(library).values()) == {"ok"}
    # Each kill may cost what two workers had in hand, and what was done but not yet stored.
    assert len(described(diary)) - 24 <= 2 * 2 * kills
