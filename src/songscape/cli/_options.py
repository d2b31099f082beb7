"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def place(text: str | Path) -> Path:
    """Return a path. An empty one is refused: it would mean the folder one is in."""
    if text == "":
        raise typer.BadParameter("it is empty; name a file or a folder.")
    return Path(text)


def said(text: str) -> str:
    """Return a path as it was typed, or an address; an empty one is refused."""
    if text == "":
        raise typer.BadParameter("it is empty; name a file or a folder.")
    return text


PATH: dict[str, Any] = {"parser": place, "metavar": "PATH"}
"""How an option that is a path is read."""

SONGS = "a table of songs (CSV, Parquet, …), a folder of music, or a library"

Source = Annotated[str, typer.Argument(help=SONGS, parser=said, metavar="SOURCE")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="folder to write; default songscape-runs/NAME-DATE", **PATH),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="root of all randomness; default 0")
]
K = Annotated[str | None, typer.Option("--k", help="auto, a number, or a range as 2..30")]
Method = Annotated[str | None, typer.Option("--method", help="cluster plug-in, as kmeans, mixture")]
RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", help="a recipe in TOML to follow", **PATH)
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="override one option: stage.option=value; repeatable"),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON on standard output, nothing else")]
Run = Annotated[Path, typer.Argument(help="folder of a finished run", parser=place, metavar="RUN")]
Table = Annotated[
    Path | None, typer.Option("--out", help="file.csv or file.parquet; default shown", **PATH)
]
