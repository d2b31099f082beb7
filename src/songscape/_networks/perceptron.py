"""A network of dense layers trained in NumPy by Adam.

Gradients by back-propagation (Rumelhart, Hinton & Williams 1986, "Learning representations by
back-propagating errors"), steps by Adam (Kingma & Ba 2015, "Adam: a method for stochastic
optimization"). Three losses: cross-entropy over a softmax; cross-entropy over sigmoids divided by
their sum, as some published models have it; squared error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from songscape._networks.dense import count, forward, outputs, slope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape._networks.dense import Layer

    Floats = NDArray[np.floating[Any]]

LOSSES = ("softmax", "sigmoid", "squared")
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Lesson:
    """Songs and what is to be told of them.

    Parameters
    ----------
    inputs : float64 array of shape (n, d).
    targets : float64 array of shape (n, outputs): one-hot for classes, numbers else.
    """

    inputs: Floats
    targets: Floats


@dataclass(frozen=True)
class Rule:
    """How a network is built and moved.

    Parameters
    ----------
    activation : of the hidden layers.
    loss : one of :data:`LOSSES`.
    learning_rate : length of Adam's steps.
    penalty : weight of the sum of squared weights in the loss, per song.
    """

    activation: str = "relu"
    loss: str = "softmax"
    learning_rate: float = 1e-3
    penalty: float = 0.0


class Perceptron:
    """A :class:`~songscape._networks.training.Learner` of dense layers.

    Parameters
    ----------
    layers : the weights and biases to begin with; they are changed.
    rule : how they are moved.
    lesson, held : the songs to learn from, and those held out.
    """

    def __init__(
        self, layers: list[Layer], rule: Rule, lesson: Lesson, held: Lesson | None = None
    ) -> None:
        self.layers, self._rule = layers, rule
        self._lesson, self._held = lesson, held
        self._adam = Adam([part for layer in layers for part in layer], rule.learning_rate)

    def learn(self, rows: NDArray[np.int64]) -> Mapping[str, float]:
        """Take one step; return loss and, for classes, accuracy before it."""
        inputs, targets = self._lesson.inputs[rows], self._lesson.targets[rows]
        values = outputs(inputs, self.layers, self._rule.activation, "linear")
        found, back = graded(values[-1], targets, self._rule.loss)
        back /= len(targets)
        self._adam.step(self._gradients(values, back))
        return found

    def measure(self) -> Mapping[str, float]:
        """Return loss and accuracy of the held-out songs."""
        if self._held is None:
            return {}
        raw = forward(self._held.inputs, self.layers, self._rule.activation, "linear")
        found = measures(raw, self._held.targets, self._rule.loss)
        return {f"validation_{name}": value for name, value in found.items()}

    def weights(self) -> list[Layer]:
        """Return a copy of the layers."""
        return [(weights.copy(), biases.copy()) for weights, biases in self.layers]

    def restore(self, weights: list[Layer]) -> None:
        """Go back to such a copy."""
        self.layers = weights

    @property
    def size(self) -> int:
        """Number of parameters."""
        return count(self.layers)

    def _gradients(self, values: list[Any], back: Floats) -> list[Floats]:
        """Return the gradient of the mean loss by every weight and bias, from that by the last."""
        found: list[Floats] = []
        for index in range(len(self.layers) - 1, -1, -1):
            weights = self.layers[index][0]
            push = values[index].T @ back + 2 * self._rule.penalty * weights
            found = [push, back.sum(axis=0), *found]
            if index:
                back = (back @ weights.T) * slope(values[index], self._rule.activation)
        return found


class Adam:
    """Adam's moments and steps over a list of arrays, which are changed in place."""

    def __init__(self, parts: list[Any], rate: float) -> None:
        self._parts, self._rate, self._steps = parts, rate, 0
        self._first = [np.zeros_like(part) for part in parts]
        self._second = [np.zeros_like(part) for part in parts]

    def step(self, gradients: list[Floats]) -> None:
        """Move every array against its gradient."""
        self._steps += 1
        rate = self._rate * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        every = zip(self._parts, gradients, self._first, self._second, strict=True)
        for part, gradient, first, second in every:
            np.add(0.9 * first, 0.1 * gradient, out=first)
            np.add(0.999 * second, 0.001 * gradient**2, out=second)
            np.subtract(part, rate * first / (np.sqrt(second) + 1e-7), out=part)


def probabilities(raw: Floats, loss: str) -> Floats:
    """Return the class probabilities that the last layer's numbers stand for, rows sum to 1."""
    if loss == "sigmoid":
        shares = expit(raw) + _LEAST
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
    return np.asarray(np.exp(log_softmax(raw)))


def log_softmax(raw: Floats) -> Floats:
    """Return the logarithms of the softmax; a step is so short that SciPy's checks would rule it.

    >>> np.exp(log_softmax(np.array([[0.0, 1000.0]]))).tolist()
    [[0.0, 1.0]]
    """
    shifted = raw - raw.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.asarray(shifted)


def measures(raw: Floats, targets: Floats, loss: str) -> dict[str, float]:
    """Return the mean loss and, for classes, the share told rightly.

    A song without a target (a class that was not learned) is told wrongly and adds no loss.
    """
    return graded(raw, targets, loss)[0]


def graded(raw: Floats, targets: Floats, loss: str) -> tuple[dict[str, float], Floats]:
    """Return the measures, and the derivative of every song's loss by the last layer's numbers."""
    if loss == "squared":
        away = raw - targets
        return {"loss": float((away**2).mean())}, np.asarray(2 * away / targets.shape[1])
    if loss == "softmax":
        log = log_softmax(raw)
        found = _told(raw, targets, log)
        shares = np.exp(log, out=log)
        return found, np.subtract(shares, targets, out=shares)
    shares = expit(raw)
    log = np.log(probabilities(raw, loss) + _LEAST)
    # −log(s_t / Σ s) by z: s(1 − s) / Σ s for all, minus 1 − s for the right one.
    total = shares.sum(axis=1, keepdims=True) + _LEAST
    return _told(raw, targets, log), np.asarray((1 - shares) * (shares / total - targets))


def _told(raw: Floats, targets: Floats, log: Floats) -> dict[str, float]:
    """Return the mean loss and the share told rightly, from logarithms of the probabilities."""
    right = targets[np.arange(len(raw)), raw.argmax(axis=1)] > 0
    loss = -float(np.einsum("ij,ij->i", targets, log).mean())
    return {"loss": loss, "accuracy": float(right.mean())}
