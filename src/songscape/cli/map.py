"""``map``, ``doctor``, ``demo``, ``place``: from songs to a run folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from songscape.cli._options import (
    PATH,
    SONGS,
    Json,
    K,
    Method,
    Out,
    RecipeFile,
    Run,
    Seed,
    Sets,
    Source,
    Table,
    said,
)
from songscape.cli._say import print_json, tell
from songscape.core.errors import RecipeError, RecordError
from songscape.core.places import (
    RUN,
    TABLES,
    check_file,
    check_made,
    check_source,
    check_target,
)
from songscape.core.wording import count


def map_(
    source: Annotated[
        str | None,
        typer.Argument(help=f"{SONGS}; default the recipe's", parser=said, metavar="SOURCE"),
    ] = None,
    out: Out = None,
    seed: Seed = None,
    k: K = None,
    method: Method = None,
    recipe: RecipeFile = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Map SOURCE: clean, cluster, judge and explain it, and write a run folder with a report."""
    _check(source, recipe, out, sets)
    from songscape import recipe as recipes

    values = recipes.read(recipe) if recipe else {}
    wishes = {"source.path": source, "seed": seed, "cluster.use": method}
    values = _overridden(values, sets, wishes)
    values = values if k is None else recipes.wish(values, k)
    resolved = recipes.resolve(values)
    from songscape.core.record import summary_text
    from songscape.run import default_folder, follow, save
    from songscape.view.terminal import print_run

    folder = out or default_folder(resolved)
    check_target(folder, RUN)
    run = follow(resolved, tell=tell)
    save(run, folder)
    if json:
        sys.stdout.write(summary_text(run.record.run))
    else:
        for warning in run.record.run["warnings"]:
            tell(f"warning: {warning}")
        print_run(run.record, folder)
    if any(finding.what == "failed-files" for finding in run.collection.findings):
        raise typer.Exit(3)


def doctor(source: Source, sets: Sets = None, json: Json = False) -> None:
    """Examine SOURCE and say what is wrong with it, what songscape would do, how to overrule it."""
    _check(source, None, None, sets)
    from songscape import recipe as recipes

    resolved = recipes.resolve(_overridden({}, sets, {"source.path": source}))
    from songscape.run import examine
    from songscape.view.terminal import print_findings

    collection = examine(resolved, tell=tell)
    if json:
        print_json([finding.as_dict() for finding in collection.findings])
    else:
        print_findings(collection.findings, collection.history)


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="folder to write; default songscape-runs/demo", **PATH),
    ] = None,
    seed: Seed = None,
    table: Annotated[bool, typer.Option("--table", help="a table of songs, no sound")] = False,
    json: Json = False,
) -> None:
    """Render a small collection of music whose styles are known, describe it and map it."""
    folder = out or Path("songscape-runs") / f"demo{'-table' if table else ''}{seed or ''}"
    if folder.name in ("", ".."):
        raise RecordError(f"{folder} has no name to put the songs beside; give --out another.")
    check_target(folder, RUN)
    from songscape.studies.demo import STYLES, write_songs, write_table

    songs = folder.with_name(f"{folder.name}-songs{'.csv' if table else ''}")
    tell(f"making songs whose truth is known: {songs}")
    sets = None if table else [f"source.library={write_songs(songs, seed or 0)}"]
    if table:
        write_table(songs, seed or 0)
    # As many groups as styles were rendered; the report says what the songs alone would say.
    map_(
        source=str(songs),
        out=folder,
        seed=seed,
        k=None if table else str(STYLES),
        sets=sets,
        json=json,
    )


def place(run: Run, source: Source, out: Table = None) -> None:
    """Put new songs on the map of an earlier RUN without fitting anything again."""
    check_made(run, RUN)
    check_source(source)
    if out is not None:
        check_file(out, TABLES)
    from songscape.core.csv_text import csv_text
    from songscape.run import place_songs, write_songs

    placed = place_songs(run, source)
    if out is None:
        sys.stdout.write(csv_text(placed))
    else:
        write_songs(placed, out)
        tell(f"placed {count(placed.height, 'song')} in {out}")


def _check(
    source: str | None, recipe: Path | None, out: Path | None, sets: list[str] | None
) -> None:
    """Raise at once for paths that cannot be meant, before anything heavy is imported."""
    if recipe is not None and not recipe.is_file():
        raise RecipeError(f"There is no recipe {recipe}; name a TOML file.")
    # A plug-in of another package may read what is no path.
    named = any(one.strip().startswith("source.use") for one in sets or ())
    if source is not None and not named:
        check_source(source)
    if out is not None:
        check_target(out, RUN)


def _overridden(
    values: dict[str, Any], sets: list[str] | None, wishes: dict[str, Any]
) -> dict[str, Any]:
    """Return recipe values with the command line's wishes on top, where any were made."""
    from songscape import recipe as recipes

    for assignment in sets or []:
        values = recipes.override(values, assignment)
    for path, value in wishes.items():
        if value is not None:
            values = recipes.put(values, path, value)
    return values
