"""Held-out likelihood: how well a mixture foresees unseen songs.

The mean log-density of songs it was not fitted on. Unlike held-out cost it has a best k, since a
component too many spends density where no new song falls. With many songs that best k is large, as
any shape is better drawn with more Gaussians: it judges a density, not a grouping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._refit import refit
from songscape.evaluate._split import split

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ("model",)
CITATION = (
    "Smyth 2000, Model selection for probabilistic clustering using cross-validated likelihood"
)

TEST = 0.3
"""Share of songs held out."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean log-density of held-out songs; NaN for methods without a likelihood."""
    del truth
    train, test = split(space, TEST, fit.seed)
    if not hasattr(fit.estimator, "score_samples") or train.sum() <= fit.k or not test.any():
        return UNDEFINED
    model = refit(space.rows(train), fit, fit.seed)
    return float(model.estimator.score_samples(space.matrix[test]).mean())
