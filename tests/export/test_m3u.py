import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import songscape
from songscape.core.record import Record
from songscape.export.m3u import Options, export, file_names

SPOTIFY = "7iV5W9uYEdYUVa79Axb7Rh"


def record(names=("fast, loud", "calm"), **columns) -> Record:
    tracks = pl.DataFrame({"id": ["a", "b", "c"], "cluster": [0, 0, 1]} | columns)
    clusters = pl.DataFrame({"cluster": [0, 1], "name": list(names)})
    return Record("", {}, tracks, pl.DataFrame(), clusters)


def entries(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\n") if line and not line.startswith(b"#")]


def test_paths_surest_first():
    files = export(
        record(
            file=[b"/music/a.mp3", b"/music/b\xff.mp3", b"c.flac"],
            margin=[0.1, 0.9, 0.5],
            title=["A", "B", "C"],
            artist=["X", None, "Z"],
            duration_ms=[61_400, None, 2_000],
        ),
        Options(),
    )
    assert list(files) == ["fast, loud.m3u8", "calm.m3u8"]
    assert files["fast, loud.m3u8"] == (
        b"#EXTM3U\n#PLAYLIST:fast, loud\n#EXTINF:-1,B\n/music/b\xff.mp3\n"
        b"#EXTINF:61,X - A\n/music/a.mp3\n"
    )


def test_spotify_ids():
    files = export(record(id=[SPOTIFY, f"spotify:track:{SPOTIFY}", "not-an-id"]), Options())
    (content,) = files.values()
    assert entries(content) == [f"spotify:track:{SPOTIFY}".encode()] * 2


def test_nothing_to_point_to_gives_no_playlist():
    assert export(record(), Options()) == {}


def test_most():
    (first, _) = export(record(file=[b"a", b"b", b"c"]), Options(most=1)).values()
    assert entries(first) == [b"a"]


def test_noise_has_no_playlist():
    files = export(record(cluster=[-1, -1, 1], file=[b"a", b"b", b"c"]), Options())
    assert list(files) == ["calm.m3u8"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85"])
def test_line_ends_in_names_add_no_entry(end):
    evil = f"A{end}/etc/passwd"
    files = export(
        record(names=(evil, "calm"), title=[evil] * 3, artist=[evil] * 3, file=[b"a", b"b", b"c"]),
        Options(),
    )
    assert [entries(content) for content in files.values()] == [[b"a", b"b"], [b"c"]]
    assert all(len(content.decode().splitlines()) == len(content.split(b"\n")) - 1
               for content in files.values())  # fmt: skip


def test_paths_that_would_break_the_format():
    (content,) = export(record(file=[b"a\nb.mp3", b"#hash.mp3", None]), Options()).values()
    assert entries(content) == [b"./#hash.mp3"]


@given(st.lists(st.text(max_size=120), max_size=12))
def test_file_names_are_safe_and_unique(names):
    safe = file_names(names)
    assert len({name.casefold() for name in safe}) == len(names)
    for name in safe:
        assert Path(name).name == name
        assert name.strip(" .") == name
        assert not set(name) & set('<>:"/\\|?*\0\n')
        assert len(os.fsencode(f"{name}.m3u8")) <= 255


def test_files_are_found_by_their_role(tmp_path):
    rows = [f"{tmp_path}/{n}.mp3,{n},{n / 40},{100 + n}" for n in range(40)]
    table = tmp_path / "songs.csv"
    table.write_text("\n".join(["filename,title,energy,tempo", *rows]))
    options = {"choose.use": "none", "judge.draws": 0, "map.use": "pca"}
    options["source.roles"] = {"filename": "file"}
    made = songscape.map(table, k=2, options=options)
    lists = [text for name, text in made.record.files.items() if name.endswith(".m3u8")]
    assert len(lists) == 2
    found = sorted(entry for text in lists for entry in entries(text))
    assert found == sorted(f"{tmp_path}/{n}.mp3".encode() for n in range(40))


def test_described_files_are_no_addresses_at_a_service():
    (content,) = export(
        record(id=[SPOTIFY, "b", "c"], path=[b"/m/a.mp3", None, None]), Options()
    ).values()
    assert entries(content) == [b"/m/a.mp3"]
