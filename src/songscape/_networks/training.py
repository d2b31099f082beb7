"""The loop by which every network is trained: epochs of batches, a held-out part, early stopping.

A :class:`Learner` knows how to learn from a batch and how to measure itself; :func:`train` draws
the batches, keeps the curves, stops when the loss of the held-out part has not fallen for a while
and goes back to the weights of the best epoch (Prechelt 1998, "Early stopping — but when?").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Watch = Callable[[int, Mapping[str, float]], None]

WATCHED = "validation_loss"
"""The measure that stops training early."""

BETTER_BY = 1e-6
"""An epoch is better if its loss is lower by this share; less is rounding."""

SMALLEST_BATCH, LARGEST_BATCH = 64, 1024


class Learner(Protocol):
    """What can be trained."""

    def learn(self, rows: NDArray[np.int64]) -> Mapping[str, float]:
        """Take one step on some songs; return the means of its measures over them."""

    def measure(self) -> Mapping[str, float]:
        """Return the measures of the held-out songs, empty where there are none."""

    def weights(self) -> Any:
        """Return a copy of all that is learned."""

    def restore(self, weights: Any) -> None:
        """Go back to such a copy."""


@dataclass(frozen=True)
class Schedule:
    """How long is trained.

    Parameters
    ----------
    epochs : most passes over the songs.
    batch_size : songs in one step; 0 takes it from the number of songs.
    patience : epochs without a better held-out loss after which training stops and the best
        weights are taken; 0 trains to the end and keeps the last weights.
    """

    epochs: int = 200
    batch_size: int = 0
    patience: int = 20

    def batch(self, n: int) -> int:
        """Return the songs in one step of `n` songs.

        >>> Schedule().batch(800), Schedule().batch(20_000), Schedule(batch_size=256).batch(800)
        (64, 156, 256)
        """
        return self.batch_size or min(max(SMALLEST_BATCH, n // 128), LARGEST_BATCH)


@dataclass(frozen=True, eq=False)
class Course:
    """How a training went.

    Parameters
    ----------
    history : measure to its value after every epoch, arrays of shape (epochs run,).
    best : the epoch whose weights were kept, counted from 1.
    """

    history: Mapping[str, NDArray[np.float64]]
    best: int


def train(
    learner: Learner,
    n: int,
    schedule: Schedule,
    rng: np.random.Generator,
    watch: Watch | None = None,
) -> Course:
    """Train until the held-out loss no longer falls or the epochs are over.

    Parameters
    ----------
    learner : what is trained.
    n : number of songs it learns from.
    schedule : how long.
    rng : draws the order of the songs.
    watch : is given the epoch, counted from 1, and its measures.

    Raises
    ------
    DegenerateDataError
        If the loss is no longer a number.
    """
    kept: list[Mapping[str, float]] = []
    best, lowest, weights = 0, np.inf, None
    for epoch in range(1, schedule.epochs + 1):
        measures = {**_epoch(learner, n, schedule.batch(n), rng), **learner.measure()}
        _check(measures, epoch)
        kept.append(measures)
        if watch is not None:
            watch(epoch, measures)
        if not schedule.patience or WATCHED not in measures:
            best = epoch
        elif measures[WATCHED] < lowest - BETTER_BY * abs(lowest if best else 0.0):
            best, lowest, weights = epoch, measures[WATCHED], learner.weights()
        elif epoch - best >= schedule.patience:
            break
    if weights is not None:
        learner.restore(weights)
    return Course({name: np.array([one[name] for one in kept]) for name in kept[0]}, best)


def held_out(
    n: int, fraction: float, rng: np.random.Generator, groups: NDArray[Any] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split songs into those to learn from and those held out, songs of a group together.

    Parameters
    ----------
    n : number of songs.
    fraction : share held out, 0..1; 0 holds out none.
    rng : draws them.
    groups : a group for each song.

    Returns
    -------
    Two sorted arrays of indices; at least one song, or group, is learned from.
    """
    block = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1].ravel()
    count = int(block.max()) + 1
    if fraction <= 0 or count < 2:
        return np.arange(n), np.arange(0)
    order = rng.permutation(count)
    reached = np.cumsum(np.bincount(block)[order])
    taken = order[: min(max(1, int((reached <= fraction * n).sum())), count - 1)]
    held = np.isin(block, taken)
    return np.flatnonzero(~held), np.flatnonzero(held)


def _epoch(learner: Learner, n: int, size: int, rng: np.random.Generator) -> dict[str, float]:
    """Take every song once, in a drawn order; return the measures' means over the songs."""
    sums: dict[str, float] = {}
    for rows in _batches(rng.permutation(n), size):
        for name, value in learner.learn(rows).items():
            sums[name] = sums.get(name, 0.0) + value * len(rows)
    return {name: total / n for name, total in sums.items()}


def _batches(order: NDArray[np.int64], size: int) -> Iterable[NDArray[np.int64]]:
    """Yield the songs of one step after another."""
    return (order[start : start + size] for start in range(0, len(order), size))


def _check(measures: Mapping[str, float], epoch: int) -> None:
    """Raise if a measure is no number."""
    if not all(np.isfinite(value) for value in measures.values()):
        raise DegenerateDataError(
            f"Training diverged in epoch {epoch}: the loss is no longer a number; scale the "
            "features (prepare.standard) or lower the learning rate."
        )
