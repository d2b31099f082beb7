"""Take the k with the best score of one criterion.

For those who want the silhouette's answer and no more. It never says that groups are natural, since
no single score of this kind can, and it refuses criteria that get better with every cluster added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from songscape.choose._sweep import best, frame, ks_to_try, sample, scored, sweep
from songscape.core import plugins
from songscape.core.choice import EVIDENCE, Choice
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.options import option

if TYPE_CHECKING:
    from songscape.core.space import Space
    from songscape.evaluate._refit import Fitter


@dataclass(frozen=True)
class Options:
    """Which score, and where to look."""

    score: str = option("silhouette", "a criterion of the stage evaluate")
    low: int = option(2, "smallest number of groups tried", low=2)
    high: int = option(20, "largest number of groups tried", low=2)
    seeds: int = option(3, "groupings of every k, from different starts", low=1)
    rows: int = option(10_000, "songs grouped; a sample of larger collections", low=100)


def choose(space: Space, fitter: Fitter, options: Options, seed: int) -> Choice:
    """Take the k whose median score over seeds is best.

    Raises
    ------
    RecipeError
        If the criterion must not choose, as it is monotone in k, or needs labels, or if `low` is
        above `high`.
    DegenerateDataError
        If it is undefined everywhere, or there are too few different songs to judge `low` groups.
    """
    _check(options.score)
    swept = sample(space, options.rows, seed)
    ks = ks_to_try(space, options.low, options.high)
    fits = sweep(swept, fitter, ks, options.seeds, seed)
    values = scored(swept, fits, options.score)
    k, value = best(values)
    if not k:
        raise DegenerateDataError(
            f"{options.score} is undefined for these songs and groups; "
            "set choose.use to verdict or give --k a number."
        )
    return Choice(
        natural=False,
        k=k,
        reason=f"{k} groups have the best {options.score} ({value:.4g}) of all numbers from "
        f"{ks[0]} to {ks[-1]}. That score always names some number and cannot say that "
        "there are no groups; the verdict can.",
        criteria={options.score: (k, value)},
        curves=frame(values, space.fingerprint),
        fingerprint=space.fingerprint,
        evidence=pl.DataFrame(schema=EVIDENCE),
    )


def _check(name: str) -> None:
    """Raise if a criterion must not choose k."""
    criterion = plugins.load("evaluate", name)
    if criterion.BETTER == "never":
        raise RecipeError(
            f"{name} must not choose the number of groups: {criterion.WHY_NEVER}; "
            "choose by verdict, or by a score such as silhouette or bic."
        )
    if "truth" in criterion.NEEDS:
        raise RecipeError(
            f"{name} needs labels, and a number of groups chosen by labels shows nothing about "
            "the songs; set choose.use to verdict."
        )
