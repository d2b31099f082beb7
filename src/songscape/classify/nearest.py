"""Nearest neighbours: a song is told by the songs most like it.

The k nearest songs vote, nearer ones more (Cover & Hart 1967, "Nearest neighbor pattern
classification"). Nothing is fitted but the scale of the features, so it shows what plain likeness
tells; it suffers most of all from songs of one artist on both sides of a split.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from sklearn import neighbors
from sklearn.utils.validation import _num_samples

from songscape.core.errors import DegenerateDataError
from songscape.core.options import option

TELLS = ("label", "number", "place")
READS = "features"
GRID = MappingProxyType({"n_neighbors": (5, 15, 45)})
"""Values tried on songs held out, beside the option's own."""


@dataclass(frozen=True)
class Options:
    """How neighbours vote."""

    k: int = option(15, "neighbours that vote", low=1)
    weights: str = option("distance", "of the votes", choices=("distance", "uniform"))


class _Enough:
    """Ask for no more neighbours than there are songs."""

    n_neighbors: int

    def fit(self, X: Any, y: Any) -> Self:
        """Keep the songs.

        Raises
        ------
        DegenerateDataError
            If there are fewer songs than neighbours that vote.
        """
        n = _num_samples(X)
        if n < self.n_neighbors:
            raise DegenerateDataError(
                f"{self.n_neighbors} neighbours vote but there are only {n} songs to learn from "
                f"(n_samples = {n}); lower classify.nearest.k."
            )
        super().fit(X, y)  # type: ignore[misc]
        return self


class Nearest(_Enough, neighbors.KNeighborsClassifier):  # type: ignore[misc]
    """Tell classes by neighbours; parameters are scikit-learn's."""


class NearestRegressor(_Enough, neighbors.KNeighborsRegressor):  # type: ignore[misc]
    """Tell numbers by neighbours; parameters are scikit-learn's."""


def make(options: Options, seed: int, kind: str) -> Nearest | NearestRegressor:
    """Make the estimator; it uses no randomness."""
    del seed
    made = Nearest if kind == "label" else NearestRegressor
    return made(n_neighbors=options.k, weights=options.weights)
