"""BIC: likelihood less a price for every parameter.

−2 ln L + p ln n with p free parameters; low is good. It approximates the evidence for a mixture
with that many components and can say one. It counts *Gaussians*, not groups: one bent or
heavy-tailed group needs several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._statistics import likelihood

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "low"
NEEDS: tuple[str, ...] = ("model",)
CITATION = "Schwarz 1978, Estimating the dimension of a model"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the criterion of a mixture; NaN for methods without a likelihood."""
    del truth
    found = likelihood(space, fit)
    if found is None:
        return UNDEFINED
    parameters = fit.estimator._n_parameters()  # noqa: SLF001 - scikit-learn's name too
    return -2 * found.log + float(parameters * np.log(space.n))
