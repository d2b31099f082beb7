"""Songs in three dimensions, as papers print them: seen from one side, the near ones in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.view._style import GREY, LINE, MUTED, PALETTE, bare, drawing, panels, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from songscape.studies.papers._charts import Head

TURN, TILT = np.deg2rad(-58), np.deg2rad(22)
_EDGES = [(0, 1), (0, 2), (0, 4), (1, 3), (1, 5), (2, 3), (2, 6), (4, 5), (4, 6)]
"""The nine edges of a box that can be seen through it from behind its first corner."""


@dataclass(frozen=True, eq=False)
class Solid:
    """Songs in three dimensions.

    Parameters
    ----------
    points : shape (n, 3).
    labels : cluster of every song.
    title : a word above them.
    axes : what the three directions are.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int32]
    title: str
    axes: tuple[str, str, str]


def solids(head: Head, found: Sequence[Solid], *, abreast: int = 2, height: float = 4.2) -> str:
    """Draw clouds of songs in boxes, side by side."""
    with drawing():
        figure, grid = panels(len(found), abreast, height)
        for axes, solid in zip(grid, found, strict=True):
            _solid(axes, solid)
        return svg(figure, head.name, head.title, head.says)


def seen(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where points in a unit box are seen, and how near each is.

    >>> flat, near = seen(np.zeros((1, 3)))
    >>> flat.shape, near.shape
    ((1, 2), (1,))
    """
    x, y, z = points.T
    across = x * np.cos(TURN) - y * np.sin(TURN)
    into = x * np.sin(TURN) + y * np.cos(TURN)
    up = z * np.cos(TILT) + into * np.sin(TILT)
    near = z * np.sin(TILT) - into * np.cos(TILT)
    return np.column_stack([across, up]), near


def _solid(axes: Axes, solid: Solid) -> None:
    """Draw one cloud in its box, the nearest songs last and largest."""
    low, high = np.quantile(solid.points, [0.002, 0.998], axis=0)
    unit = 2 * (solid.points - low) / np.maximum(high - low, 1e-12) - 1
    inside = (np.abs(unit) <= 1.15).all(axis=1)
    flat, near = seen(unit[inside])
    order = np.argsort(near, kind="stable")
    labels = solid.labels[inside][order]
    colours = np.array([*PALETTE, GREY])
    which = np.where(labels >= 0, labels % len(PALETTE), len(PALETTE))
    depth = (near[order] - near.min()) / max(float(np.ptp(near)), 1e-12)
    _box(axes, solid.axes)
    axes.scatter(
        flat[order, 0], flat[order, 1], c=colours[which].tolist(), s=3 + 7 * depth,
        alpha=0.75, lw=0, rasterized=True,
    )  # fmt: skip
    bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal")
    axes.set_title(solid.title)


def _box(axes: Axes, names: tuple[str, str, str]) -> None:
    """Draw the edges of the box and name its three directions."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (1, -1) for z in (-1, 1)], float)
    flat, _ = seen(corners)
    for one, other in _EDGES:
        axes.plot(*flat[[one, other]].T, color=LINE, lw=0.8, zorder=0)
    middles = seen(np.array([[0, -1.16, -1.0], [1.16, 0, -1.0], [-1.12, -1.12, 0]], float))[0]
    for (x, y), name in zip(middles, names, strict=True):
        axes.text(x, y, name, fontsize=8, color=MUTED, ha="center", va="center")
