"""The repair of the study of 114,000 tracks: more clusters, and new songs on the map."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape import recipe as recipes
from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.core import record as records
from songscape.core.collection import Kind, Role
from songscape.core.csv_text import csv_text
from songscape.core.errors import InputError
from songscape.core.fit import Fit
from songscape.core.seeds import generator
from songscape.core.space import Space
from songscape.evaluate._refit import refit
from songscape.evaluate.stability import stability
from songscape.run import _stages as stages
from songscape.run import follow, place_songs
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._charts import Cloud, Head, Line, Panel
from songscape.studies.papers._findings import Findings, Table, spread
from songscape.view._text import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.run import Run
    from songscape.studies.papers._setting import Setting

PUBLISHED_K = 4
"""The report's number of clusters, in which finer ones may lie."""

STARTS = 10
"""Starts of k-means on resampled songs: one alone would count bad luck as instability."""

NAMED = 12
"""Songs placed whose titles are written on the map."""


def features_of(run: Run) -> Space:
    """Return the standardised features of a run."""
    matrix = run.tracks.select(run.record.run["features"]).cast(pl.Float64).to_numpy()
    scale = matrix.std(axis=0)
    return Space((matrix - matrix.mean(axis=0)) / scale, tuple(run.record.run["features"]))


def genres_of(run: Run) -> NDArray[Any]:
    """Return the genre of every song of a run."""
    column = run.collection.names(Role.GENRE)[0]
    return run.collection.frame[column].to_numpy().astype(object)


def larger(setting: Setting, run: Run) -> Findings:
    """Return whether larger numbers of clusters stay consistent."""
    features = features_of(run)
    rows = np.arange(features.n)
    if features.n > setting["sample"]:
        rng = generator(setting.child("larger"), "rows")
        rows = np.sort(rng.choice(features.n, setting["sample"], replace=False))
    space, genres = features.rows(rows), genres_of(run)[rows]
    artists = run.tracks["artist"].to_numpy().astype(object)[rows]
    swept = KMeansSweep(
        max(*setting["larger"], PUBLISHED_K), random_state=setting.child("swept")
    ).fit(space.matrix)
    coarse = swept.labels(PUBLISHED_K)
    found = [_at(setting, space, swept.model(k), coarse) for k in setting["larger"]]
    amis = [
        measures.ami_interval(swept.labels(k), genres, artists, setting.child("ami"), 100)
        for k in setting["larger"]
    ]
    shuffled = generator(setting.child("chance"), "genres").permutation(genres)
    few, many = found[0][0], found[-1][0]
    numbers = {
        "sample": space.n, "draws": setting["draws"],
        "ami": amis[0], "ami_chance": measures.ami(coarse, shuffled),
        "stable_few": few, "stable_many": many, "k_few": setting["larger"][0],
        "k_many": setting["larger"][-1],
    }  # fmt: skip
    rows_of = tuple(
        (str(k), f"{stable:.2f}", percent(nested), f"{agree:.3f}")
        for k, (stable, nested), agree in zip(setting["larger"], found, amis, strict=True)
    )
    head = ("k", "stability (adjusted Rand index)", "nested in the four", "AMI with genres")
    return Findings(
        numbers,
        {"consistency": _consistency(setting["larger"], found, amis)},
        {"consistency": Table(head, rows_of)},
    )


def _at(
    setting: Setting, space: Space, model: KMeans, coarse: NDArray[np.int32]
) -> tuple[Any, float]:
    """Return how stable a grouping is over resamples, and how far it lies inside a coarse one."""
    fit = Fit(model.labels_, model.set_params(n_init=STARTS), len(model.cluster_centers_), 0)
    again = stability(
        space, lambda drawn, _k, seed: refit(drawn, fit, seed), fit, setting["draws"],
        setting.child("stable"),
    )  # fmt: skip
    table = np.zeros((fit.k, int(coarse.max()) + 1))
    np.add.at(table, (fit.labels, coarse), 1)
    return spread(again.draws), float(table.max(axis=1).sum() / space.n)


def _consistency(ks: list[int], found: list[tuple[Any, float]], amis: list[Any]) -> str:
    """Draw stability, nesting and agreement with genres by k."""
    stable = [one for one, _ in found]
    curves = [
        Line(
            ks, [s.value for s in stable], band=([s.low for s in stable], [s.high for s in stable])
        ),
        Line(ks, [nested for _, nested in found]),
        Line(ks, [a.value for a in amis], band=([a.low for a in amis], [a.high for a in amis])),
    ]
    titles = ("Come out again", "Lie inside the four", "Agree with genres")
    found_panels = [
        Panel([replace(line, dots=True)], title, "k")
        for line, title in zip(curves, titles, strict=True)
    ]
    head = Head("consistency", "Larger k", "Stability falls as k grows; agreement grows slowly.")
    return charts.lines(head, found_panels, abreast=3)


def check_mine(setting: Setting) -> None:
    """Raise unless the user's own songs can be read and have what the map is made of.

    Raises
    ------
    InputError
        If they cannot be read, or lack features; said before the long work, not after it.
    """
    if not setting.mine:
        return
    songs = setting.songs("published")
    mine = stages.load(recipes.resolve({"source": {"path": setting.mine}}).source)
    needed = (
        name for name in songs.names(Role.FEATURE) if songs.columns[name].kind is Kind.MEASURE
    )
    lacking = [name for name in needed if name not in mine.columns]
    if lacking:
        raise InputError(
            f"The songs of {setting.mine} lack {', '.join(lacking)}, which the map is made of; "
            "give a table with the same features."
        )


def placed(setting: Setting, run: Run) -> Findings:
    """Hold songs out, place them, and place the user's own."""
    songs = run.collection
    rng = generator(setting.child("held"), "rows")
    chosen = rng.permutation(len(songs))[: setting["sample"]]
    held, rest = np.sort(chosen[: len(chosen) // 20]), np.sort(chosen[len(chosen) // 20 :])
    whole = dict(zip(songs.ids, run.tracks["cluster"], strict=True))
    with tempfile.TemporaryDirectory(prefix="songscape-") as folder:
        home = Path(folder)
        recipe = setting.recipe("repaired").with_k(run.record.run["k"])
        part = replace(songs, frame=songs.frame[rest.tolist()])
        fitted = follow(replace(recipe, choose=None), part)
        records.write(fitted.record, home / "run")
        table = songs.frame[held.tolist()]
        names = songs.names(Role.ID, Role.TEXT, Role.GROUP, Role.FEATURE)
        (home / "held.csv").write_text(csv_text(table.select(names)), "utf-8")
        laid = place_songs(home / "run", str(home / "held.csv"))
        mine = place_songs(home / "run", setting.mine) if setting.mine else None
    few = laid.head(NAMED) if mine is None else mine
    return Findings(
        {"held": len(held), "placed": _came_home(fitted, laid, whole), **_placed_words(mine)},
        {"placed": _placed_chart(fitted, few)},
        {"placed": _placed_table(laid.head(50) if mine is None else mine)},
    )


def _came_home(fitted: Run, laid: pl.DataFrame, whole: Mapping[str, int]) -> float:
    """Return the share of songs held out that were laid to the cluster they have in the whole map.

    Parameters
    ----------
    fitted : the map of the other songs; these tell which of its clusters is which of the whole
        map's, so that the songs judged have no say in it.
    laid : the songs held out with the cluster they were laid to.
    whole : the cluster of every song in the whole map by id.
    """
    alone = fitted.tracks["cluster"].to_numpy()
    rename = measures.renaming(alone, np.array([whole[one] for one in fitted.collection.ids]))
    came = rename[laid["cluster"].to_numpy()]
    return float(np.mean([a == whole[one] for one, a in zip(laid["id"], came, strict=True)]))


def _placed_words(mine: pl.DataFrame | None) -> dict[str, str]:
    """Return what is said of the songs that were placed."""
    if mine is None:
        return {
            "mine": "With `--mine my-songs.csv` this report shows your own songs in place of "
            "those held out.",
            "map_caption": f"The first {NAMED} songs held out",
            "placed_caption": "The first fifty songs held out, and where they were placed.",
        }
    return {
        "mine": f"{mine.height:,} songs of your own are placed below.",
        "map_caption": "Your songs",
        "placed_caption": "Your songs and their clusters.",
    }


def _placed_chart(fitted: Run, placed: pl.DataFrame) -> str:
    """Draw the map with the songs that were placed on it, the first of them with their names."""
    tracks = fitted.tracks
    points = tracks.select("x", "y").cast(pl.Float64).to_numpy()
    labels = tracks["cluster"].to_numpy().astype(np.int32)
    places = placed.select("x", "y").cast(pl.Float64).to_numpy()
    titles = placed["title"].to_list() if "title" in placed.columns else placed["id"].to_list()
    cloud = Cloud(
        points, labels, "", *charts.COMPONENTS, placed=places,
        names=[str(one or "") for one in titles[:NAMED]],
    )  # fmt: skip
    head = Head("placed", "New songs on the map", "They lie among songs of their own kind.")
    return charts.clouds(head, [cloud], abreast=1, height=5.2)


def _placed_table(placed: pl.DataFrame) -> Table:
    """Return placed songs as a table."""
    texts = [name for name in ("title", "artist") if name in placed.columns]
    rows = tuple(
        (*(str(row[name] or "") for name in texts), row["name"], f"{row['membership']:.2f}")
        for row in placed.iter_rows(named=True)
    )
    return Table((*texts, "cluster", "membership"), rows)
