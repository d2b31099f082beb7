"""Audio is found by what it is; every other entry is counted."""

import os
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from songscape.core.errors import InputError
from songscape.listen.walk import Walk, looks_like_audio, named


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "music"
    (folder / "album").mkdir(parents=True)
    (folder / "a.mp3").write_bytes(b"x")
    (folder / "album" / "b.FLAC").write_bytes(b"x")
    return folder


def walked(folder, **options):
    walk = Walk(os.fsencode(folder), **options)
    found = [os.path.relpath(each.path, os.fsencode(folder)).decode() for each in walk]
    return found, dict(walk.skipped)


def test_folders_are_walked_to_the_bottom(root):
    deep = root
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "c.ogg").write_bytes(b"x")
    found, skipped = walked(root)
    assert found[0] == "a.mp3"
    assert len(found) == 3
    assert skipped == {}


def test_what_is_passed_over_is_counted(root):
    (root / ".hidden.mp3").write_bytes(b"x")
    (root / ".cache").mkdir()
    (root / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    (root / "empty").write_bytes(b"")
    (root / "album" / "list.m3u").write_text("a.mp3")
    assert walked(root)[1] == {"hidden": 2, "no audio": 3}


def test_audio_is_found_under_any_name(root):
    (root / "song").write_bytes(b"fLaC" + bytes(60))
    (root / "song.bak").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    assert {"song", "song.bak"} <= set(walked(root)[0])


def test_names_are_believed_until_decoded(tmp_path):
    path = tmp_path / "text.mp3"
    path.write_text("no music")
    assert looks_like_audio(os.fsencode(path))


@pytest.mark.parametrize("year", [1601, 30_000])
def test_years_a_library_cannot_hold_become_the_nearest(root, year, monkeypatch):
    """Windows' file systems begin in 1601; a time that was never set is shown as that."""
    nanoseconds = (year - 1970) * 31_556_952 * 10**9
    plain = os.stat

    def dated(path, **how):
        status = plain(path, **how)
        rest = {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}
        return SimpleNamespace(**rest | {"st_mtime_ns": nanoseconds})

    monkeypatch.setattr(os, "stat", dated)
    times = {each.mtime_ns for each in Walk(os.fsencode(root))}
    times.add(named(os.fsencode(root / "a.mp3")).mtime_ns)
    assert times == {-(2**63) if year == 1601 else 2**63 - 1}


def test_an_entry_that_cannot_be_asked_is_counted(root, monkeypatch):
    """Where a listing does not say what its entries are, each is asked; and may not answer."""
    plain = os.scandir

    class Mute:
        def __init__(self, entry):
            self.name, self.path = entry.name, entry.path
            self.is_dir = entry.is_dir

        def is_symlink(self):
            if self.name == b"album":
                raise PermissionError(13, "Permission denied")
            return False

    @contextmanager
    def listing(folder):
        with plain(folder) as entries:
            yield [Mute(entry) for entry in entries]

    monkeypatch.setattr(os, "scandir", listing)
    walk = Walk(os.fsencode(root))
    assert [each.path for each in walk] == [os.fsencode(root / "a.mp3")]
    assert dict(walk.skipped) == {"unreadable files": 1}
    assert walk.closed == [os.fsencode(root / "album")]


def test_links_in_a_circle_end(root):
    (root / "album" / "up").symlink_to(root)
    (root / "loop").symlink_to(root / "album")
    (root / "self").symlink_to("self")
    (root / "nowhere").symlink_to("/no/such/place")
    assert walked(root) == (["a.mp3", "album/b.FLAC"], {"links": 4})
    found, skipped = walked(root, follow=True)
    assert sorted(found) == ["a.mp3", "album/b.FLAC"]
    assert skipped == {"links": 2}


def test_links_out_of_the_folder_are_followed_when_asked(root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "c.mp3").write_bytes(b"x")
    (root / "out").symlink_to(outside)
    (root / "again").symlink_to(outside)
    (root / "d.mp3").symlink_to(outside / "c.mp3")
    (root / "e.mp3").symlink_to(root / "a.mp3")
    assert walked(root) == (["a.mp3", "album/b.FLAC"], {"links": 4})
    found, skipped = walked(root, follow=True)
    assert len(found) == 4
    assert "d.mp3" in found
    assert skipped == {"links": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_is_no_file(root):
    os.mkfifo(root / "pipe.mp3")
    assert walked(root)[1] == {"no regular files": 1}
    with pytest.raises(InputError, match="neither a file nor a folder"):
        named(os.fsencode(root / "pipe.mp3"))


def test_a_folder_that_is_gone_is_known_to_be_closed(root):
    walk = Walk(os.fsencode(root / "gone"))
    assert list(walk) == []
    assert walk.closed == [os.fsencode(root / "gone")]
