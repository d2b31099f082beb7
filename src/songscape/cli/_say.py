"""What commands say: results on standard output, everything else on standard error."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from songscape.listen import Progress


def tell(line: str) -> None:
    """Tell of progress on standard error."""
    typer.echo(line, err=True)


@contextmanager
def progress() -> Iterator[Callable[[Progress], None]]:
    """Show progress on standard error: a bar on a terminal, else a line now and then."""
    from rich import progress as bars
    from rich.console import Console

    from songscape.listen import slowly

    console = Console(stderr=True)
    if not console.is_terminal:
        yield slowly(tell)
        return
    columns = (bars.TextColumn("{task.description}", markup=False), bars.BarColumn())
    with bars.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("looking", total=None)
        yield lambda now: bar.update(
            task, description=str(now), completed=now.work, total=now.whole or None
        )


def printable(text: str) -> str:
    """Return a text with signs that would move the cursor or begin a line written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def this_command() -> str:
    """Return the command as it was typed, for a shell."""
    return shlex.join(["songscape", *sys.argv[1:]])


def print_json(value: Any) -> None:
    """Print JSON on standard output."""
    import json

    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
