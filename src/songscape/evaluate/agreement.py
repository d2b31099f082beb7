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
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ("truth",)
CITATION = "Vinh, Epps & Bailey 2010, Information theoretic measures for clusterings comparison"

NAMES = ("ami", "ari", "v_measure", "homogeneity", "completeness", "purity", "permuted_ami")


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
    found = labels[known]
    _, given = np.unique(truth[known].astype(str), return_inverse=True)
    shuffled = generator(seed, "permuted labels").permutation(given)
    homogeneity, completeness, v_measure = metrics.homogeneity_completeness_v_measure(given, found)
    return {
        "ami": float(metrics.adjusted_mutual_info_score(given, found)),
        "ari": float(metrics.adjusted_rand_score(given, found)),
        "v_measure": float(v_measure),
        "homogeneity": float(homogeneity),
        "completeness": float(completeness),
        "purity": purity(given, found),
        "permuted_ami": float(metrics.adjusted_mutual_info_score(shuffled, found)),
    }


def purity(truth: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the share of songs whose label is the commonest of their cluster."""
    table = contingency_matrix(truth, labels)
    return float(table.max(axis=0).sum() / table.sum())


def has_label(truth: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which songs have a label: not None, not NaN, not empty.

    Examples
    --------
    >>> has_label(np.array(["jazz", "", None], dtype=object)).tolist()
    [True, False, False]
    """
    return np.array([value is not None and value == value and value != "" for value in truth])  # noqa: PLR0124
