import io
import json

import polars as pl
import pytest
from defusedxml.ElementTree import fromstring

from songscape.core import plugins
from songscape.core.csv_text import csv_frame
from songscape.core.errors import InputError
from songscape.core.record import Record
from songscape.export import beets, mixxx, parquet, rekordbox, spotify, xspf

SPOTIFY = "7iV5W9uYEdYUVa79Axb7Rh"


def record(**columns):
    tracks = pl.DataFrame(
        {
            "id": [SPOTIFY, "b"],
            "title": ["=1+1", 'R&B "x"\x00'],
            "artist": ["A;B", None],
            "tempo": [120.5, None],
            "key": [9.0, None],
            "mode": [0.0, None],
            "duration_ms": [61_400.0, 2000.0],
            "energy": [0.5, float("nan")],
            "cluster": pl.Series([0, 1], dtype=pl.Int32),
        }
        | columns
    )
    clusters = pl.DataFrame({"cluster": [0, 1], "name": ["fast & loud", "calm"]})
    return Record("", {}, tracks, pl.DataFrame(), clusters)


FILES = {"path": [b"/m/caf\xe9 100%.mp3", "/m/Jóga.mp3".encode()]}


def test_spotify_json():
    made = json.loads(spotify.export(record(), spotify.Options())["tracks.json"])
    first, second = made["tracks"]
    assert (first["id"], first["uri"]) == (SPOTIFY, f"spotify:track:{SPOTIFY}")
    assert first["artists"] == [{"name": "A"}, {"name": "B"}]
    assert (second["id"], second["uri"], second["artists"]) == ("b", None, [])
    features = made["audio_features"]
    assert (features[0]["key"], features[0]["tempo"], features[0]["duration_ms"]) == (
        9,
        120.5,
        61400,
    )
    assert (features[1]["key"], features[1]["tempo"], features[1]["energy"]) == (-1, None, None)
    assert {"danceability", "valence", "time_signature", "analysis_url"} <= set(features[0])


def test_spotify_of_files_names_the_files():
    made = json.loads(spotify.export(record(**FILES), spotify.Options())["tracks.json"])
    assert [one["uri"] for one in made["tracks"]] == [
        "file:///m/caf%E9%20100%25.mp3", "file:///m/J%C3%B3ga.mp3",
    ]  # fmt: skip
    assert made["tracks"][0]["id"] == SPOTIFY


@pytest.mark.parametrize("plugin", [spotify, beets, mixxx])
def test_csv_runs_nothing_and_comes_back(plugin):
    files = plugin.export(record(**FILES), plugin.Options())
    (text,) = (content.decode() for name, content in files.items() if name.endswith(".csv"))
    table = csv_frame(text)
    assert "'=1+1" in text
    title = {spotify: "Track Name", beets: "title", mixxx: "Title"}[plugin]
    assert table[title][0] == "=1+1"
    assert table.height == 2


def test_beets_and_mixxx_have_their_names():
    first = csv_frame(
        beets.export(record(**FILES), beets.Options())["beets.csv"].decode()
    ).to_dicts()[0]
    assert first == {
        "path": "/m/caf\\xe9 100%.mp3", "title": "=1+1", "artist": "A;B", "length": 61.4, "bpm": 120.5,
        "initial_key": "Am", "grouping": "fast & loud",
    }  # fmt: skip
    second = csv_frame(
        mixxx.export(record(**FILES), mixxx.Options())["mixxx.csv"].decode()
    ).to_dicts()[1]
    assert (second["BPM"], second["Key"], second["Grouping"]) == (None, None, "calm")
    assert second["Location"] == "/m/Jóga.mp3"


def test_rekordbox_is_xml_with_playlists():
    root = fromstring(rekordbox.export(record(**FILES), rekordbox.Options())["rekordbox.xml"])
    tracks = root.findall("./COLLECTION/TRACK")
    assert tracks[0].attrib == {
        "TrackID": "1", "Name": "=1+1", "Artist": "A;B", "TotalTime": "61", "AverageBpm": "120.50", "Tonality": "Am",
        "Comments": "fast & loud", "Location": "file://localhost/m/caf%E9%20100%25.mp3",
    }  # fmt: skip
    assert tracks[1].get("Name") == 'R&B "x"'
    assert root.find("COLLECTION").get("Entries") == "2"
    nodes = root.findall("./PLAYLISTS/NODE/NODE")
    assert [(n.get("Name"), [t.get("Key") for t in n]) for n in nodes] == [
        ("fast & loud", ["1"]), ("calm", ["2"]),
    ]  # fmt: skip
    with pytest.raises(InputError, match="knows files only"):
        rekordbox.export(record(), rekordbox.Options())


def test_parquet_keeps_bytes():
    table = pl.read_parquet(
        io.BytesIO(parquet.export(record(**FILES), parquet.Options())["tracks.parquet"])
    )
    assert table["path"].to_list() == FILES["path"]
    assert table["cluster_name"].to_list() == ["fast & loud", "calm"]


def test_xspf_per_cluster():
    files = xspf.export(record(**FILES), xspf.Options(most=1))
    assert list(files) == ["fast & loud.xspf", "calm.xspf"]
    assert b"<location>file:///m/caf%E9%20100%25.mp3</location>" in files["fast & loud.xspf"]
    assert list(xspf.export(record(), xspf.Options())) == ["fast & loud.xspf"]


@pytest.mark.parametrize("name", plugins.names("export"))
def test_every_export_takes_a_record_and_gives_bytes(name):
    plugin = plugins.load("export", name)
    made = plugin.export(record(**FILES), plugin.Options())
    assert made
    assert all(isinstance(content, bytes) and "/" not in file for file, content in made.items())
    assert plugin.export(record(**FILES), plugin.Options()) == made


def test_several_genres_are_one_text():
    several = record(genre=[["Dub", "Ska"], []], **FILES)
    made = fromstring(rekordbox.export(several, rekordbox.Options())["rekordbox.xml"])
    assert [one.get("Genre") for one in made.iter("TRACK") if one.get("Name")] == ["Dub; Ska", None]


def test_xspf_counts_entries_and_begins_with_the_surest():
    three = {
        "id": ["a", "b", "c"],
        "title": ["no file", "unsure", "sure"],
        "path": [None, b"/m/b.mp3", b"/m/c.mp3"],
        "margin": [0.9, 0.1, 0.8],
        "cluster": pl.Series([0, 0, 0], dtype=pl.Int32),
    }
    clusters = pl.DataFrame({"cluster": [0], "name": [None]}, schema_overrides={"name": pl.String})
    run = Record("", {}, pl.DataFrame(three), pl.DataFrame(), clusters)
    (name, content), *none = xspf.export(run, xspf.Options(most=1)).items()
    assert (name, none) == ("cluster 0.xspf", [])
    assert b"<title>sure</title>" in content
    assert content.count(b"<track>") == 1


@pytest.mark.parametrize("name", ["m3u", "xspf", "rekordbox", "spotify"])
def test_an_endless_song_is_one_of_unknown_length(name):
    endless = record(duration_ms=[float("inf"), 2000.0], tempo=[float("inf"), 90.0], **FILES)
    plugin = plugins.load("export", name)
    files = plugin.export(endless, plugin.Options())
    made = b"".join(content for file, content in files.items() if not file.endswith(".csv"))
    assert made
    assert b"inf" not in made.lower().replace(b"#extinf", b"")
