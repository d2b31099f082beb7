"""The features a step looks at, and the scale on which it compares them.

A step of cleaning asks only for columns that tell of the sound: features of the kind ``measure``,
``code`` or ``cycle``. What is ``about`` the release (year, popularity, duration) never costs a song
its place. Distances are taken after standardising, ``z = (x − mean) / standard deviation``, because
on raw values the column with the largest unit decides alone: tempo in BPM spans hundreds, the
shares span one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role, find_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


def sound_features(collection: Collection, named: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the features named, or where none is named all that tell of the sound.

    Raises
    ------
    UnknownNameError
        If a name is not a feature of the collection.
    """
    features = collection.names(Role.FEATURE)
    chosen = tuple(find_column(features, name) for name in named)
    return chosen or tuple(
        name for name in features if collection.columns[name].kind is not Kind.ABOUT
    )


def measures(collection: Collection) -> tuple[str, ...]:
    """Return the features whose distances mean something: neither codes nor cycles."""
    return tuple(
        name
        for name in collection.names(Role.FEATURE)
        if collection.columns[name].kind is Kind.MEASURE
    )


def standardised(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each column with mean 0 and standard deviation 1; unknown and constant become 0.

    Parameters
    ----------
    matrix : float64 array of shape (n, d); NaN where nothing is known.

    Examples
    --------
    >>> standardised(np.array([[1.0], [3.0], [np.nan]])).ravel().tolist()
    [-1.0, 1.0, 0.0]
    """
    known = np.isfinite(matrix)
    counts = np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, matrix, 0.0) - np.where(known, matrix, 0.0).sum(axis=0) / counts
    centred[~known] = 0.0
    spread = np.sqrt((centred**2).sum(axis=0) / counts)
    # A sum of equal values may miss their mean by the last bits, which is not a spread.
    noise = 1e-12 * np.abs(np.where(known, matrix, 0.0)).max(axis=0, initial=0.0)
    flat = spread <= noise
    scaled: NDArray[np.float64] = np.where(flat, 0.0, centred / np.where(flat, 1.0, spread))
    return scaled


def replaced(
    collection: Collection, values: Mapping[str, pl.Series], columns: Mapping[str, Column], why: str
) -> Collection:
    """Return the collection with some columns' values changed; without any, as it was."""
    if not values:
        return collection
    return collection.add(columns, pl.DataFrame(dict(values)), why)
