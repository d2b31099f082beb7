"""Gradient boosting: many small trees, each mending what those before got wrong.

Trees on binned features, added until songs held out are told no better (Friedman 2001, "Greedy
function approximation: a gradient boosting machine"; scikit-learn's histogram version). It needs no
scaling, bears missing values, finds thresholds and interactions, and is often the strongest on
tables; it is slow with a hundred classes, since each has trees of its own. Leaves that hold few
songs of a rare class would answer wildly and be mended for ever; a penalty on their values (Chen &
Guestrin 2016, "XGBoost: a scalable tree boosting system") keeps them calm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn import ensemble
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from songscape._networks.estimating import classes_of, parted, seeded
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

TELLS = ("label", "number", "place")
READS = "features"


@dataclass(frozen=True)
class Options:
    """How trees are added."""

    trees: int = option(200, "most rounds of adding a tree (one per class)", low=1)
    leaves: int = option(31, "leaves of a tree", low=2)
    learning_rate: float = option(0.1, "how much of a tree is added", low=1e-6, high=1)
    penalty: float = option(5.0, "weight of the sum of squared values of leaves", low=0)
    patience: int = option(10, "rounds without a better held-out loss that end it", low=0)


class _Boosted(BaseEstimator):  # type: ignore[misc]
    """What both kinds do: hold songs out, add trees, keep the curves."""

    def __init__(  # noqa: PLR0913 - trees have this many knobs
        self,
        epochs: int = 200,
        leaves: int = 31,
        learning_rate: float = 0.1,
        patience: int = 10,
        *,
        penalty: float = 5.0,
        validation_fraction: float = 0.1,
        random_state: Any = None,
    ) -> None:
        self.epochs = epochs
        self.leaves = leaves
        self.learning_rate = learning_rate
        self.patience = patience
        self.penalty = penalty
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def _split(
        self, matrix: NDArray[Any], y: NDArray[Any], groups: Any, validation: Any
    ) -> tuple[Any, Any, Any]:
        """Return songs to learn from, their targets, and songs to stop by with theirs."""
        if validation is not None:
            return matrix, y, validation
        if not self.patience:
            return matrix, y, None
        return parted(matrix, y, self.validation_fraction, seeded(self.random_state), groups)

    def _boosted(self, kind: Any, songs: Any, y: Any, held: Any) -> Any:
        """Return scikit-learn's trees for one target."""
        trees = kind(
            max_iter=self.epochs, max_leaf_nodes=self.leaves, learning_rate=self.learning_rate,
            l2_regularization=self.penalty,
            early_stopping=bool(self.patience and held is not None),
            n_iter_no_change=max(self.patience, 1),
            random_state=check_random_state(self.random_state).randint(2**31),
        )  # fmt: skip
        further = {"X_val": held[0], "y_val": held[1]} if trees.early_stopping else {}
        return trees.fit(songs, y, **further)

    def _recorded(self, models: list[Any]) -> None:
        """Keep models and the curves of the first."""
        self.models_ = models
        first = models[0]
        loss = {"loss": -first.train_score_, "validation_loss": -first.validation_score_}
        # The scores begin before the first tree, and are empty where nothing was held out.
        self.history_ = {name: np.asarray(curve[1:]) for name, curve in loss.items() if len(curve)}
        self.n_iter_ = max(int(model.n_iter_) for model in models)
        watched = self.history_.get("validation_loss")
        self.best_epoch_ = self.n_iter_ if watched is None else int(watched.argmin()) + 1

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class Boosting(ClassifierMixin, _Boosted):  # type: ignore[misc]
    """Tell classes by boosted trees.

    Parameters
    ----------
    epochs : most rounds.
    leaves : leaves of a tree.
    learning_rate : how much of a tree is added.
    patience : rounds without a better held-out loss after which no more are added; 0 adds all.
    penalty : weight of the sum of squared values of leaves.
    validation_fraction : share held out, 0..1, where `fit` is given no songs to stop by.
    random_state : seed of the songs held out and of the binning.

    Attributes
    ----------
    classes_, models_, n_iter_, best_epoch_ : the classes; scikit-learn's fitted trees; rounds run;
        the round with the lowest held-out loss.
    history_ : dict of float arrays of shape (rounds,): "loss" and "validation_loss" where songs
        were held out.
    """

    def fit(self, X: Any, y: Any, *, validation: Any = None, groups: Any = None) -> Self:
        """Add trees; see :meth:`songscape.classify.network.Network.fit`."""
        matrix, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_, _ = classes_of(labels)
        songs, y, held = self._split(matrix, labels, groups, validation)
        if len(np.unique(y)) < len(self.classes_):
            songs, y, held = matrix, labels, None
        model = ensemble.HistGradientBoostingClassifier
        self._recorded([self._boosted(model, songs, y, _known(held, self.classes_))])
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of every class, shape (n, classes)."""
        check_is_fitted(self)
        matrix = validate_data(
            self, X, dtype=np.float64, reset=False, ensure_all_finite="allow-nan"
        )
        shares: NDArray[np.float64] = self.models_[0].predict_proba(matrix)
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of every song."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels


class BoostingRegressor(RegressorMixin, _Boosted):  # type: ignore[misc]
    """Tell one number, or several by trees of their own; parameters as of :class:`Boosting`."""

    def fit(self, X: Any, y: Any, *, validation: Any = None, groups: Any = None) -> Self:
        """Add trees; `y` of shape (n,) or (n, outputs)."""
        matrix, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True,
            ensure_all_finite="allow-nan",
        )  # fmt: skip
        self._flat = np.ndim(y) == 1
        songs, y, held = self._split(matrix, np.asarray(y, dtype=np.float64), groups, validation)
        columns = np.asarray(y).reshape(len(y), -1)
        models = []
        for index, column in enumerate(columns.T):
            rest = None if held is None else (held[0], _column(held[1], index))
            model = ensemble.HistGradientBoostingRegressor
            models.append(self._boosted(model, songs, column, rest))
        self._recorded(models)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the numbers of songs, of the shape `y` had."""
        check_is_fitted(self)
        matrix = validate_data(
            self, X, dtype=np.float64, reset=False, ensure_all_finite="allow-nan"
        )
        values = np.column_stack([model.predict(matrix) for model in self.models_])
        return np.asarray(values[:, 0] if self._flat else values)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _known(held: Any, classes: NDArray[Any]) -> Any:
    """Return the songs to stop by whose class is learned; None if there are none."""
    if held is None:
        return None
    known = np.isin(held[1], classes)
    return (np.asarray(held[0])[known], np.asarray(held[1])[known]) if known.any() else None


def _column(values: Any, index: int) -> NDArray[np.float64]:
    """Return one column of targets."""
    table = np.asarray(values, dtype=np.float64)
    return np.asarray(table.reshape(len(table), -1)[:, index])


def make(options: Options, seed: int, kind: str) -> Boosting | BoostingRegressor:
    """Make the estimator for a label, a number or a place."""
    made = Boosting if kind == "label" else BoostingRegressor
    return made(
        options.trees, options.leaves, options.learning_rate, options.patience,
        penalty=options.penalty, random_state=seed,
    )  # fmt: skip
