"""The explorer's page: a few files, each known by name; there is no way to another file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files as resources

KINDS = {
    "index.html": "text/html; charset=utf-8",
    "explore.css": "text/css; charset=utf-8",
    "explore.js": "text/javascript; charset=utf-8",
}
SHARED = {"map.js": "text/javascript; charset=utf-8"}
"""What the report uses, too."""


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Return content and media type of every file by name."""
    own, shared = resources(__name__), resources("songscape.view") / "static"
    homes = {**dict.fromkeys(KINDS, own), **dict.fromkeys(SHARED, shared)}
    kinds = KINDS | SHARED
    return {name: ((home / name).read_bytes(), kinds[name]) for name, home in homes.items()}
