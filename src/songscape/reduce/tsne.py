"""t-SNE: a map that keeps neighbours together.

Every song is given a probability of being another's neighbour, from distances with a width that
makes about `perplexity` neighbours count; the map is moved until its own neighbour probabilities,
with heavy tails, agree (van der Maaten & Hinton 2008, "Visualizing data using t-SNE"; trees make it
fast: van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms"). Neighbours on the map
can be trusted; distances between far groups, sizes and densities of groups cannot, and a score
taken on the map says nothing about the songs.

The map starts from the principal components (Kobak & Berens 2019, "The art of using t-SNE for
single-cell transcriptomics") and is drawn on one thread, since sums in another order end in another
map. The engine ``openTSNE`` (extra ``maps``; Poličar et al. 2024) is several times faster. New
songs are placed as :mod:`songscape.reduce._layout` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from sklearn import manifold

from songscape.core.errors import MissingExtraError
from songscape.core.options import option
from songscape.reduce._layout import Layout, start

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WARM_UP = 250
"""Steps of early exaggeration, which are part of the steps asked for."""
_PLANE = 2
"""openTSNE draws at most this many dimensions."""


@dataclass(frozen=True)
class Options:
    """How the map is drawn."""

    k: int = option(2, "dimensions of the map", low=1, high=3)
    perplexity: float = option(
        30.0, "neighbours that count, about; a third of the songs at most", low=2
    )
    iterations: int = option(750, "steps of moving the map", low=250)
    engine: str = option(
        "auto",
        "what draws it; openTSNE needs the extra maps, auto takes it where it is installed",
        choices=("auto", "scikit-learn", "openTSNE"),
    )


class TSNE(Layout):
    """Draw a map that keeps neighbours.

    Parameters
    ----------
    k : dimensions of the map, 1..3.
    perplexity : neighbours that count; cut to a third of the songs.
    iterations : steps.
    engine : "auto", "scikit-learn" or "openTSNE"; three dimensions are always scikit-learn's.
    random_state : seed of the start.

    Attributes
    ----------
    embedding_ : float array of shape (n, k).
    engine_ : "scikit-learn" or "openTSNE", which of them drew it.
    """

    def __init__(
        self,
        k: int = 2,
        perplexity: float = 30.0,
        iterations: int = 750,
        engine: str = "auto",
        random_state: int | None = None,
    ) -> None:
        self.k = k
        self.perplexity = perplexity
        self.iterations = iterations
        self.engine = engine
        self.random_state = random_state

    def _draw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draw by the engine that is asked for or there."""
        if self.engine == "openTSNE" and not is_fast():
            raise MissingExtraError("reduce.tsne with engine openTSNE", "maps")
        wanted = self.engine == "openTSNE" or (self.engine == "auto" and is_fast())
        self.engine_ = "openTSNE" if wanted and self.k <= _PLANE else "scikit-learn"
        return _draw_open(matrix, self) if self.engine_ == "openTSNE" else _draw(matrix, self)


def is_fast() -> bool:
    """Tell whether openTSNE is installed."""
    return find_spec("openTSNE") is not None


def _perplexity(matrix: NDArray[np.float64], model: TSNE) -> float:
    """Return the perplexity, cut to a third of the songs."""
    return float(min(model.perplexity, max(1.0, (len(matrix) - 1) / 3)))


def _draw(matrix: NDArray[np.float64], model: TSNE) -> NDArray[np.float64]:
    """Draw by scikit-learn."""
    engine = manifold.TSNE(
        model.k,
        perplexity=_perplexity(matrix, model),
        max_iter=model.iterations,
        init=start(matrix, model.k, model.random_state).astype(np.float32),
        random_state=model.random_state,
        n_jobs=1,
    )
    return np.asarray(engine.fit_transform(matrix), dtype=np.float64)


def _draw_open(matrix: NDArray[np.float64], model: TSNE) -> NDArray[np.float64]:
    """Draw by openTSNE."""
    import openTSNE

    engine = openTSNE.TSNE(
        model.k,
        perplexity=_perplexity(matrix, model),
        early_exaggeration_iter=_WARM_UP,
        n_iter=model.iterations - _WARM_UP,
        initialization=start(matrix, model.k, model.random_state),
        # Exact neighbours: the approximate index differs from build to build.
        neighbors="exact",
        random_state=model.random_state,
        n_jobs=1,
    )
    return np.asarray(engine.fit(matrix), dtype=np.float64)


def make(options: Options, seed: int) -> TSNE:
    """Make the transformer."""
    return TSNE(
        options.k, options.perplexity, options.iterations, options.engine, random_state=seed
    )
