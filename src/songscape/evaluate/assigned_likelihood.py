"""Assigned likelihood: the "log-likelihood of k-means" as a student paper published it.

The mean of log N(x | μ, σ² I) over songs, each under the Gaussian of its own cluster, with σ² the
mean squared distance to the means. It looks like the likelihood of a mixture and is none: it is the
inertia on another scale, −d/2 ln(2πσ²) − 1/2, so it grows with every cluster. Set beside the score
of a mixture it made 95 clusters look better than 8. What can be set beside it is
`round_likelihood`; the three differences stand in docs/evaluate.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._likelihood import published_log_likelihood

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "never"
WHY_NEVER = "it is the inertia on another scale, so its best k is the largest offered"
NEEDS: tuple[str, ...] = ()
CITATION = "Celeux & Govaert 1992, A classification EM algorithm for clustering and two versions"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean log-likelihood of songs given their cluster, in nats; NaN if all is noise."""
    del truth
    if not (fit.labels >= 0).any():
        return UNDEFINED
    return float(published_log_likelihood(space.matrix, fit.labels).mean())
