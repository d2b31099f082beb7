"""Put new songs on the map of an earlier run, without fitting anything again.

New songs go through the run's own cleaning and its fitted preparation and are laid to the groups
that are there: by the mixture where there is one, else to the nearest mean, which for k-means is
where a song of the run lies itself. On the drawn map they are put beside the songs they sound
like; no song of the run moves. Cleaning steps that learn from the songs at hand (medians for
missing values) learn from the new songs only; rows the run's recipe would have dropped are dropped
here, too.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape import recipe as recipes
from songscape.cluster._membership import SoftModel, margin, tempered
from songscape.core.collection import Role
from songscape.core.errors import InputError
from songscape.core.record import read
from songscape.run import _stages as stages
from songscape.run._model import restored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from songscape.core.collection import Collection

_LEARNING = ("doctor", "genres", "outliers", "duplicates")


def place(folder: Path, source: str) -> pl.DataFrame:
    """Return new songs with the cluster of an earlier run each belongs to.

    Parameters
    ----------
    folder : the run.
    source : the table of new songs.

    Returns
    -------
    frame with id, texts, features, ``cluster``, its ``name``, ``membership``, ``margin`` and its
    place on the map, ``x, y`` and perhaps ``z``.

    Raises
    ------
    InputError
        If the new songs lack a feature the run was made of.
    RecordError
        If the folder is no run, or its model cannot be read.
    """
    record, model = read(folder), restored(folder)
    values = tomllib.loads(record.recipe)
    recipe = recipes.resolve({**values, "source": _source(values["source"], source)})
    steps = tuple(step for step in recipe.clean if step.use not in _LEARNING)
    songs = stages.cleaned(stages.load(recipe.source), steps).songs
    space = _coordinates(songs, model, record.run.get("features"))
    labels, membership = _assigned(space, model)
    names = dict(zip(record.clusters["cluster"], record.clusters["name"], strict=True))
    shown = songs.frame.select(
        songs.names(Role.ID, Role.KEY, Role.TEXT, Role.GROUP, Role.GENRE, Role.FEATURE)
    )
    return shown.with_columns(
        pl.Series("cluster", labels),
        pl.Series("name", [names.get(int(label), "") for label in labels]),
        pl.Series("membership", membership.max(axis=1)),
        pl.Series("margin", margin(membership)),
        *_places(space, model),
    )


def _source(before: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return how new songs are read: as the run's own were, where they come from the same kind."""
    found = recipes.resolve({"source": {"path": path}}).source.use
    return {**before, "path": path} if found == before["use"] else {"path": path}


def _places(space: NDArray[np.float64], model: Mapping[str, Any]) -> list[pl.Series]:
    """Return where new songs go on the run's map; runs of an old version cannot say."""
    layout: Any = model.get("map")
    if not hasattr(layout, "transform"):
        return []
    return stages.coordinates(layout.transform(space)).get_columns()


def _coordinates(
    songs: Collection, model: Mapping[str, Any], features: Sequence[str] | None
) -> NDArray[np.float64]:
    """Return new songs in the space of the run; what its preparation drops they need not have."""
    columns = model["columns"]
    # Features that the preparation made itself do not tell which columns they came from, and a
    # run.json without any tells nothing.
    needed = features if features and set(features) <= set(columns) else columns
    lacking = [name for name in needed if name not in songs.columns]
    if lacking:
        raise InputError(
            f"The new songs lack {', '.join(lacking)}, which the run was made of; "
            "give a table with the same features."
        )
    frame = songs.frame.select(
        pl.col(name).cast(pl.Float64) if name in songs.columns else pl.lit(0.0).alias(name)
        for name in columns
    )
    coordinates: NDArray[np.float64] = np.asarray(
        model["pipeline"].transform(frame), dtype=np.float64
    )
    return coordinates


def _assigned(
    space: NDArray[np.float64], model: Mapping[str, Any]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the run's cluster of every new song, and its membership in all of them."""
    clusterer, order = model["clusterer"], np.asarray(model["order"])
    if hasattr(clusterer, "predict_proba"):
        membership = np.asarray(clusterer.predict_proba(space))[:, order]
    else:
        membership = SoftModel(model["means"], model["variance"]).posterior(space)
    membership = tempered(membership, float(model.get("temperature", 1.0)))
    return membership.argmax(axis=1).astype(np.int32), membership
