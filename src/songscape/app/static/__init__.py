"""The explorer's page: a few files, each known by name; there is no way to another file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files as resources
from pathlib import Path

HTML, CSS, SCRIPT = (f"text/{kind}; charset=utf-8" for kind in ("html", "css", "javascript"))
_KINDS = {".html": HTML, ".css": CSS, ".js": SCRIPT}


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Return content and media type of every file by name, those of the map as ``map/NAME``."""
    own = {item.name: item for item in resources(__name__).iterdir()}
    shared = resources("songscape.view") / "static" / "map"
    named = own | {f"map/{item.name}": item for item in shared.iterdir()}
    return {
        name: (item.read_bytes(), _KINDS[Path(name).suffix])
        for name, item in named.items()
        if Path(name).suffix in _KINDS
    }
