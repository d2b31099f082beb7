"""What the axes of the map mean: which features grow along them.

A map made by t-SNE or UMAP has no formula for its axes, so people ask what left and right are. The
answer here is Spearman's rank correlation of every feature with every coordinate: +1 means the
feature always grows along the axis, 0 that it does not care. Ranks, because the map bends distances
but mostly keeps order. Weak numbers are an answer too: then only neighbourhoods mean something.

References
----------
Spearman, C. (1904). The proof and measurement of association between two things. *American Journal
of Psychology* 15, 72–101.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SCHEMA = {"axis": pl.String, "feature": pl.String, "correlation": pl.Float64}


def axes(features: pl.DataFrame, coordinates: pl.DataFrame) -> pl.DataFrame:
    """Correlate every feature with every coordinate of the map.

    Parameters
    ----------
    features : numeric columns, shape (n, d); missing values are left out pair by pair.
    coordinates : the map, columns ``x, y`` and perhaps ``z``, shape (n, 2 or 3).

    Returns
    -------
    frame with ``axis, feature, correlation`` (Spearman's ρ, −1..1), strongest first within an axis;
    features that do not vary are left out.

    Examples
    --------
    >>> features = pl.DataFrame({"tempo": [1.0, 2.0, 4.0], "energy": [3.0, 1.0, 2.0]})
    >>> axes(features, pl.DataFrame({"x": [0.0, 5.0, 6.0]})).rows()
    [('x', 'tempo', 1.0), ('x', 'energy', -0.5)]
    """
    columns = {name: _numbers(features[name]) for name in features.columns}
    rows = [
        (axis, name, rho)
        for axis in coordinates.columns
        for name, column in columns.items()
        if (rho := rank_correlation(column, _numbers(coordinates[axis]))) is not None
    ]
    rows.sort(key=lambda row: (row[0], -round(abs(row[2]), 9), row[1]))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def rank_correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float | None:
    """Return Spearman's ρ of two columns over the rows where both are finite; None if undefined."""
    from scipy.stats import rankdata

    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < 3:
        return None
    a, b = rankdata(left[both]), rankdata(right[both])
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    # Ranks are sums of halves, so the quotient is exact to the last bits; these are cut off.
    return round(float(a @ b) / size, 12) if size > 0 else None


def _numbers(series: pl.Series) -> NDArray[np.float64]:
    """Return a column as floats, NaN where it is missing."""
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
