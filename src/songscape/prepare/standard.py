"""Scale every column to mean 0 and standard deviation 1.

Distances add up columns, so units decide what counts: unscaled, tempo (tens of BPM) drowns energy
(0..1). Standard scores z = (x − mean) / sd give every column the same variance, and so the same
say. Far outliers inflate the sd and squeeze the rest; then use ``robust`` or ``quantile``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn.preprocessing import StandardScaler


@dataclass(frozen=True)
class Options:
    """Nothing to set."""


def make(options: Options, seed: int) -> Any:
    """Make the transformer; it uses no randomness."""
    del options, seed
    return StandardScaler()
