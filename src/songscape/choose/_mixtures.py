"""Mixtures of 1, 2, … Gaussians for the criteria that need a likelihood.

Whatever the method, the same songs are fitted by mixtures with full and with diagonal covariances,
and at each k the better of the two by BIC counts. Their variance floor is a thousandth of the mean
variance, so that no component shrinks onto a column with few values.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from songscape.choose._sweep import Value
from songscape.cluster.mixture import GaussianMixture
from songscape.core.fit import Fit
from songscape.evaluate import bic, held_out_likelihood, icl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from songscape._kernels import CovarianceType
    from songscape.core.space import Space

FLOOR = 1e-3
STEPS = 60
TOLERANCE = 1e-2
"""EM ends early: the curve needs the shape of the likelihood, not its last digits."""

MOST_FULL = 20
"""Full covariances in more dimensions have more parameters than a sample has songs."""

CRITERIA = {"bic": bic, "icl": icl, "held_out_likelihood": held_out_likelihood}


def likelihoods(space: Space, ks: Iterable[int], seed: int) -> list[Value]:
    """Return BIC, ICL and held-out likelihood at k = 1 and every k asked for."""
    every = (1, *(k for k in ks if k > 1))
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "Columns with few different values", UserWarning)
        for k in every:
            fit = mixture(space, k, seed)
            values += [
                Value(k, name, module.score(space, fit), seed, module.BETTER, space.n)
                for name, module in CRITERIA.items()
            ]
    return [value for value in values if np.isfinite(value.value)]


def mixture(space: Space, k: int, seed: int) -> Fit:
    """Return the better of a full and a diagonal mixture by BIC."""
    floor = FLOOR * float(space.matrix.var(axis=0).mean())
    shapes: tuple[CovarianceType, ...] = ("full", "diag") if space.d <= MOST_FULL else ("diag",)
    models = [
        GaussianMixture(
            k, covariance_type=shape, reg_covar=floor, max_iter=STEPS, tol=TOLERANCE,
            random_state=seed,
        ).fit(space.matrix)
        for shape in shapes
    ]  # fmt: skip
    model = min(models, key=lambda one: float(one.bic(space.matrix)))
    return Fit(model.predict(space.matrix).astype(np.int32), model, k, seed)
