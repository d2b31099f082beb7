"""Groupings scored side by side in one space, and agreement with labels as an interval."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from songscape.core.collection import Role
from songscape.core.fit import Fit
from songscape.core.seeds import generator
from songscape.evaluate import calinski_harabasz, davies_bouldin, silhouette
from songscape.evaluate._labels import has_label
from songscape.studies.papers._findings import Interval, Number, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.core.space import Space

    Labels = NDArray[np.int32]

DRAWS = 200
"""Bootstrap draws of an interval."""


def scored(space: Space, labels: Labels, seed: int = 0) -> dict[str, float]:
    """Return Davies–Bouldin, Calinski–Harabasz and silhouette of a grouping; noise left out."""
    fit = Fit(labels, None, int(labels.max(initial=-1)) + 1, seed)
    criteria = (davies_bouldin, calinski_harabasz, silhouette)
    return {one.__name__.rpartition(".")[2]: one.score(space, fit) for one in criteria}


def grouped(estimator: Any, matrix: NDArray[np.float64]) -> Labels:
    """Fit a clusterer and return its labels, the largest cluster 0 and noise −1."""
    return by_size(np.asarray(estimator.fit_predict(matrix), dtype=np.int32))


def by_size(labels: Labels) -> Labels:
    """Number clusters by size, the largest 0; noise stays −1.

    >>> by_size(np.array([0, 1, 1, -1], dtype=np.int32)).tolist()
    [1, 0, 0, -1]
    """
    counts = np.bincount(labels[labels >= 0])
    rank = np.empty(counts.size + 1, dtype=np.int32)
    rank[np.argsort(-counts, kind="stable")] = np.arange(counts.size, dtype=np.int32)
    rank[-1] = -1
    return rank[labels]


def renaming(labels: Labels, to: Labels) -> Labels:
    """Return a new number for every cluster, so that as many songs as possible agree with others.

    >>> renaming(np.array([1, 1, 2]), np.array([0, 0, 1])).tolist()
    [2, 0, 1]
    """
    size = int(max(labels.max(), to.max())) + 1
    table = np.zeros((size, size))
    np.add.at(table, (labels, to), 1)
    rows, columns = linear_sum_assignment(-table)
    rename = np.empty(size, dtype=np.int32)
    rename[rows] = columns
    return rename


def ari(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index of two groupings."""
    return float(adjusted_rand_score(one, other))


def ami(labels: Labels, truth: NDArray[Any]) -> float:
    """Return adjusted mutual information with labels people gave; noise counts as one group."""
    known = has_label(truth)
    return float(adjusted_mutual_info_score(truth[known].astype(str), labels[known]))


def resampled(
    measure: Callable[[NDArray[np.int64]], float],
    groups: NDArray[Any],
    seed: int,
    draws: int = DRAWS,
) -> Interval:
    """Return a measure with a bootstrap interval over groups of songs.

    Whole groups (artists) are drawn with replacement, since songs of one artist are no independent
    witnesses. Copies make a draw look a little more orderly than the songs are, so the interval is
    the spread of the draws around their own mean, laid around the measure of the songs themselves
    (Efron & Tibshirani 1993, "An introduction to the bootstrap", chapter 10 on bias).

    Parameters
    ----------
    measure : of the songs whose rows are given.
    groups : a name for each song, shape (n,); a song without one is a group of its own.
    seed : draws the groups.
    draws : how many times.
    """
    group = codes_of(groups)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 2))
    members = [order[a:b] for a, b in pairwise(starts)]
    rng = generator(seed, "bootstrap groups")
    found = [
        measure(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
        for _ in range(draws)
    ]
    whole = measure(np.arange(len(group)))
    low, high = np.quantile(found, [0.025, 0.975]) - np.mean(found) + whole
    return Interval(Number(whole), Number(low), Number(high))


def codes_of(groups: NDArray[Any]) -> NDArray[np.int64]:
    """Number groups of songs from 0; a song whose group is unknown is one of its own.

    >>> codes_of(np.array(["a", None, "a", None], dtype=object)).tolist()
    [0, 1, 0, 2]
    """
    known = has_label(groups)
    names, group = np.unique(groups[known].astype(str), return_inverse=True)
    codes = np.empty(len(groups), dtype=np.int64)
    codes[known] = group
    codes[~known] = len(names) + np.arange((~known).sum())
    return codes


def mean_over(values: NDArray[Any]) -> Callable[[NDArray[np.int64]], float]:
    """Return the measure that is the mean of some values over the rows it is given."""
    return lambda rows: float(values[rows].mean())


def ami_interval(
    labels: Labels, truth: NDArray[Any], groups: NDArray[Any], seed: int, draws: int = DRAWS
) -> Interval:
    """Return adjusted mutual information with its bootstrap interval over groups."""
    codes = _codes(truth)
    return resampled(lambda rows: _ami(labels, codes, rows), groups, seed, draws)


def ami_gain(
    pair: tuple[Labels, Labels],
    truth: NDArray[Any],
    groups: NDArray[Any],
    seed: int,
    draws: int = DRAWS,
) -> Interval:
    """Return how much more the second grouping agrees with labels than the first, same draws."""
    codes, (one, other) = _codes(truth), pair
    return resampled(
        lambda rows: _ami(other, codes, rows) - _ami(one, codes, rows), groups, seed, draws
    )


def _codes(truth: NDArray[Any]) -> NDArray[np.int64]:
    """Return labels as whole numbers, −1 where there is none."""
    return np.where(has_label(truth), codes_of(truth), -1).astype(np.int64)


def _ami(labels: Labels, codes: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
    """Return adjusted mutual information over some songs, those without a label left out."""
    rows = rows[codes[rows] >= 0]
    return float(adjusted_mutual_info_score(codes[rows], labels[rows]))


def genres_and_artists(songs: Collection) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the genre and the artist of every song."""
    genre = songs.frame[songs.names(Role.GENRE)[0]].to_numpy().astype(object)
    return genre, songs.frame["artist"].to_numpy().astype(object)


def composition(labels: Labels, truth: NDArray[Any]) -> tuple[NDArray[np.float64], list[str]]:
    """Return the share of every label in every cluster, shape (k, labels), commonest first."""
    known = has_label(truth) & (labels >= 0)
    names, codes = np.unique(truth[known].astype(str), return_inverse=True)
    counts = contingency_matrix(labels[known], codes).astype(np.float64)
    order = np.argsort(-counts.sum(axis=0), kind="stable")
    shares = counts[:, order] / counts.sum(axis=1, keepdims=True)
    return shares, [str(names[index]) for index in order]


def top_labels(labels: Labels, truth: NDArray[Any], most: int) -> Table:
    """Return the commonest labels of every cluster with their counts, as a table."""
    columns = []
    for cluster in range(int(labels.max()) + 1):
        names, counts = np.unique(truth[labels == cluster].astype(str), return_counts=True)
        order = np.lexsort((names, -counts))[:most]
        columns.append([f"{names[i]} {counts[i]:,}" for i in order])
    rows = zip(*([*column, *[""] * (most - len(column))] for column in columns), strict=True)
    head = tuple(f"cluster {index}" for index in range(len(columns)))
    return Table(("", *head), tuple((str(i + 1), *row) for i, row in enumerate(rows)))


def means_table(matrix: NDArray[np.float64], labels: Labels) -> NDArray[np.float64]:
    """Return the mean of every cluster in standard deviations of all songs, shape (k, d)."""
    scale = np.where(matrix.std(axis=0) > 0, matrix.std(axis=0), 1.0)
    scores = (matrix - matrix.mean(axis=0)) / scale
    return np.array([scores[labels == one].mean(axis=0) for one in range(int(labels.max()) + 1)])


def score_rows(
    found: Mapping[str, Mapping[str, float]], extra: Mapping[str, Sequence[str]] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Return rows of a table of scores: name, Calinski–Harabasz, Davies–Bouldin, silhouette."""
    more = extra or {}
    return tuple(
        (
            name,
            _defined(one["calinski_harabasz"], ",.0f"),
            _defined(one["davies_bouldin"], ".2f"),
            _defined(one["silhouette"], ".3f"),
            *more.get(name, ()),
        )
        for name, one in found.items()
    )


def _defined(value: float, spec: str) -> str:
    """Return a score as text, a dash where it is not defined."""
    return f"{Number(value):{spec}}" if np.isfinite(value) else "–"
