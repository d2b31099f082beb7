"""What it would cost to choose another number of groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from songscape.view._text import NARROW, decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from songscape.core.record import Record

SHARES = (0.5, 0.75, 1.0, 1.5, 2.0)
"""Numbers of groups shown, as shares of the one chosen."""


def otherwise(record: Record) -> list[dict[str, str | bool]]:
    """Return what some numbers of groups give: how steady, how close, how far apart.

    Distances are root mean squares to the mean of the group, relative to those of the number
    chosen, so that they read as "so much farther away".
    """
    chosen = record.run.get("k")
    if not chosen or not {"k", "criterion", "value"} <= set(record.scores.columns):
        return []
    again, cost, valley = (
        _by_k(record.scores, name) for name in ("stability", "inertia", "valley")
    )
    tried = sorted(set(again) & set(cost))
    if chosen not in tried or not cost[chosen]:
        return []
    return [
        {
            "k": str(k),
            "chosen": k == chosen,
            "again": decimal(again[k]),
            "distance": _farther(cost[k] / cost[chosen]),
            "valley": _left(valley.get(k)),
        }
        for k in _shown(tried, chosen)
    ]


def _by_k(scores: pl.DataFrame, criterion: str) -> dict[int, float]:
    """Return the mean value of a criterion at every k; of valleys the deepest over the starts."""
    value = pl.col("value").max() if criterion == "valley" else pl.col("value").mean()
    part = scores.filter(pl.col("criterion") == criterion).drop_nulls(["k", "value"])
    return dict(part.group_by("k").agg(value).iter_rows())


def _shown(tried: list[int], chosen: int) -> Iterable[int]:
    """Return the numbers nearest to the shares wanted, rising."""
    wanted = [chosen * share for share in SHARES] + [chosen - 1, chosen + 1]
    return sorted({min(tried, key=lambda k: (abs(k - want), k)) for want in wanted})


def _farther(ratio: float) -> str:
    """Say how the root mean squared distance changes, given the ratio of costs.

    >>> [_farther(ratio).replace(NARROW, " ") for ratio in (1.21, 0.81, 1.0)]
    ['10 % farther', '10 % nearer', 'the same']
    """
    change = round(100 * (ratio**0.5 - 1))
    return (
        f"{abs(change)}{NARROW}% {'farther' if change > 0 else 'nearer'}" if change else "the same"
    )


def _left(depth: float | None) -> str:
    """Say how much of the density is left between the two least parted groups.

    >>> [_left(depth).replace(NARROW, " ") for depth in (0.0, 0.693, None)]
    ['all of it', '50 %', '–']
    """
    if depth is None:
        return "–"
    left = round(100 * math.exp(-max(depth, 0.0)))
    return f"{left}{NARROW}%" if left < 95 else "all of it"
