"""A small convolutional network in torch that tells classes from pictures of sound.

:class:`Picture` is a :class:`~songscape._networks.training.Learner`. Each block is a convolution of
3 × 3, a rectified unit and a pooling by 2 × 2; the last block's maps are averaged over time and
frequency and one dense layer tells the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from songscape._networks.torch_here import chosen_device

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

CHUNK = 64
"""Pictures told at a time."""


@dataclass(frozen=True, eq=False)
class Album:
    """Pictures and their classes.

    Parameters
    ----------
    pictures : float16 array of shape (n, bands, frames), values 0..1.
    codes : classes as indices, shape (n,); -1 for one that is not learned.
    """

    pictures: NDArray[np.float16]
    codes: NDArray[np.int64]


def begun(widths: Sequence[int], classes: int, rng: np.random.Generator) -> list[NDArray[Any]]:
    """Draw the weights to begin with (He et al. 2015): kernels and biases, then the dense layer."""
    parts, inputs = [], 1
    for width in widths:
        scale = np.sqrt(2 / (9 * inputs))
        parts += [rng.normal(0, scale, (width, inputs, 3, 3)), np.zeros(width)]
        inputs = width
    parts += [rng.normal(0, np.sqrt(1 / inputs), (classes, inputs)), np.zeros(classes)]
    return [part.astype(np.float32) for part in parts]


def seen(pictures: Any, parts: Sequence[Any]) -> Any:
    """Return the classes' raw numbers for pictures of shape (n, bands, frames)."""
    maps = pictures[:, None] * 2 - 1
    for kernels, biases in zip(parts[:-2:2], parts[1:-2:2], strict=True):
        maps = functional.max_pool2d(
            torch.relu(functional.conv2d(maps, kernels, biases, padding=1)), 2, ceil_mode=True
        )
    return torch.addmm(parts[-1], maps.mean(dim=(2, 3)), parts[-2].T)


def told(
    pictures: NDArray[np.float16], parts: Sequence[NDArray[Any]], device: str
) -> NDArray[np.float64]:
    """Return class probabilities of pictures, shape (n, classes)."""
    where = chosen_device(device)
    weights = [torch.from_numpy(part).to(where) for part in parts]
    with torch.no_grad():
        shares = [
            torch.softmax(seen(_tensor(pictures[start : start + CHUNK], where), weights), dim=1)
            for start in range(0, len(pictures), CHUNK)
        ]
    return np.asarray(torch.cat(shares).cpu().numpy(), dtype=np.float64)


class Picture:
    """A network that learns from pictures.

    Parameters
    ----------
    parts : the weights to begin with, from :func:`begun`.
    learning_rate : length of Adam's steps.
    album, held : to learn from and held out.
    device : "auto" or a device of torch.
    """

    def __init__(
        self,
        parts: Sequence[NDArray[Any]],
        learning_rate: float,
        album: Album,
        held: Album | None,
        device: str = "auto",
    ) -> None:
        self._device = chosen_device(device)
        self._album, self._held = album, held
        self._parts = [torch.from_numpy(part).to(self._device).requires_grad_() for part in parts]
        self._adam = torch.optim.Adam(self._parts, lr=learning_rate)

    def learn(self, rows: NDArray[np.int64]) -> Mapping[str, float]:
        """Take one step; return loss and accuracy before it."""
        raw = seen(_tensor(self._album.pictures[rows], self._device), self._parts)
        codes = torch.from_numpy(self._album.codes[rows]).to(self._device)
        loss = functional.cross_entropy(raw, codes)
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        right = (raw.argmax(dim=1) == codes).float().mean()
        return {"loss": float(loss.detach()), "accuracy": float(right)}

    def measure(self) -> Mapping[str, float]:
        """Return loss and accuracy of the pictures held out."""
        if self._held is None:
            return {}
        shares = told(self._held.pictures, self.weights(), self._device)
        known = self._held.codes >= 0
        chosen = shares[known, self._held.codes[known]]
        right = shares.argmax(axis=1) == self._held.codes
        loss = -float(np.log(np.maximum(chosen, 1e-12)).mean()) if known.any() else 0.0
        return {"validation_loss": loss, "validation_accuracy": float(right.mean())}

    def weights(self) -> list[NDArray[Any]]:
        """Return a copy of the weights as arrays."""
        return [part.detach().cpu().numpy().copy() for part in self._parts]

    def restore(self, weights: list[NDArray[Any]]) -> None:
        """Go back to such a copy."""
        with torch.no_grad():
            for part, kept in zip(self._parts, weights, strict=True):
                part.copy_(torch.from_numpy(kept))


def _tensor(pictures: NDArray[np.float16], device: str) -> Any:
    return torch.from_numpy(pictures.astype(np.float32)).to(device)
