"""A run as the explorer holds it while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.app.audio import roots
from songscape.app.search import Search
from songscape.core.collection import Role
from songscape.use.opened import meanings, open_run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from songscape.use.opened import Opened


@dataclass(frozen=True, eq=False)
class Served:
    """A run, the index of its texts, and the folders whose files may be played."""

    run: Opened
    folders: tuple[Path, ...]

    @cached_property
    def search(self) -> Search:
        """The index of the songs' texts, made when it is first asked."""
        return Search(self.run.tracks)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns the map can be coloured by: numbers, and genres."""
        tracks, roles = self.run.tracks, meanings(self.run.record)
        kinds = (Role.FEATURE, Role.GENRE, Role.LABEL, Role.DOUBT)
        named = [name for name in tracks.columns if roles.get(name) in kinds]
        doubts = [n for n in ("membership", "margin", "stability", "map_trust") if n in tracks]
        shown = [n for n in (*named, *doubts) if not isinstance(tracks.schema[n], pl.List)]
        return tuple(dict.fromkeys(shown))


def serve(folder: str | Path, music: Iterable[Path] = ()) -> Served:
    """Open a run for the explorer.

    Parameters
    ----------
    folder : the run.
    music : further folders whose files may be played.

    Raises
    ------
    RecordError
        If the folder is no run.
    InputError
        If a music folder is not there.
    """
    run = open_run(folder)
    source: dict[str, Any] = run.record.run.get("source") or {}
    return Served(run, roots(source.get("path"), music))
