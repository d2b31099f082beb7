"""Whether groups stand apart, more than groups do in songs that have none.

Two views of the density landscape of :mod:`songscape.evaluate.valley`. A coarse one (many
neighbours, little noise) answers whether there are groups; a fine one how many.

One sample of songs is one throw: at 3,000 songs the depth of one and the same valley differs by
±0.13 (one standard deviation) from sample to sample, which is enough to carry a borderline table
over any threshold and back. So both views are taken of many samples, a grouping has the median
depth of all, and groups are natural only where nearly every sample says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.choose import _references
from songscape.choose._sweep import Value
from songscape.cluster.kmeans import KMeans
from songscape.core.seeds import generator
from songscape.evaluate.valley import (
    Landscape,
    among,
    distinct_sample,
    landscape,
    lowest,
    peaks,
    persistences,
    prominences,
    sink,
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

SURE = 0.9
"""Share of the samples that must show the valleys. Where each shows them with probability 1/2, as
on a table right at the threshold, 14 of 15 do so once in 2,000 times."""

MOST = 0.75
"""Share of the samples in which the valleys of a k must be visible for it to count. Half is too
few: a bump of few songs is in most samples of a small collection, and made nine groups of eight."""

SHARE = 0.8
"""Share of a small collection that is one sample, so that samples differ there, too."""


@dataclass(frozen=True, eq=False)
class Valleys:
    """What the landscape says.

    Parameters
    ----------
    natural : whether there are groups.
    k : how many, 1 if there are none.
    depth : the coarse valley, in ln density, that parts *all* groups of the grouping best parted,
        in the median over the samples.
    p : share of references with no shallower valley anywhere, for each kind.
    clear : samples in which that valley is clear, and deeper than in references.
    looks : samples looked at.
    evidence : columns reference, value.
    curve : the smallest prominence at every k and seed, by the fine view, median over the samples.
    rows : songs in each sample.
    """

    natural: bool
    k: int
    depth: float
    p: dict[str, float]
    clear: int
    looks: int
    evidence: pl.DataFrame
    curve: list[Value]
    rows: int


@dataclass(frozen=True, eq=False)
class _Look:
    """One sample of songs and how deep the groups of every fit are parted in it.

    Parameters
    ----------
    matrix : the songs, shape (rows, d).
    dimension : their inner dimension.
    coarse, fine : the smallest prominence of every fit in either view, shape (fits,).
    """

    matrix: NDArray[np.float64]
    dimension: float
    coarse: NDArray[np.float64]
    fine: NDArray[np.float64]


def valleys(
    space: Space, fits: Sequence[Fit], rows: int, looks: int, draws: int, seed: int
) -> Valleys:
    """Look for valleys between the groups of a sweep and test them against references.

    Parameters
    ----------
    space : the songs swept.
    fits : the sweep, at least one.
    rows : songs in a sample, at most.
    looks : samples.
    draws : references of each kind.
    seed : draws all of them.
    """
    samples = _samples(space.matrix, rows, looks, seed)
    seen = [_look(space.matrix, fits, chosen) for chosen in samples]
    depths = _best_parted(np.array([look.coarse for look in seen]))
    deepest = _deepest_in_references(seen[0].matrix, seen[0].dimension, draws, seed)
    depth = float(np.median(depths))
    clear = int(_clear(depths, deepest).sum())
    fine = np.array([look.fine for look in seen])
    k = _count(seen[0], _shown(fits, fine), draws, seed) if clear >= SURE * looks else 1
    return Valleys(
        natural=k > 1,
        k=k,
        depth=depth,
        p={name: float(_p(values, depth)) for name, values in deepest.items()},
        clear=clear,
        looks=looks,
        evidence=_evidence(deepest, depth),
        curve=_curve(fits, fine, len(samples[0])),
        rows=len(samples[0]),
    )


def _samples(
    matrix: NDArray[np.float64], rows: int, looks: int, seed: int
) -> list[NDArray[np.int64]]:
    """Draw the rows of every sample, in order."""
    different = distinct_sample(matrix, len(matrix), seed)
    size = min(rows, int(np.ceil(SHARE * len(different))))
    rng = generator(seed, "looks")
    return [np.sort(rng.choice(different, size, replace=False)) for _ in range(looks)]


def _look(matrix: NDArray[np.float64], fits: Sequence[Fit], chosen: NDArray[np.int64]) -> _Look:
    """Look at the groups of every fit on one sample."""
    songs = matrix[chosen]
    coarse, fine = landscape(songs, _neighbours(COARSE, len(songs))), landscape(songs, FINE)
    partings = (_partings(land, fits, chosen) for land in (coarse, fine))
    return _Look(songs, coarse.dimension, *partings)


def _best_parted(coarse: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the depth, in every sample, of the fit that is parted deepest in the median.

    Parameters
    ----------
    coarse : shape (looks, fits). One fit for all samples: the best of each sample apart would
        reward the fits for chance.
    """
    depths: NDArray[np.float64] = coarse[:, int(np.argmax(np.median(coarse, axis=0)))]
    return depths


def _clear(
    depths: NDArray[np.float64], deepest: dict[str, NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Return which depths are clear valleys, deeper than references without groups show."""
    deeper = [_p(deepest[name], depths) <= LEVEL for name in _references.STRUCTURELESS]
    clear: NDArray[np.bool_] = np.all([depths >= CLEAR, *deeper], axis=0)
    return clear


def _p(values: NDArray[np.float64], depth: Any) -> Any:
    """Return the p-value of one depth or of several: the share of references as deep, itself in."""
    return (1 + (values[:, None] >= depth).sum(axis=0).squeeze()) / (1 + len(values))


def _curve(fits: Sequence[Fit], fine: NDArray[np.float64], rows: int) -> list[Value]:
    """Return the median parting of every fit over the samples."""
    middle = np.median(fine, axis=0)
    return [
        Value(fit.k, "valley", float(value), fit.seed, "high", rows)
        for fit, value in zip(fits, middle, strict=True)
    ]


def _neighbours(wanted: int, n: int) -> int:
    """Return how many neighbours to look at: a fiftieth of the songs, within bounds."""
    return int(np.clip(n // 50, FINE, wanted))


def _partings(
    land: Landscape, fits: Sequence[Fit], chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the smallest prominence of every fit; 0 if a group has no song in the sample."""
    found = [peaks(land, fit.labels[chosen]) for fit in fits]
    fewer = among(land, sorted(set().union(*found)))
    return np.array(
        [
            lowest(sink(fewer, tops)) if len(tops) >= max(2, fit.k) else 0.0
            for fit, tops in zip(fits, found, strict=True)
        ]
    )


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


def _shown(fits: Sequence[Fit], fine: NDArray[np.float64]) -> dict[int, float]:
    """Return, at every k, the depth that :data:`MOST` of the samples show for one fit."""
    depths = np.quantile(fine, 1 - MOST, axis=0)
    shown: dict[int, float] = {}
    for fit, depth in zip(fits, depths, strict=True):
        shown[fit.k] = max(shown.get(fit.k, 0.0), float(depth))
    return shown


def _count(look: _Look, shown: dict[int, float], draws: int, seed: int) -> int:
    """Return the largest k whose groups are all parted by a visible valley; 1 if there is none."""
    visible = [k for k, depth in sorted(shown.items(), reverse=True) if depth >= VISIBLE]
    lands = _flat(look.matrix, look.dimension, draws, seed) if visible else []
    return next((k for k in visible if shown[k] > _noise(lands, k, seed)), 1)


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
