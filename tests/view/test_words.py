"""What the report says in words where a run is small, odd or cut by hand."""

import gzip
import json
import re
from dataclasses import replace
from importlib.resources import files

import polars as pl
import pytest

from songscape.core.record import Record
from songscape.view import charts, live_map, map_data, notebook
from songscape.view._cards import more
from songscape.view._judging import sureness, tried
from songscape.view._parts import song
from songscape.view._summary import headline, tiles
from songscape.view.report import render

from .conftest import planted_tracks, record_of

NARROW = "\u202f"


def _with(record: Record, labels, **run) -> Record:
    """Return a record whose songs have these clusters and whose run says this."""
    tracks = record.tracks.with_columns(cluster=pl.Series(labels, dtype=pl.Int32))
    kept = record.clusters.filter(pl.col("cluster").is_in(list(set(labels))))
    return replace(record, tracks=tracks, clusters=kept, run={**record.run, **run})


def _header(block: bytes) -> dict:
    """Return what a map's block says of itself."""
    content = gzip.decompress(block)
    return json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])


@pytest.mark.parametrize(
    ("labels", "natural", "says"),
    [
        ([-1] * 400, None, "No group was found: these 400 songs lie in none."),
        ([0] * 399 + [-1], None, "Of these 400 songs 399 form one group. 1 song lies in no group."),
        ([0] * 400, None, "These 400 songs are in one group; whether there are more was not exa"),
        ([0] * 400, False, "These 400 songs form one group; nothing in their features parts them."),
        ([0, 1] * 200, None, "These 400 songs, in 2 groups. They are “"),
        ([0, 1, -1, -1] * 100, None, "200 songs lie in no group."),
    ],
)
def test_the_headline_counts_songs_in_no_group_and_one_group_as_one(record, labels, natural, says):
    odd = _with(record, labels, verdict={"natural": natural, "k": None, "reason": ""})
    assert says in headline(odd)


@pytest.mark.parametrize("natural", [None, False])
def test_one_group_is_a_group(record, natural):
    sizes = {"cluster_sizes": [400], "k": 1}
    one = _with(record, [0] * 400, verdict={"natural": natural, "k": 1, "reason": ""}, **sizes)
    assert (tiles(one)[0]["value"], tiles(one)[0]["label"]) == ("1", "group")
    alike = replace(record, run={**record.run, "cluster_sizes": [1, 1, 1]})
    assert tiles(alike)[0]["note"] == "Each holds 1 song."


@pytest.mark.parametrize("alone", [-1, 0])
def test_songs_that_are_not_divided_are_not_called_steady(record, alone):
    labels = [tile["label"] for tile in tiles(_with(record, [alone] * 400, k=1))]
    assert not any(label.startswith("stability") for label in labels)


def test_a_run_without_a_cluster_that_was_read_back_is_drawn(record):
    from songscape.core.csv_text import csv_frame, csv_text

    empty = csv_frame(csv_text(record.clusters.clear()), ("name", "traits", "top_genres"))
    odd = replace(_with(record, [-1] * 400), clusters=empty)
    figures = charts.figures(odd)
    assert "map" in figures
    assert "stability" not in figures
    assert "map-doubt" not in figures
    assert "No cluster was found." in render(odd, figures).decode()


@pytest.mark.parametrize("title", [" ", "\n\t", "\u202e\u0007"])
def test_a_title_without_a_letter_is_the_id_on_the_map(make_record, title):
    record = make_record(40, lambda tracks: tracks.with_columns(title=pl.lit(title)))
    block = map_data.block(record)
    assert b"song-39" in gzip.decompress(block)


def test_an_agreement_that_was_not_taken_is_not_told(record):
    bare = replace(record, run={**record.run, "agreement": {"label": "genre", "ami": None}})
    assert "agreement" not in " ".join(tile["label"] for tile in tiles(bare))


def test_no_line_breaks_between_a_number_and_its_unit(record):
    reason = "Of these 25 % lie apart. A valley of 36 % is visible, at 120 BPM."
    verdict = {**record.run["verdict"], "reason": reason}
    history = ["dropped 3 % of songs below 30 BPM"]
    told = replace(record, run={**record.run, "verdict": verdict, "history": history})
    page = render(told).decode()
    text = re.sub(r"<(script|style|desc)[^>]*>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert f"25{NARROW}% lie apart" in text
    assert re.findall(r"\d[ \n](?:%|BPM|dB)(?!\w).{9}", text) == []


def test_what_is_left_out_is_told():
    tracks = planted_tracks(700).with_columns(cluster=pl.int_range(700, dtype=pl.Int32) % 70)
    record = record_of(tracks, ["tempo", "energy", "valence"], k=70)
    for name in ("sizes", "profiles", "stability"):
        assert "the first 40 of 70 clusters" in charts.CHARTS[name](record), name
    for name in ("profile-bars", "cluster-genres", "top-genres"):
        assert "the first 24 of 70 clusters" in charts.CHARTS[name](record), name
    page = render(record, {}).decode()
    assert page.count("Of 70 clusters the first 60.") == 2
    assert more(dict.fromkeys(range(60), "")) == ""


def test_genres_with_a_cluster_of_their_own_are_counted(record):
    homes = record.evidence["genre_homes"].head(1)
    many = pl.concat([homes] * 11).with_columns(fate=pl.lit("alone"))
    page = render(replace(record, evidence={**record.evidence, "genre_homes": many}), {}).decode()
    assert '<li class="fine">and 3 more</li>' in page


def test_every_part_of_a_run_may_be_missing(record):
    for name in record.run:
        less = {key: value for key, value in record.run.items() if key != name}
        assert render(replace(record, run=less), {}).startswith(b"<!doctype html>"), name
    for name in record.evidence:
        less = {key: value for key, value in record.evidence.items() if key != name}
        assert render(replace(record, evidence=less), {}).startswith(b"<!doctype html>"), name
    for name in set(record.tracks.columns) - {"cluster"}:
        less = replace(record, tracks=record.tracks.drop(name))
        assert render(less, {}).startswith(b"<!doctype html>"), name


def test_one_feature_has_no_second_component(record):
    one = {name: record.evidence[name].head(1) for name in ("scree", "loadings")}
    line = replace(record, evidence={**record.evidence, **one})
    assert charts.CHARTS["scree"](line) is None
    assert charts.CHARTS["biplot"](line) is None
    start = pl.DataFrame(
        {
            "feature": [""],
            "kind": ["start"],
            "moved": [0.0],
            "ari": [1.0],
            "silhouette_change": [0.0],
        }
    )
    assert tried(replace(record, evidence={"importance": start})) == []


def test_one_song_between_two_clusters_is_one(record):
    told = sureness(
        replace(record, run={**record.run, "membership": {"mean": 0.9, "belong_to_two": 1}})
    )
    assert (told["two"], told["belong"]) == ("1 song", "belongs")


def test_a_title_of_blanks_gives_way_to_the_id():
    assert song({"title": " \n", "id": "a1", "artist": "A;B"}) == {"title": "a1", "artist": "A, B"}


def test_the_shares_of_genres_are_of_the_songs_with_a_label(record):
    page = render(record).decode()
    assert "Share of the cluster's songs with a label" in page.replace("&#39;", "'")
    assert "than elsewhere" not in page


def test_a_run_without_a_verdict_is_shown_in_a_notebook(record):
    clusters = record.clusters.with_columns(top_genres=pl.lit(""))
    bare = {"n_tracks": 1, "k": 1, "method": "kmeans"}
    shown = notebook.summary(replace(record, run=bare, clusters=clusters))
    assert "<strong>1 song in 1 group</strong> (kmeans)." in shown


def test_numbers_of_the_map_say_what_lies_beyond_them(make_record):
    def change(tracks):
        far = pl.when(pl.int_range(pl.len()) == 0).then(900.0).otherwise("tempo")
        return tracks.with_columns(tempo=far, energy=pl.lit(0.5), valence=pl.lit(3.0))

    columns = {
        one["name"]: one for one in _header(map_data.block(make_record(2000, change)))["columns"]
    }
    assert columns["tempo"]["beyond"] == [True, True]
    assert columns["energy"]["beyond"] == [False, False]
    assert (columns["energy"]["whole"], columns["valence"]["whole"]) == (False, True)


def test_artists_without_titles_go_by_the_id(record):
    header = _header(map_data.block(replace(record, tracks=record.tracks.drop("title"))))
    texts = [(one["name"], one["says"]) for one in header["columns"] if one["kind"] == "text"]
    assert texts == [("title", "id"), ("artist", "artist")]


def test_the_modules_are_all_that_there_are():
    folder = files("songscape.view") / "static" / "map"
    scripts = {
        item.name.removesuffix(".js") for item in folder.iterdir() if item.name.endswith(".js")
    }
    assert set(live_map.MODULES) == scripts


def test_the_explorer_has_the_colours_of_the_report():
    pages = [files("songscape.view") / "static", files("songscape.app") / "static"]
    report = (pages[0] / "report.css").read_text() + (pages[0] / "map" / "map.css").read_text()
    explorer = (pages[1] / "explore.css").read_text()
    for name in (*(f"c{k}" for k in range(12)), "grey", "map-ramp", "map-doubt"):
        values = [re.findall(rf"--{name}: ([^;]+);", text) for text in (report, explorer)]
        assert values[0] == values[1], name
        assert len(values[0]) == 2, name
