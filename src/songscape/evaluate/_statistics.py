"""What several criteria need of one grouping, taken in one pass over the songs and remembered.

A sweep is scored by many criteria, and most of them are made of the same few sums. They are kept as
long as the fit lives, for the space they were taken in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from songscape.evaluate._defined import clustered

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

    Floats = NDArray[np.float64]

_kept: WeakKeyDictionary[Fit, dict[tuple[str, str], Any]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the songs of every cluster, k clusters.

    Parameters
    ----------
    counts : songs in each, shape (k,).
    means : shape (k, d).
    spread : mean distance of the songs of each to its mean, shape (k,).
    within, between : sums of squared distances of songs to the mean of their cluster, and of these
        means, by songs, to that of all.
    """

    counts: Floats
    means: Floats
    spread: Floats
    within: float
    between: float


class Likelihood(NamedTuple):
    """Log likelihood of the songs under a mixture, and the summed entropy of their memberships."""

    log: float
    entropy: float


def moments(space: Space, fit: Fit) -> Moments | None:
    """Return the sums of a grouping, or None where :func:`clustered` has nothing to say."""
    found: Moments | None = _once(space, fit, "moments", _moments)
    return found


def likelihood(space: Space, fit: Fit) -> Likelihood | None:
    """Return the likelihood under the fit's model, or None for a method without one."""
    found: Likelihood | None = _once(space, fit, "likelihood", _likelihood)
    return found


def _once(space: Space, fit: Fit, what: str, take: Callable[[Space, Fit], Any]) -> Any:
    """Take a statistic, or what was taken before of the same fit and space."""
    kept = _kept.setdefault(fit, {})
    key = (what, space.fingerprint)
    if key not in kept:
        kept[key] = take(space, fit)
    return kept[key]


def _moments(space: Space, fit: Fit) -> Moments | None:
    """Take the sums."""
    found = clustered(space, fit.labels)
    if found is None:
        return None
    matrix, labels = found
    origin = matrix.mean(axis=0)
    centred = matrix - origin
    counts = np.bincount(labels).astype(np.float64)
    sums = [np.bincount(labels, column, len(counts)) for column in centred.T]
    means = np.stack(sums, axis=1) / counts[:, None]
    centred -= means[labels]
    squares = np.einsum("ij,ij->i", centred, centred)
    spread = np.bincount(labels, np.sqrt(squares), len(counts)) / counts
    between = float((counts * (means**2).sum(axis=1)).sum())
    return Moments(counts, origin + means, spread, float(squares.sum()), between)


def _likelihood(space: Space, fit: Fit) -> Likelihood | None:
    """Take the likelihood, in one pass where the model gives densities and memberships together."""
    from scipy.special import entr

    model = fit.estimator
    if not hasattr(model, "bic"):
        return None
    if hasattr(model, "densities"):
        density, shares = model.densities(space.matrix)
    else:
        density, shares = model.score_samples(space.matrix), model.predict_proba(space.matrix)
    return Likelihood(float(density.sum()), float(entr(shares).sum()))
