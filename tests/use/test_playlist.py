import json
import os
from urllib.parse import unquote_to_bytes

import numpy as np
import polars as pl
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.csv_text import csv_frame
from songscape.core.errors import DegenerateDataError, InputError, RecipeError, UnknownNameError
from songscape.use import Wishes, _order, playlist
from songscape.use._order import arcs, chained, spaced
from songscape.use.playlist import content, songs_of


def test_a_cluster_in_order_of_similarity(run):
    made = playlist(run, Wishes(cluster=1, gap_artist=1))
    assert sorted(made.rows) == (run.tracks["cluster"] == 1).arg_true().to_list()
    assert made.name == run.names[1]
    points = run.space.matrix[made.rows]
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    shuffled = np.random.default_rng(0).permutation(points)
    assert steps.mean() < 0.7 * np.linalg.norm(np.diff(shuffled, axis=0), axis=1).mean()


def test_a_rule(run):
    made = playlist(
        run, Wishes(where="energy>0.7 and tempo 100..140 and genre=jazz", order="tempo")
    )
    songs = run.tracks[made.rows]
    assert songs.height > 3
    assert (songs["energy"] > 0.7).all()
    assert songs["genre"].unique().to_list() == ["Jazz"]


def test_order_by_tempo(run):
    made = playlist(run, Wishes(cluster=0, order="tempo", gap_artist=1))
    assert run.tracks["tempo"][made.rows].is_sorted()


@pytest.mark.parametrize("length", [12, 250, None])
def test_an_arc(run, length, monkeypatch):
    monkeypatch.setattr(_order, "CHUNK", 100)
    made = playlist(run, Wishes(arc="energy up, tempo down", length=length, gap_artist=1))
    place = np.arange(len(made.rows))
    energy, tempo = (run.tracks[name][made.rows].to_numpy() for name in ("energy", "tempo"))
    assert np.corrcoef(place, energy)[0, 1] > (0.95 if length == 12 else 0.6)
    assert np.corrcoef(place, tempo)[0, 1] < (-0.9 if length == 12 else -0.6)
    assert len(set(made.rows.tolist())) == (length or run.tracks.height)


def test_a_hill_is_highest_in_the_middle(run):
    made = playlist(run, Wishes(arc="energy hill", length=21, gap_artist=1))
    energy = run.tracks["energy"][made.rows].to_numpy()
    assert energy[8:13].min() > energy[[0, 1, 19, 20]].max()


def test_fewer_songs_hold_together_and_vary(run):
    made = playlist(run, Wishes(where="energy>0.5", length=30))
    assert len(made.rows) == 30
    assert run.tracks["artist"][made.rows].value_counts()["count"].max() <= 2
    whole = playlist(run, Wishes(where="energy>0.5"))
    spread = [run.deviations[each.rows].std(axis=0).mean() for each in (made, whole)]
    assert spread[0] < spread[1]


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 5))
def test_no_artist_twice_in_so_many_songs(artists, gap):
    artists = np.array(artists, dtype=np.int64)
    order = spaced(artists, gap)
    played = artists[order].tolist()
    assert len(set(order.tolist())) == len(order)
    for start in range(len(played)):
        window = played[start : start + gap]
        assert len(set(window)) == len(window)
    left = set(range(len(artists))) - set(order.tolist())
    for artist in {int(artists[place]) for place in left}:
        heard = [i for i, other in enumerate(played) if other == artist]
        for slot in range(len(played) + 1):
            assert any((slot - h if slot > h else h - slot + 1) < gap for h in heard)
    if gap == 1:
        assert order.tolist() == list(range(len(artists)))


@given(st.integers(0, 50), st.integers(0, 5))
def test_chains_hold_every_song_once(n, seed):
    points = np.random.default_rng(seed).normal(size=(n, 3))
    assert sorted(chained(points).tolist()) == list(range(n))


def test_long_chains_go_on_where_a_chunk_ended():
    points = np.column_stack([np.random.default_rng(0).permutation(5000), np.zeros(5000)]).astype(
        float
    )
    assert np.abs(np.diff(points[chained(points)][:, 0])).mean() < 2


def test_songs_that_were_picked(run, tmp_path):
    file = tmp_path / "lasso.json"
    file.write_text(json.dumps([5, run.tracks["id"][3], 5]))
    assert playlist(run, Wishes(songs=songs_of(file))).rows.tolist() == [5, 3]
    ids = tmp_path / "lasso.txt"
    ids.write_text("\ufeff" + "\r\n".join(run.tracks["id"][:3]) + "\n\n")
    assert playlist(run, Wishes(songs=songs_of(ids))).rows.tolist() == [0, 1, 2]
    ids.write_text("nothing like it")
    with pytest.raises(InputError, match="no song 'nothing like it'"):
        playlist(run, Wishes(songs=songs_of(ids)))
    for text, why in (
        ("[1.5]", "must list ids"),
        ("[", "no list of songs"),
        ("\n", "lists no song"),
    ):
        ids.write_text(text)
        with pytest.raises(InputError, match=why):
            songs_of(ids)


def test_wishes_that_cannot_be(run):
    with pytest.raises(RecipeError, match=r"no cluster 9; there are 0 \("):
        playlist(run, Wishes(cluster=9))
    with pytest.raises(DegenerateDataError, match=r"No song of .* is such that energy>2"):
        playlist(run, Wishes(where="energy>2"))
    with pytest.raises(UnknownNameError, match="Did you mean 'tempo'"):
        Wishes(order="temp")
    with pytest.raises(RecipeError, match='parts as "energy up"'):
        playlist(run, Wishes(arc="energy sideways"))
    with pytest.raises(UnknownNameError, match="'energy'"):
        arcs("enrgy up", ["energy"])
    with pytest.raises(RecipeError, match="needs an arc"):
        Wishes(order="arc")


NAMES = [
    b"a.mp3",
    b"caf\xe9.mp3",
    "Jóga & <b>.mp3".encode(),
    b"#1.mp3",
    b"new\nline.mp3",
    b"100%.mp3",
]


@pytest.fixture
def files(made, tmp_path):
    paths = [os.fsencode(tmp_path) + b"/music/" + name for name in NAMES]
    titles = ["=1+1", "Café", "Jóga & <b>", "x\ny", "\x00bad", "]]>"]
    return made(
        np.eye(6),
        path=paths,
        title=titles,
        artist=["A", "B", None, "D", "E", "F"],
        duration_ms=[1000.0] * 6,
    ), paths


def test_m3u8_holds_paths_as_bytes(files, tmp_path):
    opened, paths = files
    made = playlist(opened, Wishes(order="as-is", name="mine"))
    lines = content(opened, made, "m3u8").split(b"\n")
    assert lines[:2] == [b"#EXTM3U", b"#PLAYLIST:mine"]
    assert [line for line in lines if line.startswith(b"/")] == [p for p in paths if b"\n" not in p]
    near = content(opened, made, "m3u8", tmp_path / "lists").split(b"\n")
    assert [line for line in near if line.startswith(b"../music/")] == [
        b"../music/" + name for name in NAMES if b"\n" not in name
    ]


def test_xspf_holds_every_path(files, tmp_path):
    opened, paths = files
    made = playlist(opened, Wishes(order="as-is", name="mine <&>"))
    root = fromstring(content(opened, made, "xspf"))
    space = "{http://xspf.org/ns/0/}"
    places = [one.text for one in root.iter(f"{space}location")]
    assert [unquote_to_bytes(place.removeprefix("file://")) for place in places] == paths
    assert root.find(f"{space}title").text == "mine <&>"
    assert [one.text for one in root.iter(f"{space}track")] == [None] * 6
    titles = [one.text for one in root.iter(f"{space}title")][1:]
    assert titles == ["=1+1", "Café", "Jóga & <b>", "x y", "bad", "]]>"]
    near = fromstring(content(opened, made, "xspf", tmp_path))
    assert unquote_to_bytes(next(near.iter(f"{space}location")).text) == b"music/a.mp3"


def test_csv_runs_nothing(files, run):
    opened, _ = files
    made = playlist(opened, Wishes(order="as-is"))
    text = content(opened, made, "csv").decode()
    assert not any(line.startswith(("=", "+", "-", "@")) for line in text.split("\n"))
    whole = content(run, playlist(run, Wishes(cluster=0)), "csv").decode()
    assert {"id", "title", "artist", "energy", "cluster"} <= set(csv_frame(whole).columns)


def test_songs_that_cannot_be_pointed_to(made):
    opened = made(np.eye(2), title=["a", "b"])
    for form in ("m3u8", "xspf"):
        with pytest.raises(InputError, match="write it as CSV"):
            content(opened, playlist(opened, Wishes()), form)
    with pytest.raises(UnknownNameError, match="m3u8"):
        content(opened, playlist(opened, Wishes()), "pls")


def test_missing_values_do_not_follow_an_arc(made):
    opened = made(np.eye(3), energy=pl.Series([0.1, None, 0.3]))
    made_ = playlist(opened, Wishes(arc="energy down"))
    assert made_.rows.tolist() == [2, 0]
    assert made_.notes == ("1 of 3 songs left out: without a value the arc needs",)


def test_a_list_of_endless_brackets_is_refused(tmp_path):
    from songscape.use.playlist import songs_of

    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    with pytest.raises(InputError, match="is no list of songs"):
        songs_of(deep)
