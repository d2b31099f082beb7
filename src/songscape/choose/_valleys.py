"""Whether groups stand apart, more than groups do in songs that have none.

Two looks at the density landscape of :mod:`songscape.evaluate.valley`. A coarse one (many
neighbours, little noise) answers whether there are groups; a fine one how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.choose import _references
from songscape.choose._sweep import Value
from songscape.cluster.kmeans import KMeans
from songscape.core.seeds import generator
from songscape.evaluate.valley import (
    Landscape,
    distinct_sample,
    landscape,
    lowest,
    persistences,
    prominences,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

FINE, COARSE = 15, 40
"""Neighbours of the two looks: density noise of about 0.26 and 0.16 in ln density."""

CLEAR = float(np.log(2))
"""The valley that shows that there are groups: half the density of the lower peak."""

VISIBLE = 0.35
"""The shallowest valley that still counts as one when groups are counted: 30 % less dense."""

LEVEL = 0.05
"""Level of the tests."""


@dataclass(frozen=True, eq=False)
class Valleys:
    """What the landscape says.

    Parameters
    ----------
    natural : whether there are groups.
    k : how many, 1 if there are none.
    depth : the deepest coarse valley that parts *all* groups of some k, in ln density.
    p : share of references with no shallower valley anywhere, for each kind.
    evidence : columns reference, value.
    curve : the smallest prominence at every k and seed, by the fine look.
    dimension : inner dimension of the songs.
    """

    natural: bool
    k: int
    depth: float
    p: dict[str, float]
    evidence: pl.DataFrame
    curve: list[Value]
    dimension: float


def valleys(space: Space, fits: Sequence[Fit], rows: int, draws: int, seed: int) -> Valleys:
    """Look for valleys between the groups of a sweep and test them against references.

    Parameters
    ----------
    space : the songs swept.
    fits : the sweep.
    rows : songs looked at, at most.
    draws : references of each kind.
    seed : draws both.
    """
    chosen = distinct_sample(space.matrix, rows, seed)
    matrix = space.matrix[chosen]
    coarse, fine = landscape(matrix, _neighbours(COARSE, len(matrix))), landscape(matrix, FINE)
    depth = max((_parting(coarse, fit, chosen) for fit in fits), default=0.0)
    deepest = _deepest_in_references(matrix, coarse.dimension, draws, seed)
    p = {
        name: float((1 + (values >= depth).sum()) / (1 + draws)) for name, values in deepest.items()
    }
    curve = [
        Value(fit.k, "valley", _parting(fine, fit, chosen), fit.seed, "high", len(matrix))
        for fit in fits
    ]
    natural = depth >= CLEAR and all(p[name] <= LEVEL for name in _references.STRUCTURELESS)
    k = _count(matrix, fine, curve, draws, seed) if natural else 1
    return Valleys(natural and k > 1, k, depth, p, _evidence(deepest, depth), curve, fine.dimension)


def _neighbours(wanted: int, n: int) -> int:
    """Return how many neighbours to look at: a fiftieth of the songs, within bounds."""
    return int(np.clip(n // 50, FINE, wanted))


def _parting(land: Landscape, fit: Fit, rows: NDArray[np.int64]) -> float:
    """Return the smallest prominence of the groups of a fit; 0 if one has no song in the sample."""
    prominence = prominences(land, fit.labels[rows])
    if len(prominence) < max(2, fit.k):
        return 0.0
    return lowest(prominence)


def _deepest_in_references(
    matrix: NDArray[np.float64], dimension: float, draws: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Return, for every kind of reference, the deepest valley of each draw."""
    neighbours = _neighbours(COARSE, len(matrix))
    deepest = {}
    for name in _references.NAMES:
        rng = generator(seed, f"reference {name}")
        lands = (
            landscape(_references.draw(name, matrix, dimension, rng), neighbours)
            for _ in range(draws)
        )
        deepest[name] = np.array([_second(persistences(land)) for land in lands])
    return deepest


def _second(values: NDArray[np.float64]) -> float:
    """Return the prominence of the second peak, 0 if there is one only.

    No grouping whatever can part its groups by a deeper valley, so the references need not be
    grouped and the test errs on the safe side.
    """
    return float(values[1]) if len(values) > 1 else 0.0


def _count(
    matrix: NDArray[np.float64], fine: Landscape, curve: Sequence[Value], draws: int, seed: int
) -> int:
    """Return the largest k whose groups are all parted by a visible valley; 1 if there is none."""
    parting: dict[int, float] = {}
    for value in curve:
        parting[value.k] = max(parting.get(value.k, 0.0), value.value)
    visible = [k for k, depth in sorted(parting.items(), reverse=True) if depth >= VISIBLE]
    lands = _flat(matrix, fine.dimension, draws, seed) if visible else []
    return next((k for k in visible if parting[k] > _noise(lands, k, seed)), 1)


def _flat(
    matrix: NDArray[np.float64], dimension: float, draws: int, seed: int
) -> list[tuple[NDArray[np.float64], Landscape]]:
    """Draw flat references with their fine landscapes."""
    rng = generator(seed, "flat, fine")
    flat = [_references.draw("flat", matrix, dimension, rng) for _ in range(draws)]
    return [(songs, landscape(songs, FINE)) for songs in flat]


def _noise(lands: Sequence[tuple[NDArray[np.float64], Landscape]], k: int, seed: int) -> float:
    """Return the valley that parts k slices of something flat: what noise alone makes, at 95 %."""
    partings = [
        lowest(prominences(land, KMeans(k, n_init=1, random_state=seed).fit_predict(songs)))
        for songs, land in lands
    ]
    return float(np.quantile(partings, 1 - LEVEL))


def _evidence(deepest: dict[str, NDArray[np.float64]], depth: float) -> pl.DataFrame:
    """Return the null test as a table."""
    rows = [(name, float(value)) for name, values in deepest.items() for value in values]
    schema = {"reference": pl.String, "value": pl.Float64}
    return pl.DataFrame([*rows, ("observed", depth)], schema=schema, orient="row")
