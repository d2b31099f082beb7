"""The two libraries that do HDBSCAN, and which of them is asked.

scikit-learn measures every song from every other, which is soon too much: twice the songs take four
times as long. ``fast_hdbscan`` (extra ``density``) looks them up in a tree of boxes, which pays in
few dimensions only (McInnes & Healy 2017, "Accelerated hierarchical density based clustering"), but
its import takes seconds, and most of a minute the first time, while it compiles. So it is asked for
large tables.

It reckons in float32. Groups of densities do not change when all songs move or grow alike, so songs
are brought about the origin first, where float32 is finest, and within ±1, where no square
overflows. It runs on one thread: on several, which of two equal distances is found first is a race.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn import cluster

from songscape.cluster._songs import merge
from songscape.core.errors import DegenerateDataError, MissingExtraError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AUTO, SCIKIT_LEARN, FAST = "auto", "scikit-learn", "fast_hdbscan"
LIBRARIES = (AUTO, SCIKIT_LEARN, FAST)

PAYS = 30_000
"""Songs from which the import of fast_hdbscan takes less time than it saves."""

MOST_DIMENSIONS = 5
"""In more dimensions than this, density hardly differs from place to place."""

MOST_EXACT = 30
"""In more dimensions than this, fast_hdbscan looks for neighbours by chance."""

TOLD_APART = 0.99
"""Share of the different songs that must still differ in float32."""

GIGABYTES = 4.0
"""Memory that the lists of neighbours may take."""

_BYTES = {SCIKIT_LEARN: 16, FAST: 8}
"""What a neighbour takes in those lists: its number and its distance."""

_ALONE = threading.Lock()
"""Some of numba's threads end the process when two callers use them at once."""


class Wish(NamedTuple):
    """Which groups are worth having.

    Attributes
    ----------
    smallest : songs in the smallest group, at least 2.
    neighbours : songs that set the density at a song, itself among them.
    selection : "eom" or "leaf".
    """

    smallest: int
    neighbours: int
    selection: str


class Dense(NamedTuple):
    """What was found.

    Attributes
    ----------
    labels : int array of shape (n,), -1 for noise.
    strengths : float array of shape (n,), how firmly each song belongs, 0..1.
    """

    labels: NDArray[np.int64]
    strengths: Floats


def answering(library: str, points: Floats) -> str:
    """Return the library that finds the groups of some songs.

    Parameters
    ----------
    library : one of :data:`LIBRARIES`; "auto" asks fast_hdbscan for large tables of few dimensions
        where it is installed, and says so where it is not.
    points : float64 array of shape (n, d).

    Raises
    ------
    UnknownNameError
        If there is no such library.
    MissingExtraError
        If fast_hdbscan is asked for and not installed.
    DegenerateDataError
        If fast_hdbscan is asked for and cannot take these songs.
    """
    if library not in LIBRARIES:
        raise UnknownNameError("library for HDBSCAN", library, LIBRARIES)
    if library == FAST:
        _check_fast(points)
    return _best(points) if library == AUTO else library


def _best(points: Floats) -> str:
    """Return the library that takes the least time; warn where that one is missing."""
    n, d = points.shape
    if n < PAYS or d > MOST_DIMENSIONS or not told_apart(points):
        return SCIKIT_LEARN
    if is_fast():
        return FAST
    warnings.warn(
        f"HDBSCAN of {n:,} songs is slow by scikit-learn, as twice the songs take it four times as "
        "long; pip install 'songscape[density]' for fast_hdbscan.",
        stacklevel=4,
    )
    return SCIKIT_LEARN


def _check_fast(points: Floats) -> None:
    """Raise if fast_hdbscan is missing or cannot take these songs."""
    if not is_fast():
        raise MissingExtraError("cluster.hdbscan with library fast_hdbscan", "density")
    if points.shape[1] > MOST_EXACT:
        raise DegenerateDataError(
            f"fast_hdbscan finds neighbours by chance in more than {MOST_EXACT} dimensions, and "
            f"these are {points.shape[1]}; reduce first, as with reduce.pca, or leave "
            "cluster.hdbscan.library at auto."
        )
    if not told_apart(points):
        raise DegenerateDataError(
            "fast_hdbscan reckons in float32, where too many of these songs are the same; scale "
            "them with prepare.robust, or leave cluster.hdbscan.library at auto."
        )


def is_fast() -> bool:
    """Tell whether fast_hdbscan is installed."""
    return find_spec(FAST) is not None


def find(library: str, points: Floats, wish: Wish) -> Dense:
    """Find the groups of songs.

    Parameters
    ----------
    library : "scikit-learn" or "fast_hdbscan".
    points : float64 array of shape (n, d), with at least `wish.neighbours` rows.
    wish : which groups are worth having.

    Raises
    ------
    DegenerateDataError
        If the lists of neighbours do not fit in memory.
    """
    needed = _BYTES[library] * len(points) * wish.neighbours / 1e9
    if needed > GIGABYTES:
        raise DegenerateDataError(
            f"The {wish.neighbours:,} neighbours of {len(points):,} songs need {needed:.1f} GB; "
            "lower cluster.hdbscan.neighbours."
        )
    return _by_fast_hdbscan(points, wish) if library == FAST else _by_scikit_learn(points, wish)


def _by_scikit_learn(points: Floats, wish: Wish) -> Dense:
    """Find the groups by scikit-learn."""
    found = cluster.HDBSCAN(
        wish.smallest, wish.neighbours, cluster_selection_method=wish.selection, copy=True
    ).fit(points)
    return Dense(found.labels_, found.probabilities_)


def _by_fast_hdbscan(points: Floats, wish: Wish) -> Dense:
    """Find the groups by fast_hdbscan."""
    with _ALONE, warnings.catch_warnings():
        # Remarks of the compiler are no matter of the songs.
        warnings.simplefilter("ignore")
        import fast_hdbscan

        with _one_thread():
            labels, strengths = fast_hdbscan.fast_hdbscan(
                in_single(points),
                # It does not count the song itself. Of two neighbours one is left, which makes no
                # difference to none: no song is nearer than the nearest.
                min_samples=max(1, wish.neighbours - 1),
                min_cluster_size=wish.smallest,
                cluster_selection_method=wish.selection,
            )
    return Dense(labels, strengths.astype(np.float64))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold numba to one thread."""
    import numba

    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


def in_single(points: Floats) -> NDArray[np.float32]:
    """Return songs about the origin, within ±1, in float32; the scale is a power of two.

    >>> in_single(np.array([[2.0**300], [2.0**302], [2.0**301]])).ravel().tolist()
    [-0.25, 0.5, 0.0]
    """
    centred = points - np.median(points, axis=0)
    _, exponent = np.frexp(np.abs(centred).max())
    single: NDArray[np.float32] = np.ldexp(centred, -exponent).astype(np.float32)
    return single


def told_apart(points: Floats) -> bool:
    """Tell whether songs that differ still do in float32, nearly all of them.

    >>> told_apart(np.array([[0.0], [1.0], [7.0], [8.0]]))
    True
    >>> told_apart(np.array([[0.0], [1.0], [7e9], [7e9 + 1]]))
    False
    """
    different = len(merge(points)[0])
    return len(merge(in_single(points).astype(np.float64))[0]) >= TOLD_APART * different
