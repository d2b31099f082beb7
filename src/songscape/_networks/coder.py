"""An autoencoder in torch: an encoder to a short code and a decoder back.

:class:`Coder` is a :class:`~songscape._networks.training.Learner`: it minimises the mean squared
difference between what goes in and what comes out. With a :class:`Pull` it also draws every code
toward the centre of its cluster, which is joint deep clustering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from songscape._networks import dense
from songscape._networks.estimating import seeded
from songscape._networks.torch_here import chosen_device
from songscape._networks.training import Schedule, held_out, train

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from songscape._networks.training import Course, Watch

    Floats = NDArray[np.float32]
    Layers = list[tuple[Floats, Floats]]

_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "elu": torch.nn.functional.elu,
    "linear": lambda values: values,
}


@dataclass(frozen=True)
class Build:
    """How an autoencoder is built and moved.

    Parameters
    ----------
    sizes : inputs, hidden widths, code; the decoder mirrors them.
    activation, code_activation, output_activation : of hidden layers, of the code, of the output.
    noise : standard deviation of the Gaussian noise put on the input while learning.
    learning_rate : length of Adam's steps.
    device : "auto" or a device of torch.
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    code_activation: str = "linear"
    output_activation: str = "linear"
    noise: float = 0.0
    learning_rate: float = 1e-3
    device: str = "auto"


@dataclass(frozen=True, eq=False)
class Pull:
    """What draws codes together.

    Parameters
    ----------
    weight : of the clustering loss beside the reconstruction loss.
    centers : shape (k, code).
    spread : mean squared distance of codes from their mean, which makes the loss a share.
    """

    weight: float
    centers: Floats
    spread: float


class Coder:
    """An autoencoder that learns.

    Parameters
    ----------
    build : how it is built.
    songs, held : the rows to learn from and those held out, float32 arrays of shape (n, d).
    rng : draws the weights to begin with and the noise.
    """

    def __init__(self, build: Build, songs: Floats, held: Floats, rng: np.random.Generator) -> None:
        self._build, self.rng = build, rng
        self._device = chosen_device(build.device)
        self._noise = torch.Generator().manual_seed(int(rng.integers(2**31)))
        self._songs, self._held = self._tensor(songs), self._tensor(held)
        sizes = build.sizes
        self._encoder = self._learned(dense.drawn(sizes, rng, np.float32))
        self._decoder = self._learned(dense.drawn(sizes[::-1], rng, np.float32))
        parts = [part for layer in self._encoder + self._decoder for part in layer]
        self._adam = torch.optim.Adam(parts, lr=build.learning_rate, eps=1e-7)
        self.pull: Pull | None = None
        self.refresh: Callable[[Coder], Pull] | None = None

    def learn(self, rows: NDArray[np.int64]) -> Mapping[str, float]:
        """Take one step on some songs; return the losses before it."""
        songs = self._songs[torch.from_numpy(rows).to(self._device)]
        losses = self._losses(self._disturbed(songs), songs)
        self._adam.zero_grad()
        losses["loss"].backward()
        self._adam.step()
        return {name: float(value.detach()) for name, value in losses.items()}

    def measure(self) -> Mapping[str, float]:
        """Move the centres where there are some, and return the losses of the held-out songs."""
        if self.refresh is not None:
            self.pull = self.refresh(self)
        if not len(self._held):
            return {}
        with torch.no_grad():
            losses = self._losses(self._held, self._held)
        return {f"validation_{name}": float(value) for name, value in losses.items()}

    def weights(self) -> Any:
        """Return a copy of all that is learned, and of the centres."""
        return self.encoder(), self.decoder(), self.pull

    def restore(self, weights: Any) -> None:
        """Go back to such a copy."""
        encoder, decoder, self.pull = weights
        # In place: the optimiser goes on moving the tensors it was given.
        with torch.no_grad():
            for layer, kept in zip(self._encoder + self._decoder, encoder + decoder, strict=True):
                for part, array in zip(layer, kept, strict=True):
                    part.copy_(self._tensor(array))

    def encoder(self) -> Layers:
        """Return the encoder's weights and biases as arrays."""
        return _arrays(self._encoder)

    def decoder(self) -> Layers:
        """Return the decoder's weights and biases as arrays."""
        return _arrays(self._decoder)

    def codes(self) -> Floats:
        """Return the codes of the songs learned from, shape (n, code)."""
        with torch.no_grad():
            return np.asarray(self._encoded(self._songs).cpu().numpy())

    def _losses(self, seen: Any, wanted: Any) -> dict[str, Any]:
        """Return the loss and, where codes are drawn together, its two parts."""
        code = self._encoded(seen)
        build = self._build
        made = _through(code, self._decoder, build.activation, build.output_activation)
        reconstruction = ((made - wanted) ** 2).mean()
        if self.pull is None:
            return {"loss": reconstruction}
        centers = self._tensor(self.pull.centers)
        nearest = centers[torch.cdist(code.detach(), centers).argmin(dim=1)]
        clustering = ((code - nearest) ** 2).sum(dim=1).mean() / self.pull.spread
        return {
            "loss": reconstruction + self.pull.weight * clustering,
            "reconstruction": reconstruction,
            "clustering": clustering,
        }

    def _encoded(self, songs: Any) -> Any:
        build = self._build
        return _through(songs, self._encoder, build.activation, build.code_activation)

    def _disturbed(self, songs: Any) -> Any:
        """Put noise on the input (Vincent et al. 2008, "Extracting … robust features")."""
        if not self._build.noise:
            return songs
        noise = torch.randn(songs.shape, generator=self._noise).to(self._device)
        return songs + self._build.noise * noise

    def _tensor(self, array: Floats) -> Any:
        return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(self._device)

    def _learned(self, layers: Sequence[tuple[Floats, Floats]]) -> list[tuple[Any, Any]]:
        """Return layers as tensors that take gradients."""
        return [
            (self._tensor(weights).requires_grad_(), self._tensor(biases).requires_grad_())
            for weights, biases in layers
        ]


class Coding(Protocol):
    """An estimator that learns a code: the parameters all of them have, under one name."""

    hidden: tuple[int, ...]
    activation: str
    noise: float
    epochs: int
    batch_size: int
    patience: int
    validation_fraction: float
    learning_rate: float
    device: str
    random_state: Any


def begun(
    estimator: Coding, rows: Floats, code: int, progress: Watch | None, **last: str
) -> tuple[Coder, Callable[[], Course]]:
    """Return an estimator's network before it has learned, and what trains it once.

    Parameters
    ----------
    estimator : says how the network is built and how long it is trained.
    rows : songs as the network sees them, float32 array of shape (n, d); some are held out.
    code : numbers in the code.
    progress : is given every epoch, from 1, and its measures.
    last : activations of the code and of the output, as of :class:`Build`.
    """
    rng = seeded(estimator.random_state)
    songs, held = held_out(len(rows), estimator.validation_fraction, rng)
    build = Build(
        (rows.shape[1], *estimator.hidden, code), estimator.activation, noise=estimator.noise,
        learning_rate=estimator.learning_rate, device=estimator.device, **last,
    )  # fmt: skip
    coder = Coder(build, rows[songs], rows[held], rng)
    schedule = Schedule(estimator.epochs, estimator.batch_size, estimator.patience)
    return coder, lambda: train(coder, len(songs), schedule, rng, progress)


def _through(values: Any, layers: Sequence[tuple[Any, Any]], activation: str, last: str) -> Any:
    """Send rows through layers."""
    for index, (weights, biases) in enumerate(layers):
        name = last if index == len(layers) - 1 else activation
        values = _FUNCTIONS[name](torch.addmm(biases, values, weights))
    return values


def _arrays(layers: Sequence[tuple[Any, Any]]) -> Layers:
    """Return copies of layers as arrays."""
    return [
        (weights.detach().cpu().numpy().copy(), biases.detach().cpu().numpy().copy())
        for weights, biases in layers
    ]
