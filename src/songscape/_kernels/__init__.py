"""The arithmetic that clustering spends its time on, compiled where possible.

:func:`kmeans_step`, :func:`lloyd`, :func:`greedy_draws`, :func:`nearest_centers` and
:func:`potentials` for k-means and its sweeps, :func:`mixture_step` for Gaussian mixtures,
:func:`silhouette`, and :func:`ward`. C++ where the package was built with a compiler
(``COMPILED``), else the same functions in NumPy.
"""

from songscape._kernels._engine import COMPILED, engine
from songscape._kernels._kmeans import Nearest, Step, kmeans_step, nearest_centers, potentials
from songscape._kernels._lloyd import Descent, Known, Stop, greedy_draws, lloyd, unknown
from songscape._kernels._mixture import (
    CovarianceType,
    Mixture,
    Statistics,
    mixture_log_prob,
    mixture_step,
    moments,
)
from songscape._kernels._silhouette import silhouette
from songscape._kernels._ward import linkage_matrix, ward

__all__ = [
    "COMPILED",
    "CovarianceType",
    "Descent",
    "Known",
    "Mixture",
    "Nearest",
    "Statistics",
    "Step",
    "Stop",
    "engine",
    "greedy_draws",
    "kmeans_step",
    "linkage_matrix",
    "lloyd",
    "mixture_log_prob",
    "mixture_step",
    "moments",
    "nearest_centers",
    "potentials",
    "silhouette",
    "unknown",
    "ward",
]
