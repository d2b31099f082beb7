"""A run as the explorer holds it while it runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from songscape.app.audio import roots
from songscape.app.search import Search
from songscape.use.opened import open_run
from songscape.view import _parts
from songscape.view.map_data import block

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from songscape.use.opened import Opened


@dataclass(frozen=True, eq=False)
class Served:
    """A run, the index of its texts, and the folders whose files may be played."""

    run: Opened
    folders: tuple[Path, ...]
    _making: Lock = field(default_factory=Lock)
    _packing: Lock = field(default_factory=Lock)

    @property
    def search(self) -> Search:
        """The index of the songs' texts, made when it is first asked for."""
        with self._making:
            return self._search

    @property
    def block(self) -> bytes:
        """The map of all songs, gzip; empty where the run has no map."""
        with self._packing:
            return self._block

    @cached_property
    def _search(self) -> Search:
        return Search(self.run.tracks)

    def warm(self) -> None:
        """Make ahead what the map, the first card and the first search would wait for."""
        run = self.run
        _ = self.block, run.search, run.deviations, run.recordings, run.artists, self.search

    @cached_property
    def _block(self) -> bytes:
        return block(self.run.record, rows=True) or b""

    @property
    def about(self) -> dict[str, Any]:
        """What the page shows around the map."""
        run, tracks = self.run.record.run, self.run.tracks
        sizes = Counter(_parts.clusters(self.run.record).tolist())
        numbers = sorted(sizes, key=lambda number: (number < 0, number))
        clusters = [
            {
                "cluster": number,
                "name": self.run.names.get(number, _parts.NOISE),
                "size": sizes[number],
            }
            for number in numbers
        ]
        return {
            "id": self.run.space.fingerprint,
            "name": run.get("name") or self.run.folder.name,
            "songs": tracks.height,
            "clusters": clusters,
            "audible": self.run.files is not None and bool(self.folders),
        }


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
