"""``classify fit``, ``predict``, ``report``: tell labels, numbers and places."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songscape.cli._options import PATH, Json, Seed, Source, Table, place
from songscape.cli._say import print_json, tell
from songscape.core.errors import RecipeError
from songscape.core.places import (
    MODEL,
    TABLES,
    check_file,
    check_made,
    check_source,
    check_target,
)
from songscape.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(
    name="classify",
    help="Tell a label, a number or a place of songs, and judge how well.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Target = Annotated[
    str,
    typer.Option("--target", help="a column; two of degrees as lat,lon; or 'latitude>20'"),
]
MethodName = Annotated[
    str, typer.Option("--method", help="linear, network, nearest, boosting or cnn")
]
ModelOut = Annotated[
    Path | None,
    typer.Option("--out", help="folder; default songscape-models/TARGET-METHOD", **PATH),
]
Group = Annotated[
    str, typer.Option("--group", help="column kept on one side of splits; auto (artist) or none")
]
Features = Annotated[
    list[str] | None, typer.Option("--feature", help="use this feature and no others; repeatable")
]
Folds = Annotated[
    int, typer.Option("--folds", min=0, help="parts judged one after another; 0 does not judge")
]
Repeats = Annotated[
    int | None,
    typer.Option("--repeats", min=1, help="rounds of folds, other seeds; 3, of many songs 1"),
]
BestSeen = Annotated[
    bool | None,
    typer.Option(
        "--best-seen/--no-best-seen",
        help="also find the best epoch or setting on the test songs, as is often published; "
        "done unless there are many songs",
    ),
]
MethodSets = Annotated[
    list[str] | None,
    typer.Option("--set", help="option of the method, as hidden=64,32; repeatable"),
]
ModelFolder = Annotated[
    Path, typer.Argument(help="folder of a fitted model", parser=place, metavar="MODEL")
]


@app.command("fit")
def fit(
    source: Source,
    target: Target,
    method: MethodName = "linear",
    out: ModelOut = None,
    seed: Seed = None,
    group: Group = "auto",
    feature: Features = None,
    folds: Folds = 5,
    repeats: Repeats = None,
    best_seen: BestSeen = None,
    sets: MethodSets = None,
    json: Json = False,
) -> None:
    """Fit a model to SOURCE that tells TARGET, judge it on artists it has not heard, write both."""
    check_source(source)
    folder = out or Path("songscape-models") / _name(target, method)
    check_target(folder, MODEL)
    options = _assigned(sets or [])
    from songscape import classify
    from songscape.run._classify import fit_source, save

    how = classify.method(method, options)
    wish = classify.Wish(target, how.reads, tuple(feature or ()), group)
    care = classify.Care(folds, repeats, best_seen=best_seen)
    model = fit_source(source, wish, how, care, seed or 0, tell)
    save(model, folder)
    if json:
        print_json(model.facts)
    else:
        _show(model.facts, folder)


@app.command("predict")
def predict(
    model: ModelFolder,
    source: Source,
    out: Table = None,
    least: Annotated[
        float, typer.Option("--least", min=0, max=1, help="leave songs told less surely untold")
    ] = 0.0,
) -> None:
    """Tell the songs of SOURCE by a fitted MODEL."""
    check_made(model, MODEL)
    check_source(source)
    if out is not None:
        check_file(out, TABLES)
    from songscape.core.csv_text import csv_text
    from songscape.run import write_songs
    from songscape.run._classify import predict_source

    told = predict_source(model, source, least)
    if out is None:
        sys.stdout.write(csv_text(told))
    else:
        write_songs(told, out)
        tell(f"told {count(told.height, 'song')} in {out}")


@app.command("report")
def report(model: ModelFolder) -> None:
    """Draw the report of a fitted MODEL anew."""
    check_made(model, MODEL)
    from songscape.run._classify import rewrite_report

    typer.echo(f"report: {rewrite_report(model)}")


def _assigned(sets: list[str]) -> dict[str, Any]:
    """Return options of a method from ``name=value`` texts."""
    pairs = [one.partition("=") for one in sets]
    wrong = [
        one for one, (name, equals, _) in zip(sets, pairs, strict=True) if not name or not equals
    ]
    if wrong:
        raise RecipeError(f"--set wants option=value, as hidden=64, not {wrong[0]!r}.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _name(target: str, method: str) -> str:
    """Return a folder's name for a target and a method."""
    kept = "".join(letter if letter.isalnum() else "-" for letter in target).strip("-")
    return f"{kept or 'target'}-{method}"


def _show(facts: Mapping[str, Any], folder: Path) -> None:
    """Print what a person wants to know after a fit."""
    from songscape.view.classification import plain_lines

    for line in plain_lines(facts):
        typer.echo(line)
    typer.echo(f"report: {folder / 'report.html'}")
