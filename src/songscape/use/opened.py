"""A finished run, opened read-only: its songs, and the space they are compared in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.collection import Role
from songscape.core.errors import RecordError
from songscape.core.record import read
from songscape.core.space import Space
from songscape.explain.prototypes import lead_artist
from songscape.export._songs import file_column
from songscape.run._model import FILE, restored
from songscape.use._nearest import Exact

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from songscape.core.record import Record

_AFTER_A_DASH = r"\s+[-–(\[].*$"


@dataclass(frozen=True, eq=False)
class Opened:
    """A finished run; row i of every table and array is song i of ``tracks.parquet``.

    Parameters
    ----------
    folder : where it lies.
    record : what it found.
    space : the prepared features, before any reduction, shape (n, d).
    """

    folder: Path
    record: Record
    space: Space

    @property
    def tracks(self) -> pl.DataFrame:
        """Every song with its features, cluster, doubt and position."""
        return self.record.tracks

    @cached_property
    def names(self) -> dict[int, str]:
        """The name of every cluster by its number."""
        return dict(self.record.clusters.select("cluster", "name").iter_rows())

    @cached_property
    def deviations(self) -> NDArray[np.float64]:
        """The space in standard deviations from its mean, shape (n, d)."""
        matrix = self.space.matrix
        spread = matrix.std(axis=0)
        scaled: NDArray[np.float64] = (matrix - matrix.mean(axis=0)) / np.where(spread, spread, 1)
        return scaled

    @cached_property
    def search(self) -> Exact:
        """The search for songs by the space."""
        return Exact(self.space.matrix)

    @cached_property
    def artists(self) -> NDArray[np.int64]:
        """A number for every lead artist, shape (n,); songs of unknown artists are each their own.

        A song of "A; B" is by A.
        """
        return _codes(self._lead)

    @cached_property
    def recordings(self) -> NDArray[np.int64]:
        """A number for every song however often it was released, shape (n,).

        The same title by the same lead artist is the same song; what follows a dash or a bracket
        ("Layla - Remastered 2011") does not tell songs apart.
        """
        if "title" not in self.tracks.columns:
            return np.arange(self.tracks.height)
        plain = self.tracks["title"].str.to_lowercase().str.replace(_AFTER_A_DASH, "")
        plain = plain.str.strip_chars().replace("", None)
        both = pl.DataFrame({"artist": self._lead, "title": plain})
        return _codes(both.select(pl.format("{}\0{}", "artist", "title")).to_series())

    @cached_property
    def _lead(self) -> pl.Series:
        """The lead artist of every song in lower case, missing where there is none."""
        if "artist" not in self.tracks.columns:
            return pl.Series("artist", [None] * self.tracks.height, dtype=pl.String)
        names = self.tracks["artist"]
        known = names.drop_nulls().unique().to_list()
        leads = {name: lead_artist(name).casefold() or None for name in known}
        return names.replace_strict(leads, default=None, return_dtype=pl.String)

    @cached_property
    def files(self) -> pl.Series | None:
        """The path of every song's audio as bytes, or None where the run knows no files."""
        name = file_column(self.record)
        return None if name is None else self.tracks[name]

    def label(self, row: int) -> str:
        """Return "artist - title" of a song, or its id where it has neither."""
        songs = self.tracks
        said = [songs[name][row] for name in ("artist", "title") if name in songs.columns]
        return " - ".join(filter(None, said)) or str(songs["id"][row])


def open_run(folder: str | os.PathLike[str]) -> Opened:
    """Open a finished run; nothing in it is changed.

    Parameters
    ----------
    folder : the run folder.

    Raises
    ------
    RecordError
        If the folder is no run, or is damaged.
    """
    place = Path(folder).expanduser()
    record = read(place)
    return Opened(place, record, _space(record.tracks, restored(place), place))


def meanings(record: Record) -> dict[str, Role]:
    """Return the role of every column of the tracks that came from the source."""
    columns = record.evidence.get("columns", pl.DataFrame(schema={"name": pl.String}))
    return {row["name"]: Role(row["role"]) for row in columns.iter_rows(named=True)}


def _space(tracks: pl.DataFrame, model: Mapping[str, Any], folder: Path) -> Space:
    """Return the songs as the run prepared them, before its reduction."""
    try:
        frame = tracks.select(pl.col(model["columns"]).cast(pl.Float64))
        prepared = model["pipeline"][:-1].set_output(transform="polars").transform(frame)
        return Space.of(prepared, "features")
    except (pl.exceptions.PolarsError, ValueError, KeyError) as error:
        raise RecordError(
            f"{folder / FILE} does not fit the songs of {folder / 'tracks.parquet'} ({error}); "
            "map the collection again."
        ) from None


def _codes(names: pl.Series) -> NDArray[np.int64]:
    """Return a number per different text; a missing text is like no other."""
    ranks = names.rank("dense").cast(pl.Int64).to_numpy().astype(np.float64)
    known: int = names.n_unique()
    alone = known + 1 + np.arange(names.len())
    codes: NDArray[np.int64] = np.where(np.isnan(ranks), alone, ranks).astype(np.int64)
    return codes
