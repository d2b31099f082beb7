"""The live map as a part of a page: its data, its script, its style.

The script is a handful of small modules in ``static/map``; a server hands them out as they are. A
single file cannot load modules, so :func:`script` joins them into one, in the order in which they
need each other: imports go away, since all names then live in one scope.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from songscape.view import map_data
from songscape.view._text import percent

if TYPE_CHECKING:
    from songscape.core.record import Record

MODULES = (
    "data", "grid", "camera", "points", "colours", "names", "overlay", "input", "map", "download",
    "panel", "report",
)  # fmt: skip
"""The script's modules, each needing only those before it."""

MOST = 200_000
"""Songs embedded in a report; of more a sample."""

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^ *(/\*\*((?!\*/).)*\*/|// [^\n]*)\n", re.MULTILINE | re.DOTALL)


def parts(record: Record) -> dict[str, Any] | None:
    """Return what the report's template needs for the live map; None if the run has no map."""
    block = map_data.block(record, MOST)
    drawn = map_data.songs(record, MOST)
    if block is None or drawn is None:
        return None
    return {
        # Markup: base64 and our own script.
        "data": Markup(base64.b64encode(block).decode()),  # noqa: S704
        "script": Markup(script()),  # noqa: S704
        "shown": len(drawn),
        "total": record.tracks.height,
        "trust": trust(record),
    }


def trust(record: Record) -> str:
    """Say how far neighbours on the map are neighbours in sound; empty where it is not known."""
    given = record.run.get("map_trust")
    if not given or given.get("mean") is None:
        return ""
    near = int(given["near"])
    return (
        f"Of the {near} songs most like a song, {percent(given['mean'])} are among the {near} "
        f"nearest to it here; by chance it would be {percent(near / record.tracks.height)}."
    )


@cache
def script() -> str:
    """Return the modules as one script, without their comments for developers."""
    return "".join(_joined(module(name)) for name in MODULES)


@cache
def style() -> str:
    """Return the map's style sheet."""
    return files("songscape.view").joinpath("static/map/map.css").read_text("utf-8")


def module(name: str) -> str:
    """Return one module of the script as text."""
    return files("songscape.view").joinpath(f"static/map/{name}.js").read_text("utf-8")


def _joined(text: str) -> str:
    """Return a module's text as it stands among the others in one scope."""
    return _EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", text)))
