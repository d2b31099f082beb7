"""``list``: the plug-ins of every stage and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from songscape.cli._options import Json
from songscape.cli._say import print_json


def list_(
    stage: Annotated[
        str | None, typer.Argument(help="a stage, as cluster", metavar="STAGE")
    ] = None,
    json: Json = False,
) -> None:
    """List the plug-ins of every stage, or of one with all their options."""
    from songscape.core import plugins

    stages = [stage] if stage else list(plugins.STAGES)
    listing = {name: plugins.names(name) for name in stages}
    if json:
        print_json(listing)
    elif stage:
        _show_plugins(stage, listing[stage])
    else:
        for name, found in listing.items():
            typer.echo(f"{name:9} {', '.join(found)}")


def _show_plugins(stage: str, found: list[str]) -> None:
    """Print the plug-ins of one stage with their options."""
    from songscape.core import plugins
    from songscape.core.options import knobs

    for name in found:
        plugin = plugins.load(stage, name)
        typer.echo(f"{name}: {(plugin.__doc__ or '').strip().splitlines()[0]}")
        for knob in knobs(plugin.Options) if hasattr(plugin, "Options") else []:
            typer.echo(f"    {knob.name} = {knob.default!r}: {knob.says} ({knob.wants})")
