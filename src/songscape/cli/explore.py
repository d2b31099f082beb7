"""``explore``: a finished run in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songscape.cli._options import PATH, Run
from songscape.cli._say import tell
from songscape.core.errors import MissingExtraError
from songscape.core.places import RUN, check_made

Music = Annotated[
    list[Path] | None,
    typer.Option("--music", help="a further folder whose files may be played; repeatable", **PATH),
]
Quiet = Annotated[bool, typer.Option("--no-browser", help="only print the address")]


def explore(
    run: Run,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one")] = 0,
    no_browser: Quiet = False,
    music: Music = None,
) -> None:
    """Walk about in a finished RUN in the browser: map, search, sound, playlists."""
    check_made(run, RUN)
    try:
        from songscape.app import run_server, serve
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise MissingExtraError("The explorer", "explore") from None
    run_server(serve(run, music or ()), port=port, browser=not no_browser, tell=tell)
