import json
import os

import mutagen
import numpy as np
import polars as pl
import pytest
import soundfile
from mutagen.flac import FLAC
from mutagen.id3 import APIC, ID3, TIT2, TPE1, TYER
from mutagen.mp3 import MP3

from songscape.core.errors import InputError, UnknownNameError
from songscape.use import tag
from songscape.use._tags import FIELDS, tagged

FORMATS = {
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "wav": ("WAV", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
    "m4a": None,
}


def sound(path, kind):
    samples = 0.3 * np.sin(np.arange(48_000) / 20)
    if kind == "m4a":
        av = pytest.importorskip("av")
        with av.open(os.fspath(path), "w", format="mp4") as out:
            stream = out.add_stream("aac", rate=48_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "fltp", "mono")
            frame.rate = 48_000
            for packet in (*stream.encode(frame), *stream.encode(None)):
                out.mux(packet)
    else:
        form, coding = FORMATS[kind]
        with path.open("wb") as file:
            soundfile.write(file, samples, 48_000, format=form, subtype=coding)
    return path


@pytest.fixture
def library(made, tmp_path):
    """Return a function that makes a run of sound files, each with the tags of a title."""

    def opened(*names):
        paths = [tmp_path / os.fsdecode(name) for name in names]
        for path in paths:
            sound(path, path.suffix[1:])
            file = mutagen.File(path, easy=True)
            if path.suffix in (".wav", ".aiff"):
                file.add_tags()
                file.tags.add(TIT2(encoding=3, text=["Jóga"]))
            else:
                if file.tags is None:
                    file.add_tags()
                file["title"] = "Jóga"
            file.save()
        raw = [os.fsencode(path) for path in paths]
        n = len(raw)
        return made(
            np.eye(n), path=raw, tempo=[119.6] * n, key=[9.0] * n, mode=[0.0] * n
        ), paths  # fmt: skip

    return opened


@pytest.mark.parametrize("kind", FORMATS)
def test_written_and_undone(library, tmp_path, kind):
    opened, (path,) = library(f"song.{kind}")
    before, digest = path.read_bytes(), tag.sound_digest(path)
    path.chmod(0o640)
    planned = tag.plan(opened, FIELDS)
    assert planned.changes[0].new == {
        "bpm": ["120"], "key": ["Am"], "grouping": ["calm"], "mood": ["calm"],
    }  # fmt: skip
    assert path.read_bytes() == before
    backup = tmp_path / "backup.json"
    told = []
    done = tag.write(planned.changes, backup, told.append)
    assert done.failures == ()
    assert told == list(planned.changes)
    tags = tagged(path, path.suffix)
    assert [tags.get(field) for field in FIELDS] == [["120"], ["Am"], ["calm"], ["calm"]]
    assert "Jóga" in str(mutagen.File(path).tags)
    assert tag.sound_digest(path) == digest
    assert path.stat().st_mode & 0o777 == 0o640
    assert tag.plan(opened, FIELDS).changes == ()
    undone = tag.undo(tag.undoing(backup).changes)
    assert (len(undone.changes), undone.failures) == (1, ())
    tags = tagged(path, path.suffix)
    assert [tags.get(field) for field in FIELDS] == [[], [], [], []]
    assert "Jóga" in str(mutagen.File(path).tags)
    assert tag.sound_digest(path) == digest
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["backup.json", path.name])


@pytest.mark.parametrize("version", [3, 4])
def test_id3_keeps_its_version_and_its_other_frames(library, tmp_path, version):
    opened, (path,) = library("a.mp3")
    picture = APIC(encoding=0, mime="image/png", type=3, desc="", data=b"\x89PNG" + bytes(99))
    old = ID3()
    for frame in (TIT2(encoding=1, text=["A", "B"]), TPE1(encoding=0, text=["X/Y"]), picture):
        old.add(frame)
    if version == 3:
        old.add(TYER(encoding=0, text=["1997"]))
    old.save(path, v2_version=version, v23_sep=None)
    tag.write(tag.plan(opened, FIELDS).changes, tmp_path / "b.json")
    new = ID3(path, translate=False)
    assert new.version[1] == version
    assert new["APIC:"].data == picture.data
    assert new["TIT2"].text == ["A", "B"]
    assert new["TPE1"].text == ["X/Y"]
    assert ("TYER" in new) == (version == 3)
    assert ("TXXX:MOOD" in new) == (version == 3)
    assert ("TMOO" in new) == (version == 4)


def test_values_that_are_there_stay_unless_asked(library):
    opened, (path,) = library("a.flac")
    file = FLAC(path)
    file["BPM"], file["INITIALKEY"] = ["64"], ["0"]
    file.save()
    assert tag.plan(opened, ["bpm", "key"], camelot=True).changes[0].new == {"key": ["8A"]}
    (change,) = tag.plan(opened, ["bpm"], overwrite=True).changes
    assert str(change).endswith("a.flac: bpm 64 → 120")


def test_what_was_changed_since_stays(library, tmp_path):
    opened, (path,) = library("a.flac")
    backup = tmp_path / "b.json"
    tag.write(tag.plan(opened).changes, backup)
    file = FLAC(path)
    file["BPM"] = ["99"]
    file.save()
    planned = tag.undoing(backup)
    assert planned.failures == ((os.fsencode(path), "bpm was changed since and is left as it is"),)
    tag.undo(planned.changes)
    tags = FLAC(path).tags
    assert tags["BPM"] == ["99"]
    assert "GROUPING" not in tags


def test_names_that_are_no_utf_8(library, tmp_path):
    opened, (path,) = library(b"caf\xe9 \n.flac")
    backup = tmp_path / "b.json"
    assert tag.write(tag.plan(opened).changes, backup).failures == ()
    assert FLAC(path)["BPM"] == ["120"]
    assert len(tag.undo(tag.undoing(backup).changes).changes) == 1
    assert "BPM" not in FLAC(path)
    assert "caf\\xe9 \\n.flac" in str(tag.plan(opened).changes[0])


def test_a_change_of_the_sound_is_refused(library, tmp_path, monkeypatch):
    opened, (path,) = library("a.wav")
    before = path.read_bytes()
    digests = iter([b"one", b"other"])
    monkeypatch.setattr(tag, "sound_digest", lambda _path: next(digests))
    done = tag.write(tag.plan(opened).changes, tmp_path / "b.json")
    assert done.changes == ()
    assert "sound would have changed" in done.failures[0][1]
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.wav", "b.json"]


def test_files_that_cannot_be_tagged_are_named_and_the_others_done(library, tmp_path):
    opened, (one, gone, noise) = library("a.mp3", "b.flac", "c.flac")
    gone.unlink()
    noise.write_bytes(b"no sound at all")
    planned = tag.plan(opened)
    assert [c.path for c in planned.changes] == [os.fsencode(one)]
    assert [reason.split(":")[0] for _, reason in planned.failures] == [
        "the file is not there any more", "the tags cannot be read",
    ]  # fmt: skip
    assert len(tag.write(planned.changes, tmp_path / "b.json").changes) == 1
    assert MP3(one).tags["TBPM"].text == ["120"]


def test_backups_are_not_overwritten_and_others_refused(library, tmp_path):
    opened, _ = library("a.flac")
    backup = tmp_path / "b.json"
    for text in ("{}", "[]", "x", json.dumps({"form": "other", "files": []})):
        backup.write_text(text)
        with pytest.raises(InputError, match="no backup of tags"):
            tag.undoing(backup)
    with pytest.raises(InputError, match="left alone"):
        tag.write(tag.plan(opened).changes, backup)


def test_what_has_no_tags(made, run):
    with pytest.raises(InputError, match="not made of files"):
        tag.plan(run)
    with pytest.raises(UnknownNameError, match="'bpm'"):
        tag.plan(run, ["bmp"])
    opened = made(np.eye(1), path=pl.Series([b"/nowhere/a.xyz"]))
    assert tag.plan(opened).failures[0][1] == "the file is not there any more"


@pytest.mark.parametrize("new", ['["bpm"]', '{"isrc": ["x"]}', '{"bpm": 3}'])
def test_a_backup_somebody_wrote_over_is_no_backup(tmp_path, new):
    backup = tmp_path / "tags.json"
    song = tmp_path / "a.mp3"
    song.write_bytes(b"")
    files = f'[{{"path": "{song.as_posix()}", "old": {{}}, "new": {new}}}]'
    backup.write_text(f'{{"form": "songscape-tags-1", "files": {files}}}')
    with pytest.raises(InputError, match="is no backup of tags"):
        tag.undoing(backup)
