"""songscape turns a music collection into a map you can trust.

Two functions do the main job from Python::

    import songscape

    songs = songscape.read("songs.csv")          # or a polars, pandas or Arrow frame
    run = songscape.map(songs, k="auto", seed=0)
    run.verdict["reason"], run.clusters, run.save("my-map")

Everything is imported when it is first used, so that ``import songscape`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from songscape.api import compare, map, read  # noqa: A004 - the verb is the name of the main job
    from songscape.core.collection import Collection
    from songscape.core.space import Space
    from songscape.run import Run
    from songscape.use import Opened
    from songscape.use import open_run as open  # noqa: A004 - as map and read

_HOMES = {
    "read": "songscape.api",
    "map": "songscape.api",
    "open": "songscape.use",
    "Opened": "songscape.use",
    "compare": "songscape.api",
    "Run": "songscape.run",
    "Collection": "songscape.core.collection",
    "Space": "songscape.core.space",
}

_NAMES = {"open": "open_run"}

__all__ = [
    "Collection",
    "Opened",
    "Run",
    "Space",
    "__version__",
    "compare",
    "map",
    "open",
    "read",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__version__":
        return import_module("importlib.metadata").version("songscape")
    if name not in _HOMES:
        raise AttributeError(f"module 'songscape' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), _NAMES.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
