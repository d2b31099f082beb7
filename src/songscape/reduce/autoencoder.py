"""Autoencoder: a network learns a short code from which it can rebuild the songs.

An encoder leads from the d features to k numbers, a decoder back; both are learned together by
making the rebuilt songs as like the given ones as may be (Hinton & Salakhutdinov 2006, "Reducing
the dimensionality of data with neural networks"). Without hidden layers and with linear code it
finds the plane of the principal components; hidden layers let the plane bend. The axes of the code
have no order, no direction and no unit, so a score taken in the code is comparable with no other.

Part of the songs is held out; training stops when their reconstruction no longer gets better. It
runs in torch (extra ``deep``), on a GPU if torch sees one; what is fitted is kept as arrays, so
placing songs needs no torch. On a processor the same seed gives the same code on any number of
threads, because one is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._matrix import as_matrix
from songscape._networks.dense import ACTIVATIONS, count, forward
from songscape._networks.estimating import keep
from songscape._networks.scaling import Frame
from songscape._networks.torch_here import DEVICES, one_thread, require_torch
from songscape.core.guard import check_matrix
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.training import Watch


@dataclass(frozen=True)
class Options:
    """How the code is learned."""

    k: int = option(2, "numbers in the code", low=1)
    hidden: tuple[int, ...] = option((32,), "widths of the encoder's hidden layers; empty for none")
    noise: float = option(
        0.0, "standard deviation of noise on the input, in that of the features", low=0
    )
    activation: str = option("elu", "of the hidden layers", choices=ACTIVATIONS)
    epochs: int = option(200, "most passes over the songs", low=1)
    batch: int = option(0, "songs in one step; 0 takes it from their number", low=0)
    patience: int = option(20, "epochs without a better reconstruction that end it", low=0)
    validation: float = option(0.1, "share of songs held out", low=0, high=0.9)
    learning_rate: float = option(0.003, "length of the steps", low=1e-6, high=1)
    device: str = option("auto", "auto takes a GPU if torch sees one", choices=DEVICES)


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Learn a short code of songs.

    Parameters
    ----------
    n_components : numbers in the code.
    hidden : widths of the encoder's hidden layers; the decoder mirrors them.
    noise : standard deviation of the noise put on the input while learning, where the features'
        root mean square is 1.
    activation, code_activation, output_activation : "relu", "tanh", "elu" or "linear".
    epochs : most passes over the songs.
    batch_size : songs in one step; 0 takes it from their number.
    patience : epochs without a better held-out reconstruction after which training stops and the
        best weights are taken; 0 trains to the end and keeps the last.
    validation_fraction : share of songs held out, 0..1; 0 holds out none and trains to the end.
    learning_rate : length of Adam's steps.
    scale : whether to centre the features and divide them by one number for all; else the network
        sees them as they are.
    device : "auto" for a GPU if torch sees one, or "cpu".
    random_state : seed of the weights, the held-out songs, the order and the noise.

    Attributes
    ----------
    history_ : dict of float arrays of shape (epochs run,): "loss" and, with songs held out,
        "validation_loss". Where scaled, the unit is the share of the features' variance lost.
    best_epoch_ : the epoch whose weights were kept, from 1.
    n_iter_ : epochs run.
    n_parameters_ : number of weights and biases.
    encoder_, decoder_ : lists of (weights, biases).
    mean_, scale_ : what is taken from the features, shape (d,), and what they are divided by.

    Examples
    --------
    >>> songs = np.random.default_rng(0).normal(size=(200, 1)) @ [[1.0, 2.0, -1.0]]
    >>> code = Autoencoder(1, hidden=(), epochs=300, random_state=0).fit(songs)
    >>> code.transform(songs).shape, bool(code.score(songs) > 0.99)
    ((200, 1), True)
    """

    def __init__(  # noqa: PLR0913 - a network has this many knobs
        self,
        n_components: int = 2,
        hidden: tuple[int, ...] = (32,),
        noise: float = 0.0,
        activation: str = "elu",
        *,
        code_activation: str = "linear",
        output_activation: str = "linear",
        epochs: int = 200,
        batch_size: int = 0,
        patience: int = 20,
        validation_fraction: float = 0.1,
        learning_rate: float = 3e-3,
        scale: bool = True,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.noise = noise
        self.activation = activation
        self.code_activation = code_activation
        self.output_activation = output_activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.learning_rate = learning_rate
        self.scale = scale
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Watch | None = None) -> Self:
        """Learn the code.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        progress : is given every epoch, from 1, and its measures.

        Raises
        ------
        MissingExtraError
            If torch is not installed.
        DegenerateDataError
            If the numbers do not allow it, or training diverges.
        """
        del y
        check_matrix(as_matrix(X))
        matrix = validate_data(self, X, dtype=[np.float64, np.float32])
        require_torch("reduce.autoencoder")
        with one_thread():
            return self._learned(matrix, progress)

    def _learned(self, matrix: NDArray[Any], progress: Watch | None) -> Self:
        """Train, and keep what was learned as arrays."""
        from songscape._networks.coder import begun

        frame = Frame.of(matrix, scaled=self.scale)
        self.mean_, self.scale_ = frame.mean, frame.scale
        last = {"code_activation": self.code_activation}
        last |= {"output_activation": self.output_activation}
        coder, trained = begun(self, frame.into(matrix), self.n_components, progress, **last)
        keep(self, trained())
        self.encoder_, self.decoder_ = coder.encoder(), coder.decoder()
        self.n_parameters_ = count(self.encoder_) + count(self.decoder_)
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Return the code of songs, float32 of shape (n, k)."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        rows = Frame(self.mean_, self.scale_).into(matrix)
        return np.asarray(forward(rows, self.encoder_, self.activation, self.code_activation))

    def inverse_transform(self, X: Any) -> NDArray[np.float64]:
        """Return the songs that codes stand for, shape (n, d)."""
        check_is_fitted(self)
        code = np.asarray(X, dtype=np.float32)
        made = forward(code, self.decoder_, self.activation, self.output_activation)
        return Frame(self.mean_, self.scale_).back(made)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the share of the songs' variance that the code keeps, 1 at best.

        Taken on songs it was not fitted on, this is what to choose the length of the code by.
        """
        del y
        matrix = np.asarray(X, dtype=np.float64)
        lost = ((matrix - self.inverse_transform(self.transform(X))) ** 2).sum()
        return float(1 - lost / ((matrix - matrix.mean(axis=0)) ** 2).sum())

    @property
    def _n_features_out(self) -> int:
        """Numbers in the code, which scikit-learn makes their names from."""
        return self.n_components

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def make(options: Options, seed: int) -> Autoencoder:
    """Make the transformer."""
    return Autoencoder(
        options.k, options.hidden, options.noise, options.activation, epochs=options.epochs,
        batch_size=options.batch, patience=options.patience,
        validation_fraction=options.validation, learning_rate=options.learning_rate,
        device=options.device, random_state=seed,
    )  # fmt: skip
