"""Clusters: how large, how stable, and what sets each apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._style import (
    DIVERGING,
    GREY,
    INK,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PAPER,
    bare,
    canvas,
    colour,
    drawing,
    head_cells,
    panels,
    svg,
    tell_of_rest,
)
from songscape.view._text import called, decimal, listing, percent, quantity, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from songscape.core.record import Record

CLUSTERS, PANELS, FEATURES = 40, 24, 24
STABLE, DOUBTFUL = 0.75, 0.6
"""Hennig (2007): a mean Jaccard from 0.75 on is a stable cluster, below 0.6 none to trust."""


def sizes(record: Record) -> str | None:
    """Draw the number of songs in every cluster, and of those in none."""
    labels = _parts.clusters(record)
    names = _parts.cluster_names(record)
    if not names:
        return None
    counts = {cluster: int((labels == cluster).sum()) for cluster in list(names)[:CLUSTERS]}
    if (labels < 0).any():
        counts[-1] = int((labels < 0).sum())
    values = [number / max(len(labels), 1) for number in counts.values()]
    texts = [
        f"{counted(number, 'song')}, {percent(share)}"
        for number, share in zip(counts.values(), values, strict=True)
    ]
    titles = [names.get(cluster, f"{_parts.NOISE} (noise)") for cluster in counts]
    with drawing():
        figure = canvas(height=0.5 + 0.34 * len(counts))
        axes = figure.subplots()
        _rows(axes, values, titles, texts, [colour(cluster) for cluster in counts])
        axes.set_xlim(0, (max(values) or 1) * 1.25)
        tell_of_rest(figure, CLUSTERS, len(names))
        says = listing([f"{t}: {s}" for t, s in zip(titles, texts, strict=True)], CLUSTERS) + "."
        return svg(figure, "sizes", "Cluster sizes", says)


def stability(record: Record) -> str | None:
    """Draw how well every cluster comes back when the songs are drawn anew."""
    names = _parts.cluster_names(record)
    # A table read back without a row does not know that its columns are numbers.
    if record.clusters.is_empty() or "stability" not in record.clusters.columns:
        return None
    if not _parts.divided(record):
        return None
    rows = record.clusters.select("cluster", "stability").drop_nulls().sort("cluster")
    rows = rows.filter((pl.col("cluster") >= 0) & pl.col("stability").is_finite())
    if rows.is_empty():
        return None
    known, rows = rows.height, rows.head(CLUSTERS)
    clusters, values = rows["cluster"].to_list(), rows["stability"].to_list()
    titles = [names.get(cluster, f"cluster {cluster}") for cluster in clusters]
    with drawing():
        figure = canvas(height=0.7 + 0.34 * len(values))
        axes = figure.subplots()
        _rows(axes, values, titles, [decimal(v) for v in values], [colour(c) for c in clusters])
        axes.set_xlim(0, 1.08)
        for level, text in ((DOUBTFUL, "doubtful below"), (STABLE, "stable from")):
            axes.axvline(level, color=INK, lw=0.8, ls=(0, (2, 3)))
            axes.annotate(
                f"{text} {level:g}", (level, 1), (-3 if level == DOUBTFUL else 3, 3), fontsize=8,
                xycoords=("data", "axes fraction"), textcoords="offset points", color=MUTED,
                ha="right" if level == DOUBTFUL else "left",
            )  # fmt: skip
        tell_of_rest(figure, CLUSTERS, known)
        says = "Stability from 0 to 1: " + listing(
            [f"{t} {decimal(v)}" for t, v in zip(titles, values, strict=True)], CLUSTERS
        )
        return svg(figure, "stability", "Stability of every cluster", f"{says}.")


def _rows(
    axes: Axes, values: list[float], titles: list[str], texts: list[str], shades: list[str]
) -> None:
    """Draw horizontal bars, each with its title on the left and its figure at the end."""
    place = np.arange(len(values))
    axes.barh(place, values, height=0.62, color=shades)
    for y, value, text in zip(place, values, texts, strict=True):
        axes.annotate(
            text, (value, y), (5, 0), textcoords="offset points", va="center", fontsize=8.5,
            color=MUTED,
        )  # fmt: skip
    axes.set_yticks(place, [shown(title, 44) for title in titles])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(values) - 0.4, -0.6)
    bare(axes)
    axes.set_xticks([])


def profiles(record: Record) -> str | None:
    """Draw every cluster's profile as a row of a heat map."""
    table = _parts.evidence(record, "profiles", "cluster", "feature", "z")
    if table is None:
        return None
    names = _parts.cluster_names(record)
    known = [c for c in sorted(set(table["cluster"])) if c in names]
    if not known:
        return None
    rows, columns = known[:CLUSTERS], _telling(table)
    matrix = np.zeros((len(rows), len(columns)))
    for cluster, feature, z in table.select("cluster", "feature", "z").drop_nulls().iter_rows():
        if cluster in rows and feature in columns:
            matrix[rows.index(cluster), columns.index(feature)] = z
    with drawing():
        figure = canvas(height=1.5 + 0.36 * len(rows))
        axes = figure.subplots()
        axes.imshow(matrix, cmap=DIVERGING, vmin=-2, vmax=2, aspect="auto")
        for row, column in np.argwhere(np.abs(matrix) >= 0.25).tolist():
            z = float(matrix[row, column])
            axes.text(
                column, row, decimal(z, 1, sign=True), ha="center", va="center", fontsize=7.5,
                color=ON_DARK if abs(z) > 1.25 else ON_LIGHT,
            )  # fmt: skip
        _grid_of_cells(axes, matrix.shape)
        heads = [called(name, 20) for name in columns]
        head_cells(axes, heads, [shown(names[cluster], 34) for cluster in rows])
        tell_of_rest(figure, CLUSTERS, len(known))
        says = (
            f"A table of {counted(len(rows), 'cluster')} by {counted(len(columns), 'feature')}. "
            "Each cell tells how many collection standard deviations the cluster lies above (+) or "
            "below (−) the average."
        )
        return svg(figure, "profiles", "What sets every cluster apart", says)


def _telling(table: pl.DataFrame) -> list[str]:
    """Return the features in their order, only the most telling ones if there are very many."""
    order = table["feature"].unique(maintain_order=True).to_list()
    if len(order) <= FEATURES:
        return order
    reach = table.group_by("feature").agg(reach=pl.col("z").abs().max())
    top = set(reach.sort("reach", "feature", descending=[True, False])["feature"][:FEATURES])
    return [feature for feature in order if feature in top]


def _grid_of_cells(axes: Axes, shape: tuple[int, ...]) -> None:
    """Part the cells of a heat map by gaps."""
    for edge in np.arange(-0.5, shape[1]):
        axes.axvline(edge, color=PAPER, lw=1.5)
    for edge in np.arange(-0.5, shape[0]):
        axes.axhline(edge, color=PAPER, lw=1.5)


def profile_bars(record: Record) -> str | None:
    """Draw every cluster's profile as bars, with medians in real units."""
    table = _parts.evidence(record, "profiles", "cluster", "feature", "z", "median", "unit")
    if table is None:
        return None
    names = _parts.cluster_names(record)
    known = [c for c in sorted(set(table["cluster"])) if c in names]
    if not known:
        return None
    rows, columns = known[:PANELS], _telling(table)
    with drawing():
        figure, grid = panels(len(rows), 3, 0.8 + 0.19 * len(columns))
        for axes, cluster in zip(grid, rows, strict=True):
            part = table.filter(
                (pl.col("cluster") == cluster) & pl.col("feature").is_in(columns)
            ).fill_null(0)
            _bars(axes, part, colour(cluster))
            axes.set_title(shown(names[cluster], 40), fontsize=9.5)
        tell_of_rest(figure, PANELS, len(known))
        says = (
            "For every cluster a bar per feature, right above and left below the average of the "
            "collection in its standard deviations; beside it the cluster's median."
        )
        return svg(figure, "profile-bars", "Profiles of the clusters", says)


def _bars(axes: Axes, part: pl.DataFrame, shade: str) -> None:
    """Draw the profile of one cluster."""
    z = part["z"].to_numpy()
    place = np.arange(len(z))
    axes.barh(place, z, height=0.62, color=[shade if abs(v) >= 0.5 else GREY for v in z])
    axes.axvline(0, color=INK, lw=0.8)
    reach = float(np.clip(np.abs(z).max(initial=0) * 1.1, 1.5, 3))
    axes.set_xlim(-reach, reach)
    for y, median, unit in zip(range(len(z)), part["median"], part["unit"], strict=True):
        axes.text(
            1.02, y, quantity(median, unit), transform=axes.get_yaxis_transform(), ha="left",
            va="center", fontsize=7.5, color=MUTED,
        )  # fmt: skip
    axes.set_yticks(place, [called(name, 20) for name in part["feature"]], fontsize=8)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(z) - 0.4, -0.6)
    bare(axes)
    axes.set_xticks([])
