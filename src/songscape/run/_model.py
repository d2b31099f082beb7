"""The fitted model of a run, stored so that loading it runs no code.

The file holds the pipeline from raw features to the clustered space, the clusterer, the layout of
the map, and the order that turns the clusterer's own numbers into the run's. It is written by
skops, whose files name every type they hold; on reading, only the types listed here are accepted
beside those of scikit-learn and NumPy that skops knows to be harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.core.errors import RecordError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "model.skops"
_TRUSTED = [
    "songscape.cluster.agglomerative.Agglomerative",
    "songscape.cluster.dbscan.DBSCAN",
    "songscape.cluster.deep.DeepKMeans",
    "songscape.cluster.hdbscan.HDBSCAN",
    "songscape.cluster.kmeans.KMeans",
    "songscape.cluster.minibatch.MiniBatchKMeans",
    "songscape.cluster.mixture.GaussianMixture",
    "songscape.cluster.spectral.Spectral",
    "songscape.prepare.drop_constant.DropConstant",
    "songscape.prepare.drop_correlated.DropCorrelated",
    "songscape.prepare.key_circle.KeyCircle",
    "songscape.prepare.pick.Pick",
    "songscape.prepare.quantile.Quantile",
    "songscape.prepare.tempo_log.TempoLog",
    "songscape.prepare.weights.Weights",
    "songscape.reduce.auto.Auto",
    "songscape.reduce.autoencoder.Autoencoder",
    "songscape.reduce.none.Unchanged",
    "songscape.reduce.pca.PCA",
    "songscape.reduce.tsne.TSNE",
    "songscape.reduce.umap.UMAP",
]


def stored(model: dict[str, Any]) -> bytes:
    """Return a model as the bytes of a skops file."""
    import skops.io

    content: bytes = skops.io.dumps(model)
    return content


def restored(folder: Path) -> dict[str, Any]:
    """Read the model of a run.

    Raises
    ------
    RecordError
        If the file is missing or damaged, or holds a type that is not ours or scikit-learn's.
    """
    import skops.io

    path = folder / FILE
    try:
        model: dict[str, Any] = skops.io.load(path, trusted=_TRUSTED)
    except Exception as error:  # noqa: BLE001 - skops raises whatever a broken archive provokes
        raise RecordError(
            f"{path} cannot be read as a model: {error}; map the songs anew."
        ) from None
    return model
