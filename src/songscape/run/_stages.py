"""The stages of a run, each a function from what came before to what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn.pipeline import Pipeline

from songscape.cluster._membership import membership
from songscape.core.collection import Role
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.options import dump
from songscape.core.seeds import child
from songscape.core.space import Space
from songscape.evaluate._map_trust import map_trust
from songscape.recipe import AUTO, NOTHING
from songscape.run._fitter import fitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from songscape.core.choice import Choice
    from songscape.core.collection import Collection
    from songscape.core.fit import Fit
    from songscape.evaluate._map_trust import MapTrust
    from songscape.recipe import Recipe, Step


@dataclass(frozen=True, eq=False)
class Prepared:
    """The songs as coordinates.

    Parameters
    ----------
    features : the prepared features, before any reduction.
    space : what is clustered.
    pipeline : the fitted transformers that lead from a frame of features to `space`.
    """

    features: Space
    space: Space
    pipeline: Pipeline


def load(step: Step, tell: Callable[[str], None] = lambda _line: None) -> Collection:
    """Read the source a recipe names; audio is described first."""
    if not getattr(step.options, "path", ""):
        raise RecipeError(
            "No source is given: name a table of songs or a folder of music, as in songscape map "
            "songs.csv."
        )
    if hasattr(step.plugin, "unheard"):
        from songscape.run._listen import heard

        return heard(step, tell)
    songs: Collection = step.plugin.load(step.options)
    return songs


@dataclass(frozen=True, eq=False)
class Cleaned:
    """The songs after cleaning.

    Parameters
    ----------
    songs : what is left.
    genres : what became of every genre, as clean.genres tells it; empty where that step is not run.
    """

    songs: Collection
    genres: pl.DataFrame


def cleaned(songs: Collection, steps: tuple[Step, ...]) -> Cleaned:
    """Take the songs through every cleaning step."""
    genres = pl.DataFrame()
    songs = examined(songs, steps)
    for step in steps:
        if step.use == "genres":
            genres = step.plugin.mapping_table(songs, step.options)
        if step.use != "doctor":
            songs = step.plugin.clean(songs, step.options)
    if not len(songs):
        raise DegenerateDataError(
            f"No song is left after cleaning ({'; '.join(songs.history)}); "
            "loosen the cleaning, as with --set clean.missing.how=median."
        )
    return Cleaned(songs, genres)


def examined(songs: Collection, steps: tuple[Step, ...]) -> Collection:
    """Add what the doctor finds, if it is among the steps, with the options they will have."""
    doctor = next((step for step in steps if step.use == "doctor"), None)
    if doctor is None:
        return songs
    planned = [(step.use, step.options) for step in steps]
    return songs.note(*doctor.plugin.examine_steps(songs, planned, doctor.options))


def feature_frame(songs: Collection) -> pl.DataFrame:
    """Return the features songs can be compared by, those with missing values left out."""
    names = songs.names(Role.FEATURE)
    if not names:
        raise DegenerateDataError(
            "The source has no numeric feature to cluster by; name some with "
            "--set source.roles.COLUMN=feature."
        )
    return songs.frame.select(pl.col(names).cast(pl.Float64))


def prepared(songs: Collection, recipe: Recipe) -> Prepared:
    """Fit the preparation and the reduction, and apply both."""
    frame = feature_frame(songs)
    steps = [(step.use, _made(step, recipe.seed)) for step in recipe.prepare]
    pipeline = Pipeline(steps or [("as_is", "passthrough")]).set_output(transform="polars")
    features = Space.of(_fitted(pipeline, frame), "features")
    reduction = _made(recipe.space, recipe.seed).set_output(transform="polars")
    name = "features" if recipe.space.use == NOTHING else recipe.space.use
    space = Space.of(reduction.fit_transform(features.frame()), name)
    whole = Pipeline([*pipeline.steps, (f"space_{recipe.space.use}", reduction)])
    return Prepared(features, space, whole)


def _fitted(pipeline: Pipeline, frame: pl.DataFrame) -> pl.DataFrame:
    """Fit the preparation and apply it; gaps it stumbles over are named."""
    try:
        prepared: pl.DataFrame = pipeline.fit_transform(frame)
    except DegenerateDataError:
        raise
    except ValueError as error:
        gaps = [column.name for column in frame if column.null_count() or column.is_nan().any()]
        if not gaps:
            raise
        raise DegenerateDataError(
            f"Values are missing in {', '.join(gaps)}; fill or drop them with "
            "--set clean.missing.how=median, or leave the columns out with prepare.pick."
        ) from error
    return prepared


def chosen(space: Space, recipe: Recipe) -> Choice | None:
    """Examine how many groups there are, where the recipe asks for it and the method has a k."""
    if recipe.choose is None or not hasattr(recipe.cluster.options, "k"):
        return None
    seed = child(recipe.seed, "choose")
    group = fitter(recipe, evidence=True)
    choice: Choice = recipe.choose.plugin.choose(space, group, recipe.choose.options, seed)
    return choice


@dataclass(frozen=True, eq=False)
class Grouping:
    """The songs in groups, with how surely each belongs.

    Parameters
    ----------
    fit : the labels (the largest cluster is 0) and the estimator.
    order : the estimator's own number of every cluster.
    membership : float64 array of shape (n, k); rows sum to 1, rows of noise to 0.
    """

    fit: Fit
    order: NDArray[np.int64]
    membership: NDArray[np.float64]


def grouped(space: Space, recipe: Recipe, choice: Choice | None) -> Grouping:
    """Group the songs with the k the user or the evidence settled."""
    k = recipe.k or (choice.k if choice else None)
    if k is None and hasattr(recipe.cluster.options, "k"):
        raise RecipeError(
            "The number of clusters is neither given nor examined: say --k 8, or leave choose.use "
            "at verdict."
        )
    raw = fitter(recipe)(space, k or 0, child(recipe.seed, "cluster"))
    fit, order = by_size(raw)
    return Grouping(fit, order, membership(space, raw)[:, order])


@dataclass(frozen=True, eq=False)
class Drawing:
    """The drawn map.

    Parameters
    ----------
    places : x, y and perhaps z of every song.
    layout : what drew it, and places new songs on it.
    trust : how far neighbours on it are neighbours in the space.
    """

    places: pl.DataFrame
    layout: Any
    trust: MapTrust | None


def drawing(space: Space, recipe: Recipe) -> Drawing:
    """Draw the map, and ask how far it can be trusted."""
    layout = _made(recipe.map, recipe.seed)
    places = coordinates(layout.fit_transform(space.matrix))
    trust = map_trust(space, places.to_numpy(), child(recipe.seed, "map_trust"))
    return Drawing(places, layout, trust)


def coordinates(matrix: Any) -> pl.DataFrame:
    """Return a layout's output as x, y and perhaps z."""
    places = np.asarray(matrix)
    if places.shape[1] == 1:
        places = np.column_stack([places, np.zeros(len(places))])
    return pl.DataFrame(dict(zip("xyz", places.T[:3], strict=False)))


def by_size(fit: Fit) -> tuple[Fit, NDArray[np.int64]]:
    """Number the clusters by size, the largest 0; return also the order of the old numbers."""
    order = np.argsort(-fit.sizes, kind="stable")
    rank = np.empty(order.size + 1, dtype=np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    rank[-1] = -1
    return replace(fit, labels=rank[fit.labels]), order


def _made(step: Step, seed: int) -> Any:
    """Make the estimator of a step, with the seed that belongs to its place."""
    return step.plugin.make(step.options, child(seed, f"{step.stage}.{step.use}"))


def settled(recipe: Recipe, prepared: Prepared, grouping: Grouping) -> Recipe:
    """Return the recipe with what was settled in space and grouping, so that it can be repeated."""
    space = _taken(recipe.space, prepared.pipeline[-1])
    cluster = _taken(recipe.cluster, grouping.fit.estimator)
    recipe = replace(recipe, space=space, cluster=cluster)
    return recipe.with_k(grouping.fit.k) if hasattr(cluster.options, "k") else recipe


def drawn_by(recipe: Recipe, drawing: Drawing) -> Recipe:
    """Return the recipe with what drew the map, so that it can be repeated."""
    return replace(recipe, map=_taken(recipe.map, drawing.layout))


def _taken(step: Step, estimator: Any) -> Step:
    """Return the step with what its estimator took for options left at ``auto``.

    It tells by an attribute of the option's name, as HDBSCAN's ``library_`` does of ``library``.
    """
    taken = {
        name: getattr(estimator, f"{name}_")
        for name, value in dump(step.options).items()
        if value == AUTO and hasattr(estimator, f"{name}_")
    }
    return replace(step, options=replace(step.options, **taken))
