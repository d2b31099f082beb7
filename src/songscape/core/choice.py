"""A choice: how many groups there are, why, and the evidence.

The number is a finding only where ``natural`` is true. Elsewhere the songs are one continuous whole
(the natural number of groups is one) and ``k`` is a useful way to cut it, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

CURVES = pl.Schema(
    {
        "k": pl.Int64,
        "criterion": pl.String,
        "value": pl.Float64,
        "seed": pl.Int64,
        "fingerprint": pl.String,
        "better": pl.String,
        "rows": pl.Int64,
    }
)
"""Columns of :attr:`Choice.curves`; `rows` tells how many songs the value was taken on."""


@dataclass(frozen=True, eq=False)
class Choice:
    """How many groups there are.

    Parameters
    ----------
    natural : whether the songs fall into groups of themselves.
    k : the natural number of groups, or a useful one where there is none.
    reason : one paragraph in plain words.
    criteria : what each criterion would choose and its value there; k is 0 where it sees none.
    curves : every criterion at every k and seed, with the columns of :data:`CURVES`.
    fingerprint : the space all of it was taken in.
    evidence : the null test: columns reference, value (one row per reference set drawn, and one
        named "observed").
    """

    natural: bool
    k: int
    reason: str
    criteria: Mapping[str, tuple[int, float]]
    curves: pl.DataFrame
    fingerprint: str
    evidence: pl.DataFrame
