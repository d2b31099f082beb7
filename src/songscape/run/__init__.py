"""Follow a recipe from the source to the record: the one place that knows all stages.

:func:`follow` reads like the picture of the data flow. Each stage is a function of what came
before; the result is a :class:`Run`, whose record is everything that gets written.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core import record as records
from songscape.core.atomic import replacing_file, write_text
from songscape.core.places import TABLES, check_file
from songscape.recipe import resolve
from songscape.run import _stages as stages
from songscape.run._clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from songscape.core.collection import Collection
    from songscape.core.record import Record
    from songscape.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Parameters
    ----------
    record : everything that was found, as it gets written.
    collection : the songs after cleaning.
    model : the fitted pipeline, clusterer and order of clusters.
    """

    record: Record
    collection: Collection
    model: Mapping[str, Any]

    @property
    def tracks(self) -> pl.DataFrame:
        """Every song with its features, cluster, doubt and position."""
        return self.record.tracks

    @property
    def clusters(self) -> pl.DataFrame:
        """Every cluster with its size, name, traits and genres."""
        return self.record.clusters

    @property
    def verdict(self) -> Mapping[str, Any]:
        """Whether there is a natural number of groups, which, and why."""
        verdict: Mapping[str, Any] = self.record.run["verdict"]
        return verdict

    def save(self, folder: str | Path) -> Path:
        """Write the run folder, whole or not at all, and return its path."""
        return save(self, Path(folder))

    def __repr__(self) -> str:
        run = self.record.run
        return f"Run({run['n_tracks']:,} songs, k={run['k']}, natural={self.verdict['natural']})"

    def _repr_html_(self) -> str:
        from songscape.view.notebook import summary

        return summary(self.record)


def follow(
    recipe: Recipe,
    songs: Collection | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Run:
    """Follow a recipe and return the run; nothing is written.

    Parameters
    ----------
    recipe : what to do.
    songs : a collection that is already in memory; else the recipe's source is read.
    tell : is given a line as each stage begins.

    Raises
    ------
    SongscapeError
        With one sentence that says what is wrong and the way out.
    """
    from songscape.run import _judge as judge
    from songscape.run import _record
    from songscape.run import _tree as tree

    clock = Clock(tell)
    with _collected_warnings() as caught:
        with clock("read", "reading the source"):
            raw = songs if songs is not None else stages.load(recipe.source, tell)
        recipe, raw = tree.with_tree(recipe, raw)
        with clock("clean", f"examining and cleaning {len(raw):,} rows"):
            cleaned = stages.cleaned(raw, recipe.clean)
            songs = cleaned.songs
        with clock("prepare", f"preparing the features of {len(songs):,} songs"):
            prepared = stages.prepared(songs, recipe)
        with clock("choose", "examining how many groups there are"):
            choice = stages.chosen(prepared.space, recipe)
        with clock("cluster", f"grouping by {recipe.cluster.use}"):
            grouping = stages.grouped(prepared.space, recipe, choice)
            recipe = stages.settled(recipe, prepared, grouping)
        with clock("judge", "judging against labels and by repetition"):
            judgement = judge.judged(songs, prepared, grouping, recipe)
            grouping = judge.softened(grouping, judgement)
        with clock("map", "drawing the map"):
            drawing = stages.drawing(prepared.space, recipe)
            recipe = stages.drawn_by(recipe, drawing)
        with clock("explain", "explaining the groups"):
            found = _record.Found(
                recipe, raw, cleaned, prepared, choice, grouping, judgement, drawing
            )
            record = _record.assembled(found, _lines(caught))
    record = replace(record, run={**record.run, "timings": clock.seconds})
    with clock("report", "writing the report"):
        record = _record.drawn(record)
    return Run(record, songs, _record.model(found))


def examine(recipe: Recipe, tell: Callable[[str], None] = lambda _line: None) -> Collection:
    """Read the source of a recipe and let the table doctor examine it; nothing is changed.

    The findings tell what every cleaning step of the recipe would do.
    """
    tell("reading the source")
    return stages.examined(stages.load(recipe.source, tell), recipe.clean)


def read_source(path: str, options: Mapping[str, Any]) -> Collection:
    """Read a source by its path, as a recipe with only a source would."""
    return stages.load(resolve({"source": {"path": path, **options}}).source)


def save(run: Run, folder: Path) -> Path:
    """Write the run folder, whole or not at all, and return its path."""
    records.write(run.record, folder)
    return folder


def place_songs(folder: Path, source: str) -> pl.DataFrame:
    """Return new songs with the cluster of an earlier run each belongs to; nothing is fitted."""
    from songscape.run._place import place

    return place(folder, source)


def write_songs(songs: pl.DataFrame, path: Path) -> None:
    """Write a table of songs, whole or not at all, as Parquet or CSV by the name.

    Raises
    ------
    RecipeError
        If the name ends otherwise.
    """
    from songscape.core.csv_text import csv_text

    check_file(path, TABLES)
    if path.suffix.lower() == ".parquet":
        with replacing_file(path) as temporary:
            songs.write_parquet(temporary)
    else:
        write_text(path, csv_text(songs))


def default_folder(recipe: Recipe) -> Path:
    """Return where a run is written when nothing is said: songscape-runs/NAME-DATE."""
    name = Path(str(getattr(recipe.source.options, "path", "songs"))).stem or "songs"
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return Path("songscape-runs") / f"{name}-{moment}"


@contextmanager
def _collected_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collect the warnings of libraries and stages, to be shown once, with the result."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)
        yield caught


def _lines(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return warnings as different lines, in the order they came."""
    return list(dict.fromkeys(str(warning.message).strip() for warning in caught))
