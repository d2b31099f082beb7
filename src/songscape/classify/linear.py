"""A linear model: one dense layer from the features to the answer.

With a softmax this is multinomial logistic regression, trained by Adam with songs held out to stop
by. Every feature has one weight per class, so the model can be read; 68 features and 2 classes have
138 parameters. It is the first thing to compare any larger model with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from songscape.classify._perceptron import PerceptronClassifier, PerceptronRegressor, training
from songscape.core.options import option

TELLS = ("label", "number", "place")
READS = "features"


@dataclass(frozen=True)
class Options:
    """How the layer is trained."""

    penalty: float = option(1e-4, "weight of the sum of squared weights in the loss", low=0)
    epochs: int = option(300, "most passes over the songs", low=1)
    batch: int = option(0, "songs in one step; 0 takes it from their number", low=0)
    patience: int = option(20, "epochs without a better held-out loss that end it", low=0)
    learning_rate: float = option(1e-2, "length of the steps", low=1e-6, high=1)


class Linear(PerceptronClassifier):
    """Tell classes by one dense layer.

    Parameters
    ----------
    output : "softmax", or "sigmoid" for sigmoids divided by their sum.
    penalty, epochs, batch_size, patience, validation_fraction, learning_rate, random_state : as of
        :class:`songscape.classify.network.Network`.

    Attributes
    ----------
    classes_, history_, best_epoch_, n_iter_, n_parameters_, coefs_, intercepts_ : as there, with
        one layer.

    Examples
    --------
    >>> songs, labels = [[0.0], [0.1], [3.0], [3.1]] * 10, ["low", "low", "high", "high"] * 10
    >>> model = Linear(learning_rate=0.05, random_state=0).fit(songs, labels)
    >>> model.predict([[-1.0]]).tolist(), model.n_parameters_
    (['low'], 4)
    """

    def __init__(  # noqa: PLR0913 - training has this many knobs
        self,
        output: str = "softmax",
        penalty: float = 0.0,
        *,
        epochs: int = 300,
        batch_size: int = 64,
        patience: int = 20,
        validation_fraction: float = 0.1,
        learning_rate: float = 1e-2,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            (), output=output, penalty=penalty, epochs=epochs, batch_size=batch_size,
            patience=patience, validation_fraction=validation_fraction,
            learning_rate=learning_rate, random_state=random_state,
        )  # fmt: skip


class LinearRegressor(PerceptronRegressor):
    """Tell one number or several by one dense layer; parameters as of :class:`Linear`."""

    def __init__(  # noqa: PLR0913 - training has this many knobs
        self,
        penalty: float = 0.0,
        *,
        epochs: int = 300,
        batch_size: int = 64,
        patience: int = 20,
        validation_fraction: float = 0.1,
        learning_rate: float = 1e-2,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            (), penalty=penalty, epochs=epochs, batch_size=batch_size, patience=patience,
            validation_fraction=validation_fraction, learning_rate=learning_rate,
            random_state=random_state,
        )  # fmt: skip


def make(options: Options, seed: int, kind: str) -> Linear | LinearRegressor:
    """Make the estimator for a label, a number or a place."""
    made = training(options, seed)
    return Linear(**made) if kind == "label" else LinearRegressor(**made)
