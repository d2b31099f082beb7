"""Let some features count more than others.

A weight w multiplies the squared distance along a column by w (the column itself by √w): at 2 a
difference in it counts twice, at 0 not at all. With `share`, the weight is that of the whole group
of columns a pattern fits, split evenly: forty timbre columns with a shared weight of 1 count
together as much as tempo alone does. Scale first, or the weights weigh units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape.core.errors import RecipeError
from songscape.core.options import option
from songscape.prepare._names import check_patterns, matching, names_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """How much features count."""

    weights: dict[str, float] = option(  # noqa: RUF009
        {}, "column name or pattern (* stands for anything) to weight; the last that fits holds"
    )
    share: bool = option(False, "split a weight among the columns its pattern fits")


class Weights(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Multiply columns so that they count as much as wanted in squared distances.

    Parameters
    ----------
    weights : name or pattern to weight ≥ 0; columns no pattern fits weigh 1.
    share : whether a weight is split among the columns its pattern fits.

    Attributes
    ----------
    factors_ : float array of shape (d,), the square roots of the weights.

    Examples
    --------
    >>> Weights({"x1": 4.0}).fit_transform([[1.0, 1.0], [2.0, 3.0]]).tolist()
    [[1.0, 2.0], [2.0, 6.0]]
    """

    def __init__(self, weights: Mapping[str, float] | None = None, *, share: bool = False) -> None:
        self.weights = weights
        self.share = share

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the weight of every column.

        Raises
        ------
        UnknownNameError
            If a pattern fits no column.
        RecipeError
            If a weight is negative or not finite.
        """
        del y
        validate_data(self, X, dtype=np.float64)
        self.factors_ = np.sqrt(_weights(names_in(self), self.weights or {}, share=self.share))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the table with every column multiplied by the root of its weight."""
        check_is_fitted(self)
        matrix: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return matrix * self.factors_


def _weights(names: list[str], weights: Mapping[str, float], *, share: bool) -> NDArray[np.float64]:
    """Return the weight of every column."""
    check_patterns(names, weights)
    result = np.ones(len(names))
    for pattern, weight in weights.items():
        if not (np.isfinite(weight) and weight >= 0):
            raise RecipeError(f"The weight of {pattern} must be a number ≥ 0, not {weight}.")
        fitting = matching(names, [pattern])
        fits = np.array([name in fitting for name in names])
        result[fits] = weight / fits.sum() if share else weight
    return result


def make(options: Options, seed: int) -> Weights:
    """Make the transformer; it uses no randomness."""
    del seed
    return Weights(dict(options.weights), share=options.share)
