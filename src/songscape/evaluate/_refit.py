"""Group other songs by the method of a fit, and place songs it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.base import clone

from songscape.core.fit import Fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from songscape.core.space import Space

    Fitter = Callable[[Space, int, int], Fit]


def refit(space: Space, fit: Fit, seed: int) -> Fit:
    """Group other songs by the same method and the same parameters."""
    estimator = clone(fit.estimator)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed)
    labels = np.asarray(estimator.fit_predict(space.matrix), dtype=np.int32)
    return Fit(labels, estimator, fit.k, seed)


def sweep(fitter: Fitter, space: Space, ks: Iterable[int], seed: int) -> list[Fit]:
    """Group a space at every k: in one go where the fitter can, else one by one.

    A fitter that can has a method ``sweep(space, ks, seed) -> list[Fit]``.
    """
    wanted = list(ks)
    together = getattr(fitter, "sweep", None)
    if together is None or not wanted:
        return [fitter(space, k, seed) for k in wanted]
    fits: list[Fit] = together(space, wanted, seed)
    return fits


def assign(model: Fit, trained: Space, songs: Space) -> NDArray[np.int32]:
    """Return the cluster of new songs: the model's own answer, or that of the nearest mean."""
    if hasattr(model.estimator, "predict"):
        return np.asarray(model.estimator.predict(songs.matrix), dtype=np.int32)
    centres = means(trained.matrix, model.labels)
    found = np.unique(model.labels[model.labels >= 0])
    if not len(found):
        return np.full(songs.n, -1, dtype=np.int32)
    nearest = squared_distances(songs.matrix, centres).argmin(axis=1)
    labels: NDArray[np.int32] = found[nearest].astype(np.int32)
    return labels


def means(matrix: NDArray[np.float64], labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the mean of every cluster that has songs, in order of label."""
    found = np.unique(labels[labels >= 0])
    return np.array([matrix[labels == label].mean(axis=0) for label in found])


def squared_distances(
    matrix: NDArray[np.float64], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the squared distance of every song to every centre, shape (n, k)."""
    distances: NDArray[np.float64] = cdist(matrix, centres, "sqeuclidean")
    return distances
