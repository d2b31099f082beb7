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


EVIDENCE = pl.Schema({"statistic": pl.String, "reference": pl.String, "value": pl.Float64})
"""Columns of :attr:`Choice.evidence`."""


@dataclass(frozen=True)
class Null:
    """One criterion on the songs against the same on one kind of songs without groups.

    Parameters
    ----------
    statistic : the criterion.
    reference : the kind of songs without groups.
    observed : the best value of the songs over k.
    p : share of references as good, the songs among them, 0..1.
    effect : the observed value above the mean of the references, in units of the criterion.
    """

    statistic: str
    reference: str
    observed: float
    p: float
    effect: float


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
    evidence : the null test: columns statistic, reference, value (one row per reference set drawn,
        and one named "observed").
    tests : its result, one for each statistic and kind of reference.
    """

    natural: bool
    k: int
    reason: str
    criteria: Mapping[str, tuple[int, float]]
    curves: pl.DataFrame
    fingerprint: str
    evidence: pl.DataFrame
    tests: tuple[Null, ...] = ()
