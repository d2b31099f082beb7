"""The main job on the demonstration table: what was planted is found, and found again."""

import json
import tomllib
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.undrawn import mapped, without_report

import songscape
from songscape import recipe as recipes
from songscape.cluster import _hdbscan_libraries
from songscape.core.collection import Collection, Column, Role
from songscape.core.errors import DegenerateDataError
from songscape.core.record import read
from songscape.run import follow
from songscape.run._judge import label_column
from songscape.studies import demo

SUMMARY_KEYS = {
    "songscape", "source", "seed", "n_read", "n_tracks", "history", "features", "space", "method",
    "k", "verdict", "cluster_sizes", "scores", "agreement", "stability", "warnings", "timings",
    "versions", "threads",
}  # fmt: skip


QUICK = {
    "choose.high": 8,
    "choose.seeds": 2,
    "choose.gap_draws": 4,
    "choose.valley_rows": 800,
    "cluster.restarts": 3,
    "judge.draws": 2,
    "map.use": "pca",
}
ANY_METHOD = {"choose.use": "none", "judge.draws": 2, "map.use": "pca"}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return demo.write_table(tmp_path_factory.mktemp("demo") / "songs.csv")


@pytest.fixture(scope="module")
def run(table):
    return songscape.map(table, options=QUICK)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    return run.save(tmp_path_factory.mktemp("runs") / "demo")


def test_the_planted_groups_are_found(run):
    assert run.verdict["natural"] is True
    assert run.record.run["k"] == demo.truth().styles
    styles = run.tracks["genre"].to_list()
    plan = tomllib.loads(
        (demo.files("songscape.studies") / "demo.toml").read_text(encoding="utf-8")
    )
    home = {genre: name for name, style in plan["styles"].items() for genre in style["genres"]}
    truth = [home[style.removesuffix(" revival")] for style in styles]
    assert adjusted_rand_score(truth, run.tracks["cluster"].to_list()) > 0.95


def test_the_planted_dirt_is_named_with_counts(run):
    found = {finding.what: finding.count for finding in run.collection.findings}
    assert run.record.run["n_read"] == demo.truth().rows
    assert run.record.run["n_tracks"] <= demo.truth().songs
    assert found["index-column"] == 1
    assert "layout" in found


def test_the_summary_keeps_its_promise(run):
    summary = run.record.run
    assert set(summary) >= SUMMARY_KEYS
    assert summary["space"].keys() == {"name", "fingerprint", "n", "d"}
    assert sum(summary["cluster_sizes"]) + summary["noise"] == summary["n_tracks"]
    assert summary["cluster_sizes"] == sorted(summary["cluster_sizes"], reverse=True)
    assert summary["scores"]["space"] == summary["space"]["fingerprint"]
    assert summary["agreement"]["ami"] > summary["agreement"]["permuted_ami"]
    json.dumps(summary, allow_nan=False)


def test_the_folder_holds_what_the_design_says(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in ("recipe.toml", "tracks.parquet", "scores.parquet", "clusters.csv", "model.skops",
                 "report.html", "run.json"):  # fmt: skip
        assert name in names
    assert [name for name in names if name.startswith("figures/")]
    record = read(folder)
    assert {"id", "cluster", "membership", "margin", "stability", "x", "y"} <= set(
        record.tracks.columns
    )
    assert record.tracks["membership"].is_between(0, 1).all()


def test_its_own_recipe_repeats_the_run(run, folder):
    values = recipes.read(folder / "recipe.toml")
    assert values["cluster"]["k"] == run.record.run["k"]
    with without_report():
        again = follow(recipes.resolve(values))
    assert again.tracks["cluster"].equals(run.tracks["cluster"])
    scores = dict(run.record.run["scores"])
    assert again.record.run["scores"].pop("space") == scores.pop("space")
    assert again.record.run["scores"] == pytest.approx(scores, rel=1e-6)
    assert again.record.run["verdict"]["natural"] == run.verdict["natural"]


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_do_not_change_the_labels(table, run, on_threads, threads):
    with on_threads(threads):
        again = mapped(table, options=QUICK)
    assert again.tracks["cluster"].equals(run.tracks["cluster"])
    assert again.record.run["space"]["fingerprint"] == run.record.run["space"]["fingerprint"]


def test_a_given_k_is_kept_and_still_examined(table):
    run = mapped(table, k=3, options=QUICK)
    assert run.record.run["k"] == 3
    assert run.verdict["k"] == demo.truth().styles


def test_nothing_examined_is_said(table):
    run = mapped(table, k=3, options=ANY_METHOD)
    assert run.verdict["natural"] is None
    assert run.verdict["reason"] == "3 groups were asked for, natural or not."


@pytest.mark.parametrize("kind", ["polars", "pandas", "arrow"])
def test_frames_give_the_same_groups_as_the_file(kind, run):
    frame = demo.make_table()
    frames = {"polars": lambda: frame, "pandas": frame.to_pandas, "arrow": frame.to_arrow}
    again = mapped(frames[kind](), k=6, options=QUICK | {"choose.use": "none"})
    assert np.array_equal(
        again.tracks.sort("id")["cluster"].to_numpy(), run.tracks.sort("id")["cluster"].to_numpy()
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", ["mixture", "agglomerative", "minibatch", "hdbscan", "dbscan"])
def test_every_method_makes_a_whole_run(table, method):
    k = "auto" if method.endswith("dbscan") or method == "hdbscan" else 6
    run = songscape.map(table, k=k, method=method, options=ANY_METHOD)
    assert run.record.run["method"] == method
    assert run.tracks["cluster"].max() >= 0
    assert b"<html" in run.record.files["report.html"]
    assert "auto" not in tomllib.loads(run.record.recipe)["cluster"].values()


@pytest.mark.skipif(find_spec("fast_hdbscan") is None, reason="fast_hdbscan is not installed")
def test_the_recipe_tells_which_library_grouped(monkeypatch):
    monkeypatch.setattr(_hdbscan_libraries, "_best", lambda _: "fast_hdbscan")
    monkeypatch.setattr(_hdbscan_libraries, "_by_fast_hdbscan", _hdbscan_libraries._by_scikit_learn)
    brief = ANY_METHOD | {"judge.draws": 0, "judge.importance": False, "judge.label": "none"}
    record = songscape.map(demo.make_table().head(120), method="hdbscan", options=brief).record
    assert tomllib.loads(record.recipe)["cluster"]["library"] == "fast_hdbscan"
    assert record.run["versions"]["fast_hdbscan"] == version("fast_hdbscan")


@pytest.mark.parametrize("there", [True, False])
def test_the_recipe_tells_which_engine_drew_the_space(monkeypatch, there):
    if there and find_spec("openTSNE") is None:
        pytest.skip("openTSNE is not installed")
    monkeypatch.setattr("songscape.reduce.tsne.is_fast", lambda: there)
    brief = {"choose.use": "none", "judge.draws": 0, "judge.label": "none", "map.use": "pca"}
    record = mapped(demo.make_table().head(120), k=3, options=brief | {"space.use": "tsne"}).record
    engine = tomllib.loads(record.recipe)["space"]["engine"]
    assert engine == ("openTSNE" if there else "scikit-learn")


def test_gaps_that_were_kept_are_named():
    frame = demo.make_table().with_columns(
        tempo=pl.when(pl.col("tempo") > 150).then(None).otherwise(pl.col("tempo"))
    )
    with pytest.raises(DegenerateDataError, match=r"missing in .*tempo.*clean.missing.how=median"):
        songscape.map(frame, k=3, options=ANY_METHOD | {"clean.missing.how": "keep"})


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"genre": ["a", "b"]}, "genre"),
        ({"genre": ["a", "b"], "genre_group": ["c", "d"]}, "genre_group"),
        ({"genre": ["a", "a"], "subgenre": ["c", "d"]}, "subgenre"),
        ({"genres": [["a", "x"], ["b"]]}, "genres"),
        ({"genre": ["a", "a"]}, None),
        ({}, None),
    ],
)
def test_the_label_is_the_most_telling_column(columns, label):
    roles = {"id": Column(Role.ID)} | {name: Column(Role.GENRE) for name in columns}
    songs = Collection(pl.DataFrame({"id": ["1", "2"], **columns}), roles)
    assert label_column(songs, "auto") == label
    assert label_column(songs, "none") is None


def test_a_run_shows_itself_in_a_notebook(run):
    html = run._repr_html_()
    assert "songs" in html
    assert "<script" not in html


def test_the_scores_table_has_one_fingerprint_per_criterion(run):
    per_criterion = run.record.scores.group_by("criterion").agg(
        pl.col("fingerprint").n_unique().alias("spaces")
    )
    assert per_criterion["spaces"].to_list() == [1] * per_criterion.height


def test_a_k_among_the_options_counts_from_python(table):
    assert (
        songscape.map(table, options=QUICK | {"choose.use": "none", "cluster.k": 4}).record.run["k"]
        == 4
    )


@pytest.mark.parametrize(
    ("use", "there", "engine"),
    [
        ("auto", True, "openTSNE"),
        ("auto", False, "scikit-learn"),
        ("tsne", False, "scikit-learn"),
        ("auto", None, "pca"),
    ],
)
def test_the_recipe_tells_which_engine_drew_the_map(monkeypatch, use, there, engine):
    if there and find_spec("openTSNE") is None:
        pytest.skip("openTSNE is not installed")
    monkeypatch.setattr("songscape.reduce.tsne.is_fast", lambda: bool(there))
    if there is None:
        monkeypatch.setattr("songscape.reduce.auto.SLOW_LIMIT", 50)
    brief = {"choose.use": "none", "judge.draws": 0, "judge.label": "none", "map.use": use}
    run = mapped(demo.make_table().head(120), k=3, options=brief)
    recipe = tomllib.loads(run.record.recipe)
    assert recipe["map"]["engine"] == engine
    again = mapped(demo.make_table().head(120), recipe={**recipe, "source": {}})
    assert again.tracks["x"].to_numpy() == pytest.approx(run.tracks["x"].to_numpy(), abs=1e-6)
