"""Classifiers and regressors of dense layers, trained in NumPy: what `linear` and `network` share.

Both learn by Adam in batches, hold out songs to stop by, keep the curves of every epoch and go back
to the best one. They run on one thread, so the same seed gives the same numbers anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from threadpoolctl import threadpool_limits

from songscape._networks.dense import drawn, forward
from songscape._networks.estimating import classes_of, keep, parted, seeded
from songscape._networks.perceptron import Lesson, Perceptron, Rule, probabilities
from songscape._networks.training import Schedule, train

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.training import Watch

    Floats = NDArray[np.float64]


class Trained(BaseEstimator):  # type: ignore[misc]
    """What both kinds do: train and keep the curves."""

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

    def _learned(
        self, lesson: Lesson, loss: str, validation: Lesson | None, groups: Any, watch: Watch | None
    ) -> None:
        """Train on songs, and keep weights and curves."""
        rng, taken, held = seeded(self.random_state), lesson, validation
        if held is None:
            songs, targets, rest = parted(
                lesson.inputs, lesson.targets, self.validation_fraction, rng, groups
            )
            taken, held = Lesson(songs, targets), None if rest is None else Lesson(*rest)
        sizes = (lesson.inputs.shape[1], *self.hidden, lesson.targets.shape[1])
        rule = Rule(self.activation, loss, self.learning_rate, self.penalty)
        learner = Perceptron(drawn(sizes, rng), rule, taken, held)
        schedule = Schedule(self.epochs, self.batch_size, self.patience)
        with threadpool_limits(limits=1):
            course = train(learner, len(taken.inputs), schedule, rng, watch)
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


class PerceptronClassifier(ClassifierMixin, Trained):  # type: ignore[misc]
    """Classes by dense layers; see :class:`songscape.classify.network.Network`."""

    classes_: NDArray[Any]

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        validation: tuple[Any, Any] | None = None,
        groups: Any = None,
        progress: Watch | None = None,
    ) -> Self:
        """Learn the classes.

        Parameters
        ----------
        X : array of shape (n, d), scaled.
        y : labels of shape (n,).
        validation : songs and labels to stop by; else a share of X is held out.
        groups : shape (n,); songs of a group are held out together.
        progress : is given every epoch, from 1, and its measures.

        Raises
        ------
        DegenerateDataError
            If there is only one class, or training diverges.
        """
        matrix, y = validate_data(self, X, y, dtype=np.float64)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_, codes = classes_of(labels)
        held = None if validation is None else self._lesson(*validation)
        lesson = Lesson(matrix, np.eye(len(self.classes_))[codes])
        self._learned(lesson, self.output, held, groups, progress)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of every class, shape (n, classes); rows sum to 1."""
        return np.asarray(probabilities(self._raw(X), self.output), dtype=np.float64)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of every song, shape (n,)."""
        best = self._raw(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def _lesson(self, X: Any, y: Any) -> Lesson:
        """Return songs to stop by; a class that is not learned is told wrong always."""
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        targets = (np.asarray(y)[:, None] == self.classes_[None, :]).astype(np.float64)
        return Lesson(matrix, targets)


class PerceptronRegressor(RegressorMixin, Trained):  # type: ignore[misc]
    """Numbers by dense layers; see :class:`songscape.classify.network.NetworkRegressor`."""

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        validation: tuple[Any, Any] | None = None,
        groups: Any = None,
        progress: Watch | None = None,
    ) -> Self:
        """Learn one number, or several, of shape (n,) or (n, outputs); see the classifier."""
        matrix, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        values = np.asarray(y, dtype=np.float64)
        self._flat = values.ndim == 1
        columns = values.reshape(len(values), -1)
        self.target_mean_ = columns.mean(axis=0)
        spread = columns.std(axis=0)
        self.target_scale_ = np.where(spread > 0, spread, 1.0)
        held = None if validation is None else self._lesson(*validation)
        self._learned(Lesson(matrix, self._scaled(columns)), "squared", held, groups, progress)
        return self

    def predict(self, X: Any) -> Floats:
        """Return the numbers of songs, of the shape `y` had."""
        values = self._raw(X) * self.target_scale_ + self.target_mean_
        return np.asarray(values[:, 0] if self._flat else values)

    def _lesson(self, X: Any, y: Any) -> Lesson:
        """Return songs to stop by."""
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        return Lesson(
            matrix, self._scaled(np.asarray(y, dtype=np.float64).reshape(len(matrix), -1))
        )

    def _scaled(self, columns: Floats) -> Floats:
        """Return targets with mean 0 and variance 1 over the songs learned from."""
        return np.asarray((columns - self.target_mean_) / self.target_scale_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
