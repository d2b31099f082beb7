"""Group any space by the method a recipe names: once, or at many k in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.core.fit import Fit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from numpy.typing import NDArray

    from songscape.core.space import Space
    from songscape.recipe import Recipe


@dataclass(frozen=True)
class Fitter:
    """Groups any space by a recipe's method, at one k or at many in one go.

    Parameters
    ----------
    plugin : the clusterer.
    options : its options; the k in them gives way to the one asked for.
    """

    plugin: ModuleType
    options: Any

    def __call__(self, space: Space, k: int, seed: int) -> Fit:
        """Group a space."""
        sized = hasattr(self.options, "k")
        options = replace(self.options, k=k) if sized else self.options
        estimator = self.plugin.make(options, seed)
        return _fit(np.asarray(estimator.fit_predict(space.matrix)), estimator, seed)

    def sweep(self, space: Space, ks: Sequence[int], seed: int) -> list[Fit]:
        """Group a space at every k, in one go where the method can."""
        if not hasattr(self.plugin, "sweep"):
            return [self(space, k, seed) for k in ks]
        models = self.plugin.sweep(self.options, space.matrix, ks, seed)
        return [_fit(_labels(model, space), model, seed) for model in models]


def _labels(model: Any, space: Space) -> NDArray[Any]:
    """Return the labels of the songs a model was fitted on."""
    return np.asarray(model.labels_ if hasattr(model, "labels_") else model.predict(space.matrix))


def _fit(labels: NDArray[Any], estimator: Any, seed: int) -> Fit:
    """Return a grouping with its number of clusters."""
    return Fit(labels.astype(np.int32), estimator, int(labels.max(initial=-1)) + 1, seed)


FEW_RESTARTS = 2
"""Starts of a grouping that is evidence only: there are hundreds, each seen beside others."""


def fitter(recipe: Recipe, *, evidence: bool = False) -> Fitter:
    """Return what groups any space by the recipe's method; with few starts where it is evidence."""
    options = recipe.cluster.options
    if evidence and hasattr(options, "restarts"):
        fewer = min(options.restarts, FEW_RESTARTS)
        options = replace(options, restarts=fewer)
    return Fitter(recipe.cluster.plugin, options)
