"""Whatever people call their songs comes out harmless and legible."""

import csv

import polars as pl
import pytest

import songscape
from songscape.studies import demo

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "$x_{",
    "=cmd()|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "\u202etxet desrever",
    "أغنية",
    "🎵🔥👩‍🚀",
    "ünïcödé ÆØÅ ß",
    "a" * 10_000,
    "quote \" and ' and `",
    "{{ 7*7 }} {% raw %}",
    "\\frac{a}{b} %s %d",
    "comma, semicolon; tab",
]


@pytest.fixture(scope="module")
def run():
    table = demo.make_table().head(400)
    titles = [HOSTILE[i % len(HOSTILE)] for i in range(table.height)]
    hostile = table.with_columns(
        track_name=pl.Series(titles),
        artists=pl.Series(titles[::-1]),
        track_genre=pl.Series([HOSTILE[i % 4] for i in range(table.height)]),
    )
    return songscape.map(
        hostile, k=3, options={"choose.use": "none", "judge.draws": 2, "map.use": "pca"}
    )


def test_the_report_holds_no_markup_of_theirs(run):
    report = run.record.files["report.html"].decode()
    assert "<script>alert" not in report
    assert "<img src=x" not in report
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report
    assert "{{ 7*7 }}" in report


def test_the_figures_hold_no_markup_of_theirs(run):
    figures = [text for name, text in run.record.files.items() if name.endswith(".svg")]
    assert figures
    for figure in figures:
        assert b"<script" not in figure
        assert b"<img" not in figure


def test_no_cell_of_the_csv_is_a_formula(run, tmp_path):
    run.save(tmp_path / "run")
    with (tmp_path / "run" / "clusters.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in ("name", "traits", "top_genres"):
                assert not row[name].startswith(("=", "+", "@", "-", "\t"))


def test_titles_come_back_from_the_tracks_unchanged(run):
    assert set(run.tracks["title"].drop_nulls()) <= set(HOSTILE)
