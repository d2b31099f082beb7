"""Held-out scores with nothing of the test songs seen before: not even by the scaler.

A preparation fitted on all songs knows the mean and spread of those held out. Here songs are split
first, copies and all songs of an artist or album on one side; preparation, reduction and grouping
are fitted on one part, and the other is only placed. That makes a second space, with a fingerprint
of its own: its scores are never set beside those of the run's space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn.base import clone

from songscape.core.seeds import child, generator
from songscape.core.space import Space
from songscape.evaluate._likelihood import log_density
from songscape.evaluate._refit import means, squared_distances, sweep
from songscape.evaluate._split import split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.evaluate._groups import Groups
    from songscape.run._fitter import Fitter

TEST = 0.3
"""Share of songs held out."""

MOST = 10_000
"""Songs looked at; of larger collections a sample of so many."""

KS = (1, 2, 4, 8, 16, 32, 64)
"""Numbers of groups tried beside the chosen one."""

COLUMNS = {
    "k": pl.Int64,
    "criterion": pl.String,
    "value": pl.Float64,
    "fingerprint": pl.String,
    "n_train": pl.Int64,
    "n_test": pl.Int64,
}


def held_out(
    features: pl.DataFrame,
    pipeline: Any,
    fitter: Fitter,
    k: int,
    seed: int,
    groups: Groups | None = None,
) -> pl.DataFrame:
    """Return cost and likelihood of held-out songs at several k.

    Parameters
    ----------
    features : the songs before preparation.
    pipeline : preparation and reduction; a copy is fitted.
    fitter : groups a space at many k.
    k : the chosen number of groups, tried beside others.
    seed : samples, splits and starts.
    groups : artists and albums, as :func:`~songscape.evaluate._groups.owners` takes them.

    Returns
    -------
    frame with ``k, criterion, value, fingerprint, n_train, n_test``: `held_out_cost` is the mean
    squared distance to the nearest mean, `held_out_likelihood` the mean log density in nats, of the
    mixture or of the round mixture a hard grouping stands for. Empty where the reduction cannot
    place new songs, or too few songs are left on a side.
    """
    rows = _sample(features.height, seed)
    songs = features[rows]
    own = None if groups is None else [np.asarray(group)[rows] for group in groups]
    raw = Space.of(songs.fill_null(0).fill_nan(0), "raw")
    train, test = split(raw, TEST, child(seed, "held out"), own)
    if not hasattr(pipeline, "transform") or train.sum() <= 2 * k or test.sum() < 2:
        return pl.DataFrame(schema=COLUMNS)
    fresh = clone(pipeline)
    seen = Space.of(fresh.fit_transform(songs.filter(pl.Series(train))), "train")
    unseen = np.asarray(fresh.transform(songs.filter(pl.Series(test))), dtype=np.float64)
    ks = sorted({one for one in (*KS, k) if 1 <= one <= seen.n // 10} | {k})
    fits = sweep(fitter, seen, ks, child(seed, "held out"))
    values = [(fit.k, *pair) for fit in fits for pair in _scores(seen, fit, unseen)]
    told = (seen.fingerprint, seen.n, len(unseen))
    return pl.DataFrame([(*value, *told) for value in values], schema=COLUMNS, orient="row")


def _scores(seen: Space, fit: Fit, unseen: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Return the cost and the likelihood of held-out songs under one grouping."""
    if not (fit.labels >= 0).any():
        return []
    cost = squared_distances(unseen, means(seen.matrix, fit.labels)).min(axis=1).mean()
    if hasattr(fit.estimator, "score_samples"):
        density = fit.estimator.score_samples(unseen)
    else:
        density = log_density(seen.matrix, fit.labels, unseen)
    return [("held_out_cost", float(cost)), ("held_out_likelihood", float(density.mean()))]


def summary(table: pl.DataFrame, k: int) -> dict[str, Any] | None:
    """Return what ``run.json`` says of held-out songs."""
    if table.is_empty():
        return None
    at = {row["criterion"]: row["value"] for row in table.filter(pl.col("k") == k).to_dicts()}
    likelihood = table.filter(pl.col("criterion") == "held_out_likelihood")
    best = likelihood.sort("value", descending=True)["k"].first()
    first = table.row(0, named=True)
    return {
        "cost": at.get("held_out_cost"),
        "likelihood": at.get("held_out_likelihood"),
        "k_of_best_likelihood": best,
        "n_train": first["n_train"],
        "n_test": first["n_test"],
        "space": first["fingerprint"],
    }


def _sample(n: int, seed: int) -> NDArray[np.int64]:
    """Draw at most MOST songs, in order."""
    if n <= MOST:
        return np.arange(n)
    return np.sort(generator(seed, "held out sample").choice(n, MOST, replace=False))
