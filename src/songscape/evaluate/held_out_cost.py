"""Held-out cost: squared distance of unseen songs to the nearest mean.

Seemingly an honest test of k-means; in truth it keeps falling as k grows, since more centres leave
every song, seen or not, nearer to one. Measured, it chose the largest k offered on 18 of 18
synthetic sets, those without any groups included. It is shown because people choose by it, and
never used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._refit import means, refit, squared_distances
from songscape.evaluate._split import split

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "never"
WHY_NEVER = (
    "more centres leave unseen songs nearer to one too, so its best k is the largest offered"
)
NEEDS: tuple[str, ...] = ("model",)
CITATION = (
    "Hastie, Tibshirani & Friedman 2009, The elements of statistical learning, section 14.3.11"
)

TEST = 0.3
"""Share of songs held out."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean squared distance of held-out songs to the nearest mean of a refit."""
    del truth
    train, test = split(space, TEST, fit.seed)
    if train.sum() <= fit.k or not test.any():
        return UNDEFINED
    seen = space.rows(train)
    centres = means(seen.matrix, refit(seen, fit, fit.seed).labels)
    if not len(centres):
        return UNDEFINED
    return float(squared_distances(space.matrix[test], centres).min(axis=1).mean())
