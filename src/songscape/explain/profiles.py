"""What is special about a cluster: how far its features lie from the whole collection.

The *standardised difference* of a cluster c in a feature f is ``z = (mean_c − mean) / s``, where
mean and standard deviation s are taken over the collection. It has no unit, so features can be
compared: 0 is average, ±0.5 is noticeable, ±1 is strong. It needs the size of the whole collection
in its denominator, not the spread inside the cluster, because the question is "how does this group
stand out among my songs".

Medians are given beside it in the feature's own unit, since "128 BPM" says more than "z = 1.2" and
the median is not moved by a few odd songs.

References
----------
Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed.: standardised
mean differences and their verbal sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SCHEMA = {
    "cluster": pl.Int32,
    "feature": pl.String,
    "z": pl.Float64,
    "median": pl.Float64,
    "collection_median": pl.Float64,
    "unit": pl.String,
}


def profiles(
    features: pl.DataFrame, labels: NDArray[np.int32], units: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Compare every cluster with the collection, feature by feature.

    Parameters
    ----------
    features : numeric columns in real units, shape (n, d); missing values are left out.
    labels : cluster of every song, shape (n,); -1, noise, counts for the collection only.
    units : unit of each feature, as ``{"tempo": "BPM"}``.

    Returns
    -------
    frame with ``cluster, feature, z, median, collection_median, unit``, one row for each pair, in
    the order of labels and columns. `z` is 0 where the collection does not vary and null where the
    cluster has no value.

    Examples
    --------
    >>> songs = pl.DataFrame({"tempo": [90.0, 100.0, 140.0, 150.0]})
    >>> profiles(songs, np.array([0, 0, 1, 1], dtype=np.int32)).select("cluster", "z", "median")
    shape: (2, 3)
    ┌─────────┬───────────┬────────┐
    │ cluster ┆ z         ┆ median │
    │ ---     ┆ ---       ┆ ---    │
    │ i32     ┆ f64       ┆ f64    │
    ╞═════════╪═══════════╪════════╡
    │ 0       ┆ -0.980581 ┆ 95.0   │
    │ 1       ┆ 0.980581  ┆ 145.0  │
    └─────────┴───────────┴────────┘
    """
    matrix = features.select(
        pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in features.columns
    ).to_numpy()
    center, spread, middle = _moments(matrix)
    rows = []
    for cluster in sorted({int(label) for label in labels if label >= 0}):
        mean, _, median = _moments(matrix[labels == cluster])
        z = np.divide(mean - center, spread, out=np.zeros_like(mean), where=spread > 0)
        for index, name in enumerate(features.columns):
            unit = (units or {}).get(name, "")
            rows.append((cluster, name, z[index], median[index], middle[index], unit))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(
        pl.col("z", "median", "collection_median").fill_nan(None)
    )


def _moments(
    matrix: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, standard deviation and median of every column over the values it has."""
    columns = [column[np.isfinite(column)] for column in matrix.T]
    stack = [
        (column.mean(), column.std(), np.median(column)) if column.size else (np.nan,) * 3
        for column in columns
    ]
    mean, spread, median = np.array(stack, dtype=np.float64).reshape(-1, 3).T
    # A constant column of, say, 0.1 gets a spread of 1e-17 by rounding; it still does not vary.
    spread = np.where(spread > 1e-12 * np.maximum(np.abs(mean), 1e-300), spread, 0.0)
    return mean, spread, median
