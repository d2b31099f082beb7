"""Which features a grouping rests on, and what it would be without each, or with one more.

Everything is measured in the one space the songs were grouped in, so that numbers can be compared:

moved    a feature's values are shuffled among the songs and these placed in the groups that are
         there: the share that lands in another group (permutation importance, after Breiman 2001,
         "Random forests"; here without labels). Nothing is fitted.
ari      the songs are grouped again without the feature (or with a feature that was left out):
         agreement of the new grouping with the old, 1 for the same.
silhouette_change
         silhouette of the new grouping less that of the old, both in the space of the old. It is
         mostly negative: the old grouping was made there. The silhouette in the *new* space would
         rise with every feature taken away and says nothing.

A feature is taken away by giving every song the same value of it and passing all through the fitted
preparation and reduction; what then no longer differs is dropped. One row stands for nothing
changed but the start: what differs less than that is chance. Of large collections a sample is
grouped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn.metrics import adjusted_rand_score

from songscape.core.seeds import child, generator
from songscape.core.space import Space
from songscape.evaluate import silhouette
from songscape.evaluate._refit import assign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit

    Fitter = Callable[[Space, int, int], Fit]

MOST = 4_000
"""Songs that are grouped again; of larger collections a sample of so many for every repeat."""

REPEATS = 3
"""Samples and starts, fewer where there are many features."""

GROUPINGS = 60
"""About how many groupings all repeats may take."""

TRIED = 100
"""Features at most that are taken away, those that move most songs first."""

COLUMNS = {
    "feature": pl.String,
    "kind": pl.String,
    "moved": pl.Float64,
    "ari": pl.Float64,
    "silhouette_change": pl.Float64,
    "repeats": pl.Int64,
}


@dataclass(frozen=True, eq=False)
class Ground:
    """A grouping and how it was come by.

    Parameters
    ----------
    features : the features of the songs before preparation, numeric, without gaps in those used.
    pipeline : the fitted transformer from these to the space.
    space : what was grouped.
    fit : the grouping.
    fitter : groups a space: ``fitter(space, k, seed) -> Fit``.
    """

    features: pl.DataFrame
    pipeline: Any
    space: Space
    fit: Fit
    fitter: Fitter


def importance(ground: Ground, seed: int, others: Sequence[str] = ()) -> pl.DataFrame:
    """Return what every feature means to a grouping.

    Parameters
    ----------
    ground : the grouping and how it was come by.
    seed : draws samples, shuffles and starts.
    others : features that were left out, each tried as one more.

    Returns
    -------
    frame with ``feature, kind, moved, ari, silhouette_change, repeats``: first kind "start"
    (nothing changed but the start), then "without" by falling `moved`, then "with". Numbers that
    were not taken are null. Empty where there are fewer than two groups, or where a reduction
    cannot place songs it was not fitted on (t-SNE).
    """
    found = np.unique(ground.fit.labels[ground.fit.labels >= 0])
    if len(found) < 2 or not hasattr(ground.pipeline, "transform"):
        return pl.DataFrame(schema=COLUMNS)
    moved = _moved(ground, seed)
    ranked = sorted(moved, key=lambda name: (-moved[name], name))
    repeats = max(1, min(REPEATS, GROUPINGS // (len(ranked) + len(others) + 2)))
    drawn = [_Repeat.of(ground, child(seed, f"repeat {index}")) for index in range(repeats)]
    rows: list[tuple[str, str, float | None, float | None, float | None]]
    rows = [("another start", "start", None, *_mean([one.start() for one in drawn]))]
    for name in ranked:
        tried = [one.without(name) for one in drawn] if name in ranked[:TRIED] else []
        rows.append((name, "without", moved[name], *_mean(tried)))
    rows += [(name, "with", None, *_mean([one.plus(name) for one in drawn])) for name in others]
    table = pl.DataFrame([(*row, repeats) for row in rows], schema=COLUMNS, orient="row")
    return table.filter((pl.col("kind") != "with") | pl.col("ari").is_not_null())


@dataclass(frozen=True, eq=False)
class _Repeat:
    """One sample, grouped once, and its groupings under changes."""

    ground: Ground
    rows: NDArray[np.int64]
    space: Space
    labels: NDArray[np.int32]
    silhouette: float
    seed: int

    @classmethod
    def of(cls, ground: Ground, seed: int) -> _Repeat:
        rows = _sample(ground.space.n, MOST, seed)
        space = ground.space.rows(rows)
        fit = ground.fitter(space, ground.fit.k, child(seed, "start"))
        return cls(ground, rows, space, fit.labels, silhouette.score(space, fit), seed)

    def start(self) -> tuple[float, float]:
        """Group the same songs from another start."""
        return self._compared(self.space.matrix, "another start")

    def without(self, name: str) -> tuple[float, float]:
        """Group without a feature."""
        features = self.ground.features[self.rows]
        middle = self.ground.features[name].median()
        flat = features.with_columns(pl.lit(middle, pl.Float64).alias(name))
        matrix = _placed(self.ground.pipeline, flat)
        return self._compared(matrix[:, np.ptp(matrix, axis=0) > 1e-12], "start")

    def plus(self, name: str) -> tuple[float, float]:
        """Group with one more feature, as wide as the others are."""
        column = self.ground.features[name][self.rows].cast(pl.Float64).fill_nan(None)
        values = column.fill_null(strategy="mean").to_numpy()
        spread = values.std() if values.size and np.isfinite(values).all() else 0.0
        if spread <= 0:
            return float("nan"), float("nan")
        width = float(np.sqrt((self.space.matrix.std(axis=0) ** 2).mean()))
        more = (values - values.mean()) / spread * width
        return self._compared(np.column_stack([self.space.matrix, more]), "start")

    def _compared(self, matrix: NDArray[np.float64], start: str) -> tuple[float, float]:
        """Group other coordinates of the songs; compare with the grouping there was."""
        if not matrix.shape[1]:
            return float("nan"), float("nan")
        names = tuple(f"x{index}" for index in range(matrix.shape[1]))
        other = Space(matrix, names, "changed")
        fit = self.ground.fitter(other, self.ground.fit.k, child(self.seed, start))
        agreed = float(adjusted_rand_score(self.labels, fit.labels))
        return agreed, silhouette.score(self.space, fit) - self.silhouette


def _moved(ground: Ground, seed: int) -> dict[str, float]:
    """Return, for every feature the space depends on, the share of songs its shuffling moves."""
    rows = _sample(ground.space.n, MOST, child(seed, "shuffled"))
    features, songs = ground.features[rows], ground.space.rows(rows)
    before = assign(ground.fit, ground.space, songs)
    moved = {}
    for name in features.columns:
        order = generator(seed, f"shuffle {name}").permutation(len(rows))
        shuffled = features.with_columns(features[name][order])
        matrix = _placed(ground.pipeline, shuffled)
        if np.array_equal(matrix, songs.matrix) or features[name].n_unique() < 2:
            continue
        after = assign(ground.fit, ground.space, Space(matrix, songs.names, songs.name))
        moved[name] = float((after != before).mean())
    return moved


def _placed(pipeline: Any, features: pl.DataFrame) -> NDArray[np.float64]:
    """Return features as coordinates of the space."""
    return np.asarray(pipeline.transform(features), dtype=np.float64)


def _sample(n: int, most: int, seed: int) -> NDArray[np.int64]:
    """Draw at most so many songs, in order."""
    if n <= most:
        return np.arange(n)
    return np.sort(generator(seed, "sample").choice(n, most, replace=False))


def _mean(values: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    """Return the means of agreements and silhouette changes; None where there are none."""
    known = np.array([pair for pair in values if np.isfinite(pair).all()])
    if not len(known):
        return None, None
    agreed, change = known.mean(axis=0)
    return float(agreed), float(change)
