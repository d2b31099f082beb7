"""Places on the earth: as points on the unit sphere, and how far apart they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RADIUS = 6371.0
"""Mean radius of the earth in kilometres."""


def points(degrees: Floats) -> Floats:
    """Return places as points on the unit sphere, where longitude has no edge.

    Parameters
    ----------
    degrees : latitudes and longitudes, shape (n, 2).

    Examples
    --------
    >>> points(np.array([[0.0, 180.0], [90.0, 17.0]])).round(3).tolist()
    [[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    latitude, longitude = np.radians(np.asarray(degrees, dtype=np.float64)).T
    level = np.cos(latitude)
    return np.column_stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])


def degrees(sphere: Floats) -> Floats:
    """Return the latitudes and longitudes nearest to points near the sphere, shape (n, 2)."""
    x, y, z = np.asarray(sphere, dtype=np.float64).T
    turned = np.column_stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)])
    return np.asarray(np.degrees(turned))


def distance(one: Floats, other: Floats) -> Floats:
    """Return great-circle distances in kilometres between places, shape (n,).

    Examples
    --------
    >>> distance(np.array([[51.5, -0.13]]), np.array([[48.86, 2.35]])).round().tolist()
    [343.0]
    """
    first, second = np.radians(np.asarray(one)), np.radians(np.asarray(other))
    half = (second - first) / 2
    # Haversine: exact for near places, where the arc cosine loses its digits.
    square = np.sin(half[:, 0]) ** 2 + np.cos(first[:, 0]) * np.cos(second[:, 0]) * (
        np.sin(half[:, 1]) ** 2
    )
    return np.asarray(2 * RADIUS * np.arcsin(np.sqrt(np.clip(square, 0, 1))))
