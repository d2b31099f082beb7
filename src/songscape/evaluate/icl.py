"""ICL: BIC with a price for songs that belong to two components.

BIC + 2 Σ entropy of the memberships; low is good. Components that overlap are charged, so it counts
groups that stand apart rather than Gaussians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate import bic
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._statistics import likelihood

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "low"
NEEDS: tuple[str, ...] = ("model",)
CITATION = (
    "Biernacki, Celeux & Govaert 2000, Assessing a mixture model for clustering with the "
    "integrated completed likelihood"
)


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the criterion of a mixture; NaN for methods without a likelihood."""
    del truth
    found = likelihood(space, fit)
    if found is None:
        return UNDEFINED
    return bic.score(space, fit) + 2 * found.entropy
