"""The names of the columns a transformer was fitted on."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from songscape.core.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def names_in(transformer: Any) -> list[str]:
    """Return the column names a fitted transformer saw; x0, x1 … for a bare array."""
    unnamed = [f"x{column}" for column in range(transformer.n_features_in_)]
    return [str(name) for name in getattr(transformer, "feature_names_in_", unnamed)]


def matching(names: Sequence[str], patterns: Iterable[str]) -> set[str]:
    """Return the names that fit any pattern, where ``*`` stands for anything.

    Examples
    --------
    >>> sorted(matching(["mfcc_1", "mfcc_2", "tempo"], ["mfcc_*"]))
    ['mfcc_1', 'mfcc_2']
    """
    wanted = tuple(patterns)
    return {name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)}


def check_patterns(names: Sequence[str], patterns: Iterable[str]) -> None:
    """Raise unless every pattern fits a name.

    Raises
    ------
    UnknownNameError
        With the nearest name there is.
    """
    for pattern in patterns:
        if not matching(names, [pattern]):
            raise UnknownNameError("feature", pattern, names)
