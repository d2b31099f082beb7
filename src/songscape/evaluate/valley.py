"""Valley: how far density falls on the way from one group to another.

Groups that are there by nature have few songs between them. Two groups are laid on the line that
parts them best (Fisher's discriminant, with a shrunken covariance), and the density of songs along
it is taken: two hills with a *valley* between, or one hill. The depth is ln(lower hill / valley):
ln 2 means that the valley is half as dense. A group that is only a slice of a larger one has no
valley towards its neighbour. The score is the smallest depth of any two groups.

Three things keep it honest:

- Each half of the songs is laid on the line found on the other half: on its own line, chance alone
  parts few songs in many dimensions.
- Density along the line is a count, and counts are uncertain. Of whole groups the depth is the
  lower limit (95 %, one-sided, Poisson), so that a few far songs are no hill.
- The halves of one bent sheet show a valley on a straight line, too. So every group is cut into up
  to :data:`CELLS` small cells, and the nearest cells of two groups must be parted as well. Cells of
  a bent sheet are nearly flat and touch.

Merging groups whose densities are not parted on a line is known from mixtures (Tantrum, Murua &
Stuetzle 2003, "Assessment and pruning of hierarchical model based clustering"; Hennig 2010,
"Methods for merging Gaussian mixture components"); the cells are this project's own.
Beware: groups that wind around each other have no straight line between them and count as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.cluster.kmeans import KMeans
from songscape.core.seeds import child, generator
from songscape.evaluate._defined import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

    Matrix = NDArray[np.float64]

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = "Hennig 2010, Methods for merging Gaussian mixture components"

MOST = 10_000
"""Songs looked at; of larger collections a sample of so many."""

LEAST = 20
"""Songs without which a group is too small to have a density."""

CELLS = 8
"""Cells of a group: eight slices of one and a half turns of a sheet are flat enough to touch."""

PER_CELL = 50
"""Songs of a cell at least, on average; smaller groups have fewer cells."""

PER_DIMENSION = 3
"""Songs of a cell for every dimension at least: a line found on fewer is noise."""

NEAR = 6
"""Pairs of cells looked at between two groups: the nearest ones, where a bridge would be."""

DEEPEST = 9.0
"""The depth of a valley without any song; e⁹ songs on the hills would be needed to say more."""

SURE = 1.645
"""Standard errors of the lower limit."""

START, STEP, PLACES = -1.0, 1 / 60, 181
"""Places on the line where density is taken; the means of the two groups are at 0 and 1."""

FEWEST_VALUES = 25
"""A column with fewer different values is a lattice, whose steps are valleys by definition."""


@dataclass(frozen=True, eq=False)
class _Half:
    """Half of the songs of a group or cell, with what a discriminant needs of them."""

    songs: Matrix
    mean: Matrix
    scatter: Matrix


_Cell = tuple[_Half, _Half]


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the smallest depth between two groups, in ln density; NaN with fewer than two."""
    del truth
    rows = distinct_sample(space.matrix, MOST, fit.seed)
    labels = fit.labels[rows]
    if len(np.unique(labels[labels >= 0])) < 2:
        return UNDEFINED
    return depth(space.matrix[rows], labels, fit.seed)


def distinct_sample(matrix: Matrix, most: int, seed: int) -> NDArray[np.int64]:
    """Draw at most so many different rows; copies of one song would be hills of their own."""
    _, rows = np.unique(matrix + 0.0, axis=0, return_index=True)
    if len(rows) > most:
        rows = generator(seed, "distinct").choice(np.sort(rows), most, replace=False)
    return np.sort(rows).astype(np.int64)


def continuous(matrix: Matrix) -> NDArray[np.bool_]:
    """Return which columns have many values, shape (d,); all of them if none has."""
    values = (np.diff(np.sort(matrix, axis=0), axis=0) > 0).sum(axis=0) + 1
    many = values >= min(FEWEST_VALUES, len(matrix) // 2)
    return many if many.any() else np.ones(matrix.shape[1], dtype=np.bool_)


def depth(matrix: Matrix, labels: NDArray[np.int32], seed: int, floor: float = 0.0) -> float:
    """Return the smallest depth between any two groups, 0 for a slice or a group too small.

    Parameters
    ----------
    matrix : float array of shape (n, d), no two rows equal.
    labels : the group of every song; those below 0 are left out.
    seed : halves the songs and cuts the cells.
    floor : as soon as some pair lies below, its depth is the answer; others may lie lower still.
    """
    matrix = matrix[:, continuous(matrix)]
    groups = [matrix[labels == label] for label in np.unique(labels[labels >= 0])]
    if len(groups) < 2 or min(map(len, groups)) < LEAST:
        return 0.0
    rng = generator(seed, "valley")
    lowest = DEEPEST
    for found in _depths(groups, rng, child(seed, "cells")):
        lowest = min(lowest, found)
        if lowest <= floor:
            break
    return max(lowest, 0.0)


def _depths(groups: Sequence[Matrix], rng: np.random.Generator, seed: int) -> Iterator[float]:
    """Give the depth of every pair of groups, then that of their nearest cells."""
    whole = [_cell(songs, rng) for songs in groups]
    for one, other in combinations(whole, 2):
        yield between(one, other, SURE)
    cells = [[_cell(part, rng) for part in _cut(songs, seed)] for songs in groups]
    for some, others in combinations(cells, 2):
        for one, other in _nearest(some, others):
            yield between(one, other, 0.0)


def _cut(songs: Matrix, seed: int) -> list[Matrix]:
    """Cut a group into cells."""
    d = songs.shape[1]
    # In few dimensions so many cells would be slices finer than a valley is wide.
    count = min(CELLS, 2**d, len(songs) // max(PER_CELL, PER_DIMENSION * d))
    if d < 2 or count < 2:
        return []
    labels = KMeans(count, n_init=1, random_state=seed).fit_predict(songs)
    parts = [songs[labels == cell] for cell in range(count)]
    return [part for part in parts if len(part) >= LEAST]


def _cell(songs: Matrix, rng: np.random.Generator) -> _Cell:
    """Halve songs by chance."""
    order = rng.permutation(len(songs))
    middle = len(songs) // 2
    return _half(songs[order[:middle]]), _half(songs[order[middle:]])


def _half(songs: Matrix) -> _Half:
    """Return songs with their mean and their scatter."""
    mean = songs.mean(axis=0)
    centred = songs - mean
    return _Half(songs, mean, centred.T @ centred)


def _nearest(some: Sequence[_Cell], others: Sequence[_Cell]) -> list[tuple[_Cell, _Cell]]:
    """Return the pairs of cells of two groups whose means are nearest."""
    pairs = list(product(some, others))
    far = [float(((one[0].mean - other[0].mean) ** 2).sum()) for one, other in pairs]
    return [pairs[at] for at in np.argsort(far, kind="stable")[:NEAR]]


def between(one: _Cell, other: _Cell, sure: float) -> float:
    """Return the depth of the valley between two groups or cells, as a lower limit."""
    laid = [_laid(one[i], other[i], one[1 - i], other[1 - i]) for i in (0, 1)]
    left, right = (np.concatenate([part[side] for part in laid]) for side in (0, 1))
    if not np.isfinite(left).all() or not np.isfinite(right).all():
        return 0.0
    return _depth(_counts(left, right), sure)


def _laid(learnt: _Half, learnt_other: _Half, half: _Half, other: _Half) -> tuple[Matrix, Matrix]:
    """Lay the songs of two halves on the line found on the other halves, their means at 0 and 1."""
    n, d = len(learnt.songs) + len(learnt_other.songs), len(learnt.mean)
    scatter = (learnt.scatter + learnt_other.scatter) / n
    shrink = min(1.0, d / n + 0.02)
    ridge = shrink * np.trace(scatter) / d + np.finfo(float).tiny
    covariance = (1 - shrink) * scatter + ridge * np.eye(d)
    line = np.linalg.solve(covariance, learnt_other.mean - learnt.mean)
    start, length = half.mean @ line, (other.mean - half.mean) @ line
    if length <= 0:
        return np.array([np.nan]), np.array([np.nan])
    return (half.songs @ line - start) / length, (other.songs @ line - start) / length


def _counts(left: Matrix, right: Matrix) -> Matrix:
    """Return the effective number of songs at every place of the grid, by a Gaussian kernel.

    The kernel's width follows Silverman's rule for the narrower of the two. A kernel estimate has
    the variance of a count √2 times the sum of its weights (height 1), whatever its width.
    """
    spread = min(left.std(), right.std())
    width = max(1.06 * spread * min(len(left), len(right)) ** -0.2, STEP)
    places = np.rint((np.concatenate([left, right]) - START) / STEP)
    inside = places[(places >= 0) & (places < PLACES)].astype(np.int64)
    reach = min(int(np.ceil(4 * width / STEP)), PLACES)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * STEP / width) ** 2)
    smooth = np.convolve(np.bincount(inside, minlength=PLACES), kernel)
    counts: Matrix = np.sqrt(2) * smooth[reach : reach + PLACES]
    return counts


def _depth(counts: Matrix, sure: float) -> float:
    """Return the depth of the deepest valley of a profile, `sure` standard errors below it."""
    hill = np.minimum(np.maximum.accumulate(counts), np.maximum.accumulate(counts[::-1])[::-1])
    depths = np.log((hill + 1) / (counts + 1))
    errors = np.sqrt(1 / (hill + 1) + 1 / (counts + 1))
    return float(min((depths - sure * errors).max(), DEEPEST))
