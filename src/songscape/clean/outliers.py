"""Find songs far from all others, and the features that put them there.

The distance is Mahalanobis', ``d² = (x − m)ᵀ S⁻¹ (x − m)`` on standardised features: it counts in
standard deviations along the directions in which the collection itself varies, so that a loud and
energetic song is not odd for being both. Centre and covariance come from the 90 % of songs nearest
to the centre, because outliers otherwise widen the very measure that should find them.

Features of music have heavy tails, under which a χ² bound calls thousands of songs odd. The bound
is therefore the far-out fence of the distances themselves, ``Q3 + fence · (Q3 − Q1)``.

Outliers are reported, not dropped: most are right (a speech among songs), and to drop them is to
decide what the collection is. Dropping is one round; on what is left, the fence is narrower.

References
----------
Mahalanobis (1936), "On the generalised distance in statistics".
Tukey (1977), "Exploratory Data Analysis".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.clean._features import measures, standardised
from songscape.core.collection import numbers
from songscape.core.findings import Finding, Severity
from songscape.core.options import option
from songscape.core.wording import count, tallied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.collection import Collection

_CENTRAL = 90.0


@dataclass(frozen=True)
class Options:
    """What counts as far, and what happens then."""

    how: str = option(
        "report", "what becomes of songs far from all others", choices=("report", "drop", "keep")
    )
    fence: float = option(
        3.0, "how many interquartile ranges beyond the upper quartile is far", low=0
    )


@dataclass(frozen=True, eq=False)
class _Far:
    """The songs far from all others: mask and distances of shape (n,), and each one's feature."""

    mask: NDArray[np.bool_]
    distances: NDArray[np.float64]
    features: tuple[str, ...]


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report songs far from all others with the features responsible."""
    far = _far(collection, options.fence)
    total = int(far.mask.sum())
    if not total or options.how == "keep":
        return ()
    by_feature = Counter(far.features).most_common()
    return (
        Finding(
            "far-song",
            ", ".join(name for name, _ in by_feature[:3]),
            total,
            f"{count(total, 'song lies', 'songs lie')} far from all others, most by "
            f"{tallied(by_feature[:3])}.",
            "dropped" if options.how == "drop" else "nothing: they stay",
            f"--set clean.outliers.how={'report' if options.how == 'drop' else 'drop'}",
            Severity.NOTE,
            _farthest(collection, far),
        ),
    )


def clean(collection: Collection, options: Options) -> Collection:
    """Drop far songs if asked to."""
    if options.how != "drop":
        return collection
    far = _far(collection, options.fence)
    if not far.mask.any():
        return collection
    return collection.keep(
        ~far.mask, f"dropped songs far from all others (fence {options.fence:g})"
    )


def _far(collection: Collection, fence: float) -> _Far:
    """Find the songs beyond the fence."""
    names = measures(collection)
    nothing = _Far(np.zeros(len(collection), dtype=np.bool_), np.zeros(len(collection)), ())
    # A covariance of d features needs more songs than it has entries in a row.
    if not names or len(collection) < max(20, 2 * len(names)):
        return nothing
    distances, shares = mahalanobis(standardised(numbers(collection.frame, names)))
    low, high = np.percentile(distances, [25, 75])
    mask = distances > high + fence * (high - low) + 1e-9
    return _Far(mask, distances, tuple(names[at] for at in shares[mask].argmax(axis=1)))


def mahalanobis(
    space: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each row's distance from the centre, and each column's share of its square.

    Parameters
    ----------
    space : float64 array of shape (n, d), finite, standardised.

    Returns
    -------
    distances : shape (n,), in standard deviations.
    shares : shape (n, d); a row adds up to the square of its distance.
    """
    first = _distances(space, space)
    central = space[first[0] <= np.percentile(first[0], _CENTRAL)]
    return _distances(space, central)


def _distances(
    space: NDArray[np.float64], reference: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distances and shares by the centre and covariance of the reference rows."""
    centred = space - reference.mean(axis=0)
    covariance = np.atleast_2d(np.cov(reference, rowvar=False))
    shares = centred * (centred @ np.linalg.pinv(covariance, rcond=1e-9, hermitian=True))
    return np.sqrt(np.maximum(shares.sum(axis=1), 0.0)), shares


def _farthest(collection: Collection, far: _Far) -> tuple[str, ...]:
    """Name the five farthest songs, each with the feature that puts it there."""
    rows = np.flatnonzero(far.mask)
    order = np.argsort(-far.distances[rows], kind="stable")[:5]
    frame = collection.frame
    names = frame["title"] if "title" in frame.columns else collection.ids
    return tuple(
        f"{names[int(rows[at])] or collection.ids[int(rows[at])]}: {far.features[at]}"
        for at in order
    )
