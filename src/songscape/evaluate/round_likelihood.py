"""Round likelihood: the likelihood of a grouping, to be set beside that of a mixture.

The mean log density of songs under one round Gaussian of the same variance at the mean of every
cluster, weighted by how many songs it holds: what k-means stands for, written as the mixture it is
a limit of. A mixture's own score is taken where the method has one. On the songs it was fitted on
it grows with every cluster, for a mixture as well as here, so it must not choose; on held-out songs
(`held_out_likelihood`, and the held-out table of a run) it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._likelihood import log_density

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "never"
WHY_NEVER = "on songs that were fitted it grows with k, so its best k is the largest offered"
NEEDS: tuple[str, ...] = ()
CITATION = "McLachlan & Peel 2000, Finite mixture models"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean log density of songs, in nats; NaN if all is noise."""
    del truth
    if hasattr(fit.estimator, "score_samples"):
        return float(fit.estimator.score_samples(space.matrix).mean())
    if not (fit.labels >= 0).any():
        return UNDEFINED
    return float(log_density(space.matrix, fit.labels, space.matrix).mean())
