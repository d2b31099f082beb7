"""The verdict: natural groups and their number, or that there are none.

Criteria disagree, and most must: each finds the best k *if* there are groups, and none but a few
can say that there are none. On one long cloud the silhouette says 2; k-means cuts it at the same
place every time, so stability says 2 as well; BIC counts how many Gaussians draw a bent sheet. So
no vote is taken. One question decides: **whether the groups stand apart.**

The rule
--------
1. *Is there anything?* The groups of every k and start are laid on the density landscape of the
   songs (:mod:`songscape.evaluate.valley`) and their smallest prominence is taken: how far density
   falls on the best way from a group to a denser one. This is done in several samples of the
   songs, and the grouping parted deepest in the middle sample counts. A sample shows groups if
   that depth is at least ln 2 (the valley is at most half as dense as the lower peak) **and**
   exceeds the deepest valley *anywhere* in collections without groups drawn for comparison,
   p ≤ 0.05 each: a Gaussian of the same covariance, a uniform box, and a flat sheet of the same
   inner dimension. Groups are natural only if nine samples in ten show them; where some do and
   some do not the reason says that the evidence is divided.
2. *How many?* The largest k whose groups are **all** parted by a visible valley in three samples of
   four: at least 30 % less dense, and deeper than between k slices of a flat sheet at 95 %. A group
   too many is a slice of another and has no valley; with a group too few the valleys all stay, so
   the largest is right.
3. *None?* Then the natural number is one and ``natural`` is false. k is then the finest cut that
   comes out again on resampled songs (mean adjusted Rand index ≥ 0.8), or the most repeatable cut;
   with ``wish`` the repeatable cut nearest to it.

Why not the others: inertia and held-out cost are monotone in k (never used). Silhouette,
Davies–Bouldin and Calinski–Harabasz cannot say none. The gap statistic, BIC and ICL reject "one
Gaussian" or "one box", which bent, skewed and heavy-tailed songs are not either though they have no
groups. Prediction strength and stability reward any cut along the longest direction. All are shown.

What it cannot see: groups so close that their densities merge (two round Gaussians less than about
three standard deviations apart have one peak or a valley lost in noise), groups of less than about
one in a hundred songs, and differences that are not of density. Columns with few different values
make lattices whose steps look like valleys: leave them out.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from songscape.choose import _reason
from songscape.choose._gap import Gap, gap
from songscape.choose._knee import convincing
from songscape.choose._mixtures import likelihoods
from songscape.choose._prediction import STRONG, strengths
from songscape.choose._sweep import (
    Value,
    best,
    frame,
    ks_possible,
    means,
    medians,
    sample,
    sample_rows,
    scored,
    sweep,
)
from songscape.choose._valleys import Valleys, valleys
from songscape.core.choice import Choice
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.options import option
from songscape.core.seeds import child
from songscape.evaluate.stability import repeated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from songscape.choose._sweep import Fitter
    from songscape.core.fit import Fit
    from songscape.core.space import Space

GAP_ROWS = 1_000
"""Songs of the gap statistic, which groups twenty references at every k."""

STARTS = 5
"""Groupings of every k whose stability is tried, each of its own songs."""


@dataclass(frozen=True)
class Options:
    """Where to look, and how long."""

    low: int = option(2, "smallest number of groups tried", low=2)
    high: int = option(20, "largest number of groups tried", low=2)
    wish: int = option(
        0, "number you would like where none is natural; 0 for the finest stable", low=0
    )
    seeds: int = option(3, "groupings of every k, from different starts", low=1)
    rows: int = option(10_000, "songs grouped; a sample of larger collections", low=100)
    few: int = option(2_000, "songs in whatever is repeated many times or looks at pairs", low=100)
    valley_rows: int = option(3_000, "songs in the density landscape", low=100)
    looks: int = option(15, "samples of songs in which the valleys must show", low=5)
    references: int = option(
        19, "collections without groups of each kind; 19 allow p = 0.05", low=19
    )
    gap_draws: int = option(10, "references of the gap statistic", low=2)
    resamples: int = option(2, "resamples of each of five groupings for stability", low=1)
    splits: int = option(2, "splits in half for prediction strength", low=1)


def choose(space: Space, fitter: Fitter, options: Options, seed: int) -> Choice:
    """Decide how many groups there are, or that there is no natural number.

    Parameters
    ----------
    space : the songs.
    fitter : groups any space, ``fitter(space, k, seed) -> Fit``.
    options : where to look, and how long.
    seed : draws samples, starts and references.

    Raises
    ------
    RecipeError
        If `low` is above `high`.
    DegenerateDataError
        If there are too few different songs to judge two groups.
    """
    ks = _range(space, options)
    # Hundreds of small groupings: threads that wait for each other cost more than they save, and
    # on a busy machine many times more.
    with threadpool_limits(limits=1):
        land, values, gaps = _evidence(space, fitter, ks, options, seed)
    criteria = _criteria(values, gaps, ks)
    again = means(value for value in values if value.criterion == "stability")
    k = land.k if land.natural else useful(again, options.wish)
    say = _reason.found if land.natural else _reason.none
    parts = (
        say(land, k, again.get(k, 0.0)),
        _reason.disagreement(criteria),
        _reason.limits(space.n, min(space.n, options.rows), ks, k, natural=land.natural),
    )
    _warn_at_edge(ks, k, natural=land.natural)
    return Choice(
        natural=land.natural,
        k=k,
        reason=" ".join(part for part in parts if part),
        criteria={"valley": (land.k, land.depth), **criteria},
        curves=frame(values, space.fingerprint),
        fingerprint=space.fingerprint,
        evidence=land.evidence,
    )


def _evidence(
    space: Space, fitter: Fitter, ks: Sequence[int], options: Options, seed: int
) -> tuple[Valleys, list[Value], dict[str, Gap]]:
    """Take every criterion at every k: the valleys, the curves, the gap statistics."""
    swept, few = sample(space, options.rows, seed), sample(space, options.few, seed)
    fits = sweep(swept, fitter, ks, options.seeds, seed)
    land = valleys(swept, fits, options.valley_rows, options.looks, options.references, seed)
    values = [
        *_internal(swept, fits, options),
        *land.curve,
        *scored(few, [fit for fit in fits if fit.seed == fits[0].seed], "held_out_cost"),
        *strengths(few, fitter, ks, options.splits, seed),
        *_repeated(swept, fitter, ks, options, seed),
        *likelihoods(few, ks, child(seed, "mixtures")),
    ]
    fewer = sample(few, GAP_ROWS, seed)
    gaps = {
        name: gap(fewer.matrix, ks, name, options.gap_draws, child(seed, "gap"))
        for name in ("gaussian", "uniform")
    }
    values += [p for name, found in gaps.items() for p in _gap_values(found, name, fewer.n)]
    return land, values, gaps


def useful(again: dict[int, float], wish: int = 0) -> int:
    """Return a useful number of groups where none is natural.

    Parameters
    ----------
    again : mean adjusted Rand index on resampled songs by k.
    wish : the number one would like; 0 for none.

    Examples
    --------
    >>> useful({2: 0.95, 3: 0.86, 4: 0.6, 5: 0.82, 6: 0.4})
    5
    >>> useful({2: 0.95, 3: 0.86, 4: 0.6, 5: 0.82, 6: 0.4}, wish=4)
    3
    """
    firm = [k for k, value in again.items() if value >= STRONG]
    if not firm:
        return max(again, key=lambda k: round(again[k], 9))
    return min(firm, key=lambda k: (abs(k - wish), -again[k])) if wish else max(firm)


def _range(space: Space, options: Options) -> list[int]:
    """Return the numbers of groups to try."""
    if options.low > options.high:
        raise RecipeError(
            f"choose.verdict.low is {options.low} and above choose.verdict.high, {options.high}."
        )
    ks = ks_possible(space, options.low, options.high)
    if not ks:
        raise DegenerateDataError(
            f"{space.n} songs are too few to judge {options.low} groups; give --k a number."
        )
    return ks


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


def _warn_at_edge(ks: Sequence[int], k: int, *, natural: bool) -> None:
    """Warn if the natural number is the largest tried."""
    if natural and k == ks[-1]:
        warnings.warn(
            f"{k} groups are the most that were tried; widen the range with choose.verdict.high.",
            stacklevel=3,
        )
