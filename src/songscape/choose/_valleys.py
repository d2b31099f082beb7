"""Whether groups stand apart, and how many do.

Every grouping of a sweep is asked how deep the valley between its least parted groups is
(:mod:`songscape.evaluate.valley`). One sample of songs, one halving of it and one set of cells is
one throw, so what is not plainly without valleys is looked at many times, each time in other songs,
and has the median depth of all looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.choose._sweep import Value
from songscape.cluster.kmeans import KMeans
from songscape.core.seeds import child, generator
from songscape.evaluate.valley import FEWEST_VALUES, continuous, depth, distinct_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

CLEAR = 0.45
"""The valley that shows that there are groups, in ln density: 36 % less dense than its hills."""

VISIBLE = 0.25
"""The shallowest valley that counts when groups are counted: 22 % less dense."""

SURE = 0.75
"""Share of the looks that must show a clear valley. Half of them do at a median right at the limit,
and of ten independent looks eight or more then do so once in eighteen times."""

SHALLOW = 0.1
"""A grouping less parted than this in the first look is not looked at again."""

SHARE = 0.8
"""Share of a small collection that is one look, so that looks differ there, too."""


@dataclass(frozen=True, eq=False)
class Valleys:
    """What the valleys say.

    Parameters
    ----------
    natural : whether there are groups.
    k : how many, 1 if there are none.
    depth : the valley between the least parted groups of the grouping best parted, in ln density,
        in the median over the looks.
    clear : looks in which that valley is clear.
    looks : looks taken.
    curve : the same depth at every k and start.
    rows : songs in each look.
    lattice : columns of few values, which were left out.
    """

    natural: bool
    k: int
    depth: float
    clear: int
    looks: int
    curve: list[Value]
    rows: int
    lattice: tuple[str, ...] = ()

    def at(self, k: int) -> float:
        """Return the deepest valley at one k over the starts, 0 where that k was not tried."""
        return max((value.value for value in self.curve if value.k == k), default=0.0)


def valleys(
    space: Space, fits: Sequence[Fit], rows: int, looks: int, noise: float, seed: int
) -> Valleys:
    """Look at the valleys between the groups of a sweep.

    Parameters
    ----------
    space : the songs swept.
    fits : the sweep, at least one.
    rows : songs in a look, at most.
    looks : looks.
    noise : the valley that songs without groups may show; shallower ones are none.
    seed : draws the looks.
    """
    samples = _samples(space.matrix, rows, looks, seed)
    table = _depths(space.matrix, fits, samples, seed)
    middle = np.median(table, axis=0)
    depths = table[:, int(np.argmax(middle))]
    clear = int((depths >= max(CLEAR, noise)).sum())
    k = _count(fits, middle, max(VISIBLE, noise)) if clear >= SURE * looks else 1
    lattice = ~continuous(space.matrix[samples[0]])
    return Valleys(
        natural=k > 1,
        k=k,
        depth=float(np.median(depths)),
        clear=clear,
        looks=looks,
        curve=[
            Value(fit.k, "valley", float(value), fit.seed, "high", len(samples[0]))
            for fit, value in zip(fits, middle, strict=True)
        ],
        rows=len(samples[0]),
        lattice=tuple(np.array(space.names)[lattice].tolist()),
    )


def _samples(
    matrix: NDArray[np.float64], rows: int, looks: int, seed: int
) -> list[NDArray[np.int64]]:
    """Draw the rows of every look, in order."""
    different = distinct_sample(matrix, len(matrix), seed)
    size = min(rows, int(np.ceil(SHARE * len(different))))
    rng = generator(seed, "looks")
    return [np.sort(rng.choice(different, size, replace=False)) for _ in range(looks)]


def _depths(
    matrix: NDArray[np.float64],
    fits: Sequence[Fit],
    samples: Sequence[NDArray[np.int64]],
    seed: int,
) -> NDArray[np.float64]:
    """Return the depth of every grouping in every look, shape (looks, fits).

    Groupings without a valley in the first look have that look's depth in all.
    """
    table = np.empty((len(samples), len(fits)))
    for column, fit in enumerate(fits):
        for look, rows in enumerate(samples):
            own = child(seed, f"look {look}")
            table[look, column] = depth(matrix[rows], fit.labels[rows], own, floor=SHALLOW / 2)
            if look == 0 and table[0, column] < SHALLOW:
                table[:, column] = table[0, column]
                break
    return table


def _count(fits: Sequence[Fit], middle: NDArray[np.float64], least: float) -> int:
    """Return the largest k whose groups are all parted by a visible valley; 1 if there is none."""
    return max(
        (fit.k for fit, value in zip(fits, middle, strict=True) if value >= least), default=1
    )


def two_hilled(space: Space, seed: int) -> dict[str, float]:
    """Return the columns that have two hills by themselves, with the valley between, deepest first.

    Parameters
    ----------
    space : songs, no two equal.
    seed : starts the cut of a column in two.
    """
    found = {}
    for name, column in zip(space.names, space.matrix.T, strict=True):
        if len(np.unique(column)) >= FEWEST_VALUES:
            labels = KMeans(2, n_init=1, random_state=seed).fit_predict(column[:, None])
            found[name] = depth(column[:, None], labels, seed, floor=CLEAR / 2)
    clear = {name: value for name, value in found.items() if value >= CLEAR}
    return dict(sorted(clear.items(), key=lambda pair: -pair[1]))
