"""Deep k-means: a code of the songs and the clusters in it are learned together.

An autoencoder is trained first, then k-means groups its code, then both go on together: the network
minimises the reconstruction loss plus `weight` times the squared distance of every code to the
centre of its cluster, and after every epoch the centres move to where k-means has them (Lu & Li
2021, "DAC: deep autoencoder-based clustering", arXiv 2102.07472, with the joint loss of Yang et al.
2017, "Towards k-means-friendly spaces").

The clustering loss alone would be least if all songs got one code. Three things stand against that.
It is divided by the spread of the codes, so that shrinking them gains nothing. The songs must still
be rebuilt. And the result is checked: :attr:`DeepKMeans.kept_` tells what share of the variance
*within* clusters the code can still rebuild, :attr:`DeepKMeans.kept_alone_` what the autoencoder
could before. At 0 the code knows no more of a song than the number of its cluster: the groups have
been pressed into it. Where less than a fifth is left a warning says so. In any case the loss pulls
clusters apart, so silhouette, Davies–Bouldin or Calinski–Harabasz *in this code* flatter:
judge the groups in the space of the features, or by labels.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._networks.dense import ACTIVATIONS, forward
from songscape._networks.estimating import keep
from songscape._networks.scaling import Frame
from songscape._networks.torch_here import DEVICES, one_thread, require_torch
from songscape.cluster._guard import GuardedPredictor
from songscape.cluster._membership import SoftModel, soft_model
from songscape.cluster.kmeans import KMeans
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._networks.coder import Coder, Pull
    from songscape._networks.training import Watch

COLLAPSED = 0.2
"""Part that must be left of the variance within clusters that the autoencoder could rebuild."""

LEAST_KEPT = 0.1
"""An autoencoder that kept less than this itself has nothing to collapse from."""


@dataclass(frozen=True)
class Options:
    """How the code and the clusters are learned."""

    k: int = option(8, "number of clusters", low=1)
    code: int = option(5, "numbers in the code; no more than features are used", low=1)
    hidden: tuple[int, ...] = option((32,), "widths of the encoder's hidden layers; empty for none")
    weight: float = option(0.1, "of the clustering loss beside the reconstruction", low=0)
    activation: str = option("elu", "of the hidden layers", choices=ACTIVATIONS)
    epochs: int = option(100, "most passes over the songs, before and after they are joined", low=1)
    batch: int = option(0, "songs in one step; 0 takes it from their number", low=0)
    patience: int = option(10, "epochs without a better held-out loss that end it", low=0)
    validation: float = option(0.1, "share of songs held out", low=0, high=0.9)
    learning_rate: float = option(0.003, "length of the steps", low=1e-6, high=1)
    device: str = option("auto", "auto takes a GPU if torch sees one", choices=DEVICES)


class _Deep(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Deep k-means without the guard; see :class:`DeepKMeans`."""

    def __init__(  # noqa: PLR0913 - a network has this many knobs
        self,
        n_clusters: int = 8,
        n_components: int = 5,
        hidden: tuple[int, ...] = (32,),
        weight: float = 0.1,
        *,
        noise: float = 0.0,
        activation: str = "elu",
        epochs: int = 100,
        batch_size: int = 0,
        patience: int = 10,
        validation_fraction: float = 0.1,
        learning_rate: float = 3e-3,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.n_components = n_components
        self.hidden = hidden
        self.weight = weight
        self.noise = noise
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.learning_rate = learning_rate
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Watch | None = None) -> Self:
        """Learn the code and the clusters."""
        del y
        matrix = validate_data(self, X, dtype=np.float64)
        require_torch("cluster.deep")
        with one_thread():
            before = self._learned(matrix, progress)
        self._grouped(matrix)
        self.kept_ = self._kept(matrix, self.encoder_, self.decoder_)
        self.kept_alone_ = self._kept(matrix, *before)
        if self.kept_alone_ > LEAST_KEPT and self.kept_ < COLLAPSED * self.kept_alone_:
            warnings.warn(_collapse(self), stacklevel=3)
        return self

    def _learned(self, matrix: NDArray[np.float64], progress: Watch | None) -> tuple[Any, Any]:
        """Train the network, alone and then with the clusters; return what it was when alone."""
        from songscape._networks.coder import begun

        frame = Frame.of(matrix)
        self.mean_, self.scale_ = frame.mean, frame.scale
        code = min(self.n_components, matrix.shape[1])
        coder, trained = begun(self, frame.into(matrix), code, progress)
        self.pretraining_history_ = dict(trained().history)
        before = coder.encoder(), coder.decoder()
        self._seed = int(coder.rng.integers(2**31))
        coder.pull = self._pull(coder)
        coder.refresh = self._pull
        keep(self, trained())
        self.encoder_, self.decoder_ = coder.encoder(), coder.decoder()
        self.cluster_centers_ = np.asarray(coder.pull.centers, dtype=np.float64)
        return before

    def _pull(self, coder: Coder) -> Pull:
        """Return the centres of the code as it is: k-means from where they were."""
        from songscape._networks.coder import Pull

        codes = coder.codes().astype(np.float64)
        start = "k-means++" if coder.pull is None else coder.pull.centers.astype(np.float64)
        kmeans = KMeans(self.n_clusters, init=start, n_init=10, random_state=self._seed)
        spread = float(((codes - codes.mean(axis=0)) ** 2).sum(axis=1).mean())
        centers = kmeans.fit(codes).cluster_centers_.astype(np.float32)
        return Pull(self.weight, centers, max(spread, float(np.finfo(np.float32).tiny)))

    def _grouped(self, matrix: NDArray[np.float64]) -> None:
        """Lay the songs to the centres and let these converge."""
        codes = self._codes(matrix)
        kmeans = KMeans(self.n_clusters, init=self.cluster_centers_).fit(codes)
        self.cluster_centers_, self.inertia_ = kmeans.cluster_centers_, kmeans.inertia_
        self.labels_ = kmeans.labels_
        self.variance_ = soft_model(codes, self.labels_, self.n_clusters).variance

    def _kept(self, matrix: NDArray[np.float64], encoder: Any, decoder: Any) -> float:
        """Return the share of the variance within the clusters found that a network can rebuild."""
        rows = Frame(self.mean_, self.scale_).into(matrix)
        code = forward(rows, encoder, self.activation, "linear")
        made = forward(code, decoder, self.activation, "linear")
        index = np.unique(self.labels_, return_inverse=True)[1]
        means = np.array([rows[index == label].mean(axis=0) for label in range(index.max() + 1)])
        within = float(((rows - means[index]) ** 2).sum())
        return 1.0 - float(((rows - made) ** 2).sum()) / within if within else 1.0

    def _codes(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the code of songs in the precision k-means works in."""
        rows = Frame(self.mean_, self.scale_).into(matrix)
        return forward(rows, self.encoder_, self.activation, "linear").astype(np.float64)

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the cluster whose centre is nearest to a song's code, shape (n,)."""
        codes = self.transform(X)
        return self._nearest().predict(codes)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return how much every song belongs to every cluster, shape (n, k); rows sum to 1.

        The share of equal round Gaussians at the centres in the code, as for k-means.
        """
        codes = self.transform(X)
        return SoftModel(self.cluster_centers_, self.variance_).posterior(codes)

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the code of songs, which is the space of the clusters, shape (n, code)."""
        check_is_fitted(self)
        return self._codes(validate_data(self, X, dtype=np.float64, reset=False))

    def _nearest(self) -> KMeans:
        """Return k-means with the centres found."""
        kmeans = KMeans(self.n_clusters)
        kmeans.cluster_centers_ = self.cluster_centers_
        kmeans.n_features_in_ = self.cluster_centers_.shape[1]
        return kmeans

    @property
    def _n_features_out(self) -> int:
        """Numbers in the code, which scikit-learn makes their names from."""
        return int(self.cluster_centers_.shape[1])


class DeepKMeans(GuardedPredictor, _Deep):
    """Learn a code of songs and k clusters in it together.

    Parameters
    ----------
    n_clusters : number of clusters.
    n_components : numbers in the code; cut to the number of features.
    hidden : widths of the encoder's hidden layers; the decoder mirrors them.
    weight : of the clustering loss, the share of the codes' spread that is within clusters, beside
        the reconstruction loss, the share of the features' variance lost. 0 is an autoencoder
        followed by k-means.
    noise : standard deviation of the noise put on the input while learning.
    activation : of the hidden layers: "relu", "tanh", "elu" or "linear".
    epochs : most passes over the songs, in each of the two stages.
    batch_size : songs in one step; 0 takes it from their number.
    patience : epochs without a better held-out loss that end a stage; 0 trains to the end.
    validation_fraction : share of songs held out, 0..1.
    learning_rate : length of Adam's steps.
    device : "auto" for a GPU if torch sees one, or "cpu".
    random_state : seed of everything drawn.

    Attributes
    ----------
    labels_ : int32 array of shape (n,).
    cluster_centers_ : float64 array of shape (k, code), in the code.
    inertia_ : sum of squared distances of codes to their centre.
    kept_, kept_alone_ : share of the variance within clusters that the code can rebuild, 1 at
        best, and what the autoencoder could before the clusters joined in.
    variance_ : of the round Gaussians that memberships are taken from.
    pretraining_history_, history_ : dicts of float arrays: "loss" with its parts "reconstruction"
        and "clustering", and the same with "validation_" before them.
    best_epoch_, n_iter_ : epoch of the joint stage whose weights were kept, and epochs run.
    encoder_, decoder_ : lists of (weights, biases).
    """


def _collapse(model: _Deep) -> str:
    """Say that the code has collapsed."""
    return (
        f"The code has collapsed onto its {model.n_clusters} centres: of the variance within "
        f"clusters it keeps {max(model.kept_, 0):.0%}, the autoencoder alone kept "
        f"{model.kept_alone_:.0%}; the clusters' separation was made, not found. Lower "
        "cluster.deep.weight or raise cluster.deep.code."
    )


def make(options: Options, seed: int) -> DeepKMeans:
    """Make the clusterer."""
    return DeepKMeans(
        options.k, options.code, options.hidden, options.weight, activation=options.activation,
        epochs=options.epochs, batch_size=options.batch, patience=options.patience,
        validation_fraction=options.validation, learning_rate=options.learning_rate,
        device=options.device, random_state=seed,
    )  # fmt: skip
