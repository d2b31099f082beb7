"""Probabilities that mean what they say: temperature scaling, and how to see whether they do.

A temperature T divides the logarithms of all probabilities before they are made to sum to 1 again;
T > 1 makes a model less sure. It is the one with the highest likelihood on songs held out, changes
no answer, and was the best of many remedies (Guo et al. 2017, "On calibration of modern neural
networks"). The expected calibration error is the mean difference between how sure a model is and
how often it is right, over bins of sureness, weighted by songs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.optimize import minimize_scalar
from scipy.special import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST = 1e-6
"""Probabilities are taken to be at least this, as no model is that sure."""

BINS = 15
RANGE = (0.1, 10.0)


def softened(shares: Floats, heat: float) -> Floats:
    """Return probabilities at a temperature, shape (n, classes); rows sum to 1.

    >>> softened(np.array([[0.9, 0.1]]), 1.0).round(3).tolist()
    [[0.9, 0.1]]
    """
    logs = np.log(np.clip(shares, LEAST, 1)) / heat
    return np.asarray(softmax(logs, axis=1))


def temperature(shares: Floats, codes: NDArray[np.int64]) -> float:
    """Return the temperature under which songs' true classes are likeliest.

    Parameters
    ----------
    shares : probabilities of songs held out, shape (n, classes).
    codes : their true classes as indices, shape (n,).
    """
    logs = np.log(np.clip(shares, LEAST, 1))

    def cost(log_heat: float) -> float:
        scaled = logs / np.exp(log_heat)
        top = scaled.max(axis=1)
        total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float((total - scaled[np.arange(len(codes)), codes]).mean())

    found = minimize_scalar(cost, bounds=tuple(np.log(RANGE)), method="bounded")
    return float(np.exp(found.x))


def reliability(sure: Floats, right: NDArray[np.bool_]) -> pl.DataFrame:
    """Return how often answers are right by how sure they are.

    Parameters
    ----------
    sure : probability of the answer, shape (n,).
    right : whether it was right, shape (n,).

    Returns
    -------
    Frame with `low`, `high` (of a bin), `songs`, `confidence` and `accuracy` (their means).
    """
    edges = np.linspace(0, 1, BINS + 1)
    index = np.clip(np.digitize(sure, edges[1:-1], right=True), 0, BINS - 1)
    frame = pl.DataFrame({"bin": index, "sure": sure, "right": right.astype(float)})
    return (
        frame.group_by("bin")
        .agg(songs=pl.len(), confidence=pl.col("sure").mean(), accuracy=pl.col("right").mean())
        .sort("bin")
        .select(
            low=pl.col("bin") / BINS,
            high=(pl.col("bin") + 1) / BINS,
            songs="songs",
            confidence="confidence",
            accuracy="accuracy",
        )
    )


def calibration_error(sure: Floats, right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, 0..1; 0 is best.

    >>> calibration_error(np.array([0.8] * 10), np.arange(10) < 8)
    0.0
    """
    table = reliability(sure, right)
    gaps = (table["confidence"] - table["accuracy"]).abs() * table["songs"]
    return round(float(gaps.sum()) / len(sure), 12)


def coverage(sure: Floats, right: NDArray[np.bool_]) -> pl.DataFrame:
    """Return the accuracy among the surest songs: what is gained by abstaining from the rest.

    Returns
    -------
    Frame of at most 101 rows with `coverage` (share of songs answered), `accuracy` among them and
    `confidence` (of the least sure of them).
    """
    order = np.argsort(-sure, kind="stable")
    taken = np.unique(np.linspace(1, len(sure), min(len(sure), 101)).round().astype(int))
    return pl.DataFrame(
        {
            "coverage": taken / len(sure),
            "accuracy": np.cumsum(right[order])[taken - 1] / taken,
            "confidence": sure[order][taken - 1],
        }
    )
