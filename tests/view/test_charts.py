import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import polars as pl
import pytest

from songscape.core.record import Record
from songscape.view.charts import CHARTS, figures, files

HOSTILE = [
    "<script>alert(1)</script>",
    "$x_{$",
    "=cmd()",
    "שלום עולם",
    "🎧🎶",
    "a" * 10_000,
    "x\x00\x08y",
]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own chart


def test_everything_is_drawn(drawn):
    assert set(drawn) == set(CHARTS) - {"places"}


def test_same_record_same_bytes_and_no_settings_left_behind(record, drawn):
    before = dict(mpl.rcParams)
    assert figures(record) == drawn
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", sorted(set(CHARTS) - {"places"}))
def test_each_is_one_described_image_that_needs_nothing(drawn, name):
    root = parsed(drawn[name])
    assert root.get("role") == "img"
    label, says = root.get("aria-labelledby").split()
    texts = {e.get("id"): e.text for e in root.iter() if e.get("id") in (label, says)}
    assert len(texts[label]) > 5
    assert len(texts[says]) > 20
    for element in root.iter():
        assert not element.tag.endswith(("}style", "}script", "}foreignObject"))
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert "http" not in value
            if key.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,"))


def test_ids_are_unique_in_a_page_of_all(drawn):
    ids = re.findall(r'\bid="([^"]+)"', "".join(drawn.values()))
    assert len(ids) == len(set(ids))
    targets = re.findall(r'(?:href="#|url\(#)([^")]+)', "".join(drawn.values()))
    assert set(targets) <= set(ids)


def test_hostile_names_are_shown_literally(make_record):
    def change(tracks: pl.DataFrame) -> pl.DataFrame:
        names = pl.Series(HOSTILE)
        return tracks.with_columns(
            genre=names.gather([i % len(HOSTILE) for i in range(tracks.height)])
        )

    record = make_record(140, change)
    evil = record.clusters.with_columns(name=pl.Series(HOSTILE[: record.clusters.height]))
    record = Record(record.recipe, record.run, record.tracks, record.scores, evil, record.evidence)
    drawn = figures(record)
    for svg in drawn.values():
        texts = [element.text or "" for element in parsed(svg).iter()]
        assert max(map(len, texts)) < 2_000
        assert "<script" not in svg
    shown = [element.text or "" for element in parsed(drawn["sizes"]).iter()]
    for name in HOSTILE[:5]:
        assert name in shown


@pytest.mark.parametrize("n", [2, 3, 7])
def test_few_songs(make_record, n):
    assert "map" in figures(make_record(n))


def test_an_empty_record_draws_nothing_and_does_not_fail():
    tracks = pl.DataFrame({"id": ["a", "b"]})
    empty = pl.DataFrame()
    assert set(figures(Record("", {}, tracks, empty, empty))) == {"sizes"}


def test_noise_and_many_clusters(make_record):
    record = make_record(
        600,
        lambda tracks: tracks.with_columns(cluster=pl.int_range(pl.len(), dtype=pl.Int32) % 15 - 1),
    )
    assert "in no cluster (noise)" in figures(record)["sizes"]


def test_places(make_record):
    record = make_record(
        50, lambda t: t.with_columns(latitude=pl.lit(51.5), longitude=pl.lit(-0.1))
    )
    assert "60°W" in CHARTS["places"](record)


def test_missing_values_are_told(make_record):
    def change(tracks: pl.DataFrame) -> pl.DataFrame:
        every_fourth = pl.int_range(pl.len()) % 4 == 0
        return tracks.with_columns(energy=pl.when(every_fourth).then(None).otherwise("energy"))

    record = make_record(400, change)
    evidence = {k: v for k, v in record.evidence.items() if k != "columns"}
    bare = Record("", record.run, record.tracks, record.scores, record.clusters, evidence)
    assert "25\u202f% missing" in figures(bare)["distributions"]


def test_curves_of_another_space_are_left_out(record):
    other = record.scores.with_columns(
        fingerprint=pl.lit("ffffffffffffffff"), criterion=pl.lit("silhouette in t-SNE")
    )
    both = Record("", record.run, record.tracks, pl.concat([record.scores, other]), record.clusters)
    svg = CHARTS["k-curves"](both)
    assert "t-SNE" not in svg
    assert svg.count("shown, never used to choose") == 2


def test_many_points_stay_small(make_record):
    record = make_record(30_000)
    for name in ("map", "map-doubt"):
        svg = CHARTS[name](record)
        assert len(svg) < 250_000
        assert "data:image/png" in svg


def test_files():
    assert files({"map": "<svg/>"}) == {"figures/map.svg": b"<svg/>"}
