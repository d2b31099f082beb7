"""Gaussians whose log density is linear in features of a row, one class per kind of covariance.

With precision P = C C^T and mean m, the log density is
``-x^T P x / 2 + x^T P m - |C^T m|^2 / 2 + log det C - d log(2 pi) / 2``:
a weighted sum of products of the row's numbers (`Form.quadratic`), of the numbers themselves
(`Form.linear`), and of one. Tied covariances share the first term, so it is added once per row
(`Form.common`) and their products are those of all rows, whoever is responsible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from songscape._kernels._engine import Floats


class Form(Protocol):
    """One kind of covariance; `factors` are Cholesky factors of precisions, k components."""

    def shape(self, k: int, d: int) -> tuple[int, ...]:
        """Return the shape of the factors, covariances and products."""

    def width(self, d: int) -> int:
        """Return how many products of a row's numbers the density needs."""

    def project(self, means: Floats, factors: Floats) -> Floats:
        """Return C^T m of each component (k, d)."""

    def linear(self, projected: Floats, factors: Floats) -> Floats:
        """Return P m of each component (k, d)."""

    def quadratic(self, factors: Floats) -> Floats:
        """Return the coefficients of the products (width, k or 1)."""

    def log_determinant(self, factors: Floats, d: int) -> Floats:
        """Return the log determinant of each factor."""

    def fill(self, x: Floats, out: Floats) -> None:
        """Write the products (width, n) of the numbers (d, n) of each row."""

    def common(self, x: Floats, factors: Floats) -> Floats | float:
        """Return what the log densities of all components have in common, by row."""

    def scatter(self, x: Floats, weights: Floats) -> Floats | float:
        """Return the products of all rows by weight, where they do not depend on components."""

    def products(self, sums: Floats, scatter: Floats | float, d: int) -> Floats:
        """Bring summed products (width, k) into the shape of covariances."""


class _Own:
    """Every component has a covariance of its own."""

    def common(self, x: Floats, factors: Floats) -> Floats | float:  # noqa: ARG002
        return 0.0

    def scatter(self, x: Floats, weights: Floats) -> Floats | float:  # noqa: ARG002
        return 0.0


class Full(_Own):
    """Any covariance: d (d + 1) / 2 products."""

    def shape(self, k: int, d: int) -> tuple[int, ...]:
        return (k, d, d)

    def width(self, d: int) -> int:
        return d * (d + 1) // 2

    def project(self, means: Floats, factors: Floats) -> Floats:
        return np.asarray((means[:, None, :] @ factors)[:, 0])

    def linear(self, projected: Floats, factors: Floats) -> Floats:
        return np.asarray((factors @ projected[:, :, None])[:, :, 0])

    def quadratic(self, factors: Floats) -> Floats:
        i, j = np.triu_indices(factors.shape[1])
        precisions = factors @ factors.transpose(0, 2, 1)
        return np.asarray((precisions[:, i, j] * np.where(i == j, -0.5, -1.0)).T)

    def log_determinant(self, factors: Floats, d: int) -> Floats:  # noqa: ARG002
        return np.asarray(np.log(np.diagonal(factors, axis1=-2, axis2=-1)).sum(axis=-1))

    def fill(self, x: Floats, out: Floats) -> None:
        start = 0
        for i in range(len(x)):
            np.multiply(x[i:], x[i], out=out[start : start + len(x) - i])
            start += len(x) - i

    def products(self, sums: Floats, scatter: Floats | float, d: int) -> Floats:  # noqa: ARG002
        i, j = np.triu_indices(d)
        out = np.empty((sums.shape[1], d, d))
        out[:, i, j] = out[:, j, i] = sums.T
        return out


class Tied:
    """One covariance for all: no products by component."""

    def shape(self, k: int, d: int) -> tuple[int, ...]:  # noqa: ARG002
        return (d, d)

    def width(self, d: int) -> int:  # noqa: ARG002
        return 0

    def project(self, means: Floats, factors: Floats) -> Floats:
        return np.asarray(means @ factors)

    def linear(self, projected: Floats, factors: Floats) -> Floats:
        return np.asarray(projected @ factors.T)

    def quadratic(self, factors: Floats) -> Floats:  # noqa: ARG002
        return np.empty((0, 1))

    def log_determinant(self, factors: Floats, d: int) -> Floats:  # noqa: ARG002
        return np.asarray(np.log(np.diagonal(factors)).sum())

    def fill(self, x: Floats, out: Floats) -> None:
        """Write nothing: there are no products by component."""

    def common(self, x: Floats, factors: Floats) -> Floats | float:
        return np.asarray(-0.5 * np.square(x @ factors).sum(axis=1))

    def scatter(self, x: Floats, weights: Floats) -> Floats | float:
        return np.asarray(x.T @ (x * weights[:, None] if weights.size else x))

    def products(self, sums: Floats, scatter: Floats | float, d: int) -> Floats:  # noqa: ARG002
        return np.asarray(scatter)


class Diagonal(_Own):
    """A variance for each column: d squares."""

    def shape(self, k: int, d: int) -> tuple[int, ...]:
        return (k, d)

    def width(self, d: int) -> int:
        return d

    def project(self, means: Floats, factors: Floats) -> Floats:
        return means * factors

    def linear(self, projected: Floats, factors: Floats) -> Floats:
        return projected * factors

    def quadratic(self, factors: Floats) -> Floats:
        return np.asarray(-0.5 * np.square(factors).T)

    def log_determinant(self, factors: Floats, d: int) -> Floats:  # noqa: ARG002
        return np.asarray(np.log(factors).sum(axis=1))

    def fill(self, x: Floats, out: Floats) -> None:
        np.square(x, out=out)

    def products(self, sums: Floats, scatter: Floats | float, d: int) -> Floats:  # noqa: ARG002
        return np.ascontiguousarray(sums.T)


class Spherical(_Own):
    """One variance for all columns: the squared length."""

    def shape(self, k: int, d: int) -> tuple[int, ...]:  # noqa: ARG002
        return (k,)

    def width(self, d: int) -> int:  # noqa: ARG002
        return 1

    def project(self, means: Floats, factors: Floats) -> Floats:
        return means * factors[:, None]

    def linear(self, projected: Floats, factors: Floats) -> Floats:
        return projected * factors[:, None]

    def quadratic(self, factors: Floats) -> Floats:
        return np.asarray(-0.5 * np.square(factors)[None, :])

    def log_determinant(self, factors: Floats, d: int) -> Floats:
        return np.asarray(d * np.log(factors))

    def fill(self, x: Floats, out: Floats) -> None:
        np.einsum("dn,dn->n", x, x, out=out[0])

    def products(self, sums: Floats, scatter: Floats | float, d: int) -> Floats:  # noqa: ARG002
        return np.array(sums[0])


FORMS: dict[str, Form] = {
    "full": Full(),
    "tied": Tied(),
    "diag": Diagonal(),
    "spherical": Spherical(),
}
