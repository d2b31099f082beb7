"""A small network: one hidden layer between the features and the answer.

Dense layers with rectified units and a softmax, trained by Adam with songs held out to stop by
(Rumelhart, Hinton & Williams 1986; Kingma & Ba 2015). 68 features, 32 hidden units and 2 classes
have 2,274 parameters. It finds bends that a linear model cannot, and learns single songs by heart
if it is trained for too long; the curves show when that begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from songscape._networks.dense import ACTIVATIONS
from songscape.classify._perceptron import PerceptronClassifier, PerceptronRegressor, training
from songscape.core.options import option

TELLS = ("label", "number", "place")
READS = "features"


@dataclass(frozen=True)
class Options:
    """How the network is built and trained."""

    hidden: tuple[int, ...] = option((32,), "widths of the hidden layers")
    activation: str = option("relu", "of the hidden layers", choices=ACTIVATIONS)
    penalty: float = option(0.0, "weight of the sum of squared weights in the loss", low=0)
    epochs: int = option(200, "most passes over the songs", low=1)
    batch: int = option(0, "songs in one step; 0 takes it from their number", low=0)
    patience: int = option(20, "epochs without a better held-out loss that end it", low=0)
    learning_rate: float = option(1e-3, "length of the steps", low=1e-6, high=1)


class Network(PerceptronClassifier):
    """Tell classes by dense layers.

    Parameters
    ----------
    hidden : widths of the hidden layers; empty for a linear model.
    activation : of the hidden layers: "relu", "tanh", "elu" or "linear".
    output : "softmax", or "sigmoid" for sigmoids divided by their sum.
    penalty : weight of the sum of squared weights in the loss.
    epochs : most passes over the songs.
    batch_size : songs in one step; 0 takes it from their number.
    patience : epochs without a better held-out loss after which training stops and the best
        weights are taken; 0 trains to the end and keeps the last.
    validation_fraction : share held out, 0..1, where `fit` is given no songs to stop by.
    learning_rate : length of Adam's steps.
    random_state : seed of the weights, the songs held out and their order.

    Attributes
    ----------
    classes_ : the classes in order.
    history_ : dict of float arrays of shape (epochs run,): "loss", "accuracy" and the same with
        "validation_" before them. Training measures are means over the epoch while it ran.
    best_epoch_, n_iter_ : the epoch whose weights were kept, from 1, and epochs run.
    n_parameters_ : number of weights and biases.
    coefs_, intercepts_ : weights of shape (inputs, outputs) and biases of every layer.

    Examples
    --------
    >>> songs, labels = [[0.0], [0.1], [3.0], [3.1]] * 10, ["low", "low", "high", "high"] * 10
    >>> Network((4,), learning_rate=0.05, random_state=0).fit(songs, labels).predict([[-1.0]])
    array(['low'], dtype='<U4')
    """


class NetworkRegressor(PerceptronRegressor):
    """Tell one number or several by dense layers; parameters as of :class:`Network`.

    The loss is the squared error of targets brought to mean 0 and variance 1.
    """

    def __init__(  # noqa: PLR0913 - a network has this many knobs
        self,
        hidden: tuple[int, ...] = (32,),
        activation: str = "relu",
        penalty: float = 0.0,
        *,
        epochs: int = 200,
        batch_size: int = 64,
        patience: int = 20,
        validation_fraction: float = 0.1,
        learning_rate: float = 1e-3,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden, activation, penalty=penalty, epochs=epochs, batch_size=batch_size,
            patience=patience, validation_fraction=validation_fraction,
            learning_rate=learning_rate, random_state=random_state,
        )  # fmt: skip


def make(options: Options, seed: int, kind: str) -> Network | NetworkRegressor:
    """Make the estimator for a label, a number or a place."""
    shape = {"hidden": options.hidden, "activation": options.activation}
    made = shape | training(options, seed)
    return Network(**made) if kind == "label" else NetworkRegressor(**made)
