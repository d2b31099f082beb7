"""Group the same songs at every k and with several seeds, and score each grouping.

Large collections are swept on a sample drawn by the seed: the number of groups shows in thousands
of songs as well as in a million, and every criterion then looks at the same songs. Each value tells
how many songs it was taken on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core import plugins
from songscape.core.choice import CURVES
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.guard import distinct_rows
from songscape.core.seeds import child, generator
from songscape.evaluate._refit import sweep as every

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space
    from songscape.evaluate._refit import Fitter

LEAST_PER_GROUP = 5
"""Groups of fewer songs on average cannot be judged, so k goes no further."""


@dataclass(frozen=True)
class Value:
    """One value of one criterion: a point of a curve."""

    k: int
    criterion: str
    value: float
    seed: int
    better: str
    rows: int


def ks_possible(space: Space, low: int, high: int) -> list[int]:
    """Return the numbers of groups that can be judged between two bounds; none for few songs."""
    different = distinct_rows(space.matrix, enough=high * LEAST_PER_GROUP)
    return list(range(max(low, 2), min(high, different // LEAST_PER_GROUP) + 1))


def ks_to_try(space: Space, low: int, high: int) -> list[int]:
    """Return the numbers of groups to try between two bounds.

    Raises
    ------
    RecipeError
        If `low` is above `high`.
    DegenerateDataError
        If there are too few different songs to judge `low` groups.
    """
    if low > high:
        raise RecipeError(f"choose.low is {low} and above choose.high, {high}; raise choose.high.")
    ks = ks_possible(space, low, high)
    if not ks:
        raise DegenerateDataError(
            f"{space.n} songs are too few to judge {low} groups; give --k a number."
        )
    return ks


def sample(space: Space, most: int, seed: int) -> Space:
    """Draw at most so many songs."""
    return space if space.n <= most else space.rows(sample_rows(space, most, seed))


def sample_rows(space: Space, most: int, seed: int) -> NDArray[np.int64]:
    """Draw the rows of at most so many songs, in order."""
    if space.n <= most:
        return np.arange(space.n)
    rows = generator(seed, f"sample {most}").choice(space.n, most, replace=False)
    return np.sort(rows)


def sweep(space: Space, fitter: Fitter, ks: Iterable[int], seeds: int, seed: int) -> list[Fit]:
    """Group a space at every k, each with several seeds."""
    wanted = list(ks)
    sweeps = [every(fitter, space, wanted, child(seed, f"sweep {start}")) for start in range(seeds)]
    return [fit for at_one_k in zip(*sweeps, strict=True) for fit in at_one_k]


def scored(space: Space, fits: Iterable[Fit], name: str) -> list[Value]:
    """Score groupings by one criterion of the stage ``evaluate``; undefined ones are left out."""
    criterion = plugins.load("evaluate", name)
    listed = list(fits)
    # Criteria that look at pairs score all groupings in one pass over these.
    together = getattr(criterion, "scores", None)
    numbers = (
        together(space, listed) if together else [criterion.score(space, fit) for fit in listed]
    )
    values = [
        Value(fit.k, name, number, fit.seed, criterion.BETTER, space.n)
        for fit, number in zip(listed, numbers, strict=True)
    ]
    return [value for value in values if np.isfinite(value.value)]


def medians(values: Iterable[Value]) -> dict[int, float]:
    """Return the median over seeds at every k, by rising k."""
    return {k: float(np.median(found)) for k, found in _by_k(values).items()}


def means(values: Iterable[Value]) -> dict[int, float]:
    """Return the mean over seeds at every k, by rising k."""
    return {k: float(np.mean(found)) for k, found in _by_k(values).items()}


def _by_k(values: Iterable[Value]) -> dict[int, list[float]]:
    """Return the values at every k, by rising k."""
    by_k: dict[int, list[float]] = {}
    for value in values:
        by_k.setdefault(value.k, []).append(value.value)
    return {k: by_k[k] for k in sorted(by_k)}


def best(values: Sequence[Value]) -> tuple[int, float]:
    """Return the k with the best median and that median; (0, 0) where nothing is defined."""
    middle = medians(values)
    if not middle:
        return 0, 0.0
    sign = -1.0 if values[0].better == "low" else 1.0
    k = max(middle, key=lambda at: sign * round(middle[at], 9))
    return k, middle[k]


def frame(values: Iterable[Value], fingerprint: str) -> pl.DataFrame:
    """Return values as the curves of a choice."""
    rows = [(v.k, v.criterion, v.value, v.seed, fingerprint, v.better, v.rows) for v in values]
    return pl.DataFrame(rows, schema=CURVES, orient="row")
