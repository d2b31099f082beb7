"""``compare``: two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songscape.cli._options import Json
from songscape.cli._say import print_json, tell

if TYPE_CHECKING:
    from songscape.explain.compare import Comparison

FirstRun = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run")]
SecondRun = Annotated[Path, typer.Argument(metavar="RUN", help="folder of another run")]
Page = Annotated[Path | None, typer.Option("--out", help="write a page, as differences.html")]

MOVES = 10
"""Moves told on the terminal."""


def compare(first: FirstRun, second: SecondRun, out: Page = None, json: Json = False) -> None:
    """Compare two runs: whether clusters came again, who moved, what was done otherwise."""
    from songscape.core.atomic import write_bytes
    from songscape.core.record import read
    from songscape.explain.compare import compare as compared
    from songscape.view.compare import render

    comparison = compared(read(first), read(second))
    if out is not None:
        write_bytes(out, render(comparison))
        tell(f"page: {out}")
    if json:
        print_json(dict(comparison.summary))
    else:
        _show(comparison)


def _show(comparison: Comparison) -> None:
    """Print what a person wants to know of two runs."""
    from textwrap import fill

    from songscape.view.compare import facts, headline, moves

    summary = comparison.summary
    typer.echo(fill(headline(summary), 100))
    typer.echo("")
    for row in summary["clusters"]:
        typer.echo(_line(row))
    for move in moves(comparison)[:MOVES]:
        typer.echo(f"  {move['songs']:>7,} songs moved: {move['first']} → {move['second']}")
    typer.echo("")
    for word, one, other in facts(summary):
        if one != other:
            typer.echo(f"{word}: {one} | {other}")
    for row in summary["recipe"]:
        typer.echo(f"{row['option']}: {row['first']} | {row['second']}")
    for side in ("first", "second"):
        if names := summary[f"features_only_in_{side}"]:
            typer.echo(f"features of the {side} run only: {', '.join(names)}")
    gone, fresh = summary["only_in_first"], summary["only_in_second"]
    if gone or fresh:
        typer.echo(f"{gone:,} songs are in the first run only, {fresh:,} in the second only")
    if summary["scores_refused"]:
        typer.echo(fill(summary["scores_refused"], 100))


def _line(row: dict[str, object]) -> str:
    """Return one cluster of both runs as a line."""
    from songscape.view._text import shown

    name = shown(row["second_name"] if row["size"] is None else row["name"], 60)
    if row["second"] is None:
        return f"{row['cluster']:>3} {name}: no partner in the second run"
    if row["size"] is None:
        return f"{row['cluster']:>3} {name}: no partner in the first run"
    stayed = f"{row['stayed']:,} of {row['size']:,} songs stayed, Jaccard {row['jaccard']:.2f}"
    return f"{row['cluster']:>3} {name}: {stayed}"
