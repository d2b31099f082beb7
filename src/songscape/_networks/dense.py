"""Dense layers in NumPy: each takes x to f(x W + b); the last has a function of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Layer = tuple[Floats, Floats]

ACTIVATIONS = ("relu", "tanh", "elu", "linear")


def forward(matrix: Floats, layers: Sequence[Layer], activation: str, last: str) -> Floats:
    """Return what layers make of rows, shape (n, width of the last layer).

    Parameters
    ----------
    matrix : shape (n, d).
    layers : weights of shape (inputs, outputs) and biases of shape (outputs,).
    activation, last : of all layers but the last, and of the last; see :data:`ACTIVATIONS`.
    """
    return outputs(matrix, layers, activation, last)[-1]


def outputs(matrix: Floats, layers: Sequence[Layer], activation: str, last: str) -> list[Floats]:
    """Return what every layer makes of rows, first the rows themselves."""
    values = [matrix]
    for index, (weights, biases) in enumerate(layers):
        name = last if index == len(layers) - 1 else activation
        raw = values[-1] @ weights
        raw += biases
        values.append(activate(raw, name))
    return values


def activate(values: Floats, name: str) -> Floats:
    """Apply an activation by its name.

    >>> activate(np.array([-1.0, 2.0]), "relu").tolist()
    [0.0, 2.0]
    """
    if name == "relu":
        return np.maximum(values, 0)
    if name == "tanh":
        return np.tanh(values)
    if name == "elu":
        return np.where(values > 0, values, np.expm1(np.minimum(values, 0)))
    return values


def slope(output: Floats, name: str) -> Floats:
    """Return the derivative of an activation, from what it gave out."""
    if name == "relu":
        return (output > 0).astype(output.dtype)
    if name == "tanh":
        return 1 - output**2
    if name == "elu":
        return np.where(output > 0, 1, output + 1).astype(output.dtype)
    return np.ones_like(output)


def drawn(
    sizes: Sequence[int], rng: np.random.Generator, dtype: Any = np.float64
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Draw the weights to begin with (Glorot & Bengio 2010, "Understanding the difficulty …").

    Parameters
    ----------
    sizes : inputs, width of every layer, outputs.
    rng : draws weights from ±√(6 / (inputs + outputs)); biases are 0.
    dtype : of the arrays.
    """
    return [
        (
            rng.uniform(-1, 1, (inputs, width)).astype(dtype)
            * np.asarray(np.sqrt(6 / (inputs + width)), dtype),
            np.zeros(width, dtype),
        )
        for inputs, width in pairwise(sizes)
    ]


def count(layers: Sequence[Layer]) -> int:
    """Return the number of parameters: all weights and biases.

    >>> count(drawn([68, 2], np.random.default_rng(0)))
    138
    >>> count(drawn([68, 32, 2], np.random.default_rng(0)))
    2274
    """
    return sum(weights.size + biases.size for weights, biases in layers)
