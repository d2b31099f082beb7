"""How near descriptors come to the truth, in the measures the field publishes.

========== =============================================================================
tempo      Accuracy 1: within 4 % of the true tempo; Accuracy 2: of it, its double,
           triple, half or third; octave error: right by the second only
key        exact: note and mode; MIREX: 1 exact, 0.5 a fifth apart in the same mode,
           0.3 relative, 0.2 parallel
estimates  R², mean absolute error, and the share of true values within the interval
========== =============================================================================

A tempo, key or metre that was not found counts as wrong; a number that was not found is left out,
as the count of cases tells.

References
----------
Gouyon, F. et al. (2006). An experimental comparison of audio tempo induction algorithms. IEEE
Transactions on Audio, Speech and Language Processing 14(5).
MIREX (2005-). Audio key detection: evaluation procedures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOLERANCE = 0.04 + 1e-9
OCTAVES = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)


class Score(NamedTuple):
    """One measured figure: of what, on what, which measure, its value, over how many cases."""

    descriptor: str
    on: str
    measure: str
    value: float
    n: int


def tempo_scores(found: Sequence[float | None], true: Sequence[float], on: str) -> list[Score]:
    """Return Accuracy 1, Accuracy 2, octave errors, and the error of those right by the first.

    Examples
    --------
    >>> [one.value for one in tempo_scores([120, 60, 100, None], [120, 120, 120, 120], "songs")[:3]]
    [0.25, 0.5, 0.25]
    """
    if not len(true):
        return []
    ratios = [one / real if one else 0.0 for one, real in zip(found, true, strict=True)]
    first = np.array([_near(ratio, (1.0,)) for ratio in ratios])
    second = np.array([_near(ratio, OCTAVES) for ratio in ratios])
    n = len(ratios)
    scores = [
        Score("tempo", on, "accuracy 1", float(first.mean()), n),
        Score("tempo", on, "accuracy 2", float(second.mean()), n),
        Score("tempo", on, "octave errors", float((second & ~first).mean()), n),
    ]
    if first.any():
        off = 100 * np.median(np.abs(np.array(ratios)[first] - 1))
        scores.append(
            Score("tempo", on, "median error where right, %", float(off), int(first.sum()))
        )
    return scores


def _near(ratio: float, aims: Iterable[float]) -> bool:
    """Tell whether a ratio is within the tolerance of one of some others."""
    return any(abs(ratio / aim - 1) <= TOLERANCE for aim in aims)


Key = tuple[float | None, float | None]
"""Pitch class of the key note, and 1 for major, 0 for minor; None where unknown."""


def key_scores(found: Sequence[Key], true: Sequence[tuple[int, int]], on: str) -> list[Score]:
    """Return the share of exact keys and the mean MIREX score."""
    if not len(true):
        return []
    points = [mirex(one, real) for one, real in zip(found, true, strict=True)]
    exact = float(np.mean([point == 1 for point in points]))
    return [
        Score("key", on, "exact", exact, len(points)),
        Score("key", on, "MIREX", float(np.mean(points)), len(points)),
    ]


def mirex(found: Key, true: tuple[int, int]) -> float:
    """Return the MIREX score of one key.

    >>> mirex((0, 1), (0, 1)), mirex((7, 1), (0, 1)), mirex((9, 0), (0, 1)), mirex((0, 0), (0, 1))
    (1.0, 0.5, 0.3, 0.2)
    """
    note, mode = found
    if note is None or mode is None:
        return 0.0
    apart = int(note - true[0]) % 12
    if mode == true[1]:
        return {0: 1.0, 5: 0.5, 7: 0.5}.get(apart, 0.0)
    relative = 9 if true[1] == 1 else 3
    return {0: 0.2, relative: 0.3}.get(apart, 0.0)


def share_scores(
    descriptor: str, found: Sequence[float | None], true: Sequence[float], on: str
) -> list[Score]:
    """Return the share of values that are exactly right, beside that of the commonest value."""
    if not len(true):
        return []
    right = [one is not None and round(one) == real for one, real in zip(found, true, strict=True)]
    commonest = np.unique(np.array(true), return_counts=True)[1].max() / len(true)
    return [
        Score(descriptor, on, "right", float(np.mean(right)), len(right)),
        Score(descriptor, on, "right if always the commonest", float(commonest), len(right)),
    ]


def value_scores(
    descriptor: str, found: Sequence[float | None], true: Sequence[float], on: str
) -> list[Score]:
    """Return R² and mean absolute error of a number, over the songs that have it."""
    pairs = [(one, real) for one, real in zip(found, true, strict=True) if one is not None]
    if len(pairs) < 2:
        return []
    estimated, real = np.array(pairs, dtype=np.float64).T
    variance = float(((real - real.mean()) ** 2).sum())
    scores = [
        Score(descriptor, on, "mean error", float(np.abs(estimated - real).mean()), len(pairs))
    ]
    if variance > 0:
        r2 = 1 - float(((estimated - real) ** 2).sum()) / variance
        scores.insert(0, Score(descriptor, on, "R²", r2, len(pairs)))
    return scores
