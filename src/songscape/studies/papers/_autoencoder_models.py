"""The models of the autoencoder study: the project's own network, its rivals, the repair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.preprocessing import normalize

from songscape.cluster.dbscan import DBSCAN
from songscape.cluster.deep import DeepKMeans
from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.reduce import pca
from songscape.reduce.autoencoder import Autoencoder
from songscape.studies.papers import _measures as measures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.studies.papers._setting import Setting

    Floats = NDArray[np.float64]

TEMPO = "tempo"
STARTS = 20


@dataclass(frozen=True, eq=False)
class Model:
    """One grouping and the space it was made in.

    Parameters
    ----------
    labels : the groups, −1 for noise.
    own : the space.
    """

    labels: NDArray[np.int32]
    own: Space


def as_theirs(space: Space) -> Floats:
    """Return features as the project has them: tempo brought to 0…1, rows of length 1."""
    matrix = space.matrix.copy()
    at = space.names.index(TEMPO)
    low, high = matrix[:, at].min(), matrix[:, at].max()
    matrix[:, at] = (matrix[:, at] - low) / (high - low)
    scaled: Floats = normalize(matrix)
    return scaled


def standardised(space: Space) -> Space:
    """Return the common space: every feature with mean 0 and standard deviation 1."""
    matrix = (space.matrix - space.matrix.mean(axis=0)) / space.matrix.std(axis=0)
    return Space(matrix, space.names, "standardised features")


def their_code(setting: Setting, matrix: Floats, seed: int) -> Floats:
    """Return the code of the project's network: one rectified dense layer each way."""
    network = Autoencoder(
        setting["code"], hidden=(), code_activation="relu", output_activation="relu",
        epochs=setting["epochs"], batch_size=setting["batch"], patience=0,
        validation_fraction=0, learning_rate=0.001, scale=False, device="cpu", random_state=seed,
    )  # fmt: skip
    return np.asarray(network.fit_transform(matrix), dtype=np.float64)


def repaired_code(setting: Setting, matrix: Floats, size: int, seed: int) -> Autoencoder:
    """Return an autoencoder fitted with songs held out to stop by."""
    return Autoencoder(size, epochs=setting["repair_epochs"], device="cpu", random_state=seed).fit(
        matrix
    )


def kmeans(setting: Setting, matrix: Floats, seed: int) -> NDArray[np.int32]:
    """Group by k-means."""
    return measures.grouped(KMeans(setting["k"], n_init=STARTS, random_state=seed), matrix)


def rivals(setting: Setting, theirs: Floats, common: Space, seed: int) -> dict[str, Model]:
    """Return every model the report names, and the repaired ones, from one seed."""
    code = named(their_code(setting, theirs, seed), "code")
    plain = named(theirs, "features as theirs")
    linear = pca.make(pca.Options(setting["code"]), 0).fit_transform(common.matrix)
    turned = named(np.asarray(linear), "pca")
    dense = DBSCAN(random_state=seed)
    return {
        "autoencoder, k-means (the report's)": Model(kmeans(setting, code.matrix, seed), code),
        "k-means": Model(kmeans(setting, plain.matrix, seed), plain),
        "DBSCAN": Model(measures.grouped(dense, plain.matrix), plain),
        "autoencoder, DBSCAN": Model(measures.grouped(dense, code.matrix), code),
        "principal components, k-means": Model(kmeans(setting, turned.matrix, seed), turned),
        **finalists(setting, common, seed),
    }


def finalists(setting: Setting, common: Space, seed: int) -> dict[str, Model]:
    """Return what is tried from every seed: joint deep clustering, the repaired code, k-means."""
    better = repaired_code(setting, common.matrix, setting["code"], seed)
    repaired = named(np.asarray(better.transform(common.matrix)), "repaired code")
    return {
        "deep clustering (joint)": deep(setting, common, seed),
        "repaired autoencoder, k-means": Model(kmeans(setting, repaired.matrix, seed), repaired),
        "k-means, standardised": Model(kmeans(setting, common.matrix, seed), common),
    }


def deep(setting: Setting, common: Space, seed: int) -> Model:
    """Return the joint deep clustering: reconstruction and k-means in one loss."""
    model = DeepKMeans(
        setting["k"], setting["code"], epochs=setting["repair_epochs"], device="cpu",
        random_state=seed,
    ).fit(common.matrix)  # fmt: skip
    labels = measures.by_size(np.asarray(model.labels_, dtype=np.int32))
    return Model(labels, named(np.asarray(model.transform(common.matrix)), "joint code"))


def named(matrix: Floats, name: str) -> Space:
    """Return a matrix as a space."""
    return Space(matrix, tuple(f"{name} {i + 1}" for i in range(matrix.shape[1])), name)


def fit_of(labels: NDArray[np.int32]) -> Fit:
    """Return groups as criteria score them."""
    return Fit(labels, None, int(labels.max()) + 1, 0)


def alive(code: Floats) -> int:
    """Return how many numbers of a code are not the same for every song.

    >>> alive(np.array([[0.0, 1.0], [0.0, 2.0]]))
    1
    """
    return int((np.ptp(code, axis=0) > 1e-9).sum())


def nearest(
    matrix: Floats, genres: NDArray[Any], minor: list[str], major: list[str]
) -> dict[str, str]:
    """Return the large genre with the nearest centroid for every minor one."""
    middle = {name: matrix[genres == name].mean(axis=0) for name in (*minor, *major)}
    return {
        one: min(major, key=lambda name: float(np.linalg.norm(middle[name] - middle[one])))
        for one in minor
    }
