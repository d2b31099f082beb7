"""UMAP: a map that keeps neighbours together and large shapes somewhat (extra ``maps``).

Songs are joined to their nearest ones by a fuzzy graph, and the map is moved until its own graph
resembles it (McInnes, Healy & Melville 2018, "UMAP: Uniform Manifold Approximation and Projection
for Dimension Reduction"). Groups come out tighter and emptier in between than with t-SNE; gaps are
no evidence of groups, and a score taken on the map says nothing about the songs.

It starts from the principal components and runs on one thread, so that the same seed gives the same
map. New songs are placed as :mod:`songscape.reduce._layout` says.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.errors import MissingExtraError
from songscape.core.options import option
from songscape.reduce._layout import Layout, start

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """How the map is drawn."""

    k: int = option(2, "dimensions of the map", low=1, high=3)
    neighbours: int = option(15, "songs each is joined to; more show larger shapes", low=2)
    distance: float = option(
        0.1, "how tightly songs may lie, as a part of the map's unit", low=0, high=1
    )


class UMAP(Layout):
    """Draw a map that keeps neighbours.

    Parameters
    ----------
    k : dimensions of the map, 1..3.
    neighbours : songs each is joined to; cut to the songs there are.
    distance : how tightly songs may lie, 0..1.
    random_state : seed.

    Attributes
    ----------
    embedding_ : float array of shape (n, k).
    """

    def __init__(
        self,
        k: int = 2,
        neighbours: int = 15,
        distance: float = 0.1,
        random_state: int | None = None,
    ) -> None:
        self.k = k
        self.neighbours = neighbours
        self.distance = distance
        self.random_state = random_state

    def _draw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draw by umap-learn."""
        if find_spec("umap") is None:
            raise MissingExtraError("reduce.umap", "maps")
        with warnings.catch_warnings():
            # It remarks on running on one thread, and on graphs in parts, which are no fault.
            warnings.simplefilter("ignore")
            import umap

            engine = umap.UMAP(
                n_components=self.k,
                n_neighbors=max(2, min(self.neighbours, len(matrix) - 1)),
                min_dist=self.distance,
                # Its forces act over units: it wants a start some ten of them wide.
                init=1e5 * start(matrix, self.k, self.random_state),
                random_state=self.random_state or 0,
                n_jobs=1,
            )
            return np.asarray(engine.fit_transform(matrix), dtype=np.float64)


def make(options: Options, seed: int) -> UMAP:
    """Make the transformer."""
    return UMAP(options.k, options.neighbours, options.distance, random_state=seed)
