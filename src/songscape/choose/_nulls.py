"""Is there structure at all? Criteria on the songs against the same on songs without groups.

Songs and references are grouped by k-means at a few :data:`KS` and each criterion takes its
best value over these k, so that the choice of k is part of the test and costs no honesty. The
p-value is the share of references that do as well, the songs among them (North, Curtis & Sham
2002, "A note on the calculation of empirical P values"); the effect is how far the songs lie above
the mean reference, in units of the criterion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.choose import _references
from songscape.cluster.kmeans import KMeans
from songscape.core.choice import EVIDENCE, Null
from songscape.core.fit import Fit
from songscape.core.guard import distinct_rows
from songscape.core.seeds import child, generator
from songscape.core.space import Space
from songscape.evaluate import silhouette, valley

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

KS = (2, 3, 4, 6, 8)
"""Numbers of groups in the test: songs without groups look best at few, and most with some do."""

ROWS = 1_000
"""Songs of a reference. Fewer than are judged, so references are noisier and the test milder."""

STATISTICS = ("valley", "silhouette")


def drawn(matrix: Matrix, draws: int, seed: int) -> pl.DataFrame:
    """Return every criterion's best value on the songs and on every reference drawn.

    Parameters
    ----------
    matrix : the songs, shape (n, d), no two rows equal.
    draws : references of each kind.
    seed : draws them, and a sample of many songs.
    """
    if len(matrix) > ROWS:
        rows = generator(seed, "null").choice(len(matrix), ROWS, replace=False)
        matrix = matrix[np.sort(rows)]
    rows_of = [("observed", best(matrix, seed))]
    for name in _references.NAMES:
        rng = generator(seed, f"reference {name}")
        for index in range(draws):
            own = child(seed, f"{name} {index}")
            rows_of.append((name, best(_references.draw(name, matrix, rng), own)))
    values = [
        (statistic, name, found[statistic]) for statistic in STATISTICS for name, found in rows_of
    ]
    return pl.DataFrame(values, schema=EVIDENCE, orient="row")


def best(matrix: Matrix, seed: int) -> dict[str, float]:
    """Return the best value over k of every criterion on one set of songs; 0 where undefined."""
    ks = [k for k in KS if k <= distinct_rows(matrix, enough=KS[-1])]
    models = [KMeans(k, n_init=1, random_state=seed).fit(matrix) for k in ks]
    fits = [Fit(model.labels_, None, k, seed) for k, model in zip(ks, models, strict=True)]
    space = Space(matrix, tuple(f"x{column}" for column in range(matrix.shape[1])))
    widths = [value for value in silhouette.scores(space, fits) if np.isfinite(value)]
    deepest = 0.0
    for fit in fits:
        # What cannot be deeper than another need not be measured to the end.
        deepest = max(deepest, valley.depth(matrix, fit.labels, seed, floor=deepest))
    return {"valley": deepest, "silhouette": max(widths, default=0.0)}


def tests(table: pl.DataFrame) -> list[Null]:
    """Return the p-value and the effect of every criterion against every kind of reference."""
    found = []
    for (statistic, name), part in table.group_by("statistic", "reference", maintain_order=True):
        if name != "observed":
            own = pl.col("statistic") == statistic
            seen = table.filter(own & (pl.col("reference") == "observed"))["value"][0]
            values = part["value"].to_numpy()
            p = p_value(values, seen)
            found.append(Null(str(statistic), str(name), seen, p, seen - float(values.mean())))
    return found


def p_value(references: Matrix, observed: float) -> float:
    """Return the share of references as good as the songs, the songs among them.

    Examples
    --------
    >>> p_value(np.array([0.1, 0.2, 0.3]), 0.25)
    0.5
    """
    return float((1 + (references >= observed).sum()) / (1 + len(references)))
