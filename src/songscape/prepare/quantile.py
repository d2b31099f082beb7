"""Replace every value by its rank among the songs.

Ranks ignore the shape of a distribution: a column where most songs crowd near 0 (instrumentalness,
speechiness) is spread out evenly. With ``normal`` ranks are given the spacing of a Gaussian, which
mixtures expect. Gaps between groups shrink, as in all rank methods: do not look for natural groups
in a rank space alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sklearn.preprocessing import QuantileTransformer

from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SAMPLE = 10_000
"""Songs of huge tables that set the quantiles, if no more quantiles are asked for."""


@dataclass(frozen=True)
class Options:
    """What ranks become."""

    shape: str = option("normal", "distribution of every column", choices=("normal", "uniform"))
    quantiles: int = option(1000, "number of quantiles remembered", low=2, high=100_000)


class Quantile(QuantileTransformer):  # type: ignore[misc]
    """Map values to ranks, with no more quantiles than there are songs."""

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn the quantiles of every column."""
        with warnings.catch_warnings():
            # Taking no more quantiles than songs is right and no reason to alarm anybody.
            warnings.filterwarnings("ignore", message="n_quantiles")
            super().fit(X, y)
        return self


def make(options: Options, seed: int) -> Quantile:
    """Make the transformer; the seed picks the songs that set the quantiles of huge tables."""
    return Quantile(
        n_quantiles=options.quantiles,
        output_distribution=options.shape,
        subsample=max(SAMPLE, options.quantiles),
        random_state=seed,
    )
