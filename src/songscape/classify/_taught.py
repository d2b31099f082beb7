"""How every network of this stage learns: from some songs, until it tells others no better."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator

from songscape._networks.estimating import parted, seeded

if TYPE_CHECKING:
    import numpy as np

    from songscape._networks.estimating import Pair
    from songscape._networks.training import Watch


class Taught(BaseEstimator, ABC):  # type: ignore[misc]
    """A network that learns from songs and stops by others.

    A kind of network gives ``_seen(X, y)`` and ``_held(X, y)``, the arrays it learns from and stops
    by, and ``_learned``, which trains it.
    """

    validation_fraction: float
    random_state: Any

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        validation: tuple[Any, Any] | None = None,
        groups: Any = None,
        progress: Watch | None = None,
    ) -> Self:
        """Learn what is to be told of songs.

        Parameters
        ----------
        X : array of shape (n, d), scaled; for a network that hears, paths of shape (n,).
        y : labels of shape (n,); for numbers shape (n,) or (n, outputs).
        validation : songs and what is to be told of them, to stop by; else a share of X is held
            out.
        groups : shape (n,); songs of a group are held out together.
        progress : is given every epoch, from 1, and its measures.

        Raises
        ------
        DegenerateDataError
            If there is only one class, or training diverges.
        MissingExtraError
            If what trains it is not installed.
        InputError
            If a file cannot be decoded, or its sound takes more memory than allowed.
        """
        songs, targets = self._seen(X, y)
        rng = seeded(self.random_state)
        if validation is None:
            songs, targets, held = parted(songs, targets, self.validation_fraction, rng, groups)
        else:
            held = self._held(*validation)
        self._learned((songs, targets), held, rng, progress)
        return self

    @abstractmethod
    def _seen(self, X: Any, y: Any) -> Pair:
        """Return songs and targets as they are learned from; keep what new songs need."""

    @abstractmethod
    def _held(self, X: Any, y: Any) -> Pair:
        """Return songs and targets to stop by, in the same form."""

    @abstractmethod
    def _learned(
        self, lesson: Pair, held: Pair | None, rng: np.random.Generator, progress: Watch | None
    ) -> None:
        """Train on a lesson, and keep what was learned as arrays."""
