"""Classify from a source to a folder: read, clean, fit, judge, report; and tell new songs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape import classify
from songscape import recipe as recipes
from songscape.core.atomic import replacing_folder, write_bytes
from songscape.core.places import MODEL, check_target
from songscape.run import _stages as stages
from songscape.view import classification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from songscape.classify import Care, Method, Model, Wish
    from songscape.core.collection import Collection

REPORT = "report.html"
_ROW_BY_ROW = ("sentinels", "units")
"""Cleaning that looks at one row at a time; what drops or merges rows is for learning only."""


def fit_source(
    source: str,
    wish: Wish,
    how: Method,
    care: Care,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _line: None,
) -> Model:
    """Read and clean a source, fit a model to it and judge it."""
    recipe = recipes.resolve({"source": {"path": source}})
    tell("read: reading the source")
    songs = stages.cleaned(stages.load(recipe.source, tell), recipe.clean).songs
    return classify.fit(songs, wish, how, care, seed, tell)


def save(model: Model, folder: Path) -> Path:
    """Write a model with its report, whole or not at all, and return the folder.

    Raises
    ------
    RecordError
        If `folder` exists and is not an earlier model, which would be replaced.
    """
    check_target(folder, MODEL)
    contents = model.files()
    contents[REPORT] = classification.render(model.facts, classify.tables(model))
    with replacing_folder(folder) as temporary:
        for name, content in contents.items():
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return folder


def predict_source(folder: Path, source: str, least: float = 0.0) -> pl.DataFrame:
    """Return the songs of a source as a model tells them; see `Model.predict`."""
    model = classify.load(folder)
    return model.predict(_songs(source), least=least)


def rewrite_report(folder: Path) -> Path:
    """Draw the report of a model anew from its folder, and return its path."""
    facts, tables = classify.read_facts(folder), classify.read_tables(folder)
    write_bytes(folder / REPORT, classification.render(facts, tables))
    return folder / REPORT


def _songs(source: str) -> Collection:
    """Read a source, keeping every row."""
    recipe = recipes.resolve({"source": {"path": source}})
    steps = tuple(step for step in recipe.clean if step.use in _ROW_BY_ROW)
    songs: Collection = stages.cleaned(stages.load(recipe.source), steps).songs
    return songs
