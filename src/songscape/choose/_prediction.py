"""Prediction strength: how well groups of one half of the songs foretell those of the other.

The strength is that of :mod:`songscape.evaluate.prediction_strength`. The k chosen is the largest
with strength ≥ 0.8 (Tibshirani & Walther 2005, "Cluster validation by prediction strength"). k = 1
always has strength 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.choose._sweep import Value
from songscape.core.seeds import child
from songscape.evaluate._refit import sweep
from songscape.evaluate._split import split
from songscape.evaluate.prediction_strength import strength

if TYPE_CHECKING:
    from collections.abc import Iterable

    from songscape.core.space import Space
    from songscape.evaluate._refit import Fitter

STRONG = 0.8
"""The strength from which groups count as found again."""


def strengths(
    space: Space, fitter: Fitter, ks: Iterable[int], splits: int, seed: int
) -> list[Value]:
    """Return the strength at every k and split; k that half the songs do not allow are left out."""
    values = []
    for index in range(splits):
        own = child(seed, f"prediction {index}")
        first, second = (space.rows(mask) for mask in split(space, 0.5, own))
        possible = [k for k in ks if 2 * k <= min(first.n, second.n)]
        pairs = zip(
            possible,
            sweep(fitter, first, possible, own),
            sweep(fitter, second, possible, own),
            strict=True,
        )
        values += [
            Value(
                k, "prediction_strength", strength(one, first, other, second), own, "high", space.n
            )
            for k, one, other in pairs
        ]
    return values
