"""Hold a grouping against labels people gave, and against its own repetition."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.cluster._membership import own_and_second, temperature, tempered
from songscape.core.collection import Role, find_column
from songscape.core.seeds import child
from songscape.evaluate._reliability import calibration_error, reliability
from songscape.evaluate.agreement import agreement, by_name, intervals
from songscape.evaluate.neighbours import knn_accuracies
from songscape.evaluate.stability import other_ways, stability
from songscape.explain.importance import Ground, importance
from songscape.recipe import AUTO, NOTHING
from songscape.run import _held_out as held
from songscape.run import _stages as stages
from songscape.run._fitter import fitter
from songscape.run._tree import levels, tree_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.core.space import Space
    from songscape.evaluate.stability import Stability
    from songscape.recipe import Recipe
    from songscape.run._stages import Grouping, Prepared

MOST_OTHERS = 20
"""Features left out that are tried as one more, at most."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the labels and the repetitions say.

    Parameters
    ----------
    label : the label column judged against, if any.
    agreement : the measures of agreement by name, or None without labels.
    stability : whether the same groups come again, or None where it was not examined.
    temperature : what memberships are tempered by; 1 leaves them as they are.
    summaries : further parts of ``run.json`` by name.
    tables : further tables of evidence by name.
    """

    label: str | None
    agreement: dict[str, Any] | None
    stability: Stability | None
    temperature: float
    summaries: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]


def judged(songs: Collection, prepared: Prepared, grouping: Grouping, recipe: Recipe) -> Judgement:
    """Judge a grouping against the labels a recipe names and by repeating it."""
    label = label_column(songs, recipe.judge.label)
    tree = tree_of(recipe)
    against = _agreement(songs, prepared.space, grouping, recipe, label) if label else None
    seed = child(recipe.seed, "judge")
    tables = {} if tree is None else levels(songs, grouping.fit.labels, tree, seed)
    steady, ways = _repeated(songs, prepared.space, grouping, recipe)
    heat = 1.0
    if steady is not None and hasattr(recipe.cluster.options, "k"):
        heat = temperature(grouping.membership, _kept(steady))
    sure = _membership(grouping, steady, heat)
    parts = _importance(songs, prepared, grouping, recipe)
    apart = _held_out(songs, prepared, grouping, recipe)
    summaries = {
        "membership": sure[0],
        "stability_ways": ways,
        "held_out": held.summary(apart, grouping.fit.k),
    }
    tables |= {"reliability": sure[1], "importance": parts, "held_out": apart}
    return Judgement(label, against, steady, heat, summaries, tables)


def softened(grouping: Grouping, judgement: Judgement) -> Grouping:
    """Return the grouping with memberships no surer than its repetition."""
    return replace(grouping, membership=tempered(grouping.membership, judgement.temperature))


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


def group_columns(songs: Collection, wish: str) -> list[str]:
    """Return the columns whose songs must not vouch for each other: artist and album, or places."""
    if wish == NOTHING:
        return []
    if wish != AUTO:
        return [find_column(songs.frame.columns, name.strip()) for name in wish.split(",")]
    there: list[str] = [name for name in ("artist", "album") if name in songs.frame.columns]
    return there or [name for name in ("place",) if name in songs.frame.columns]


def several_labels(songs: Collection, label: str) -> pl.Series | None:
    """Return the lists of labels that a column holds the first of, if any song has several."""
    names = [label] if isinstance(songs.frame.schema[label], pl.List) else []
    names += ["genres"] if label == "genre" and "genres" in songs.frame.columns else []
    listed = (songs.frame[name] for name in names)
    several = (
        one for one in listed if isinstance(one.dtype, pl.List) and (one.list.len() > 1).any()
    )
    return next(several, None)


def _groups(songs: Collection, recipe: Recipe) -> list[NDArray[Any]] | None:
    """Return the artists, albums … of all songs, or None where none are known."""
    columns = group_columns(songs, recipe.judge.group)
    return [songs.frame[name].to_numpy() for name in columns] or None


def _agreement(
    songs: Collection, space: Space, grouping: Grouping, recipe: Recipe, label: str
) -> dict[str, Any]:
    """Return the agreement with the labels, and how well neighbours tell them."""
    truth = first_label(songs, label).to_numpy()
    seed, labels = child(recipe.seed, "judge"), grouping.fit.labels
    groups = _groups(songs, recipe)
    several = several_labels(songs, label)
    truths = [truth] if several is None else [truth, _lists(several)]
    plain = knn_accuracies(space, truths, seed)
    filtered = [math.nan] * len(truths)
    if groups is not None:
        filtered = knn_accuracies(space, truths, seed, groups)
    spans = intervals(labels, truth, seed, groups)
    return {
        "label": label,
        "group": ", ".join(group_columns(songs, recipe.judge.group)) or None,
        "n": int(first_label(songs, label).is_not_null().sum()),
        **agreement(labels, truth, seed),
        "intervals": {name: [finite(end) for end in span] for name, span in spans.items()},
        "plain_knn": finite(plain[0]),
        "artist_filtered_knn": finite(filtered[0]),
        "by_name": None
        if several is None
        else {
            "songs_with_several": int((several.list.len() > 1).sum()),
            **by_name(labels, truths[1], seed),
            "plain_knn": finite(plain[1]),
            "artist_filtered_knn": finite(filtered[1]),
        },
    }


def _lists(several: pl.Series) -> NDArray[Any]:
    """Return lists of labels as an array of lists."""
    given = np.empty(len(several), dtype=object)
    given[:] = [[] if one is None else one for one in several.to_list()]
    return given


def _repeated(
    songs: Collection, space: Space, grouping: Grouping, recipe: Recipe
) -> tuple[Stability | None, dict[str, Any] | None]:
    """Return whether the same groups come again, on resamples and in the other ways."""
    draws = recipe.judge.draws
    if not draws:
        return None, None
    seed, group = child(recipe.seed, "stability"), fitter(recipe, evidence=True)
    steady = stability(space, group, grouping.fit, draws, seed)
    artists = _groups(songs, recipe)
    others = other_ways(
        space, group, grouping.fit, -(-draws // 2), seed, None if artists is None else artists[0]
    )
    ways = {"resamples": steady.draws, **others}
    return steady, {
        way: {
            "mean_ari": finite(float(values.mean())),
            "lowest": finite(float(values.min())),
            "draws": len(values),
        }
        for way, values in ways.items()
    }


def _kept(steady: Stability) -> float:
    """Return the share of songs that get their cluster back when it is found without them."""
    tried = steady.kept[np.isfinite(steady.kept)]
    return float(tried.mean()) if len(tried) else float("nan")


def _membership(
    grouping: Grouping, steady: Stability | None, heat: float
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return how sure memberships are, and how often what they say came true."""
    labels = grouping.fit.labels
    inside = labels >= 0
    raw, soft = (
        own_and_second(tempered(grouping.membership, warmth), labels) for warmth in (1.0, heat)
    )
    two = inside & (soft[1] >= 0) & (soft[2] >= soft[0] / 2)
    told = {
        "mean": finite(float(soft[0][inside].mean())) if inside.any() else None,
        "mean_before": finite(float(raw[0][inside].mean())) if inside.any() else None,
        "temperature": heat,
        "kept": None if steady is None else finite(_kept(steady)),
        "belong_to_two": int(two.sum()),
    }
    if steady is None:
        return told | {"calibration_error": None, "calibration_error_before": None}, pl.DataFrame()
    before, after = (reliability(own[inside], steady.kept[inside]) for own in (raw[0], soft[0]))
    told["calibration_error"] = finite(calibration_error(after))
    told["calibration_error_before"] = finite(calibration_error(before))
    kinds = (before.with_columns(kind=pl.lit("before")), after.with_columns(kind=pl.lit("after")))
    return told, pl.concat(kinds)


def _importance(
    songs: Collection, prepared: Prepared, grouping: Grouping, recipe: Recipe
) -> pl.DataFrame:
    """Return which features the grouping rests on."""
    if not recipe.judge.importance:
        return pl.DataFrame()
    features = stages.feature_frame(songs)
    group = fitter(recipe, evidence=True)
    ground = Ground(features, prepared.pipeline, prepared.space, grouping.fit, group)
    left = [
        name
        for _, step in prepared.pipeline.steps
        for name in getattr(step, "dropped_", {})
        if name in features.columns and features[name].n_unique() > 1
    ]
    return importance(ground, child(recipe.seed, "importance"), left[:MOST_OTHERS])


def _held_out(
    songs: Collection, prepared: Prepared, grouping: Grouping, recipe: Recipe
) -> pl.DataFrame:
    """Return the scores of songs that nothing was fitted on, for methods that have a k."""
    if not recipe.judge.draws or not hasattr(recipe.cluster.options, "k"):
        return pl.DataFrame(schema=held.COLUMNS)
    features, seed = stages.feature_frame(songs), child(recipe.seed, "held out")
    group = fitter(recipe, evidence=True)
    groups = _groups(songs, recipe)
    return held.held_out(features, prepared.pipeline, group, grouping.fit.k, seed, groups)


def finite(value: float | None) -> float | None:
    """Return a number JSON can hold: NaN and infinity become None."""
    return None if value is None or not math.isfinite(value) else float(value)
