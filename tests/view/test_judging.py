from dataclasses import replace

import polars as pl
import pytest
from tests.view.test_report import HOSTILE, Page, assert_harmless

from songscape.view.charts import CHARTS, figures
from songscape.view.report import render

HELD = [
    (k, name, value, "ffff", 700, 300)
    for k, cost, density in ((2, 5.0, -9.5), (5, 3.0, -8.0), (8, 2.0, -8.25))
    for name, value in (("held_out_cost", cost), ("held_out_likelihood", density))
]


@pytest.fixture(scope="module")
def judged(record):
    second = (pl.col("cluster") + 1) % 5
    share = (
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.col("membership") * 0.9).otherwise(0.1)
    )
    bins = {"said": [0.6, 0.9], "true": [0.5, 0.8], "songs": [10, 10]}
    levels = {"level": [1, 2], "genres": [3, 9], "songs": [50, 50], "ami": [0.4, 0.3],
              "v_measure": [0.41, 0.33]}  # fmt: skip
    homes = {
        "level": [1, 1, 1, 2], "genre": ["rock", "metal", HOSTILE[0], "jazz"], "home": [0, 0, 1, 2],
        "songs": [9, 8, 7, 6], "fate": ["merged", "merged", "alone", "split"],
    }  # fmt: skip
    importance = {
        "feature": ["another start", "tempo", "energy", "$year_{"],
        "kind": ["start", "without", "without", "with"],
        "moved": [None, 0.3, 0.1, None],
        "ari": [0.9, 0.5, 0.88, 0.7],
        "silhouette_change": [0.0, -0.1, -0.001, -0.05],
        "repeats": [3, 3, 3, 3],
    }
    evidence = {
        "reliability": pl.concat(
            [pl.DataFrame(bins).with_columns(kind=pl.lit(kind)) for kind in ("before", "after")]
        ),
        "importance": pl.DataFrame(importance),
        "held_out": pl.DataFrame(
            HELD,
            schema=["k", "criterion", "value", "fingerprint", "n_train", "n_test"],
            orient="row",
        ),
        "genre_levels": pl.DataFrame(levels),
        "genre_level_homes": pl.DataFrame(homes),
    }
    way = {"mean_ari": 0.8, "lowest": 0.61, "draws": 5}
    run = dict(record.run) | {
        "stability": {"mean_ari": 0.8, "per_cluster": [], "ways": dict.fromkeys(
            ("resamples", "subsets", "seeds"), way)},
        "membership": {"mean": 0.81, "mean_before": 0.97, "temperature": 2.5, "kept": 0.81,
                       "belong_to_two": 40},
        "held_out": {"n_test": 300, "n_train": 700},
        "agreement": dict(record.run["agreement"]) | {
            "group": "artist, album", "intervals": {"ami": [0.31, 0.44]},
            "by_name": {"songs_with_several": 17, "ami": 0.39, "plain_knn": 0.5}},
    }  # fmt: skip
    tracks = record.tracks.with_columns(second=second.cast(pl.Int32), second_membership=share)
    return replace(record, run=run, tracks=tracks, evidence=dict(record.evidence) | evidence)


@pytest.fixture(scope="module")
def judged_drawn(judged):
    return figures(judged)


@pytest.fixture(scope="module")
def page(judged, judged_drawn):
    return Page(render(judged, judged_drawn).decode())


def test_what_judging_found_is_told(page):
    words = "".join(page.text.split())  # cells of a table stand side by side
    for told in (
        "The same clusters again?",
        "Other songs of the same kind 0.80 0.61 5",
        "40 songs",
        "untempered ones say 0.97 on average and only 81 % of songs",
        "Songs that nothing was fitted on",
        "0.31 to 0.44",
        "17 songs carry more than one label",
        "Level 2 9 genres, AMI 0.30",
        "without tempo 30 % 0.50 −0.100",
        "with $year_{ 0.70 −0.050",
        "nothing changed but the start 0.90",
    ):
        assert told.replace(" ", "") in words


def test_songs_between_two_clusters_are_named_by_pair(judged, page):
    words = " ".join(page.text.split())
    assert "the most divided" in words
    divided = judged.tracks.filter(pl.col("second_membership") >= pl.col("membership") / 2)
    assert any(title in words for title in divided["title"])


def test_the_pictures_are_drawn_and_harmless(judged_drawn, page):
    assert {"reliability", "importance", "levels"} <= set(judged_drawn)
    assert "untempered" in judged_drawn["reliability"]
    assert_harmless(page)


def test_memberships_that_were_left_have_one_line(judged):
    left = dict(judged.run["membership"]) | {"temperature": 1.0}
    svg = CHARTS["reliability"](replace(judged, run=dict(judged.run) | {"membership": left}))
    assert "untempered" not in svg


def test_an_older_run_has_no_such_section(record, drawn):
    text = render(record, drawn).decode()
    assert 'id="sure"' not in text
    assert "What the grouping rests on" not in text
