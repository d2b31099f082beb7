"""A convolutional network that hears: classes from pieces of the mel spectrum.

Blocks of small convolutions look for patterns wherever they are in time and pitch; what they find
is averaged and one dense layer tells the class (Choi, Fazekas & Sandler 2016, "Automatic tagging
using deep convolutional neural networks", much smaller). A song's probabilities are the mean over
its pieces. It needs the audio itself, the extra ``deep``, and many songs: below some hundred per
class, descriptors with a linear model do better. Learned on one thread, so the same seed gives the
same numbers on a processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from songscape._networks.estimating import classes_of, keep
from songscape._networks.torch_here import DEVICES, one_thread, require_torch
from songscape._networks.training import Schedule, train
from songscape.classify._patches import BANDS, Cut, pieces
from songscape.classify._taught import Taught
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.estimating import Pair
    from songscape._networks.training import Watch

TELLS = ("label",)
READS = "audio"
FEATURE = "classify.cnn"


@dataclass(frozen=True)
class Options:
    """How sound is cut and the network is built."""

    widths: tuple[int, ...] = option((16, 32, 64), "maps of each block of convolutions")
    frames: int = option(128, "length of a piece; 43 are a second", low=16)
    pieces: int = option(4, "pieces of a song", low=1)
    seconds: float = option(30.0, "of the middle of a song that are heard", low=1)
    epochs: int = option(60, "most passes over the songs", low=1)
    batch: int = option(32, "pieces in one step", low=1)
    patience: int = option(10, "epochs without a better held-out loss that end it", low=0)
    learning_rate: float = option(1e-3, "length of the steps", low=1e-6, high=1)
    cache: str = option("", "folder to keep the pieces of every file in; empty for none")
    megabytes: int = option(1024, "most memory for the pieces of all songs", low=1)
    device: str = option("auto", "auto takes a GPU if torch sees one", choices=DEVICES)


class SoundNetwork(ClassifierMixin, Taught):  # type: ignore[misc]
    """Tell classes of audio files by a convolutional network.

    Parameters
    ----------
    widths : maps of each block.
    cut : frames, pieces, seconds of a file, as a tuple.
    epochs, batch_size, patience, validation_fraction, learning_rate, random_state : as of
        :class:`songscape.classify.network.Network`; a batch is of pieces.
    cache : folder to keep pieces in.
    megabytes : most memory for pieces.
    device : "auto" or "cpu".

    Attributes
    ----------
    classes_, history_, best_epoch_, n_iter_, n_parameters_ : as there.
    weights_ : kernels and biases of every block, then of the dense layer.
    """

    def __init__(  # noqa: PLR0913 - a network has this many knobs
        self,
        widths: tuple[int, ...] = (16, 32, 64),
        cut: tuple[int, int, float] = (128, 4, 30.0),
        *,
        epochs: int = 60,
        batch_size: int = 32,
        patience: int = 10,
        validation_fraction: float = 0.1,
        learning_rate: float = 1e-3,
        cache: str = "",
        megabytes: int = 1024,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.widths = widths
        self.cut = cut
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.learning_rate = learning_rate
        self.cache = cache
        self.megabytes = megabytes
        self.device = device
        self.random_state = random_state

    def _seen(self, X: Any, y: Any) -> Pair:
        require_torch(FEATURE)
        labels = np.asarray(y)
        self.classes_, _ = classes_of(labels)
        return np.asarray(X, dtype=object).ravel(), labels

    def _held(self, X: Any, y: Any) -> Pair:
        return np.asarray(X, dtype=object).ravel(), np.asarray(y)

    def _learned(
        self, lesson: Pair, held: Pair | None, rng: np.random.Generator, progress: Watch | None
    ) -> None:
        from songscape._networks.picture import Picture, begun

        album = self._album(*lesson)
        kept = None if held is None else self._album(*held)
        with one_thread():
            parts = begun(self.widths, len(self.classes_), rng)
            learner = Picture(parts, self.learning_rate, album, kept, self.device)
            schedule = Schedule(self.epochs, self.batch_size, self.patience)
            course = train(learner, len(album.pictures), schedule, rng, progress)
        keep(self, course)
        self.weights_ = learner.weights()
        self.n_parameters_ = sum(part.size for part in self.weights_)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of every class, the mean over a song's pieces."""
        check_is_fitted(self)
        require_torch(FEATURE)
        from songscape._networks.picture import told

        found = pieces(list(np.asarray(X, dtype=object).ravel()), self._cut())
        with one_thread():
            shares = told(found.reshape(-1, *found.shape[2:]), self.weights_, self.device)
        return np.asarray(shares.reshape(*found.shape[:2], -1).mean(axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of every file."""
        labels: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return labels

    def _cut(self) -> Cut:
        return Cut(*self.cut, self.cache, self.megabytes)

    def _album(self, paths: Any, labels: Any) -> Any:
        """Return the pieces of files, each with its file's class."""
        from songscape._networks.picture import Album

        found = pieces(list(paths), self._cut())
        known = np.isin(labels, self.classes_)
        codes = np.where(known, np.searchsorted(self.classes_, labels), -1)
        pictures = found.reshape(-1, BANDS, found.shape[-1])
        return Album(pictures, np.repeat(codes, found.shape[1]).astype(np.int64))


def make(options: Options, seed: int, kind: str) -> SoundNetwork:
    """Make the classifier."""
    del kind
    return SoundNetwork(
        options.widths, (options.frames, options.pieces, options.seconds), epochs=options.epochs,
        batch_size=options.batch, patience=options.patience, learning_rate=options.learning_rate,
        cache=options.cache, megabytes=options.megabytes, device=options.device, random_state=seed,
    )  # fmt: skip
