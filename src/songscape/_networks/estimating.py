"""What estimators that are trained share: their seed, the songs held out, what they keep.

Functions rather than a base class, since clusterers, transformers, classifiers and regressors have
bases of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_random_state

from songscape._networks.training import held_out
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.training import Course

    Pair = tuple[NDArray[Any], NDArray[Any]]


def seeded(random_state: Any) -> np.random.Generator:
    """Return what draws everything of one fit, from scikit-learn's `random_state`."""
    return np.random.default_rng(check_random_state(random_state).randint(2**31))


def classes_of(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the classes in order, and the index of every song's.

    Raises
    ------
    DegenerateDataError
        If there is one class only.
    """
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise DegenerateDataError(
            f"Every song has the class {classes[0]!r}: with one class there is nothing to tell "
            "apart."
        )
    return classes, codes.astype(np.int64)


def parted(
    songs: NDArray[Any],
    targets: NDArray[Any],
    fraction: float,
    rng: np.random.Generator,
    groups: NDArray[Any] | None = None,
) -> tuple[NDArray[Any], NDArray[Any], Pair | None]:
    """Return songs to learn from, their targets, and the songs held out with theirs, if any.

    Parameters
    ----------
    songs, targets : of equal length.
    fraction, rng, groups : as of :func:`songscape._networks.training.held_out`.
    """
    rows, rest = held_out(len(songs), fraction, rng, groups)
    held = (songs[rest], targets[rest]) if len(rest) else None
    return songs[rows], targets[rows], held


def keep(estimator: Any, course: Course) -> None:
    """Give an estimator the curves of its training, its best epoch and how many were run."""
    estimator.history_, estimator.best_epoch_ = dict(course.history), course.best
    estimator.n_iter_ = len(estimator.history_["loss"])
