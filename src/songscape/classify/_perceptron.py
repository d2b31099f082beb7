"""Classifiers and regressors of dense layers, trained in NumPy: what `linear` and `network` share.

Both learn by Adam in batches, hold out songs to stop by, keep the curves of every epoch and go back
to the best one. They run on one thread, so the same seed gives the same numbers anywhere.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from threadpoolctl import threadpool_limits

from songscape._networks.dense import drawn, forward
from songscape._networks.estimating import classes_of, keep
from songscape._networks.perceptron import Lesson, Perceptron, Rule, probabilities
from songscape._networks.training import Schedule, train
from songscape.classify._taught import Taught

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.estimating import Pair
    from songscape._networks.training import Watch

    Floats = NDArray[np.float64]


class Dense(Taught):
    """What both kinds do: train dense layers and keep the curves."""

    coefs_: list[Any]
    intercepts_: list[Any]

    def __init__(  # noqa: PLR0913 - a network has this many knobs
        self,
        hidden: tuple[int, ...] = (32,),
        activation: str = "relu",
        output: str = "softmax",
        penalty: float = 0.0,
        *,
        epochs: int = 200,
        batch_size: int = 64,
        patience: int = 20,
        validation_fraction: float = 0.1,
        learning_rate: float = 1e-3,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.output = output
        self.penalty = penalty
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.learning_rate = learning_rate
        self.random_state = random_state

    @property
    @abstractmethod
    def _loss(self) -> str:
        """The loss, one of :data:`songscape._networks.perceptron.LOSSES`."""

    def _learned(
        self, lesson: Pair, held: Pair | None, rng: np.random.Generator, progress: Watch | None
    ) -> None:
        taken = Lesson(*lesson)
        sizes = (taken.inputs.shape[1], *self.hidden, taken.targets.shape[1])
        rule = Rule(self.activation, self._loss, self.learning_rate, self.penalty)
        kept = None if held is None else Lesson(*held)
        learner = Perceptron(drawn(sizes, rng), rule, taken, kept)
        schedule = Schedule(self.epochs, self.batch_size, self.patience)
        with threadpool_limits(limits=1):
            course = train(learner, len(taken.inputs), schedule, rng, progress)
        keep(self, course)
        self.n_parameters_ = learner.size
        self.coefs_ = [weights for weights, _ in learner.layers]
        self.intercepts_ = [biases for _, biases in learner.layers]

    def _raw(self, X: Any) -> Floats:
        """Return the last layer's numbers for songs, shape (n, outputs)."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        layers = list(zip(self.coefs_, self.intercepts_, strict=True))
        return np.asarray(forward(matrix, layers, self.activation, "linear"), dtype=np.float64)


class PerceptronClassifier(ClassifierMixin, Dense):  # type: ignore[misc]
    """Classes by dense layers; see :class:`songscape.classify.network.Network`."""

    classes_: NDArray[Any]

    @property
    def _loss(self) -> str:
        return self.output

    def _seen(self, X: Any, y: Any) -> Pair:
        matrix, y = validate_data(self, X, y, dtype=np.float64)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_, codes = classes_of(labels)
        return matrix, np.eye(len(self.classes_))[codes]

    def _held(self, X: Any, y: Any) -> Pair:
        """Return songs to stop by; a class that is not learned is told wrong always."""
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        return matrix, (np.asarray(y)[:, None] == self.classes_[None, :]).astype(np.float64)

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of every class, shape (n, classes); rows sum to 1."""
        return np.asarray(probabilities(self._raw(X), self.output), dtype=np.float64)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of every song, shape (n,)."""
        best = self._raw(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels


class PerceptronRegressor(RegressorMixin, Dense):  # type: ignore[misc]
    """Numbers by dense layers; see :class:`songscape.classify.network.NetworkRegressor`."""

    @property
    def _loss(self) -> str:
        return "squared"

    def _seen(self, X: Any, y: Any) -> Pair:
        matrix, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        values = np.asarray(y, dtype=np.float64)
        self._flat = values.ndim == 1
        columns = values.reshape(len(values), -1)
        self.target_mean_ = columns.mean(axis=0)
        spread = columns.std(axis=0)
        self.target_scale_ = np.where(spread > 0, spread, 1.0)
        return matrix, self._scaled(columns)

    def _held(self, X: Any, y: Any) -> Pair:
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        columns = np.asarray(y, dtype=np.float64).reshape(len(matrix), -1)
        return matrix, self._scaled(columns)

    def predict(self, X: Any) -> Floats:
        """Return the numbers of songs, of the shape `y` had."""
        values = self._raw(X) * self.target_scale_ + self.target_mean_
        return np.asarray(values[:, 0] if self._flat else values)

    def _scaled(self, columns: Floats) -> Floats:
        """Return targets with mean 0 and variance 1 over the songs learned from."""
        return np.asarray((columns - self.target_mean_) / self.target_scale_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def training(options: Any, seed: int) -> dict[str, Any]:
    """Return the parameters of training as the options of a plug-in of dense layers say them."""
    return {
        "penalty": options.penalty,
        "epochs": options.epochs,
        "batch_size": options.batch,
        "patience": options.patience,
        "learning_rate": options.learning_rate,
        "random_state": seed,
    }
