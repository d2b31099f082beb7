"""The verdict: natural groups and their number, or that there are none.

Criteria disagree, and most must: each finds the best k *if* there are groups, and none but a few
can say that there are none. On one long cloud the silhouette says 2; k-means cuts it at the same
place every time, so stability says 2 as well; BIC counts how many Gaussians draw a bent sheet. So
no vote is taken. One question decides: **whether the groups stand apart.**

The rule
--------
1. *Is there anything?* Of the groups of every k and start, the valley between the two least parted
   is measured (:mod:`songscape.evaluate.valley`), in the median over several looks at other songs;
   the grouping parted best counts. A look shows groups if that valley is clear: with 95 % certainty
   at least 36 % less dense than the hills beside it (0.45 in ln density), **and** deeper than the
   deepest in collections without groups drawn for comparison, cut by k-means at several k: Gaussian
   clouds of the same covariance and uniform boxes, p ≤ 0.05 each. Groups are natural only if three
   looks in four show them; where some do and too few the reason says that the evidence is divided.
2. *How many?* The largest k whose groups are **all** parted by a visible valley: at least 22 % less
   dense, and deeper than in any collection without groups. A group too many is a slice of another
   and has no valley; with a group too few the valleys all stay, so the largest is right.
3. *None?* Then the natural number is one and ``natural`` is false. k is then a useful number: of
   those around ``wish`` (ten, unless you wish otherwise) the nearest whose groups come out again on
   resampled songs about as well as those of any other (:mod:`songscape.choose._useful`).

Why not the others: inertia and held-out cost are monotone in k (never used). Silhouette,
Davies–Bouldin and Calinski–Harabasz cannot say none. The gap statistic, BIC and ICL reject "one
Gaussian" or "one box", which bent, skewed and heavy-tailed songs are not either though they have no
groups. Prediction strength and stability reward any cut along the longest direction. All are shown.

What it cannot see: groups so close that their densities merge (two round Gaussians less than about
three standard deviations apart), groups of less than about one in a hundred songs, groups that wind
around each other, and differences that are not of density. Columns with few different values make
lattices whose steps are valleys by definition: the valleys are looked for without them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from songscape.choose import _nulls, _reason
from songscape.choose._evidence import gather
from songscape.choose._sweep import frame, ks_to_try
from songscape.choose._useful import useful
from songscape.core.choice import Choice
from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from songscape.core.space import Space
    from songscape.evaluate._refit import Fitter


@dataclass(frozen=True)
class Options:
    """Where to look, and how long."""

    low: int = option(2, "smallest number of groups tried; one is always possible", low=1)
    high: int = option(20, "largest number of groups tried", low=2)
    wish: int = option(10, "about how many groups you would like where none is natural", low=2)
    seeds: int = option(3, "groupings of every k, from different starts", low=1)
    rows: int = option(10_000, "songs grouped; a sample of larger collections", low=100)
    few: int = option(2_000, "songs in whatever is repeated many times or looks at pairs", low=100)
    valley_rows: int = option(8_000, "songs in one look at the valleys", low=100)
    looks: int = option(10, "samples of songs in which the valleys must show", low=5)
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
    ks = ks_to_try(space, options.low, options.high)
    # Hundreds of small groupings: threads that wait for each other cost more than they save, and
    # on a busy machine many times more.
    with threadpool_limits(limits=1):
        seen = gather(space, fitter, ks, options, seed)
    cut = useful(seen.draws("stability"), seen.land.k if seen.land.natural else options.wish)
    k = seen.land.k if seen.land.natural else cut.k
    _warn_at_edge(ks, k, natural=seen.land.natural)
    return Choice(
        natural=seen.land.natural,
        k=k,
        reason=_reason.told(seen, cut, ks, space.n),
        criteria=seen.criteria,
        curves=frame(seen.values, space.fingerprint),
        fingerprint=space.fingerprint,
        evidence=seen.null,
        tests=tuple(_nulls.tests(seen.null)),
    )


def _warn_at_edge(ks: Sequence[int], k: int, *, natural: bool) -> None:
    """Warn if the natural number is the largest tried."""
    if natural and k == ks[-1]:
        warnings.warn(
            f"{k} groups are the most that were tried; widen the range with choose.high.",
            stacklevel=3,
        )
