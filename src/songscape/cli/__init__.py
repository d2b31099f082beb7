"""The command line: one thin function per command.

Exit codes: 0 all well, 1 an error, 2 wrong usage, 3 done but some inputs failed, 75 the library is
locked by another process, 130 interrupted. Results go to standard output, everything else
(progress, messages) to standard error. Heavy imports happen inside the commands, so that ``--help``
is quick.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from songscape.cli._say import printable
from songscape.cli.classify import app as classify
from songscape.cli.compare import compare
from songscape.cli.describe import accuracy, calibrate, describe
from songscape.cli.explore import explore
from songscape.cli.map import demo, doctor, map_, place
from songscape.cli.plugins import list_
from songscape.cli.study import study
from songscape.cli.use import export, path, playlist, similar, tag
from songscape.core.errors import InputError, LockedError, RecipeError, SongscapeError

if TYPE_CHECKING:
    from types import FrameType

app = typer.Typer(
    name="songscape",
    help="Turn a music collection into a map you can trust.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    map_,
    doctor,
    describe,
    demo,
    place,
    explore,
    compare,
    similar,
    path,
    playlist,
    export,
    tag,
    study,
    calibrate,
    accuracy,
    list_,
)
for command in COMMANDS:
    app.command(command.__name__.rstrip("_"))(command)
app.add_typer(classify)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """Turn a music collection into a map you can trust."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"songscape {installed('songscape')}")
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line; every expected error becomes one sentence and an exit code."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        app(standalone_mode=True)
    except RecipeError as error:
        _fail(error, 2)
    except LockedError as error:
        _fail(error, 75)
    except SongscapeError as error:
        _fail(error, 1)
    except OSError as error:
        _fail(_refusal(error), 1)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing half-written was left", err=True)
        sys.exit(130)
    sys.exit(0)


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Turn a request to end into an interruption, so that temporary files are removed."""
    raise KeyboardInterrupt


def _refusal(error: OSError) -> InputError:
    """Return what the system refuses as a sentence: a full disk, a place one may not write to."""
    from songscape.library import shown

    place = error.filename2 or error.filename
    where = f"{shown(os.fsencode(place))}: " if isinstance(place, str | bytes) else ""
    return InputError(
        f"{where}{error.strerror or error}; nothing half-written was left, name another place."
    )


def _fail(error: SongscapeError, code: int) -> NoReturn:
    """Print an error as one sentence and leave."""
    told = "\n".join(printable(line) for line in str(error).split("\n"))
    typer.echo(f"songscape: {told}", err=True)
    sys.exit(code)
