"""Keep every dimension: cluster in the prepared features as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn.preprocessing import FunctionTransformer


@dataclass(frozen=True)
class Options:
    """Nothing to set."""


def make(options: Options, seed: int) -> Any:
    """Make the transformer; it uses no randomness."""
    del options, seed
    return FunctionTransformer(feature_names_out="one-to-one")
