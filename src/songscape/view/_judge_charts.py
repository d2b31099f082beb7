"""What judging found, as pictures: reliability of memberships, importance of features, levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from songscape.view import _parts
from songscape.view._style import (
    ACCENT,
    GREY,
    INK,
    LINE,
    MUTED,
    PALETTE,
    WARM,
    bare,
    canvas,
    drawing,
    svg,
)
from songscape.view._text import called, decimal, listing, percent

if TYPE_CHECKING:
    from songscape.core.record import Record

FEATURES = 24
"""Features shown, those that count most."""


def reliability(record: Record) -> str | None:
    """Draw how often songs kept their cluster, by the membership they were given."""
    table = _parts.evidence(record, "reliability", "said", "true", "songs", "kind")
    if table is None:
        return None
    told = record.run.get("membership") or {}
    styles = [("before", "untempered", GREY), ("after", "as in this report", ACCENT)]
    if (told.get("temperature") or 1.0) == 1.0:
        styles = styles[1:]
    with drawing():
        figure = canvas(5.6, 4.2)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=LINE, lw=1)
        for kind, name, tint in styles:
            bins = table.filter(pl.col("kind") == kind)
            axes.plot(bins["said"], bins["true"], "o-", color=tint, lw=1.6, ms=4.5, label=name)
        lowest = min(float(str(table["said"].min())), float(str(table["true"].min())))
        axes.set_xlim(max(0.0, lowest - 0.05), 1.01)
        axes.set_ylim(max(0.0, lowest - 0.05), 1.01)
        axes.set_xlabel("membership in its cluster")
        axes.set_ylabel("part that kept its cluster")
        axes.legend(loc="upper left", labelcolor=INK)
        says = (
            f"Mean membership {decimal(told.get('mean_before'))} before and "
            f"{decimal(told.get('mean'))} after tempering; {percent(told.get('kept'))} of songs "
            "kept their cluster in groupings made without them."
        )
        return svg(figure, "reliability", "Are memberships as sure as they say?", says)


def importance(record: Record) -> str | None:
    """Draw what the grouping loses without each feature, and how many songs its shuffling moves."""
    table = _parts.evidence(record, "importance", "feature", "kind", "moved", "ari")
    if table is None:
        return None
    features = table.filter(pl.col("kind") == "without").drop_nulls("ari").head(FEATURES)
    if features.is_empty():
        return None
    names = [called(name, 28) for name in features["feature"]]
    start = _parts.numbers(table.filter(pl.col("kind") == "start"), "ari")[:1]
    place = range(len(names))
    with drawing():
        figure = canvas(height=0.9 + 0.27 * len(names))
        left, right = figure.subplots(1, 2, sharey=True)
        left.barh(place, features["moved"], color=ACCENT, height=0.62)
        right.barh(place, 1 - features["ari"], color=PALETTE[0], height=0.62)
        for axes, values in ((left, features["moved"]), (right, 1 - features["ari"])):
            for row, value in enumerate(values):
                axes.text(value, row, f" {decimal(value)}", va="center", color=MUTED, fontsize=8.5)
            axes.set_xlim(0, max(0.05, *values) * 1.18)
            bare(axes, grid="x")
        left.set_yticks(list(place), names)
        left.tick_params(axis="y", labelcolor=INK)
        left.invert_yaxis()
        left.set_title("shuffled: part of the songs that move")
        right.set_title("left out: 1 − ARI with the grouping")
        for value in start:
            right.axvline(1 - value, color=WARM, lw=1.2)
        first = listing(
            [
                f"{name} moves {percent(moved)}"
                for name, moved in zip(names, features["moved"], strict=True)
            ],
            5,
        )
        says = f"Shuffling {first} of the songs. The red line is what another start alone changes."
        return svg(figure, "importance", "What the grouping rests on", says)


def levels(record: Record) -> str | None:
    """Draw the agreement with the genres at every level of their tree."""
    table = _parts.evidence(record, "genre_levels", "level", "ami", "v_measure", "genres")
    if table is None or table.height < 2:
        return None
    with drawing():
        figure = canvas(6.4, 3.0)
        axes = figure.subplots()
        for name, word, tint in (("ami", "AMI", ACCENT), ("v_measure", "V-measure", GREY)):
            axes.plot(table["level"], table[name], "o-", color=tint, lw=1.8, ms=5, label=word)
        words = [
            f"{level}\n{genres} genres" for level, genres in table.select("level", "genres").rows()
        ]
        axes.set_xticks(table["level"].to_list(), words)
        axes.set_xlabel("level of the tree, 1 at the roots")
        axes.set_ylim(0, 1.18 * max(0.02, *table["ami"], *table["v_measure"]))
        axes.legend(loc="best", labelcolor=INK)
        told = [
            f"{decimal(ami)} at level {level}" for level, ami in table.select("level", "ami").rows()
        ]
        return svg(figure, "levels", "Agreement by level of genre", f"AMI {listing(told, 8)}.")
