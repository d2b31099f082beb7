"""Scale every column by its median and quartiles.

(x − median) / (Q₃ − Q₁) is what the middle half of the songs sets; a few broken or extreme values
do not move it. Where the quartiles are equal, as in a column that is nearly always 0, the column is
only centred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn.preprocessing import RobustScaler

from songscape.core.options import option


@dataclass(frozen=True)
class Options:
    """Which quantiles set the scale."""

    low: float = option(
        25.0, "lower quantile of the range that becomes 1, in percent", low=0, high=50
    )
    high: float = option(75.0, "upper quantile of that range, in percent", low=50, high=100)


def make(options: Options, seed: int) -> Any:
    """Make the transformer; it uses no randomness."""
    del seed
    return RobustScaler(quantile_range=(options.low, options.high))
