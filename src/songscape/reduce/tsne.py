"""t-SNE: a map that keeps neighbours together.

Every song is given a probability of being another's neighbour, from distances with a width that
makes about `perplexity` neighbours count; the map is moved until its own neighbour probabilities,
with heavy tails, agree (van der Maaten & Hinton 2008, "Visualizing data using t-SNE"; trees make it
fast: van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms"). Neighbours on the map
can be trusted; distances between far groups, sizes and densities of groups cannot, and a score
taken on the map says nothing about the songs. New songs cannot be placed.

The map starts from the principal components (Kobak & Berens 2019, "The art of using t-SNE for
single-cell transcriptomics") and is drawn on one thread, since sums in another order end in another
map. The engine ``openTSNE`` (extra ``maps``; Poličar et al. 2024) is faster for large collections.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import manifold
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import validate_data
from threadpoolctl import threadpool_limits

from songscape.core.errors import MissingExtraError
from songscape.core.options import option
from songscape.reduce._guard import as_matrix, check_reducible
from songscape.reduce.pca import PCA

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

LEAST_SONGS = 4
"""Fewer songs have no neighbourhoods to keep."""


@dataclass(frozen=True)
class Options:
    """How the map is drawn."""

    k: int = option(2, "dimensions of the map", low=1, high=3)
    perplexity: float = option(
        30.0, "neighbours that count, about; a third of the songs at most", low=2
    )
    iterations: int = option(1000, "steps of moving the map", low=250)
    engine: str = option(
        "scikit-learn",
        "what draws it; openTSNE needs the extra maps",
        choices=("scikit-learn", "openTSNE"),
    )


class TSNE(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Draw a map that keeps neighbours.

    Parameters
    ----------
    k : dimensions of the map, 1..3.
    perplexity : neighbours that count; cut to a third of the songs.
    iterations : steps.
    engine : "scikit-learn" or "openTSNE".
    random_state : seed of the start.

    Attributes
    ----------
    embedding_ : float array of shape (n, k).
    """

    def __init__(
        self,
        k: int = 2,
        perplexity: float = 30.0,
        iterations: int = 1000,
        engine: str = "scikit-learn",
        random_state: int | None = None,
    ) -> None:
        self.k = k
        self.perplexity = perplexity
        self.iterations = iterations
        self.engine = engine
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw the map.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        MissingExtraError
            If the engine is not installed.
        """
        del y
        check_reducible(as_matrix(X), LEAST_SONGS)
        matrix = validate_data(self, X, dtype=np.float64)
        draw = _draw_open if self.engine == "openTSNE" else _draw
        with threadpool_limits(limits=1):
            self.embedding_ = draw(_unit(matrix), self)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float64]:
        """Draw the map and return the place of every song, shape (n, k)."""
        embedding: NDArray[np.float64] = self.fit(X, y).embedding_
        return embedding

    @property
    def _n_features_out(self) -> int:
        """Number of coordinates, which scikit-learn makes their names from."""
        return self.k


def _unit(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre and divide by the largest value: t-SNE ignores scale, its 32-bit trees do not."""
    centred = matrix - matrix.mean(axis=0)
    scaled: NDArray[np.float64] = centred / np.abs(centred).max()
    return scaled


def _start(matrix: NDArray[np.float64], model: TSNE) -> NDArray[np.float64]:
    """Return a small start from the principal components, no two songs at one place."""
    size = min(model.k, *matrix.shape)
    start = np.random.default_rng(model.random_state or 0).normal(0, 1e-6, (len(matrix), model.k))
    scores = PCA(size).fit_transform(matrix)
    # Identical rows at one place would divide by zero and end the process: hence the 1e-6 above.
    start[:, :size] += 1e-4 * scores / scores[:, 0].std()
    return start.astype(np.float32)


def _perplexity(matrix: NDArray[np.float64], model: TSNE) -> float:
    """Return the perplexity, cut to a third of the songs."""
    return float(min(model.perplexity, max(1.0, (len(matrix) - 1) / 3)))


def _draw(matrix: NDArray[np.float64], model: TSNE) -> NDArray[np.float64]:
    """Draw by scikit-learn."""
    engine = manifold.TSNE(
        model.k,
        perplexity=_perplexity(matrix, model),
        max_iter=model.iterations,
        init=_start(matrix, model),
        random_state=model.random_state,
        n_jobs=1,
    )
    return np.asarray(engine.fit_transform(matrix), dtype=np.float64)


def _draw_open(matrix: NDArray[np.float64], model: TSNE) -> NDArray[np.float64]:
    """Draw by openTSNE."""
    if find_spec("openTSNE") is None:
        raise MissingExtraError("reduce.tsne with engine openTSNE", "maps")
    import openTSNE

    engine = openTSNE.TSNE(
        model.k,
        perplexity=_perplexity(matrix, model),
        n_iter=model.iterations - 250,
        initialization=_start(matrix, model).astype(np.float64),
        random_state=model.random_state,
        n_jobs=1,
    )
    return np.asarray(engine.fit(matrix), dtype=np.float64)


def make(options: Options, seed: int) -> TSNE:
    """Make the transformer."""
    return TSNE(
        options.k, options.perplexity, options.iterations, options.engine, random_state=seed
    )
