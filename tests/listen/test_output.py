"""Descriptors as files: CSV no spreadsheet runs, Parquet, and the shape of audio_features."""

import json

import polars as pl
import pytest

from songscape.core.collection import Collection, Column, Role
from songscape.core.csv_text import csv_frame
from songscape.core.errors import RecipeError
from songscape.library import Song, Values
from songscape.listen.output import audio_features, check_format, write, write_timeline

# The keys and JSON types of Spotify's published answer, in its order.
SHAPE = {
    "danceability": float, "energy": float, "key": int, "loudness": float, "mode": int,
    "speechiness": float, "acousticness": float, "instrumentalness": float, "liveness": float,
    "valence": float, "tempo": float, "type": str, "id": str, "uri": str, "track_href": str,
    "analysis_url": type(None), "duration_ms": int, "time_signature": int,
}  # fmt: skip
FEATURES = [name for name, kind in SHAPE.items() if kind in (int, float)]


@pytest.fixture
def songs():
    values = {name: [4.0, None] for name in FEATURES if name != "duration_ms"}
    frame = pl.DataFrame(
        {
            "id": ["4yGuEDQsPSOOTBPrPmVn5I", "b"],
            "title": ["=cmd()", "Jóga"],
            "genres": [["Rock", "Pop"], None],
            **values,
            "duration_ms": [200_000, 1000],
            "path": [b"/m/caf\xe9 1.mp3", b"/m/b.mp3"],
        },
        schema_overrides=dict.fromkeys(values, pl.Float64),
    )
    roles = {"id": Role.ID, "title": Role.TEXT, "genres": Role.GENRE, "path": Role.FILE}
    columns = {name: Column(roles.get(name, Role.FEATURE)) for name in frame.columns}
    return Collection(frame, columns)


def test_objects_have_spotifys_keys_and_types(songs):
    known, unknown = audio_features(songs)
    assert list(known) == list(unknown) == list(SHAPE)
    assert {name: type(value) for name, value in known.items()} == SHAPE
    assert known["uri"] == known["track_href"] == "file:///m/caf%E9%201.mp3"
    assert known["type"] == "audio_features"
    assert len(known["id"]) == 22


def test_what_is_not_known_is_null_and_no_key_is_minus_one(songs):
    unknown = audio_features(songs)[1]
    assert unknown["key"] == -1
    missing = {name for name, value in unknown.items() if value is None}
    assert missing == set(FEATURES) - {"key", "duration_ms"} | {"analysis_url"}


def test_columns_that_are_not_there_are_null(songs):
    poorer = songs.drop(["valence"], "left out")
    assert [song["valence"] for song in audio_features(poorer)] == [None, None]


def test_json_holds_the_answer(songs, tmp_path):
    write(songs, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "audio_features": audio_features(songs)
    }


def test_csv_is_guarded_against_formulas(songs, tmp_path):
    write(songs, tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert "'=cmd()" in text
    back = csv_frame(text)
    assert back["title"].to_list() == ["=cmd()", "Jóga"]
    assert back["path"].to_list() == ["/m/caf\\xe9 1.mp3", "/m/b.mp3"]
    assert back["tempo"].to_list() == [4.0, None]


def test_parquet_keeps_everything(songs, tmp_path):
    write(songs, tmp_path / "out.PARQUET")
    assert pl.read_parquet(tmp_path / "out.PARQUET").equals(songs.frame)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"must end in .csv, .parquet, .json, not 'out.xlsx'"):
        check_format(tmp_path / "out.xlsx")


@pytest.fixture
def told():
    """A song with a change, one without, and one that could not be described."""
    stretches = [
        {"start": 0.0, "end": 20.0, "values": {"level": -20.0, "pitch_class": 9.0}},
        {"start": 20.0, "end": 41.5, "values": {"level": -9.5}},
    ]
    timeline = {"moments": {"beats": [0.5, 1.0], "changes": [20.0]}, "segments": stretches}
    return [
        Song(
            b"/m/a.mp3", bytes(16), "ok", {"title": "A"}, values=Values({}, {}, timeline=timeline)
        ),
        Song(b"/m/b\xe9.mp3", b"b" * 16, "ok", {}, values=Values({}, {})),
        Song(b"/m/c.mp3", b"c" * 16, "failed", {}),
    ]


def test_a_song_over_time_is_a_row_per_stretch(told, tmp_path):
    write_timeline(told, tmp_path / "over.csv")
    write_timeline(told, tmp_path / "over.parquet")
    for frame in (pl.read_csv(tmp_path / "over.csv"), pl.read_parquet(tmp_path / "over.parquet")):
        assert frame.columns == [
            "id",
            "title",
            "path",
            "segment",
            "start",
            "end",
            "level",
            "pitch_class",
        ]
        assert frame["title"].to_list() == ["A", "A"]
        assert frame["segment"].to_list() == [1, 2]
        assert frame["end"].to_list() == [20.0, 41.5]
        assert frame["pitch_class"].to_list() == [9.0, None]


def test_a_song_over_time_as_json_holds_its_moments(told, tmp_path):
    write_timeline(told, tmp_path / "over.json")
    first, second = json.loads((tmp_path / "over.json").read_text())["songs"]
    assert first["moments"]["changes"] == [20.0]
    assert [one["values"]["level"] for one in first["segments"]] == [-20.0, -9.5]
    assert (second["path"], second["segments"]) == ("/m/b\\xe9.mp3", [])


def test_songs_without_stretches_make_an_empty_table(told, tmp_path):
    write_timeline(told[1:], tmp_path / "over.csv")
    assert (tmp_path / "over.csv").read_text() == "id,title,path,segment,start,end\n"
