"""``compare``: two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songscape.cli._options import PATH, Json, place
from songscape.cli._say import print_json, tell
from songscape.core.places import RUN, check_file, check_made
from songscape.core.wording import count

if TYPE_CHECKING:
    from songscape.explain.compare import Comparison

FirstRun = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run", parser=place)]
SecondRun = Annotated[
    Path, typer.Argument(metavar="RUN", help="folder of another run", parser=place)
]
Page = Annotated[
    Path | None, typer.Option("--out", help="write a page, as differences.html", **PATH)
]

MOVES = 10
"""Moves told on the terminal."""


def compare(first: FirstRun, second: SecondRun, out: Page = None, json: Json = False) -> None:
    """Compare two runs: whether clusters came again, who moved, what was done otherwise."""
    check_made(first, RUN)
    check_made(second, RUN)
    if out is not None:
        check_file(out, (".html", ".htm"))
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
        word = "song moved: " if move["songs"] == 1 else "songs moved:"
        typer.echo(f"  {move['songs']:>7,} {word} {move['first']} → {move['second']}")
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
        only = f"{count(gone, 'song is', 'songs are')} in the first run only"
        typer.echo(f"{only}, {fresh:,} in the second only")
    if summary["scores_refused"]:
        typer.echo(fill(summary["scores_refused"], 100))


def _line(row: dict[str, Any]) -> str:
    """Return one cluster of both runs as a line."""
    from songscape.view._text import shown

    name = shown(row["second_name"] if row["size"] is None else row["name"], 60)
    if row["second"] is None:
        return f"{row['cluster']:>3} {name}: no partner in the second run"
    if row["size"] is None:
        return f"{row['cluster']:>3} {name}: no partner in the first run"
    stayed = f"{row['stayed']:,} of {count(row['size'], 'song')} stayed, "
    stayed += f"Jaccard {row['jaccard']:.2f}"
    return f"{row['cluster']:>3} {name}: {stayed}"
