"""``study``: papers on clustering music, repeated from their tables and repaired."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songscape.cli._options import PATH, Json, Seed, said
from songscape.cli._say import tell
from songscape.core.places import STUDY, check_source, check_target

if TYPE_CHECKING:
    from collections.abc import Mapping

Data = Annotated[
    Path | None,
    typer.Option("--data", help="its table; else looked for in $SONGSCAPE_DATA", **PATH),
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", help="folder to write; default songscape-runs/study-NAME", **PATH),
]
Mine = Annotated[
    str | None,
    typer.Option(
        "--mine",
        help="your own songs, to place on the map (audio-features)",
        parser=said,
        metavar="PATH",
    ),
]
Audio = Annotated[
    Path | None,
    typer.Option(
        "--audio", help="folder of its tracks' audio, named by track id (autoencoder)", **PATH
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="override one option: protocol.option=value; repeatable"),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="print the claims as Markdown rows")]


def study(
    name: Annotated[
        str,
        typer.Argument(
            help="mixtures, autoencoder, audio-features, origins or timbre", metavar="NAME"
        ),
    ],
    data: Data = None,
    out: Folder = None,
    seed: Seed = None,
    mine: Mine = None,
    audio: Audio = None,
    sets: Sets = None,
    markdown: Markdown = False,
    json: Json = False,
) -> None:
    """Repeat the paper NAME from its table: as published, what went wrong, repaired."""
    folder = out or Path("songscape-runs") / f"study-{name}"
    check_target(folder, STUDY)
    from songscape.studies.papers import _paper

    if mine is not None:
        check_source(mine)
    more = {"mine": mine, "audio": audio}
    _paper.asked(name, data, sets or (), more)
    from songscape.studies.papers import _study

    done = _study.run_study(name, data=data, seed=seed or 0, sets=sets or (), more=more, tell=tell)
    _study.save(done, folder)
    if json:
        sys.stdout.write(_study.summary_text(done[2]))
    elif markdown:
        sys.stdout.write(_study.markdown(done[2]))
    else:
        _show(done[2], folder)


def _show(summary: Mapping[str, Any], folder: Path) -> None:
    """Print every claim with its verdict."""
    for one in summary["claims"]:
        line = f"{one['verdict']:11} {one['claim']} Published: {one['published']}; here: "
        typer.echo(fill(line + one["reproduced"], 100, subsequent_indent=" " * 12))
    typer.echo(f"report: {folder / 'report.html'}")
