"""Reliability: whether memberships of 0.8 come true eight times in ten.

Songs are put in bins of equal number by how sure their membership says they are, and each bin's
mean membership is held against the share that came true there. The expected calibration error is
the mean difference, weighted by songs (Naeini, Cooper & Hauskrecht 2015, "Obtaining well calibrated
probabilities using Bayesian binning").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10


def reliability(said: NDArray[np.float64], true: NDArray[np.float64]) -> pl.DataFrame:
    """Return what was said and what came true in bins of songs, the unsurest first.

    Parameters
    ----------
    said : membership of every song in its cluster, shape (n,), 0..1.
    true : whether, or how often, it came true, shape (n,), 0..1; NaN where it was not tried.

    Returns
    -------
    frame with ``said, true, songs``.
    """
    tried = np.isfinite(said) & np.isfinite(true)
    # Membership of many songs may be equal: they belong in one bin, whatever their order.
    order = np.argsort(said[tried], kind="stable")
    values, came = said[tried][order], true[tried][order]
    edges = np.unique(np.searchsorted(values, values[np.arange(0, len(values), _step(values))]))
    parts = list(zip(edges, [*edges[1:], len(values)], strict=True)) if len(values) else []
    return pl.DataFrame(
        [(float(values[a:b].mean()), float(came[a:b].mean()), int(b - a)) for a, b in parts],
        schema={"said": pl.Float64, "true": pl.Float64, "songs": pl.Int64},
        orient="row",
    )


def calibration_error(table: pl.DataFrame) -> float:
    """Return the expected calibration error of a table of bins, 0..1; NaN without songs.

    >>> calibration_error(reliability(np.array([0.9] * 10), np.array([1.0] * 5 + [0.0] * 5)))
    0.4
    """
    if table.is_empty():
        return float("nan")
    off, songs = (table["said"] - table["true"]).abs().to_numpy(), table["songs"].to_numpy()
    return float((off * songs).sum() / songs.sum())


def _step(values: NDArray[np.float64]) -> int:
    """Return how many songs a bin holds."""
    return max(1, -(-len(values) // BINS))
