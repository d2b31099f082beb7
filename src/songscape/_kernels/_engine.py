"""Choose who computes: the compiled kernels, or their NumPy twins.

Both offer the same eight functions (:class:`Engine`), which fill arrays of the caller. The compiled
ones are built with the package and choose AVX-512, AVX2 or the baseline of the CPU at run time;
where the package was built without a compiler the twins do the same work more slowly.

The environment variable ``SONGSCAPE_KERNELS`` overrides the choice when the package is imported:
``twin``, or one of ``baseline``, ``avx2``, ``avx512`` to hold the compiled kernels to one
instruction set.
"""

from __future__ import annotations

import importlib
import logging
import os
from functools import cache
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from songscape._kernels import _twin
from songscape.core.errors import MissingExtraError

Table = NDArray[np.float32] | NDArray[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Engine(Protocol):
    """What the compiled module and the twins both offer; empty `weights` count every row once."""

    def kmeans_step(  # noqa: PLR0913, PLR0917 - mirrors the compiled function, positional
        self,
        points: Table,
        centers: Floats,
        weights: Floats,
        threads: int,
        labels: Ints,
        counts: Floats,
        sums: Floats,
        /,
    ) -> float:
        """Fill labels (unless empty), counts and sums; return the objective."""

    def lloyd(  # noqa: PLR0913, PLR0917
        self,
        points: Table,
        weights: Floats,
        centers: Floats,
        stop: tuple[int, int, float, float, float, float],
        threads: int,
        labels: Ints,
        leads: Floats,
        squares: Floats,
        /,
    ) -> tuple[float, int]:
        """Move centres until `stop`; bring labels, leads and squares (see `_lloyd.Known`) along.

        Where leads or squares are empty, nothing is known or told of them.
        """

    def greedy_draws(  # noqa: PLR0913, PLR0917
        self,
        points: Table,
        weights: Floats,
        draws: Floats,
        centers: int,
        threads: int,
        labels: Ints,
        leads: Floats,
        squares: Floats,
        chosen: Ints,
        costs: Floats,
        /,
    ) -> None:
        """Choose a row for each row of draws as centres beyond the first `centers`.

        Fills chosen and costs, brings squares and, unless empty, labels and leads along.
        """

    def nearest_centers(
        self, points: Table, centers: Floats, threads: int, labels: Ints, squares: Floats, /
    ) -> None:
        """Fill labels and squares, both (2, n): the nearest centre and the second nearest."""

    def potentials(
        self,
        points: Table,
        candidates: Floats,
        weights: Floats,
        closest: Floats,
        threads: int,
        out: Floats,
        /,
    ) -> None:
        """Fill out (m,) with the cost that would remain with each candidate added."""

    def silhouette(
        self,
        points: NDArray[np.float32],
        labelings: Ints,
        clusters: Ints,
        weights: Floats,
        threads: int,
        out: Floats,
        /,
    ) -> None:
        """Fill out (m, n) with the score of each row under each labeling."""

    def ward(
        self, points: Floats, weights: Floats, axes: Floats, merged: Ints, heights: Floats, /
    ) -> None:
        """Fill merged (n - 1, 2) with rows that stand for clusters, and heights (n - 1,)."""

    def normalise(self, logs: Floats, sums: Floats, /) -> None:
        """Turn joint log densities (k, n) into responsibilities, and fill their log sums (n,)."""


def _compiled() -> Engine | None:
    choice = os.environ.get("SONGSCAPE_KERNELS", "")
    if choice == "twin":
        return None
    try:
        module = importlib.import_module("songscape._kernels._compiled")
    except ImportError:
        return None
    if choice and not module.use_cpu(choice):
        raise MissingExtraError(f"SONGSCAPE_KERNELS={choice}", "a CPU that has it")
    return cast("Engine", module)


_module = _compiled()
COMPILED: bool = _module is not None


def engine() -> Engine:
    """Return who computes; where that is the slower twin, say so once."""
    if _module is None:
        _say_once()
        return cast("Engine", _twin)
    return _module


@cache
def _say_once() -> None:
    if os.environ.get("SONGSCAPE_KERNELS") != "twin":
        logging.getLogger("songscape").warning(
            "The compiled kernels are missing from this installation, so clustering runs on NumPy: "
            "the same results, several times slower. A C++ compiler at installation brings them."
        )
