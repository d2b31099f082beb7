"""One pass of expectation-maximisation for Gaussian mixtures, as matrix products over blocks.

The log density of a Gaussian is linear in the products of a row's numbers: with the features
``[x_i x_j (i <= j), x_i, 1]`` the E-step of a block is one matrix product with a table of
coefficients, and the M-step's sums are one product with the responsibilities. No n x k array is
kept. Diagonal, spherical and tied covariances use the features they need: squares, the squared
length, or none (their common quadratic form is added once per row).

Everything is float64, about an origin among the means: in float32, or far from the data, the
products would cancel (Dempster, Laird and Rubin, 1977, Maximum likelihood from incomplete data via
the EM algorithm). The matrix products are NumPy's; what lies between
them is compiled.

Covariance types and the shapes of `precisions_cholesky` and of `Statistics.products` are those of
scikit-learn: full (k, d, d), tied (d, d), diag (k, d), spherical (k,). A Cholesky factor C is upper
triangular with precision ``C @ C.T``; for diag and spherical it is the inverse standard deviation.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from songscape._kernels._check import as_table, as_weights, require
from songscape._kernels._engine import engine
from songscape._kernels._gaussians import FORMS
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from songscape._kernels._engine import Floats, Table

CovarianceType = Literal["full", "tied", "diag", "spherical"]
_PART_ROWS, _MOST_PARTS = 16_384, 64
_BLOCK_BYTES = 1 << 21  # features and densities of a block, to stay in the second-level cache


class Mixture(NamedTuple):
    """The parameters of a mixture: log weights (k,), means (k, d), Cholesky factors, their type."""

    log_weights: Floats
    means: Floats
    precisions_cholesky: Floats
    covariance_type: CovarianceType


class Statistics(NamedTuple):
    """What one pass returns; sums of statistics of disjoint rows are those of all rows.

    Attributes
    ----------
    resp : (k,) float64, the weight each component is responsible for.
    sums : (k, d) responsibilities times ``x - origin``.
    products : responsibilities times products of ``x - origin``: full (k, d, d), tied (d, d),
        diag (k, d) squares, spherical (k,) squared lengths.
    bound : the mean log-likelihood per unit of weight, scikit-learn's ``lower_bound_``.
    origin : (d,) what rows were measured from.
    """

    resp: Floats
    sums: Floats
    products: Floats
    bound: float
    origin: Floats


def mixture_step(
    points: ArrayLike,
    mixture: Mixture,
    weights: ArrayLike | None = None,
    *,
    block: int = 1024,
    threads: int = 1,
) -> Statistics:
    """Run the E-step and collect what the M-step needs, in one pass over the rows.

    Parameters
    ----------
    points : (n, d) without NaN; measured in float64.
    mixture : the current parameters.
    weights : (n,) zero or more; a row of weight w counts as w rows.
    block : rows at a time at most; fewer where rows have many products.
    threads : how many to use at most; results are bit-identical on any number.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, no weight, or numbers not finite.
    """
    table = as_table(points)
    terms = _Terms(_checked(mixture, table.shape[1]))
    counted = as_weights(weights, len(table))

    def collect(part: slice) -> tuple[Floats, Floats | float, float]:
        with np.errstate(over="ignore", invalid="ignore"):  # one check of the sum, at the end
            return _collect(table, counted, part, terms, block)

    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        results = list((map if threads == 1 else pool.map)(collect, _parts(len(table))))
    sums, scatter, total = (sum(column[1:], column[0]) for column in zip(*results, strict=True))
    require(np.isfinite(total), "Points")
    return terms.statistics(sums, scatter, total)


def mixture_log_prob(points: ArrayLike, mixture: Mixture, *, block: int = 1024) -> Floats:
    """Return the log of weight times density of every row under every component, (n, k)."""
    table = as_table(points)
    terms = _Terms(_checked(mixture, table.shape[1]))
    out = np.empty((len(table), len(mixture.log_weights)))
    for rows in _blocks(slice(0, len(table)), terms.rows(block)):
        features, logs = terms.buffers(rows.stop - rows.start)
        x = terms.expand(table[rows], features)
        np.matmul(terms.coefficients, features, out=logs)
        out[rows] = (logs + terms.form.common(x, terms.factors)).T
    require(not np.isnan(out).any(), "Points")
    return out


def moments(
    statistics: Statistics, covariance_type: CovarianceType
) -> tuple[Floats, Floats, Floats]:
    """Turn statistics into maximum-likelihood weights (k,), means (k, d) and covariances.

    Covariances are not regularised and have scikit-learn's shape for the type. A component without
    responsibility keeps the origin as its mean and zero covariance.
    """
    resp = np.maximum(statistics.resp, np.finfo(float).tiny)
    offset = statistics.sums / resp[:, None]
    outer = offset[:, :, None] * offset[:, None, :]
    share = statistics.resp / statistics.resp.sum()
    if covariance_type == "full":
        covariances = statistics.products / resp[:, None, None] - outer
    elif covariance_type == "tied":
        covariances = statistics.products / statistics.resp.sum() - np.tensordot(share, outer, 1)
    elif covariance_type == "diag":
        covariances = statistics.products / resp[:, None] - offset**2
    else:
        square = statistics.products / resp - (offset**2).sum(axis=1)
        covariances = square / offset.shape[1]
    return share, statistics.origin + offset, covariances


class _Terms:
    """A mixture as coefficients (k, p) of a row's features: products, numbers, one."""

    def __init__(self, mixture: Mixture) -> None:
        self.form, self.factors = FORMS[mixture.covariance_type], mixture.precisions_cholesky
        k, self.dimension = mixture.means.shape
        self.width = self.form.width(self.dimension)
        self.origin: Floats = np.exp(mixture.log_weights) @ mixture.means
        projected = self.form.project(mixture.means - self.origin, self.factors)
        self.coefficients: Floats = np.empty((k, self.width + self.dimension + 1))
        self.coefficients[:, : self.width] = self.form.quadratic(self.factors).T
        self.coefficients[:, self.width : -1] = self.form.linear(projected, self.factors)
        self.coefficients[:, -1] = (
            mixture.log_weights
            + self.form.log_determinant(self.factors, self.dimension)
            - 0.5 * np.square(projected).sum(axis=1)
            - 0.5 * self.dimension * np.log(2.0 * np.pi)
        )

    def rows(self, block: int) -> int:
        """Return how many rows to take at a time."""
        return max(16, min(block, _BLOCK_BYTES // (8 * sum(self.coefficients.shape))))

    def buffers(self, rows: int) -> tuple[Floats, Floats]:
        """Return memory for the features (p, rows) and log densities (k, rows) of a block."""
        k, p = self.coefficients.shape
        features, logs = np.empty((p, rows)), np.empty((k, rows))
        features[-1] = 1.0
        return features, logs

    def expand(self, points: Table, features: Floats) -> Floats:
        """Fill the features of some rows and return the rows measured from the origin."""
        x: Floats = points - self.origin
        features[self.width : -1] = x.T
        self.form.fill(features[self.width : -1], features[: self.width])
        return x

    def statistics(self, sums: Floats, scatter: Floats | float, total: float) -> Statistics:
        """Name the parts of the summed features (p, k)."""
        resp, weight = sums[-1].copy(), float(sums[-1].sum())
        if not weight > 0:
            raise DegenerateDataError("No row has any weight.")
        products = self.form.products(sums[: self.width], scatter, self.dimension)
        linear = np.ascontiguousarray(sums[self.width : -1].T)
        return Statistics(resp, linear, products, total / weight, self.origin)


def _collect(
    table: Table, weights: Floats, part: slice, terms: _Terms, block: int
) -> tuple[Floats, Floats | float, float]:
    """Sum features by responsibility, products, and log-likelihood over one part of the rows."""
    sums, total = np.zeros(terms.coefficients.shape[::-1]), 0.0
    scatter: Floats | float = 0.0
    memory = terms.buffers(terms.rows(block))
    for rows in _blocks(part, terms.rows(block)):
        if rows.stop - rows.start < memory[0].shape[1]:
            memory = terms.buffers(rows.stop - rows.start)
        features, resp = memory
        logs = np.empty(resp.shape[1])
        w = weights[rows]
        x = terms.expand(table[rows], features)
        np.matmul(terms.coefficients, features, out=resp)
        engine().normalise(resp, logs)
        logs += terms.form.common(x, terms.factors)
        total += float(w @ logs if w.size else logs.sum())
        if w.size:
            resp *= w
        sums += features @ resp.T
        scatter = scatter + terms.form.scatter(x, w)
    return sums, scatter, total


def _checked(mixture: Mixture, dimension: int) -> Mixture:
    """Return the mixture as float64 arrays of the shapes its type wants."""
    kind = mixture.covariance_type
    if kind not in FORMS:
        raise DegenerateDataError(f"There is no covariance type {kind!r}: {', '.join(FORMS)}.")
    log_weights, means, factors = (np.asarray(array, dtype=np.float64) for array in mixture[:3])
    k = len(log_weights)
    wanted = [(k,), (k, dimension), FORMS[kind].shape(k, dimension)]
    shapes = [log_weights.shape, means.shape, factors.shape]
    if shapes != wanted:
        raise DegenerateDataError(
            f"A {kind} mixture for {dimension} columns has arrays of shapes {wanted}, not {shapes}."
        )
    return Mixture(log_weights, means, factors, kind)


def _parts(rows: int) -> list[slice]:
    """Cut rows by their number alone, so that sums do not depend on threads."""
    count = min(_MOST_PARTS, -(-rows // _PART_ROWS))
    edges = [rows * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _blocks(part: slice, size: int) -> Iterator[slice]:
    return (slice(i, min(i + size, part.stop)) for i in range(part.start, part.stop, size))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
