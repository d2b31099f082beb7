"""Hold a grouping against labels people gave, and against its own repetition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.collection import Role, find_column
from songscape.core.seeds import child
from songscape.evaluate.agreement import agreement
from songscape.evaluate.neighbours import artist_filtered_knn, plain_knn
from songscape.evaluate.stability import stability
from songscape.recipe import AUTO, NOTHING
from songscape.run._fitter import fitter

if TYPE_CHECKING:
    from songscape.core.collection import Collection
    from songscape.core.space import Space
    from songscape.evaluate.stability import Stability
    from songscape.recipe import Recipe
    from songscape.run._stages import Grouping


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the labels and the repetitions say.

    Parameters
    ----------
    label : the label column judged against, if any.
    agreement : the measures of agreement by name, or None without labels.
    stability : whether the same groups come again, or None where it was not examined.
    """

    label: str | None
    agreement: dict[str, Any] | None
    stability: Stability | None


def judged(songs: Collection, space: Space, grouping: Grouping, recipe: Recipe) -> Judgement:
    """Judge a grouping against the labels a recipe names and by repeating it on resamples."""
    label = label_column(songs, recipe.judge.label)
    against = _agreement(songs, space, grouping, recipe, label) if label else None
    steady = None
    if recipe.judge.draws:
        seed = child(recipe.seed, "stability")
        group = fitter(recipe, evidence=True)
        steady = stability(space, group, grouping.fit, recipe.judge.draws, seed)
    return Judgement(label, against, steady)


def label_column(songs: Collection, wish: str) -> str | None:
    """Return the label column a recipe wishes: by name, or the grouped genres, or the genres."""
    if wish == NOTHING:
        return None
    if wish != AUTO:
        return find_column(songs.frame.columns, wish)
    ranked = sorted(songs.names(Role.GENRE), key=lambda name: _rank(songs, name))
    return next((name for name in ranked if first_label(songs, name).n_unique() > 1), None)


def first_label(songs: Collection, label: str) -> pl.Series:
    """Return one label for every song: of several, the first."""
    given = songs.frame[label]
    return given.list.first() if isinstance(given.dtype, pl.List) else given


def _rank(songs: Collection, name: str) -> tuple[bool, int]:
    """Return how well a column of genres serves as label: one label per song, grouped, plain."""
    preferred = ("genre_group", "genre")
    place = preferred.index(name) if name in preferred else len(preferred)
    return isinstance(songs.frame.schema[name], pl.List), place


def group_column(songs: Collection, wish: str) -> str | None:
    """Return the column whose songs must not vouch for each other."""
    if wish == NOTHING:
        return None
    if wish != AUTO:
        return find_column(songs.frame.columns, wish)
    return next(
        (name for name in ("artist", "place", "album") if name in songs.frame.columns), None
    )


def _agreement(
    songs: Collection, space: Space, grouping: Grouping, recipe: Recipe, label: str
) -> dict[str, Any]:
    """Return the agreement with the labels, and how well neighbours tell them."""
    truth = first_label(songs, label)
    known = truth.is_not_null().to_numpy()
    values = truth.filter(pl.Series(known)).to_numpy()
    seed = child(recipe.seed, "judge")
    group = group_column(songs, recipe.judge.group)
    near = space.rows(known)
    filtered = None
    if group:
        owners = songs.frame[group].filter(pl.Series(known)).to_numpy()
        filtered = finite(artist_filtered_knn(near, values, owners, seed))
    return {
        "label": label,
        "group": group,
        "n": int(known.sum()),
        **agreement(grouping.fit.labels[known], values, seed),
        "plain_knn": finite(plain_knn(near, values, seed)),
        "artist_filtered_knn": filtered,
    }


def finite(value: float | None) -> float | None:
    """Return a number JSON can hold: NaN and infinity become None."""
    return None if value is None or not math.isfinite(value) else float(value)
