"""Agreement: how well clusters match labels given by people.

====================== ==================================================================
ami                    adjusted mutual information: 1 same, 0 as by chance (Vinh et al. 2010)
ari                    adjusted Rand index: pairs together in both, 0 as by chance (Hubert &
                       Arabie 1985)
homogeneity            does each cluster hold one label only? 0..1
completeness           is each label in one cluster only? 0..1
v_measure              harmonic mean of the two (Rosenberg & Hirschberg 2007)
purity                 share of songs whose label is the commonest of their cluster
permuted_ami           AMI after shuffling the labels: what chance gives here
====================== ==================================================================

Homogeneity and purity rise with k whatever the clusters mean, up to 1 for single songs. Only the
adjusted indices can be compared between groupings with different k. Songs without a label, and
noise, are left out.

:func:`intervals` says how far each number would move with other songs of the same kind: whole
artists are drawn again, since ten songs of one artist are not ten witnesses. :func:`by_name` takes
a song's several labels together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics.cluster import expected_mutual_information

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._groups import blocks
from songscape.evaluate._labels import has_label, shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space
    from songscape.evaluate._groups import Groups

BETTER = "high"
NEEDS: tuple[str, ...] = ("truth",)
CITATION = "Vinh, Epps & Bailey 2010, Information theoretic measures for clusterings comparison"

MEASURES = ("ami", "ari", "v_measure", "homogeneity", "completeness", "purity")
NAMES = (*MEASURES, "permuted_ami")
SHUFFLES = 10
"""Shufflings of several labels whose mean information is what chance gives."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the adjusted mutual information with labels; NaN where there are none."""
    del space
    if truth is None:
        return UNDEFINED
    return agreement(fit.labels, np.asarray(truth), fit.seed)["ami"]


def agreement(labels: NDArray[np.int32], truth: NDArray[Any], seed: int) -> dict[str, float]:
    """Return every measure of agreement; all NaN where fewer than two songs have both.

    Parameters
    ----------
    labels : int array of shape (n,), -1 for noise.
    truth : array of shape (n,) of texts or numbers; None, NaN and "" for unknown.
    seed : shuffles the labels for ``permuted_ami``.

    Examples
    --------
    >>> found = agreement(np.array([0, 0, 1, 1]), np.array(["jazz", "jazz", "folk", "folk"]), 0)
    >>> found["ami"], found["purity"]
    (1.0, 1.0)
    """
    known = (labels >= 0) & has_label(truth)
    if known.sum() < 2:
        return dict.fromkeys(NAMES, UNDEFINED)
    found, given = _numbered(labels, truth, known)
    table = _crossed(found, given)
    chance = _chance(table)
    shuffled = generator(seed, "permuted labels").permutation(given)
    permuted = measures(_crossed(found, shuffled), chance)["ami"]
    return measures(table, chance) | {"permuted_ami": permuted}


def intervals(
    labels: NDArray[np.int32],
    truth: NDArray[Any],
    seed: int,
    groups: Groups | None = None,
    draws: int = 200,
) -> dict[str, tuple[float, float]]:
    """Return 95 % bootstrap intervals of the measures; empty where fewer than two songs have both.

    Percentiles over draws with replacement, shifted by the bias the draws themselves show: a draw
    repeats songs, repeated songs agree with each other, and unshifted intervals lie too high. The
    information expected by chance is held at its value for all songs.

    Parameters
    ----------
    labels, truth, seed : as :func:`agreement` takes them.
    groups : an artist for each song: artists are drawn whole, by the first of several. Without,
        songs are drawn, and where artists keep to a genre the interval is then too narrow.
    draws : how often.

    References
    ----------
    Efron & Tibshirani 1993, "An introduction to the bootstrap", chapters 8 and 10.
    """
    known = (labels >= 0) & has_label(truth)
    if known.sum() < 2:
        return {}
    found, given = _numbered(labels, truth, known)
    block = np.arange(len(found)) if groups is None else blocks(groups)[known]
    _, block = np.unique(block, return_inverse=True)
    whole = _crossed(found, given)
    chance, observed = _chance(whole), measures(whole, None)
    rng, count = generator(seed, "agreement draws"), int(block.max()) + 1
    drawn = []
    for _ in range(draws):
        weight = np.bincount(rng.integers(count, size=count), minlength=count)[block]
        drawn.append(measures(_crossed(found, given, weight), chance))
    observed |= {"ami": measures(whole, chance)["ami"]}
    return {name: _interval([one[name] for one in drawn], observed[name]) for name in MEASURES}


def by_name(labels: NDArray[np.int32], truth: NDArray[Any], seed: int) -> dict[str, float]:
    """Return agreement with a song's several labels taken together.

    A song with three labels counts a third under each. What chance gives is measured by shuffling
    which song has which labels, since no formula covers shares. ``purity`` is the share of songs of
    which *any* label is the commonest of their cluster. Pairs of songs with several labels are
    neither together nor apart, so there is no ARI.

    Parameters
    ----------
    labels : int array of shape (n,), -1 for noise.
    truth : shape (n,), a label or a list of labels for each song.
    seed : shuffles.

    Examples
    --------
    >>> given = np.empty(4, dtype=object)
    >>> given[:] = [["jazz"], ["jazz", "soul"], ["folk"], ["folk"]]
    >>> by_name(np.array([0, 0, 1, 1]), given, 0)["purity"]
    1.0
    """
    share, _ = shares(truth)
    known = (labels >= 0) & (np.diff(share.indptr) > 0)
    if known.sum() < 2:
        return {}
    given = share[known]
    _, found = np.unique(labels[known], return_inverse=True)
    belongs = np.eye(int(found.max()) + 1)[found]
    rng = generator(seed, "shuffled names")

    def table(order: NDArray[np.int64]) -> NDArray[np.float64]:
        crossed: NDArray[np.float64] = np.asarray((given.T @ belongs[order]).T)
        return crossed

    order = np.arange(len(found))
    shuffled = [information(table(rng.permutation(order))) for _ in range(SHUFFLES)]
    whole = table(order)
    commonest = whole.argmax(axis=1)[found]
    all_of = measures(whole, float(np.mean(shuffled)))
    told = {name: all_of[name] for name in ("ami", "v_measure", "homogeneity", "completeness")}
    return told | {"purity": _any_of(given, commonest)}


def measures(table: NDArray[Any], chance: float | None) -> dict[str, float]:
    """Return the measures of a table of clusters (rows) by labels (columns).

    Parameters
    ----------
    table : counts or shares, shape (clusters, labels).
    chance : the mutual information expected by chance, in nats; None leaves AMI undefined.
    """
    shared = information(table)
    cluster, label = (entropy(table.sum(axis=axis)) for axis in (1, 0))
    homogeneity = shared / label if label > 0 else 1.0
    completeness = shared / cluster if cluster > 0 else 1.0
    both = homogeneity + completeness
    return {
        "ami": UNDEFINED if chance is None else _adjusted(shared, chance, (cluster + label) / 2),
        "ari": _rand(table),
        "v_measure": 2 * homogeneity * completeness / both if both > 0 else 0.0,
        "homogeneity": homogeneity,
        "completeness": completeness,
        "purity": float(table.max(axis=1).sum() / table.sum()),
    }


def information(table: NDArray[Any]) -> float:
    """Return the mutual information of rows and columns, in nats."""
    return max(0.0, sum(entropy(table.sum(axis=axis)) for axis in (0, 1)) - entropy(table.ravel()))


def entropy(counts: NDArray[Any]) -> float:
    """Return the entropy of a distribution given as counts, in nats."""
    part = counts[counts > 0] / counts.sum()
    return float(-(part * np.log(part)).sum())


def _adjusted(shared: float, chance: float, most: float) -> float:
    """Return information with chance taken off, 1 at most; two groupings of one part are alike."""
    room = most - chance
    if abs(room) < 1e-12:
        return 1.0 if most < 1e-12 else 0.0
    return (shared - chance) / room


def _rand(table: NDArray[Any]) -> float:
    """Return the adjusted Rand index of a table of counts."""
    together, cluster, label = (
        float((part * (part - 1.0) / 2).sum())
        for part in (table, table.sum(axis=1), table.sum(axis=0))
    )
    songs = float(table.sum())
    expected = cluster * label / (songs * (songs - 1) / 2)
    room = (cluster + label) / 2 - expected
    return (together - expected) / room if abs(room) > 1e-12 else 1.0


def _chance(table: NDArray[np.int64]) -> float:
    """Return the mutual information that shuffled labels have on average, in nats."""
    return float(expected_mutual_information(table, int(table.sum())))


def _numbered(
    labels: NDArray[np.int32], truth: NDArray[Any], known: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return clusters and labels of the songs that have both as 0, 1, …."""
    _, found = np.unique(labels[known], return_inverse=True)
    _, given = np.unique(np.asarray(truth)[known].astype(str), return_inverse=True)
    return found.astype(np.int64), given.astype(np.int64)


def _crossed(
    found: NDArray[np.int64], given: NDArray[np.int64], weight: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Count the songs of every cluster (row) with every label (column)."""
    shape = (int(found.max()) + 1, int(given.max()) + 1)
    counts = np.bincount(found * shape[1] + given, weight, shape[0] * shape[1])
    return counts.reshape(shape).astype(np.int64)


def _interval(drawn: list[float], observed: float) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentile, shifted by the bias of the draws."""
    values = np.array(drawn)
    low, high = np.percentile(values, [2.5, 97.5]) - (values.mean() - observed)
    return float(min(low, observed)), float(max(high, observed))


def _any_of(given: Any, commonest: NDArray[np.int64]) -> float:
    """Return the share of songs that carry a label among others."""
    coordinates = given.tocoo()
    hits = commonest[coordinates.row] == coordinates.col
    return float(hits.sum() / given.shape[0])
