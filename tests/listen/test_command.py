"""The command: files in, a table out, and an exit code that tells."""

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests import in_process
from tests.undrawn import mapped

import songscape.describe
from songscape.library import Library, Writer, default_path

real = pytest.mark.skipif(
    not hasattr(songscape.describe, "describe_file"), reason="the extractor is not installed"
)


@pytest.fixture
def run(by, monkeypatch, tmp_path):
    """Return a function that runs a command in this process with the extractor of the tests."""
    monkeypatch.setenv("SONGSCAPE_LIBRARY", str(tmp_path / "default.db"))
    monkeypatch.setattr("songscape.listen.extractor", lambda given: by(**given))

    def ran(*words):
        done = in_process.songscape(*words)
        return done.returncode, done.stdout, done.stderr

    return ran


def test_a_folder_becomes_a_table(run, music, library, tmp_path):
    out = tmp_path / "out.csv"
    code, said, told = run("describe", music(*"abc"), "--library", library, "--out", out)
    assert (code, told) == (0, "")
    assert said == f"3 files: 3 described.\nlibrary: {library}\n"
    frame = pl.read_csv(out)
    assert frame["title"].to_list() == ["00 a", "01 b", "02 c"]
    assert frame["tempo"].to_list() == [7.0, 7.0, 7.0]


def test_failed_files_are_named_and_told_by_the_code(run, music, library):
    folder = music("good", "fail")
    for _ in range(2):
        code, _, told = run("describe", folder, "--library", library)
        assert code == 3
        assert told == f"failed: {folder}/01 fail.mp3: It is broken.\n"
    code, said, _ = run("describe", folder, "--library", library, "--retry-failed")
    assert (code, said.splitlines()[0]) == (3, "2 files: 1 known before, 1 failed.")


def test_the_account_as_json_is_all_there_is_on_standard_output(run, music, library):
    code, said, _ = run("describe", music("good", "fail"), "--library", library, "--json")
    account = json.loads(said)
    assert code == 3
    assert (account["described"], account["failed"], account["seen"]) == (1, 1, 2)
    assert account["failures"][0]["reason"] == "It is broken."


def test_the_default_library_is_the_users(run, music):
    assert run("describe", music("a"))[0] == 0
    with Library(default_path()) as opened:
        assert len(opened.files()) == 1


def test_single_files_are_written_alone(run, music, library, tmp_path):
    folder = music(*"abc")
    run("describe", folder, "--library", library)
    out = tmp_path / "one.json"
    run("describe", folder / "00 a.mp3", folder / "02 c.mp3", "--library", library, "--out", out)
    uris = [song["uri"] for song in json.loads(out.read_text())["audio_features"]]
    assert [Path(uri).name for uri in uris] == ["00%20a.mp3", "02%20c.mp3"]


def test_an_excerpt_is_passed_on_and_read_back(run, music, library, tmp_path):
    out = tmp_path / "out.parquet"
    folder = music("a")
    run("describe", folder, "--library", library)
    code, said, _ = run("describe", folder, "--library", library, "--excerpt", "30", "--out", out)
    assert (code, said.splitlines()[0]) == (0, "1 file: 1 described.")
    with Library(library) as opened:
        assert [options for options, _ in opened.setups().values()] == [{}, {"excerpt": 30.0}]


def test_an_empty_path_is_wrong_usage(run, music, library, monkeypatch):
    monkeypatch.chdir(music("a"))
    code, _, told = run("describe", "", "--library", library)
    assert code == 2
    assert "it is empty; name a file or a folder" in told
    assert not library.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_name_that_is_no_text_is_given_and_told(run, music, library, tmp_path):
    folder = os.fsencode(music("a")) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder), "b.mp3").write_bytes(b"songfail")
    code, said, told = run("describe", os.fsdecode(folder), "--library", library)
    assert (code, said.splitlines()[0]) == (3, "1 file: 1 failed.")
    assert "caf\\xe9/b.mp3: It is broken." in told


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--out", "out.xlsx"), 2, "must end in"),
        (("--excerpt", "half"), 2, "excerpt must be"),
        (("--excerpt", "nan"), 2, "excerpt must be"),
        (("--excerpt", "inf"), 2, "excerpt must be"),
    ],
)
def test_wrong_wishes_are_wrong_usage(run, music, library, words, code, says):
    left, _, told = run("describe", music("a"), "--library", library, *words)
    assert left == code
    assert says in told
    assert not library.exists()


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(run, music, library, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    words = ("describe", music("a"), "--library", library, "--out")
    code, _, told = run(*words, tmp_path / "folder.csv")
    assert (code, told.splitlines()[-1]) == (
        1,
        f"songscape: {tmp_path}/folder.csv: this is a folder; name a file to write.",
    )
    (tmp_path / "file").touch()
    code, _, told = run(*words, tmp_path / "file" / "out.csv")
    assert code == 1
    assert told.startswith(f"songscape: {tmp_path}/file")


def test_a_full_disk_is_told_in_a_sentence(run, music, library, tmp_path, monkeypatch):
    folder = music("a")

    def full(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    out = tmp_path / "out.csv"
    code, _, told = run("describe", folder, "--library", library, "--out", out)
    assert code == 1
    assert (
        told
        == f"songscape: {out}: No space left on device; nothing half-written was left, name another place.\n"
    )
    assert not out.exists()


def test_what_is_not_there_is_an_error(run, tmp_path, library):
    code, _, told = run("describe", tmp_path / "nothing", "--library", library)
    assert code == 1
    assert told.startswith("songscape: There is no file ")


def test_a_locked_library_has_its_own_code(run, music, library):
    with Writer(library):
        code, _, told = run("describe", music("a"), "--library", library)
    assert code == 75
    assert f"being written by process {os.getpid()}" in told


def test_an_interruption_says_how_to_go_on(run, music, library, monkeypatch):
    def interrupted(*_words, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("songscape.listen.listen", interrupted)
    folder = music("a", folder="my music")
    code, _, told = run("describe", folder, "--library", library)
    assert code == 130
    assert f"To go on: songscape describe '{folder}' --library {library}" in told


def tone(path, seconds, pitch, noise=0.0):
    """Write a tone with a beat and noise, deterministic and quickly described."""
    time = np.arange(int(22_050 * seconds)) / 22_050
    sound = np.sin(2 * np.pi * pitch * time) * (0.2 + 0.6 * (time * 2 % 1 < 0.1))
    sound += noise * np.random.default_rng(int(pitch)).uniform(-1, 1, sound.size)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes((sound * 20_000).astype("<i2").tobytes())


@real
def test_real_audio_from_file_to_audio_features(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(3):
        tone(folder / f"{number}.wav", 4 + number, 220 * (number + 1))
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    out = tmp_path / "out.json"
    command = [
        sys.executable,
        "-c",
        "from songscape.cli import main; main()",
        "describe",
        str(folder),
    ]
    command += ["--library", str(tmp_path / "library.db"), "--out", str(out), "--workers", "1"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"}
    )
    assert done.returncode == 3, done.stderr
    assert "broken.flac" in done.stderr
    songs = json.loads(out.read_text())["audio_features"]
    assert [song["duration_ms"] for song in songs] == [4000, 5000, 6000]
    assert all(-60 < song["loudness"] < 0 for song in songs)
    assert all(0 < song["energy"] < 1 and song["liveness"] is None for song in songs)
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "3 known before, 1 failed before" in again.stdout


@real
@pytest.mark.slow
def test_a_folder_is_mapped_by_one_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SONGSCAPE_LIBRARY", str(tmp_path / "library.db"))
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(24):
        tone(folder / f"{number}.wav", 4, 200 + 5 * number, noise=0.5 * (number % 2))
    options = {"prepare.pick.keep": "spectral_*", "source.descriptors": "*"}
    options |= {"judge.draws": 0, "choose.use": "none"}
    run = mapped(folder, k=2, options=options)
    assert len(run.tracks) == 24
    halves = {frozenset(part["title"]) for _, part in run.tracks.group_by("cluster")}
    odd = frozenset(str(number) for number in range(24) if number % 2)
    assert odd in halves
    assert Path(os.fsdecode(run.tracks["path"][0])).exists()
