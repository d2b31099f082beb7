"""All criteria at every k, in one space, and what each would choose by its own published rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.choose import _nulls
from songscape.choose._gap import Gap, gap
from songscape.choose._knee import convincing
from songscape.choose._mixtures import likelihoods
from songscape.choose._prediction import STRONG, strengths
from songscape.choose._references import STRUCTURELESS
from songscape.choose._sweep import (
    Value,
    best,
    medians,
    sample,
    sample_rows,
    scored,
    sweep,
)
from songscape.choose._valleys import Valleys, two_hilled, valleys
from songscape.core.seeds import child
from songscape.evaluate.stability import repeated
from songscape.evaluate.valley import distinct_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from songscape.choose.verdict import Options
    from songscape.core.fit import Fit
    from songscape.core.space import Space
    from songscape.evaluate._refit import Fitter

GAP_ROWS = 1_000
"""Songs of the gap statistic, which groups twenty references at every k."""

STARTS = 5
"""Groupings of every k whose stability is tried, each of its own songs."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was seen of a space.

    Parameters
    ----------
    land : the valleys between groups.
    values : every criterion at every k and start.
    criteria : the k each criterion would choose by its own rule, and its value there.
    null : criteria on the songs and on references, columns as in a choice.
    swept : songs grouped at every k.
    hills : columns of the space that have two hills by themselves, with the valley between.
    """

    land: Valleys
    values: list[Value]
    criteria: dict[str, tuple[int, float]]
    null: pl.DataFrame
    swept: int
    hills: dict[str, float]

    def draws(self, criterion: str) -> dict[int, list[float]]:
        """Return every value of one criterion, by k."""
        found: dict[int, list[float]] = {}
        for value in self.values:
            if value.criterion == criterion:
                found.setdefault(value.k, []).append(value.value)
        return found


def gather(
    space: Space, fitter: Fitter, ks: Sequence[int], options: Options, seed: int
) -> Evidence:
    """Take every criterion at every k.

    Parameters
    ----------
    space : the songs.
    fitter : groups any space.
    ks : numbers of groups, rising, each ≥ 2.
    options : of the verdict.
    seed : draws samples, starts and references.
    """
    swept, few = sample(space, options.rows, seed), sample(space, options.few, seed)
    fits = sweep(swept, fitter, ks, options.seeds, seed)
    different = distinct_sample(swept.matrix, swept.n, seed)
    null = _nulls.drawn(swept.matrix[different], options.references, seed)
    land = valleys(swept, fits, options.valley_rows, options.looks, noise(null), seed)
    gaps = _gaps(few, ks, options, seed)
    values = [
        *_internal(swept, fits, options),
        *land.curve,
        *scored(few, [fit for fit in fits if fit.seed == fits[0].seed], "held_out_cost"),
        *strengths(few, fitter, ks, options.splits, seed),
        *_repeated(swept, fitter, ks, options, seed),
        *likelihoods(few, ks, child(seed, "mixtures")),
        *[point for name, found in gaps.items() for point in _gap_values(found, name, few.n)],
    ]
    criteria = {"valley": (land.k, land.depth), **_criteria(values, gaps, ks)}
    hills = two_hilled(swept.rows(different), seed)
    return Evidence(land, values, criteria, null, swept.n, hills)


def noise(null: pl.DataFrame) -> float:
    """Return the deepest valley in collections without groups; deeper has p ≤ 0.05 with 19."""
    kinds = pl.col("reference").is_in(STRUCTURELESS) & (pl.col("statistic") == "valley")
    return float(np.max(null.filter(kinds)["value"].to_numpy(), initial=0.0))


def _gaps(few: Space, ks: Sequence[int], options: Options, seed: int) -> dict[str, Gap]:
    """Return the gap statistic against both kinds of reference."""
    fewer, own = sample(few, GAP_ROWS, seed), child(seed, "gap")
    return {name: gap(fewer.matrix, ks, name, options.gap_draws, own) for name in STRUCTURELESS}


def _internal(space: Space, fits: Sequence[Fit], options: Options) -> list[Value]:
    """Score every grouping of the sweep by the criteria that need nothing but its labels."""
    chosen = sample_rows(space, options.few, fits[0].seed)
    fewer = space.rows(chosen)
    seen = [replace(fit, labels=fit.labels[chosen]) for fit in fits]
    return [
        *scored(space, fits, "inertia"),
        *scored(fewer, seen, "silhouette"),
        *scored(space, fits, "davies_bouldin"),
        *scored(space, fits, "calinski_harabasz"),
    ]


def _repeated(
    space: Space, fitter: Fitter, ks: Sequence[int], options: Options, seed: int
) -> list[Value]:
    """Return how well groupings come out again on resampled songs, at every k and resample.

    Every start draws its own songs and its own grouping to compare with: one grouping, caught in
    a lucky or unlucky place, would speak for its k alone.
    """
    values = []
    for start in range(STARTS):
        own = child(seed, f"stability {start}")
        few = sample(space, options.few, own)
        found = repeated(few, fitter, ks, options.resamples, own)
        values += [Value(k, "stability", index, own, "high", few.n) for k, index in found]
    return values


def _gap_values(found: Gap, name: str, rows: int) -> list[Value]:
    """Return the gap statistic as a curve."""
    rows = min(rows, GAP_ROWS)
    return [
        Value(k, f"gap_{name}", float(value), 0, "high", rows)
        for k, value in zip(found.ks, found.gap, strict=True)
    ]


def _criteria(
    values: Sequence[Value], gaps: dict[str, Gap], ks: Sequence[int]
) -> dict[str, tuple[int, float]]:
    """Return what every criterion would choose by its own published rule."""
    by_name: dict[str, list[Value]] = {}
    for value in values:
        by_name.setdefault(value.criterion, []).append(value)
    chosen = {name: best(points) for name, points in by_name.items() if name != "valley"}
    chosen["inertia"] = _elbow(list(gaps.values()), ks)
    lowest_cost = [replace(value, better="low") for value in by_name.get("held_out_cost", [])]
    chosen["held_out_cost"] = best(lowest_cost)
    chosen |= {f"gap_{name}": found.best() for name, found in gaps.items()}
    strong = medians(by_name.get("prediction_strength", []))
    k = max((k for k, value in strong.items() if value >= STRONG), default=1)
    chosen["prediction_strength"] = (k, strong.get(k, 1.0))
    return chosen


def _elbow(gaps: Sequence[Gap], ks: Sequence[int]) -> tuple[int, float]:
    """Return the knee of inertia, 0 unless it is sharper than in references of both kinds."""
    inside = [index for index, k in enumerate(gaps[0].ks) if k in ks]
    references = [np.exp(found.references[:, inside]) for found in gaps]
    return convincing(list(ks), np.exp(gaps[0].inertia[inside]), references)
