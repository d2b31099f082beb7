"""One pass of expectation-maximisation for Gaussian mixtures, as matrix products over blocks.

The log density of a Gaussian is linear in the products of a row's numbers: with the features
``[x_i x_j (i <= j), x_i, 1]`` the E-step of a block is one matrix product with a table of
coefficients, and the M-step's sums are one product with the responsibilities. No n x k array is
kept. Diagonal, spherical and tied covariances use the features they need: squares, the squared
length, or none (their common quadratic form is added once per row).

Everything is float64, about an origin among the means: in float32, or far from the data, the
products would cancel (Dempster, Laird and Rubin, 1977, Maximum likelihood from incomplete data via
the EM algorithm). NumPy's matrix products are the kernel here; compiled code would add nothing.

Covariance types and the shapes of `precisions_cholesky` and of `Statistics.products` are those of
scikit-learn: full (k, d, d), tied (d, d), diag (k, d), spherical (k,). A Cholesky factor C is upper
triangular with precision ``C @ C.T``; for diag and spherical it is the inverse standard deviation.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from songscape._kernels._check import as_table, as_weights, require
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from songscape._kernels._engine import Floats, Table

CovarianceType = Literal["full", "tied", "diag", "spherical"]
_PART_ROWS, _MOST_PARTS = 16_384, 64
_FEATURE_BYTES = 1 << 21  # features of a block that stay in the second-level cache


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

    def collect(part: slice) -> tuple[Floats, Floats, float]:
        return _collect(table, counted, part, terms, block)

    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        results = list((map if threads == 1 else pool.map)(collect, _parts(len(table))))
    moments = sum((result[0] for result in results), np.zeros(1))
    scatter = sum((result[1] for result in results), np.zeros(1))
    total = sum(result[2] for result in results)
    require(np.isfinite(total), "Points")
    return terms.statistics(moments, scatter, total)


def mixture_log_prob(points: ArrayLike, mixture: Mixture, *, block: int = 1024) -> Floats:
    """Return the log of weight times density of every row under every component, (n, k)."""
    table = as_table(points)
    terms = _Terms(_checked(mixture, table.shape[1]))
    out = np.empty((len(table), len(mixture.log_weights)))
    for rows in _blocks(slice(0, len(table)), terms.rows(block)):
        features, common = terms.features(table[rows])
        np.matmul(features, terms.coefficients, out=out[rows])
        out[rows] += common[:, None]
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
    """A mixture as coefficients of a row's features."""

    def __init__(self, mixture: Mixture) -> None:
        self.kind = mixture.covariance_type
        self.origin: Floats = np.exp(mixture.log_weights) @ mixture.means
        means = mixture.means - self.origin
        factors = mixture.precisions_cholesky
        k, d = means.shape
        self.dimension = d
        self.factor = factors if self.kind == "tied" else None
        self.upper = np.triu_indices(d)
        projected = {
            "full": lambda: np.einsum("kd,kde->ke", means, factors),
            "tied": lambda: means @ factors,
            "diag": lambda: means * factors,
            "spherical": lambda: means * factors[:, None],
        }[self.kind]()
        linear = {
            "full": lambda: np.einsum("ke,kde->kd", projected, factors),
            "tied": lambda: projected @ factors.T,
            "diag": lambda: projected * factors,
            "spherical": lambda: projected * factors[:, None],
        }[self.kind]()
        constant = (
            mixture.log_weights
            + _log_determinant(mixture)
            - 0.5 * (projected**2).sum(axis=1)
            - 0.5 * d * np.log(2.0 * np.pi)
        )
        self.coefficients: Floats = np.ascontiguousarray(
            np.vstack([self._quadratic(factors, k), linear.T, constant])
        )

    def _quadratic(self, factors: Floats, k: int) -> Floats:
        if self.kind == "full":
            precision = factors @ factors.transpose(0, 2, 1)
            halves = np.where(self.upper[0] == self.upper[1], 0.5, 1.0)
            return -(precision[:, self.upper[0], self.upper[1]] * halves).T
        if self.kind == "diag":
            return -0.5 * (factors**2).T
        return np.empty((0, k)) if self.kind == "tied" else -0.5 * (factors**2)[None, :]

    def rows(self, block: int) -> int:
        """Return how many rows to take at a time."""
        return max(16, min(block, _FEATURE_BYTES // (8 * len(self.coefficients))))

    def features(self, points: Table) -> tuple[Floats, Floats]:
        """Return features (rows, p) and what every component's log density has in common (rows,)."""
        x = points - self.origin
        n, d = x.shape
        out = np.empty((n, len(self.coefficients)))
        out[:, -d - 1 : -1], out[:, -1] = x, 1.0
        common = np.zeros(n)
        if self.kind == "full":
            start = 0
            for i in range(d):
                np.multiply(x[:, i:], x[:, i, None], out=out[:, start : start + d - i])
                start += d - i
        elif self.kind == "diag":
            np.square(x, out=out[:, :d])
        elif self.factor is None:
            np.einsum("nd,nd->n", x, x, out=out[:, 0])
        else:
            common = -0.5 * np.square(x @ self.factor).sum(axis=1)
        return out, common

    def scatter(self, features: Floats, weights: Floats | None) -> Floats:
        """Return the weighted products of all rows, which only tied covariances need."""
        if self.kind != "tied":
            return np.zeros((0, 0))
        x = features[:, :-1]
        return x.T @ (x if weights is None else x * weights[:, None])

    def statistics(self, moments: Floats, scatter: Floats, total: float) -> Statistics:
        """Name the parts of the summed features (p, k)."""
        d = self.dimension
        resp, sums, products = moments[-1].copy(), moments[-d - 1 : -1].T.copy(), moments[: -d - 1]
        if self.kind == "full":
            square = np.empty((len(resp), d, d))
            square[:, self.upper[0], self.upper[1]] = products.T
            square[:, self.upper[1], self.upper[0]] = products.T
        else:
            square = {"tied": scatter, "diag": products.T.copy()}.get(self.kind, products[0:1].sum(0))
        weight = float(resp.sum())
        if not weight > 0:
            raise DegenerateDataError("No row has any weight.")
        return Statistics(resp, sums, square, total / weight, self.origin)


def _collect(
    table: Table, weights: Floats, part: slice, terms: _Terms, block: int
) -> tuple[Floats, Floats, float]:
    """Sum features by responsibility, products, and log-likelihood over one part of the rows."""
    total = 0.0
    moments = np.zeros(terms.coefficients.shape)
    scatter = np.zeros(1)
    for rows in _blocks(part, terms.rows(block)):
        features, common = terms.features(table[rows])
        resp = features @ terms.coefficients
        likelihood = _normalise(resp) + common
        w = weights[rows] if weights.size else None
        if w is not None:
            resp *= w[:, None]
        total += float(likelihood.sum() if w is None else w @ likelihood)
        moments += features.T @ resp
        scatter = scatter + terms.scatter(features, w)
    return moments, scatter, total


def _normalise(logs: Floats) -> Floats:
    """Turn joint log densities into responsibilities in place; return their log sums."""
    top = logs.max(axis=1)
    logs -= top[:, None]
    np.exp(logs, out=logs)
    sums = logs.sum(axis=1)
    logs /= sums[:, None]
    return top + np.log(sums)


def _log_determinant(mixture: Mixture) -> Floats:
    """Return the log determinant of each component's Cholesky factor."""
    factors, d = mixture.precisions_cholesky, mixture.means.shape[1]
    if mixture.covariance_type in {"full", "tied"}:
        diagonal = np.diagonal(factors, axis1=-2, axis2=-1)
        return np.asarray(np.log(diagonal).sum(axis=-1))
    logs = np.log(factors)
    return logs.sum(axis=1) if mixture.covariance_type == "diag" else d * logs


def _checked(mixture: Mixture, dimension: int) -> Mixture:
    arrays = [np.asarray(array, dtype=np.float64) for array in mixture[:3]]
    k, d, kind = len(arrays[0]), dimension, mixture.covariance_type
    shapes = {"full": (k, d, d), "tied": (d, d), "diag": (k, d), "spherical": (k,)}
    if kind not in shapes:
        raise DegenerateDataError(f"There is no covariance type {kind!r}: {', '.join(shapes)}.")
    wanted = [(k,), (k, d), shapes[kind]]
    if [array.shape for array in arrays] != wanted:
        raise DegenerateDataError(
            f"A {kind} mixture for {d} columns has arrays of shapes {wanted}, "
            f"not {[array.shape for array in arrays]}."
        )
    return Mixture(*arrays, kind)


def _parts(rows: int) -> list[slice]:
    """Cut rows by their number alone, so that sums do not depend on threads."""
    count = min(_MOST_PARTS, -(-rows // _PART_ROWS))
    edges = [rows * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]


def _blocks(part: slice, size: int) -> Iterator[slice]:
    return (slice(i, min(i + size, part.stop)) for i in range(part.start, part.stop, size))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
