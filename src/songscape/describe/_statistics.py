"""Seven statistics of every per-frame column, as in the FMA feature set.

mean, std, skew, kurtosis (excess, both biased as scipy.stats), median, min, max. Columns are
float32, sums float64. The skewness and kurtosis of a column that does not vary do not exist.

References
----------
Defferrard, M., Benzi, K., Vandergheynst, P., Bresson, X. (2017). FMA: a dataset for music analysis.
ISMIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import CONSTANT, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

STATISTICS = ("mean", "std", "skew", "kurtosis", "median", "min", "max")


def statistics(columns: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the seven statistics of each column.

    Parameters
    ----------
    columns : shape (frames, d), at least one frame.

    Returns
    -------
    float64 array of shape (7, d); NaN for the skewness and kurtosis of a constant column.

    Examples
    --------
    >>> statistics(np.array([[1.0], [2.0], [6.0]], np.float32)).round(3).ravel().tolist()
    [3.0, 2.16, 0.595, -1.5, 2.0, 1.0, 6.0]
    """
    ordered = np.sort(np.ascontiguousarray(columns.T), axis=1)
    count = ordered.shape[1]
    mean = ordered.mean(axis=1, dtype=np.float64)
    second, third, fourth = _central_moments(ordered, mean)
    flat = ordered[:, 0] == ordered[:, -1]
    second[flat] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        skew, kurtosis = third / second**1.5, fourth / second**2 - 3
    skew[flat] = kurtosis[flat] = np.nan
    median = (ordered[:, (count - 1) // 2].astype(np.float64) + ordered[:, count // 2]) / 2
    return np.stack([mean, np.sqrt(second), skew, kurtosis, median, ordered[:, 0], ordered[:, -1]])


def _central_moments(
    rows: NDArray[np.float32], mean: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the second, third and fourth central moment of every row, a row at a time.

    Row by row the float64 copy stays in the cache and the memory small.
    """
    moments = np.empty((3, len(rows)))
    for row, centre in enumerate(mean):
        deviation = rows[row] - centre
        square = deviation * deviation
        moments[:, row] = square.sum(), square @ deviation, square @ square
    moments /= rows.shape[1]
    return moments[0], moments[1], moments[2]


def column_names(name: str, width: int) -> tuple[str, ...]:
    """Return the names of a block of columns: numbered from 01 if there is more than one.

    >>> column_names("mfcc", 2), column_names("zcr", 1)
    (('mfcc_01', 'mfcc_02'), ('zcr',))
    """
    return (name,) if width == 1 else tuple(f"{name}_{i:02d}" for i in range(1, width + 1))


def summary(blocks: Mapping[str, NDArray[np.float32]]) -> dict[str, Estimate]:
    """Return the seven statistics of named blocks of columns as estimates.

    Parameters
    ----------
    blocks : name to an array of shape (frames, width) or (frames,).
    """
    shaped = {name: block.reshape(len(block), -1) for name, block in blocks.items()}
    names = [one for name, block in shaped.items() for one in column_names(name, block.shape[1])]
    table = statistics(np.concatenate(list(shaped.values()), axis=1)).T
    return {
        f"{name}_{statistic}": estimate(value, CONSTANT)
        for name, row in zip(names, table.tolist(), strict=True)
        for statistic, value in zip(STATISTICS, row, strict=True)
    }


def estimate(value: float, reason: str) -> Estimate:
    """Return a value, or the reason if it is not a finite number."""
    return Estimate(value) if np.isfinite(value) else Estimate(None, reason=reason)


def summary_units(units: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """Return the unit of every statistic of named blocks, given their width and unit.

    >>> list(summary_units({"rms": (1, "1")}).items())[1:3]
    [('rms_std', '1'), ('rms_skew', '')]
    """
    return {
        f"{one}_{statistic}": "" if statistic in ("skew", "kurtosis") else unit
        for name, (width, unit) in units.items()
        for one in column_names(name, width)
        for statistic in STATISTICS
    }
