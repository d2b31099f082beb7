"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[str, typer.Argument(help="a table of songs with features (CSV, Parquet, …)")]
Out = Annotated[
    Path | None, typer.Option("--out", help="folder to write; default songscape-runs/NAME-DATE")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="root of all randomness; default 0")
]
K = Annotated[str | None, typer.Option("--k", help="auto, a number, or a range as 2..30")]
Method = Annotated[str | None, typer.Option("--method", help="cluster plug-in, as kmeans, mixture")]
RecipeFile = Annotated[Path | None, typer.Option("--recipe", help="a recipe in TOML to follow")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="override one option: stage.option=value")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON on standard output, nothing else")]
Run = Annotated[Path, typer.Argument(help="folder of an earlier run")]
