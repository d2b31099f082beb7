"""Which musical keys go together, on the wheel DJs use.

Keys are numbered around the circle of fifths, minor A and major B: 8A is A minor, 8B C major. Two
keys go together when they are the same, neighbours on the wheel, or relatives (same number).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.describe.key import camelot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.use.opened import Opened

WHEEL = tuple(f"{number}{letter}" for number in range(1, 13) for letter in "AB")
"""The names of the keys; a key's code is its place here, 2 × (number − 1) + (0 minor, 1 major)."""


def key_codes(tracks: pl.DataFrame) -> NDArray[np.int64] | None:
    """Return the code of every song's key, −1 where it is not known; None if no song has one."""
    names = key_names(tracks)
    if names is None:
        return None
    codes = {name: code for code, name in enumerate(WHEEL)}
    found: NDArray[np.int64] = (
        names.replace_strict(codes, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    )
    return found


def key_names(tracks: pl.DataFrame) -> pl.Series | None:
    """Return the wheel's name of every song's key, missing where it is not known."""
    if {"key", "mode"} <= set(tracks.columns):
        names = {(tonic, mode): camelot(tonic, mode) for tonic in range(12) for mode in (0, 1)}
        both = tracks.select("key", "mode").rows()
        return pl.Series("camelot", [names.get(pair) for pair in both], dtype=pl.String)
    return tracks["key_camelot"].alias("camelot") if "key_camelot" in tracks.columns else None


def compatible() -> NDArray[np.bool_]:
    """Return which keys go together, shape (25, 25); the last row and column are "not known".

    >>> table = compatible()
    >>> [WHEEL[code] for code in np.flatnonzero(table[WHEEL.index("8A")][:24])]
    ['7A', '8A', '8B', '9A']
    """
    table = np.zeros((25, 25), dtype=np.bool_)
    number, letter = np.divmod(np.arange(24), 2)
    apart = np.abs(number[:, None] - number[None])
    same = letter[:, None] == letter[None]
    table[:24, :24] = (np.minimum(apart, 12 - apart) <= 1) & same | (apart == 0)
    return table


def has_keys(run: Opened) -> bool:
    """Tell whether any song of a run has a key."""
    codes = key_codes(run.tracks)
    return codes is not None and bool((codes >= 0).any())
