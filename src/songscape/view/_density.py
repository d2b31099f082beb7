"""Many points as one small picture that keeps their structure.

A hundred thousand opaque dots hide each other. Here every dot is a disc of opacity *a*; a pixel
under m dots gets ``1 − (1 − a)^m``, the opacity of m glass panes, and the average of their colours.
*a* is chosen from the picture itself, so that a pixel of typical density is half opaque: sparse
maps stay visible and dense ones keep their inner structure. No drawing order enters, so no cluster
hides another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ALPHA_LEVELS, COLOUR_LEVELS = 8, 12


def extent(points: NDArray[np.float64], margin: float = 0.04) -> tuple[float, float, float, float]:
    """Return left, right, bottom, top around all points that are finite."""
    good = points[np.isfinite(points).all(axis=1)]
    low, high = good.min(axis=0), good.max(axis=0)
    pad = np.where(high > low, (high - low) * margin, 1.0)
    (left, bottom), (right, top) = low - pad, high + pad
    return float(left), float(right), float(bottom), float(top)


def picture(
    points: NDArray[np.float64],
    colours: Sequence[str],
    which: NDArray[np.int64],
    shape: tuple[int, int] = (700, 1030),
) -> NDArray[np.uint8]:
    """Draw points as an RGBA picture whose first row is the top.

    Parameters
    ----------
    points : finite coordinates, shape (n, 2); the picture covers :func:`extent` of them.
    colours : the colours to use.
    which : index of each point's colour, shape (n,).
    shape : rows and columns of the picture.
    """
    rows, columns = _pixels(points, shape)
    disc = _disc(_radius(len(points), shape))
    weight = np.zeros(shape)
    mixed = np.zeros((*shape, 3))
    for index, colour in enumerate(colours):
        chosen = which == index
        if chosen.any():
            layer = _spread(rows[chosen], columns[chosen], shape, disc)
            weight += layer
            mixed += layer[..., None] * np.array(to_rgb(colour))
    return _composed(weight, mixed)


def _pixels(
    points: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of the pixel under every point."""
    left, right, bottom, top = extent(points)
    columns = ((points[:, 0] - left) / (right - left) * shape[1]).astype(np.int64)
    rows = ((top - points[:, 1]) / (top - bottom) * shape[0]).astype(np.int64)
    return np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1)


def _radius(n: int, shape: tuple[int, int]) -> float:
    """Return a dot's radius in pixels: smaller the more there are, never invisible."""
    return float(np.clip(0.22 * np.sqrt(shape[0] * shape[1] / max(n, 1)), 1.0, 5.0))


def _disc(radius: float) -> NDArray[np.float64]:
    """Return a disc of ones with a soft edge."""
    reach = int(np.ceil(radius))
    axis = np.arange(-reach, reach + 1)
    disc: NDArray[np.float64] = np.clip(radius + 0.5 - np.hypot(axis[:, None], axis), 0, 1)
    return disc


def _spread(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    shape: tuple[int, int],
    disc: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Count dots per pixel and lay a disc on each."""
    flat = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    hits = flat.reshape(shape).astype(np.float64)
    reach = disc.shape[0] // 2
    padded = np.pad(hits, reach)
    result = np.zeros(shape)
    for down, across in np.argwhere(disc > 0):
        part = padded[down : down + shape[0], across : across + shape[1]]
        result += disc[down, across] * part
    return result


def _composed(weight: NDArray[np.float64], mixed: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Turn dot counts and summed colours into RGBA of few different values, which pack small."""
    seen = weight > 0
    typical = float(np.quantile(weight[seen], 0.75)) if seen.any() else 1.0
    opacity = 1 - 0.4 ** (weight / max(typical, 1.0))
    alpha = np.where(seen, np.maximum(opacity, 0.2), 0.0)
    alpha = np.ceil(alpha * ALPHA_LEVELS) / ALPHA_LEVELS
    rgb = mixed / np.maximum(weight, 1e-12)[..., None]
    rgb = np.where(seen[..., None], np.rint(rgb * COLOUR_LEVELS) / COLOUR_LEVELS, 0.0)
    result: NDArray[np.uint8] = np.rint(255 * np.dstack([rgb, alpha])).astype(np.uint8)
    return result
