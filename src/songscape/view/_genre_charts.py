"""Genres: before and after grouping, and where the clusters put them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._style import (
    ACCENT,
    GREY,
    INK,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PAPER,
    SEQUENTIAL,
    bare,
    canvas,
    colour,
    drawing,
    head_cells,
    panels,
    svg,
    tell_of_rest,
)
from songscape.view._text import NARROW, count, decimal, percent, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from songscape.core.record import Record

TOP = 20
CLUSTERS = 24


def before_after(record: Record) -> str | None:
    """Draw the most frequent labels before and after they were grouped."""
    table = _parts.evidence(record, "genres", "genre", "songs", "group")
    if table is None:
        return None
    before = table.group_by("genre").agg(pl.col("songs").sum())
    after = table.group_by(pl.col("group").fill_null("not grouped").alias("genre")).agg(
        pl.col("songs").sum()
    )
    same = before.height == after.height
    sides = (
        [("Labels in the source", before)]
        if same
        else [
            ("Before grouping", before),
            ("After grouping", after),
        ]
    )
    with drawing():
        rows = max(min(side.height, TOP) for _, side in sides)
        figure = canvas(height=0.9 + 0.22 * rows)
        grid = figure.subplots(1, len(sides), squeeze=False)[0]
        for axes, (title, side) in zip(grid, sides, strict=True):
            _bars(axes, side, rows)
            axes.set_title(f"{title}: {counted(side.height, 'genre')}")
        says = (
            f"Bars of the most frequent genres: {counted(before.height, 'label')} in the source, "
            f"{count(after.height)} after grouping."
        )
        return svg(figure, "genres", "Genres before and after grouping", says)


def _bars(axes: Axes, side: pl.DataFrame, rows: int) -> None:
    """Draw the top genres as bars with their counts; `rows` keeps neighbours level."""
    top = side.sort("songs", "genre", descending=[True, False]).head(TOP)
    songs = top["songs"].to_numpy()
    place = np.arange(len(songs))
    axes.barh(place, songs, height=0.68, color=ACCENT)
    for y, number in zip(place, songs, strict=True):
        axes.annotate(
            count(number), (number, y), (4, 0), textcoords="offset points", va="center",
            fontsize=8.5, color=MUTED,
        )  # fmt: skip
    axes.set_yticks(place, [shown(genre, 26) for genre in top["genre"]])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(0, float(songs.max(initial=1)) * 1.16)
    bare(axes)
    axes.set_xticks([])
    if side.height > TOP:
        more = f"and {count(side.height - TOP)} more with {counted(_rest(side), 'song')}"
        axes.set_xlabel(more, loc="left", fontsize=8.5)


def _rest(side: pl.DataFrame) -> int:
    """Return the number of songs in the genres that are not drawn."""
    return sum(side["songs"].sort(descending=True).to_list()[TOP:])


def by_cluster(record: Record) -> str | None:
    """Draw clusters against the most frequent genres; every row adds up to its cluster."""
    table = _parts.evidence(record, "cluster_genres", "cluster", "genre", "songs", "share")
    if table is None:
        return None
    names = _parts.cluster_names(record)
    known = [cluster for cluster in names if cluster in set(table["cluster"])]
    rows = known[:CLUSTERS]
    if not rows:
        return None
    columns = _ordered(table.filter(pl.col("cluster").is_in(rows)))
    shares = _matrix(table, rows, columns)
    with drawing():
        figure = canvas(height=1.5 + 0.36 * len(rows))
        axes = figure.subplots()
        # Square roots: one genre that fills a cluster must not bleach all the others.
        axes.imshow(shares**0.5, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
        _write_cells(axes, shares)
        heads = [shown(genre, 18) for genre in columns]
        head_cells(axes, heads, [shown(names[c], 34) for c in rows])
        tell_of_rest(figure, CLUSTERS, len(known))
        says = (
            f"A table of {counted(len(rows), 'cluster')} by their largest genres, {len(columns)}. "
            "Each cell is the part of the cluster's labelled songs with that genre; darker is more."
        )
        return svg(figure, "cluster-genres", "Clusters and genres", says)


def _ordered(table: pl.DataFrame) -> list[str]:
    """Return the genres largest in some cluster, side by side where they live in the same one."""
    top = table.group_by("genre").agg(
        total=pl.col("share").max(),
        home=pl.col("cluster").sort_by("songs", "cluster", descending=[True, False]).first(),
    )
    top = top.sort("total", "genre", descending=[True, False]).head(TOP)
    return top.sort("home", "total", "genre", descending=[False, True, False])["genre"].to_list()


def _matrix(table: pl.DataFrame, rows: list[int], columns: list[str]) -> np.ndarray:
    """Return the share of every genre in every cluster, shape (rows, columns)."""
    shares = np.zeros((len(rows), len(columns)))
    for cluster, genre, share in table.select("cluster", "genre", "share").iter_rows():
        if cluster in rows and genre in columns:
            shares[rows.index(cluster), columns.index(genre)] = share
    return shares


def _write_cells(axes: Axes, shares: np.ndarray) -> None:
    """Write the shares that can be read into their cells; white gaps part the cells."""
    for row, column in np.argwhere(shares >= 0.02):
        share = shares[row, column]
        axes.text(
            column, row, f"{100 * share:.0f}{NARROW}%", ha="center", va="center", fontsize=7.5,
            color=ON_DARK if share > 0.3 else ON_LIGHT,
        )  # fmt: skip
    for edge in np.arange(-0.5, shares.shape[1]):
        axes.axvline(edge, color=PAPER, lw=1.5)
    for edge in np.arange(-0.5, shares.shape[0]):
        axes.axhline(edge, color=PAPER, lw=1.5)


def top_of_clusters(record: Record) -> str | None:
    """Draw the top 20 genres of every cluster, small multiples with lift."""
    table = _parts.evidence(record, "cluster_genres", "cluster", "genre", "share", "lift", "rank")
    if table is None:
        return None
    names = _parts.cluster_names(record)
    known = [cluster for cluster in names if cluster in set(table["cluster"])]
    rows = known[:CLUSTERS]
    if not rows:
        return None
    inside = pl.col("cluster").is_in(rows) & (pl.col("rank") <= TOP)
    table = table.filter(inside).sort("cluster", "rank")
    bars = int(table.group_by("cluster").len()["len"].to_numpy().max())
    with drawing():
        figure, grid = panels(len(rows), 3, 0.6 + 0.165 * bars)
        for axes, cluster in zip(grid, rows, strict=True):
            _genre_bars(axes, table.filter(pl.col("cluster") == cluster), colour(cluster), bars)
            axes.set_title(shown(names[cluster], 34), fontsize=9.5)
        tell_of_rest(figure, CLUSTERS, len(known))
        says = "For every cluster its 20 most frequent genres with their share; × is the lift."
        return svg(figure, "top-genres", "Top genres of every cluster", says)


def _genre_bars(axes: Axes, top: pl.DataFrame, shade: str, rows: int) -> None:
    """Draw the genres of one cluster, share as bar; `rows` keeps neighbours level."""
    shares, lifts = top["share"].to_numpy(), top["lift"].to_numpy()
    place = np.arange(len(shares))
    strong = lifts >= 1
    axes.barh(place, shares, height=0.62, color=[shade if s else GREY for s in strong])
    for y, share, lift in zip(place, shares, lifts, strict=True):
        axes.annotate(
            f"{percent(share)} ×{decimal(lift, 1)}", (share, y), (3, 0), va="center",
            textcoords="offset points", fontsize=7, color=MUTED,
        )  # fmt: skip
    axes.set_yticks(place, [shown(genre, 24) for genre in top["genre"]], fontsize=8)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(0, float(shares.max(initial=0.01)) * 1.55)
    bare(axes)
    axes.set_xticks([])
