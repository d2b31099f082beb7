"""The commands say what they should, on standard output, and fail in one sentence."""

import json
import os
import shutil

import polars as pl
import pytest
import soundfile
from typer.testing import CliRunner

from songscape.cli import app
from songscape.core.errors import RecipeError, UnknownNameError


def command(*arguments):
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_similar(folder):
    done = command("similar", folder, "Song 7", "--n", 3, "--weights", "energy=2, tempo=0")
    assert len(done.stdout.splitlines()) == 3
    found = json.loads(command("similar", folder, "Song 7", "--n", 3, "--json").stdout)
    assert list(found[0]) == [
        "row",
        "id",
        "artist",
        "title",
        "cluster",
        "distance",
        "alike",
        "unlike",
    ]
    with pytest.raises(RecipeError, match="feature=number"):
        command("similar", folder, "Song 7", "--weights", "energy")


def test_path(folder):
    arguments = ("path", folder, "Song 1", "Song 2", "--length", 5, "--tempo-step", "40%")
    lines = command(*arguments).stdout.splitlines()
    assert len(lines) == 5
    assert "BPM" in lines[0]
    found = json.loads(command(*arguments, "--keys", "compatible", "--json").stdout)
    assert [row["step"] for row in found] == [1, 2, 3, 4, 5]
    with pytest.raises(UnknownNameError, match="'compatible'"):
        command("path", folder, "Song 1", "Song 2", "--keys", "compatibel")
    with pytest.raises(RecipeError, match="share as 8%"):
        command("path", folder, "Song 1", "Song 2", "--tempo-step", "eight")


def test_playlist_is_shown_or_written(folder, tmp_path):
    shown = command("playlist", folder, "--cluster", 0, "--length", 4)
    assert len(shown.stdout.splitlines()) == 4
    out = tmp_path / "list.csv"
    command(
        "playlist",
        folder,
        "--where",
        "energy>0.8",
        "--order",
        "tempo",
        "--gap-artist",
        1,
        "--out",
        out,
    )
    table = pl.read_csv(out)
    assert table["energy"].min() > 0.8
    assert table["tempo"].is_sorted()
    assert command("playlist", folder, "--cluster", 0, "--format", "m3u8").stdout.startswith(
        "#EXTM3U"
    )
    with pytest.raises(UnknownNameError, match="format of playlists"):
        command("playlist", folder, "--out", tmp_path / "list.pls")


@pytest.mark.parametrize(
    "form", ["csv", "parquet", "spotify-json", "spotify-csv", "beets", "mixxx"]
)
def test_export(folder, tmp_path, form):
    command("export", folder, "--format", form, "--out", tmp_path / "out")
    assert (tmp_path / "out").stat().st_size > 10_000
    with pytest.raises(UnknownNameError, match="Did you mean 'parquet'"):
        command("export", folder, "--format", "parkett", "--out", tmp_path / "out")


def test_export_of_playlists_goes_into_a_folder(folder, tmp_path):
    command("export", folder, "--format", "xspf", "--out", tmp_path / "lists")
    assert len(list((tmp_path / "lists").glob("*.xspf"))) == 3


def test_tags_only_with_write(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "run")
    file = tmp_path / "song.flac"
    soundfile.write(file, [0.0, 0.5] * 4000, 8000)
    tracks = pl.read_parquet(copy / "tracks.parquet")
    paths = [os.fsencode(file)] + [None] * (tracks.height - 1)
    tracks.with_columns(pl.Series("path", paths, dtype=pl.Binary)).write_parquet(
        copy / "tracks.parquet"
    )
    before, backup = file.read_bytes(), tmp_path / "old.json"
    dry = command("tag", copy)
    assert "song.flac: bpm — → " in dry.stdout
    assert "nothing was written" in dry.stderr
    assert file.read_bytes() == before
    assert not backup.exists()
    assert command("tag", copy, "--write", "--backup", backup).exit_code == 0
    assert file.read_bytes() != before
    assert "bpm" in command("tag", "--undo", backup).stdout
    assert soundfile.info(file).frames == 8000
    command("tag", "--undo", backup, "--write")
    assert "0 files would change" in command("tag", "--undo", backup).stderr
    with pytest.raises(RecipeError, match="either a RUN"):
        command("tag")
