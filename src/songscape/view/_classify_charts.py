"""Charts of a classifier: its numbers beside each other, its curves, what it takes for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.view._style import (
    ACCENT,
    GREY,
    INK,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PALETTE,
    SEQUENTIAL,
    WARM,
    WIDTH,
    bare,
    canvas,
    drawing,
    head_cells,
    panels,
    svg,
)
from songscape.view._text import count, decimal, percent, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Tables = Mapping[str, pl.DataFrame]
    Facts = Mapping[str, Any]

MOST_CLASSES = 24
"""Classes in the table of confusions; the largest, where there are more."""

SPLITS = {
    "grouped": "honest: {group} apart",
    "naive": "naive: songs dealt out singly",
    "best seen": "best epoch or setting on the test songs",
    "best seen naive": "the same, songs dealt out singly",
    "constant": "without looking",
}
MEASURES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro-F1",
    "r2": "R²",
    "mean_error": "Mean error",
    "median_km": "Median distance, km",
    "mean_km": "Mean distance, km",
    "calibration_error": "Calibration error",
    "raw_calibration_error": "Calibration error before scaling",
}


def split_name(split: str, facts: Facts) -> str:
    """Return how a way of dealing songs out is called."""
    group = facts.get("group")
    apart = f"every {group} on one side" if group else "as dealt out"
    return SPLITS.get(split, split).format(group=apart).replace(" apart", "")


def figures(facts: Facts, tables: Tables) -> dict[str, str]:
    """Draw every chart there are tables for."""
    charts: dict[str, tuple[str, Callable[[Facts, pl.DataFrame], str]]] = {
        "scores": ("summary", _scores),
        "curves": ("curves", _curves),
        "confusion": ("confusion", _confusion),
        "reliability": ("reliability", lambda facts, _: _reliability(facts, tables)),
        "coverage": ("coverage", _coverage),
        "sizes": ("sizes", _sizes),
        "told": ("predictions", _told),
    }
    drawn = {}
    for name, (table, draw) in charts.items():
        if table in tables and tables[table].height:
            with drawing():
                drawn[name] = draw(facts, tables[table])
    return {name: text for name, text in drawn.items() if text}


def _scores(facts: Facts, summary: pl.DataFrame) -> str:
    """Draw the headline measure of every split with its interval."""
    rows = summary.filter(pl.col("measure") == facts["headline"])
    order = [split for split in SPLITS if split in rows["split"].to_list()]
    figure = canvas(WIDTH, 0.75 + 0.42 * len(order))
    axes = figure.subplots()
    for place, split in enumerate(order):
        row = rows.filter(pl.col("split") == split).row(0, named=True)
        shade = {"grouped": ACCENT, "constant": GREY}.get(split, WARM)
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [place, place], color=shade, lw=5, alpha=0.3)
        axes.plot([row["mean"]], [place], "o", color=shade, ms=9)
        axes.annotate(
            decimal(row["mean"], 3), (row["mean"], place), (0, 9), textcoords="offset points",
            ha="center", fontsize=8.5, color=INK,
        )  # fmt: skip
    axes.set_yticks(range(len(order)), [split_name(split, facts) for split in order])
    axes.set_ylim(len(order) - 0.4, -0.75)
    axes.set_title(MEASURES[facts["headline"]])
    bare(axes, grid="x")
    axes.tick_params(axis="y", labelcolor=INK)
    says = "; ".join(
        f"{split_name(split, facts)}: "
        + decimal(rows.filter(pl.col("split") == split)["mean"][0], 3)
        for split in order
    )
    return svg(figure, "scores", "The honest number and others beside it", says)


def _curves(facts: Facts, table: pl.DataFrame) -> str:
    """Draw loss and accuracy over the epochs, a thin line per fold."""
    wanted = [name for name in ("loss", "accuracy") if name in table["measure"].to_list()]
    figure, grid = panels(len(wanted), 2, 3.0)
    for axes, name in zip(grid, wanted, strict=True):
        for measure, shade in ((name, GREY), (f"validation_{name}", ACCENT)):
            part = table.filter(pl.col("measure") == measure)
            for _, line in part.group_by("repeat", "fold", maintain_order=True):
                axes.plot(line["epoch"], line["value"], color=shade, lw=0.8, alpha=0.6)
            if part.height:
                label = "held out" if measure != name else "learned from"
                axes.plot([], [], color=shade, lw=2, label=label)
        axes.set_title(name.capitalize())
        axes.set_xlabel("epoch")
        axes.legend(fontsize=8.5)
        bare(axes, grid="y")
    del facts
    says = "Where the grey line goes on falling and the coloured one does not, songs are learned by"
    return svg(figure, "curves", "Training, epoch by epoch", f"{says} heart.")


def _confusion(facts: Facts, table: pl.DataFrame) -> str:
    """Draw which class is taken for which, as shares of the true class."""
    del facts
    sizes = table.group_by("truth").agg(pl.col("songs").sum())
    sizes = sizes.sort("songs", "truth", descending=[True, False])
    classes = sorted(sizes["truth"].to_list()[:MOST_CLASSES])
    index = {name: place for place, name in enumerate(classes)}
    cells = np.zeros((len(classes), len(classes)))
    totals = dict(sizes.iter_rows())
    for truth, told, songs in table.select("truth", "told", "songs").iter_rows():
        if truth in index and told in index:
            cells[index[truth], index[told]] = songs / totals[truth]
    size = max(2.6, 0.34 * len(classes) + 1.6)
    figure = canvas(min(WIDTH, size + 1.2), size)
    axes = figure.subplots()
    axes.imshow(cells, cmap=SEQUENTIAL, vmin=0, vmax=max(cells.max(), 0.01), aspect="auto")
    names = [shown(name, 22) for name in classes]
    head_cells(axes, names, names)
    for (row, column), share in np.ndenumerate(cells):
        if share >= 0.05:
            dark = share > 0.55 * cells.max()
            axes.text(
                column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=7.5,
                color=ON_DARK if dark else ON_LIGHT,
            )  # fmt: skip
    says = "Rows are what songs are, columns what they are told to be, in percent of the row."
    return svg(figure, "confusion", "What is taken for what", says)


def _reliability(facts: Facts, tables: Tables) -> str:
    """Draw how often answers are right over how sure they are."""
    del facts
    figure = canvas(WIDTH / 2, 3.6)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=MUTED, lw=1, ls=(0, (3, 3)))
    for name, shade, label in (
        ("raw_reliability", GREY, "as the model says"),
        ("reliability", ACCENT, "calibrated"),
    ):
        table = tables[name].filter(pl.col("songs") >= 5)
        axes.plot(table["confidence"], table["accuracy"], "o-", color=shade, ms=4, lw=1.4)
        axes.plot([], [], "o-", color=shade, label=label)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right")
    axes.set_title("Is it as right as it is sure?")
    axes.legend(fontsize=8.5, loc="upper left")
    bare(axes, grid="y")
    says = "On the dashed line confidence is what it says; below it the model is too sure."
    return svg(figure, "reliability", "Calibration", says)


def _coverage(facts: Facts, table: pl.DataFrame) -> str:
    """Draw the accuracy among the surest songs."""
    del facts
    figure = canvas(WIDTH / 2, 3.6)
    axes = figure.subplots()
    shown_part = table.filter(pl.col("coverage") >= 0.02)
    axes.plot(shown_part["coverage"], shown_part["accuracy"], color=ACCENT, lw=2)
    axes.set(xlim=(0, 1), xlabel="share of songs answered", ylabel="share of these right")
    axes.set_title("What abstaining gains")
    bare(axes, grid="y")
    half = table.filter(pl.col("coverage") <= 0.5)
    says = (
        f"All answered: {percent(table['accuracy'][-1])} right; "
        f"the surer half: {percent(half['accuracy'][-1] if half.height else None)}."
    )
    return svg(figure, "coverage", "Coverage and accuracy", says)


def _sizes(facts: Facts, table: pl.DataFrame) -> str:
    """Draw the headline measure over the number of songs learned from."""
    figure = canvas(WIDTH / 2, 3.2)
    axes = figure.subplots()
    for _, line in table.group_by("fold", maintain_order=True):
        axes.plot(line["learned"], line["value"], color=ACCENT, lw=0.8, alpha=0.5)
    mean = table.group_by("share").agg(pl.col("learned").mean(), pl.col("value").mean())
    mean = mean.sort("learned")
    axes.plot(mean["learned"], mean["value"], "o-", color=ACCENT, lw=2, ms=5)
    axes.set(xlabel="songs learned from")
    axes.set_title(MEASURES[facts["headline"]])
    axes.xaxis.set_major_formatter(lambda value, _: count(value))
    axes.locator_params(axis="x", nbins=6)
    bare(axes, grid="y")
    says = "Where the line still rises at its right end, more songs would help."
    return svg(figure, "sizes", "Learning curve", says)


def _told(facts: Facts, songs: pl.DataFrame) -> str:
    """Draw numbers as told over what they are, or how far places are missed."""
    if facts["kind"] == "label":
        return ""
    figure = canvas(WIDTH / 2, 3.6)
    axes = figure.subplots()
    if facts["kind"] == "place":
        axes.hist(songs["km"], bins=40, color=ACCENT)
        axes.axvline(float(songs["km"].median() or 0), color=WARM, lw=1.5)  # type: ignore[arg-type]
        axes.set(xlabel="kilometres from the true place", ylabel="songs")
        says = "The line is the median."
    else:
        axes.plot(songs["truth"], songs["told"], ".", color=PALETTE[0], ms=3, alpha=0.4)
        ends = [float(songs["truth"].min()), float(songs["truth"].max())]  # type: ignore[arg-type]
        axes.plot(ends, ends, color=MUTED, lw=1, ls=(0, (3, 3)))
        axes.set(xlabel="true", ylabel="told")
        says = "On the dashed line told and true agree."
    axes.set_title("How songs were told")
    bare(axes, grid="y")
    return svg(figure, "told", "Songs as told by models that had not seen them", says)
