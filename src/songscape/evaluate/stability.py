"""Stability: whether the same clusters come out again.

The songs are grouped anew in one of three ways, and every song of the collection is placed in the
new groups (by the model itself, or by the nearest mean):

resamples    songs drawn with replacement, as if another collection of the same kind were at hand
subsets      half of the songs, artists kept whole where they are known
seeds        the same songs, another start

Four questions to these:

- the whole: the adjusted Rand index of old and new grouping, 1 for the same, 0 for chance;
- each cluster: the Jaccard index with its best match, |A ∩ B| / |A ∪ B| (Hennig 2007, "Cluster-wise
  assessment of cluster stability"): above 0.85 it is found again, below 0.5 it dissolves;
- each song: placed with its features a little wrong, as measured features are (Hennig's
  "jittering"), the share of its cluster-mates that it is still placed with;
- each song as it is: whether it gets its own cluster back (new clusters paired with the old ones so
  that most songs stay) in the draws that did not hold it.

Stability alone does not show that groups are real: one long cloud is cut in two at the same place
every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from songscape.core.seeds import child, generator
from songscape.core.space import Space
from songscape.evaluate._align import crossed, jaccard, partners
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._groups import blocks
from songscape.evaluate._refit import assign, means, refit, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.evaluate._groups import Groups
    from songscape.evaluate._refit import Fitter

BETTER = "high"
NEEDS: tuple[str, ...] = ("model",)
CITATION = "Hennig 2007, Cluster-wise assessment of cluster stability"

DRAWS = 10
"""Draws of the score."""

JITTER = 0.5
"""Error of a song's features when it is placed again, in standard deviations within clusters.

Descriptors of energy or danceability err by 0.3 to 0.7. Without it only songs within a hair of a
border ever change sides in a large collection, and all others look alike.
"""


@dataclass(frozen=True, eq=False)
class Stability:
    """How well clusters come out again.

    Parameters
    ----------
    mean_ari : mean adjusted Rand index over the draws.
    per_cluster : mean Jaccard index of every cluster with its best match, shape (k,), 0..1.
    per_song : how far a song stays with its cluster-mates when its features are a little wrong,
        shape (n,), 0..1; NaN for noise.
    draws : the adjusted Rand index of every draw.
    kept : how often a song gets its own cluster back in draws without it, shape (n,), 0..1; NaN for
        noise and for songs that were in every draw.
    """

    mean_ari: float
    per_cluster: NDArray[np.float64]
    per_song: NDArray[np.float64]
    draws: NDArray[np.float64]
    kept: NDArray[np.float64]


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the mean adjusted Rand index over draws; NaN with fewer than two clusters."""
    del truth
    if len(np.unique(fit.labels[fit.labels >= 0])) < 2:
        return UNDEFINED

    def fitter(drawn: Space, k: int, seed: int) -> Fit:
        del k
        return refit(drawn, fit, seed)

    return stability(space, fitter, fit, DRAWS, fit.seed).mean_ari


def stability(space: Space, fitter: Fitter, fit: Fit, draws: int, seed: int) -> Stability:
    """Group bootstrap draws anew and compare.

    Parameters
    ----------
    space : the songs of `fit`.
    fitter : groups a space: ``fitter(space, k, seed) -> Fit``.
    fit : the grouping in question.
    draws : number of bootstrap draws, at least 1.
    seed : draws them.
    """
    inside = fit.labels >= 0
    old, spread = fit.labels[inside], _spread_within(space, fit)
    songs, stays, tests = np.zeros(len(old)), np.zeros(len(old)), np.zeros(len(old))
    clusters, aris = [], []
    for index in range(draws):
        own = child(seed, f"draw {index}")
        rows = _resample(space.n, own)
        new, blurred = (
            labels[inside] for labels in _again(space, fitter, fit.k, rows, own, spread)
        )
        table = crossed(old, new, (fit.k, int(np.append(new, blurred).max(initial=-1)) + 1))
        unseen = ~np.isin(np.flatnonzero(inside), rows)
        aris.append(adjusted_rand_score(old, new))
        clusters.append(jaccard(table).max(axis=1, initial=0.0))
        songs += _mates(table, old, new, blurred)
        stays += unseen & (np.append(partners(table), -1)[new] == old)
        tests += unseen
    per_cluster = np.where(np.bincount(old, minlength=fit.k) > 0, np.mean(clusters, axis=0), np.nan)
    kept = np.divide(stays, tests, out=np.full(len(old), np.nan), where=tests > 0)
    return Stability(
        float(np.mean(aris)),
        per_cluster,
        _spread(songs / draws, inside),
        np.array(aris),
        _spread(kept, inside),
    )


def other_ways(
    space: Space, fitter: Fitter, fit: Fit, draws: int, seed: int, groups: Groups | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the adjusted Rand index of every draw by ``seeds`` and by ``subsets``.

    Parameters
    ----------
    space, fitter, fit, draws, seed : as :func:`stability` takes them.
    groups : an artist for each song; subsets then hold artists whole.
    """
    inside = fit.labels >= 0
    block = np.arange(space.n) if groups is None else blocks(groups)
    found: dict[str, list[float]] = {"seeds": [], "subsets": []}
    for index in range(draws):
        for way, drawn in found.items():
            own = child(seed, f"{way} {index}")
            rows = np.arange(space.n) if way == "seeds" else _half(block, own)
            new, _ = _again(space, fitter, fit.k, rows, own)
            drawn.append(float(adjusted_rand_score(fit.labels[inside], new[inside])))
    return {way: np.array(drawn) for way, drawn in found.items()}


def repeated(
    space: Space, fitter: Fitter, ks: Sequence[int], draws: int, seed: int
) -> list[tuple[int, float]]:
    """Return the adjusted Rand index of every k and bootstrap draw, as pairs (k, index).

    Parameters
    ----------
    space : the songs.
    fitter : groups a space; every draw is grouped at all k in one go where it can.
    ks : numbers of groups.
    draws : number of bootstrap draws.
    seed : draws them and starts the groupings.
    """
    whole = sweep(fitter, space, ks, seed)
    found = []
    for index in range(draws):
        own = child(seed, f"draw {index}")
        drawn = space.rows(_resample(space.n, own))
        possible = [k for k in ks if k <= drawn.n]
        for fit, again in zip(whole, sweep(fitter, drawn, possible, own), strict=False):
            inside, new = fit.labels >= 0, assign(again, drawn, space)
            found.append((fit.k, float(adjusted_rand_score(fit.labels[inside], new[inside]))))
    return sorted(found, key=itemgetter(0))


def _resample(n: int, seed: int) -> NDArray[np.int64]:
    """Return the songs of one bootstrap draw.

    A song drawn twice adds nothing new for most methods and breaks density ones: it is kept once.
    """
    return np.unique(generator(seed, "bootstrap").integers(n, size=n))


def _half(block: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the songs of as many blocks, in random order, as make half of them."""
    order = generator(seed, "half").permutation(int(block.max()) + 1)
    sizes = np.bincount(block)[order]
    taken = order[np.cumsum(sizes) - sizes < len(block) / 2]
    return np.flatnonzero(np.isin(block, taken))


def _again(
    space: Space,
    fitter: Fitter,
    k: int,
    rows: NDArray[np.int64],
    seed: int,
    spread: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the labels all songs get from a grouping of some: as they are, and a little off."""
    drawn = space.rows(rows)
    model = fitter(drawn, min(k, drawn.n), seed)
    labels = assign(model, drawn, space)
    if spread is None:
        return labels, labels
    noise = generator(seed, "jitter").normal(size=space.matrix.shape)
    blurred = Space(space.matrix + JITTER * spread * noise, space.names, space.name)
    return labels, assign(model, drawn, blurred)


def _spread_within(space: Space, fit: Fit) -> NDArray[np.float64]:
    """Return the standard deviation of every coordinate within clusters, shape (d,)."""
    inside = fit.labels >= 0
    if not inside.any():
        return np.zeros(space.d)
    _, dense = np.unique(fit.labels[inside], return_inverse=True)
    off = space.matrix[inside] - means(space.matrix, fit.labels)[dense]
    spread: NDArray[np.float64] = np.sqrt((off**2).mean(axis=0))
    return spread


def _spread(values: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return values of the songs in clusters as an array over all songs; NaN for noise."""
    spread = np.full(len(inside), np.nan)
    spread[inside] = values
    return spread


def _mates(
    table: NDArray[np.int64],
    old: NDArray[np.int32],
    new: NDArray[np.int32],
    placed: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Return, for every song, the share of its cluster-mates in the new cluster it is placed in.

    Songs that became noise are mates of each other, as those of a cluster are.
    """
    lost = np.bincount(old[new < 0], minlength=len(table))
    together = np.column_stack([table, lost])[old, placed] - (placed == new)
    others = np.bincount(old, minlength=len(table))[old] - 1
    share: NDArray[np.float64] = np.where(others > 0, together / np.maximum(others, 1), 1.0)
    return np.minimum(share, 1.0)
