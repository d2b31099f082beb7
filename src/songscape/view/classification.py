"""The report of a classifier: one HTML file that tells how well, beside what that is worth."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from songscape.core.wording import count as counted
from songscape.view import _classify_charts as charts
from songscape.view._text import NARROW, count, decimal, percent
from songscape.view.report import environment, policy, themed

if TYPE_CHECKING:
    from collections.abc import Mapping

    Facts = Mapping[str, Any]

PAIRS = 12
"""Confusions that are listed."""

_NOTHING = "that the model has learned nothing is not ruled out."
_SHARES = ("accuracy", "balanced_accuracy", "macro_f1")


def render(facts: Facts, tables: Mapping[str, pl.DataFrame]) -> bytes:
    """Return the report of a model as a self-contained HTML file, UTF-8.

    Parameters
    ----------
    facts : what ``classify.json`` holds.
    tables : the tables of its folder by name; charts without a table are left out.
    """
    style = files("songscape.view").joinpath("static/report.css").read_text("utf-8")
    drawn = charts.figures(facts, tables)
    text = environment().get_template("classify.html.j2").render(
        facts=facts,
        run={"songscape": facts["songscape"]},
        name=f"Telling {facts['target']}",
        headline=_headline(facts),
        verdict=_verdict(facts),
        tiles=_tiles(facts),
        scores=_scores(facts),
        pairs=_pairs(tables.get("confusion")),
        classes=_classes(tables.get("classes")),
        most_classes=charts.MOST_CLASSES,
        figures={name: themed(svg) for name, svg in drawn.items()},
        # Markup: our own style sheet is the only text that goes in unescaped beside the charts.
        style=Markup(style),  # noqa: S704
        policy=policy(style),
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def plain_lines(facts: Facts) -> list[str]:
    """Return what a terminal tells of a model."""
    lines = [_headline(facts), *(_verdict(facts) or [])]
    rows = [row for row in facts["scores"] if row["measure"] == facts["headline"]]
    for row in sorted(rows, key=lambda row: list(charts.SPLITS).index(row["split"])):
        low, high = _number(row["low"], row["measure"]), _number(row["high"], row["measure"])
        name = charts.split_name(row["split"], facts)
        lines.append(f"  {_number(row['mean'], row['measure']):>8} ({low} to {high})  {name}")
    return [*lines, *facts["notes"]]


def _found(facts: Facts, split: str, measure: str | None = None) -> Mapping[str, Any] | None:
    """Return mean and interval of a measure in a split, None if it was not taken."""
    wanted = (split, measure or facts["headline"])
    return next((row for row in facts["scores"] if (row["split"], row["measure"]) == wanted), None)


def _number(value: float | None, measure: str) -> str:
    """Return a measure as people write it."""
    if value is None:
        return "–"
    if measure.endswith("km"):
        return count(value)
    return f"{100 * value:.1f}{NARROW}%" if measure in _SHARES else decimal(value, 3)


def _headline(facts: Facts) -> str:
    """Return one sentence on how well the target is told."""
    honest = _found(facts, "grouped")
    songs = counted(facts["n_songs"], "song")
    if honest is None:
        return (
            f"A {facts['method']} model telling {facts['target']}, fitted to {songs}; not judged."
        )
    measure = honest["measure"]
    value = _number(honest["mean"], measure)
    spoken = {
        "accuracy": f"tells {facts['target']} rightly for {value} of songs",
        "r2": f"explains {value} (R²) of {facts['target']}",
        "median_km": f"misses {facts['target']} by {value}{NARROW}km in the middle",
    }[measure]
    apart = f" by {facts['group']}s it has not heard" if facts["group"] else " it has not heard"
    low, high = _number(honest["low"], measure), _number(honest["high"], measure)
    interval = f"95{NARROW}% interval {low} to {high}"
    return f"The {facts['method']} model {spoken}{apart} ({interval}); {songs}."


def _verdict(facts: Facts) -> list[str]:
    """Return what the other numbers say of it."""
    honest, same = _found(facts, "grouped"), _found(facts, "constant")
    if honest is None or same is None:
        return []
    measure = honest["measure"]
    lower = measure.endswith("km")
    worst = honest["high"] if lower else honest["low"]
    better = worst is not None and (worst < same["mean"] if lower else worst > same["mean"])
    without = _number(same["mean"], measure)
    learned = "the model has learned something." if better else _NOTHING
    said = [f"Without looking at the songs one reaches {without}: {learned}"]
    naive, seen = _found(facts, "naive"), _found(facts, "best seen naive")
    if naive:
        end = (
            f", and {_number(seen['mean'], measure)} with the best epoch or setting picked on the "
            "very songs that are tested."
            if seen
            else "."
        )
        said.append(
            "With songs dealt out singly, other songs of the same "
            f"{facts['group'] or 'features'} being learned from, it would read "
            f"{_number(naive['mean'], measure)}{end}"
        )
    return said


def _tiles(facts: Facts) -> list[dict[str, str]]:
    """Return the tiles on top."""
    found = []
    names = {
        "label": ("accuracy", "balanced_accuracy", "macro_f1", "calibration_error"),
        "number": ("r2", "mean_error"),
        "place": ("median_km", "mean_km"),
    }[facts["kind"]]
    for measure in names:
        row, same = _found(facts, "grouped", measure), _found(facts, "constant", measure)
        if row:
            note = f"{_number(row['low'], measure)} to {_number(row['high'], measure)}"
            note += f"; without looking {_number(same['mean'], measure)}" if same else ""
            value = _number(row["mean"], measure)
            found.append({"value": value, "label": charts.MEASURES[measure], "note": note})
    return found


def _scores(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Return every measure of every split: split, measure, mean, interval."""
    return [
        (
            charts.split_name(row["split"], facts),
            charts.MEASURES.get(row["measure"], row["measure"]),
            _number(row["mean"], row["measure"]),
            f"{_number(row['low'], row['measure'])} to {_number(row['high'], row['measure'])}",
        )
        for row in facts["scores"]
    ]


def _pairs(confusion: pl.DataFrame | None) -> list[tuple[str, str, str]]:
    """Return the commonest confusions: true class, told class, share of the true class."""
    if confusion is None:
        return []
    total = pl.col("songs").sum().over("truth")
    wrong = confusion.with_columns(share=pl.col("songs") / total)
    wrong = wrong.filter(pl.col("truth") != pl.col("told")).sort(
        "songs", "truth", "told", descending=[True, False, False]
    )
    rows = wrong.head(PAIRS).select("truth", "told", "share").iter_rows()
    return [(truth, told, percent(share)) for truth, told, share in rows]


def _classes(classes: pl.DataFrame | None) -> list[tuple[str, str, str, str]]:
    """Return songs, recall and precision of every class, best told first."""
    if classes is None:
        return []
    rows = classes.sort("f1", "class", descending=[True, False]).select(
        "class", "songs", "recall", "precision"
    )
    return [
        (name, count(songs), percent(recall), percent(precision))
        for name, songs, recall, precision in rows.iter_rows()
    ]
