"""Choosing k: the curve of every criterion, and what structureless data would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._style import ACCENT, GREY, INK, MUTED, WARM, bare, drawing, panels, svg
from songscape.view._text import decimal, listing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from songscape.core.record import Record

SPOKEN = {
    "silhouette": "Silhouette",
    "davies_bouldin": "Davies–Bouldin",
    "calinski_harabasz": "Calinski–Harabasz",
    "inertia": "Cost (inertia)",
    "bic": "BIC",
    "aic": "AIC",
    "held_out": "Held-out likelihood",
    "held_out_likelihood": "Held-out likelihood",
    "held_out_cost": "Held-out cost",
    "prediction_strength": "Prediction strength",
    "stability": "Stability",
    "gap": "Gap statistic",
    "gap_gaussian": "Gap (Gaussian)",
    "gap_uniform": "Gap (uniform)",
    "icl": "ICL",
    "valley": "Depth of the valleys",
    "ami": "Agreement with genres (AMI)",
    "ari": "Agreement with genres (ARI)",
}
DIRECTION = {"high": "higher is better", "low": "lower is better"}
NEVER = "shown, never used to choose"


def spoken(criterion: str) -> str:
    """Return a criterion's name as people write it.

    >>> spoken("davies_bouldin"), spoken("my_score")
    ('Davies–Bouldin', 'My score')
    """
    return SPOKEN.get(criterion, criterion.replace("_", " ").capitalize())


def curves(record: Record) -> str | None:
    """Draw every criterion over k: a thin line per seed, their median and their range."""
    table = _one_space(record)
    if table.is_empty():
        return None
    criteria = table["criterion"].unique(maintain_order=True).to_list()
    # Those that may choose come first.
    rank = {name: index for index, name in enumerate(criteria)}
    criteria.sort(key=lambda name: (_better(table, name) == "never", rank[name]))
    chosen = record.run.get("k")
    with drawing():
        figure, grid = panels(len(criteria), 3, 2.5)
        for axes, criterion in zip(grid, criteria, strict=True):
            curve = table.filter(pl.col("criterion") == criterion)
            _curve(axes, curve, _better(table, criterion) == "never")
            if chosen is not None:
                _mark(axes, int(chosen), curve)
            axes.set_title(spoken(criterion), pad=17)
            note = DIRECTION.get(_better(table, criterion), NEVER)
            axes.text(0, 1.03, note, transform=axes.transAxes, fontsize=8, color=MUTED)
        return svg(figure, "k-curves", "Every criterion over k", _says(table, criteria, chosen))


def _one_space(record: Record) -> pl.DataFrame:
    """Return the curves with more than one k, taken in the space that was clustered.

    Curves of another space are left out: their values would stand beside ours as if comparable.
    """
    wanted = {"k", "criterion", "value", "seed", "better"}
    if not wanted <= set(record.scores.columns):
        return pl.DataFrame(schema=dict.fromkeys(sorted(wanted), pl.String))
    table = record.scores.drop_nulls(["k", "value"]).filter(pl.col("value").is_finite())
    ours = (record.run.get("space") or {}).get("fingerprint")
    if ours and "fingerprint" in table.columns and (table["fingerprint"] == ours).any():
        table = table.filter(pl.col("fingerprint") == ours)
    return table.filter(pl.col("k").n_unique().over("criterion") > 1)


def _better(table: pl.DataFrame, criterion: str) -> str:
    """Return which way a criterion is better: high, low, or never used to choose."""
    return str(table.filter(pl.col("criterion") == criterion)["better"][0])


def _curve(axes: Axes, curve: pl.DataFrame, never: bool) -> None:
    """Draw one criterion."""
    shade = GREY if never else ACCENT
    if curve["seed"].n_unique() > 1:
        for _, line in curve.group_by("seed", maintain_order=True):
            one = line.group_by("k").agg(pl.col("value").mean()).sort("k")
            axes.plot(one["k"], one["value"], color=shade, lw=0.6, alpha=0.45)
    summary = curve.group_by("k").agg(
        middle=pl.col("value").median(), low=pl.col("value").min(), high=pl.col("value").max()
    )
    summary = summary.sort("k")
    k = summary["k"].to_numpy()
    low, high = summary["low"].to_numpy(), summary["high"].to_numpy()
    axes.fill_between(k, low, high, color=shade, alpha=0.18, lw=0)
    axes.plot(k, summary["middle"].to_numpy(), color=shade, lw=2)
    bare(axes, grid="y")
    axes.set_xticks(_whole(k), [str(tick) for tick in _whole(k)])
    axes.tick_params(labelsize=8)
    axes.locator_params(axis="y", nbins=4)
    axes.margins(x=0.04, y=0.12)


def _whole(k: np.ndarray) -> list[int]:
    """Return a few whole numbers along the range of k."""
    low, high = int(k.min()), int(k.max())
    step = max(1, -(-(high - low) // 6))
    return list(range(low, high + 1, step))


def _mark(axes: Axes, chosen: int, curve: pl.DataFrame) -> None:
    """Mark the chosen k where the curve has it."""
    at = curve.filter(pl.col("k") == chosen)["value"].median()
    if at is None:
        return
    axes.axvline(chosen, color=WARM, lw=1, ls=(0, (3, 2)))
    axes.plot([chosen], [float(str(at))], "o", color=WARM, ms=6, zorder=4)
    axes.annotate(
        f"k = {chosen}", (chosen, 1), (4, -1), xycoords=("data", "axes fraction"),
        textcoords="offset points", fontsize=8, color=WARM, va="top",
    )  # fmt: skip


def _says(table: pl.DataFrame, criteria: list[str], chosen: object) -> str:
    """Describe the curves for those who cannot see them."""
    named = listing([spoken(name) for name in criteria], 12)
    seeds = table["seed"].n_unique()
    k = table["k"].to_list()
    text = (
        f"{named}, each over k from {min(k)} to {max(k)}: thin lines are {counted(seeds, 'seed')}, "
        "the thick line is their median, the band their range."
    )
    return text + (f" The chosen k = {chosen} is marked." if chosen is not None else "")


KINDS = {
    "gaussian": "Gaussian cloud",
    "uniform": "box",
    "permuted": "columns shuffled",
    "": "without groups",
}
"""How people call the kinds of songs without groups."""


def null(record: Record) -> str | None:
    """Draw what a statistic takes on songs without groups, and what it is here."""
    table = _parts.evidence(record, "null", "statistic", "value", "kind")
    if table is None:
        return None
    table = table.drop_nulls("value").filter(pl.col("value").is_finite())
    if "reference" not in table.columns:
        table = table.with_columns(reference=pl.lit(""))
    names = [
        name
        for name in table["statistic"].unique(maintain_order=True).to_list()
        if table.filter(pl.col("statistic") == name)["kind"].n_unique() > 1
    ]
    if not names:
        return None
    with drawing():
        figure, grid = panels(len(names), 2, 2.2)
        for axes, name in zip(grid, names, strict=True):
            _against_null(axes, table.filter(pl.col("statistic") == name))
            axes.set_title(spoken(name), pad=16)
        says = (
            "Dots: the best value over k on collections without groups, one line for each kind. "
            "The line: the value of this collection. Where it stands among the dots, nothing "
            "speaks for groups."
        )
        return svg(figure, "null", "Compared with data without groups", says)


def _against_null(axes: Axes, part: pl.DataFrame) -> None:
    """Draw one statistic: references as dots, a row for each kind, the observed value as a line."""
    drawn = part.filter(pl.col("kind").cast(pl.String) == "null")
    seen = part.filter(pl.col("kind").cast(pl.String) == "observed")
    observed = float(seen["value"][0])
    kinds = drawn["reference"].unique(maintain_order=True).to_list()
    for row, kind in enumerate(kinds):
        values = drawn.filter(pl.col("reference") == kind)["value"].to_numpy()
        places = row + np.linspace(-0.22, 0.22, len(values))
        axes.plot(values, places, "o", color=GREY, ms=3.5, alpha=0.75, mew=0)
        p = (1 + (values >= observed).sum()) / (1 + len(values))
        axes.annotate(
            f"p = {p:.2f}", (1.01, row), xycoords=("axes fraction", "data"),
            fontsize=8, color=MUTED, va="center",
        )  # fmt: skip
    axes.axvline(observed, color=WARM, lw=2)
    axes.text(
        0, 1.03, f"this collection {decimal(observed)}", transform=axes.transAxes,
        fontsize=8, color=WARM,
    )  # fmt: skip
    bare(axes, grid="x")
    axes.set_yticks(range(len(kinds)), [KINDS.get(kind, kind) for kind in kinds])
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    axes.tick_params(labelsize=8, labelcolor=INK)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.08)
