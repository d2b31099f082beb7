"""The map: songs as points, clusters by colour, their names in place; doubt; places on Earth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._density import extent, picture
from songscape.view._style import (
    DOUBT,
    GREY,
    INK,
    MUTED,
    PALETTE,
    PAPER,
    bare,
    canvas,
    colour,
    drawing,
    svg,
)
from songscape.view._text import listing, percent, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from songscape.core.record import Record

VECTOR_LIMIT = 1500
LABEL_LIMIT = 24


def by_cluster(record: Record) -> str | None:
    """Draw the map with every cluster's colour, centre and name."""
    points = _parts.positions(record)
    if points is None:
        return None
    labels, names = _parts.clusters(record), _parts.cluster_names(record)
    with drawing():
        figure = canvas(height=6.8)
        axes = figure.subplots()
        draw_points(axes, points, (*PALETTE, GREY), _colour_index(labels))
        _name(axes, points, labels, names)
        _frame(axes)
        return svg(figure, "map", "The map", _says(record, names))


def by_doubt(record: Record) -> str | None:
    """Draw the map with orange points where a song's cluster is in doubt."""
    points = _parts.positions(record)
    margin = _parts.numbers(record.tracks, "margin")
    grouped = (_parts.clusters(record) >= 0).any()
    if points is None or not grouped or not np.isfinite(margin).any():
        return None
    known = np.nan_to_num(np.clip(margin, 0, 1), nan=1.0)
    step = np.minimum(((1 - known) * len(DOUBT)).astype(np.int64), len(DOUBT) - 1)
    with drawing():
        figure = canvas(height=6.4)
        axes = figure.subplots()
        draw_points(axes, points, DOUBT, step)
        _frame(axes)
        _doubt_key(axes, DOUBT)
        says = (
            "The same map. Orange points are songs that lie almost as near to another cluster as "
            "to their own; grey points are sure of their place."
        )
        return svg(figure, "map-doubt", "Where the map is unsure", says)


def on_earth(record: Record) -> str | None:
    """Draw where on Earth the songs come from, in the colours of their clusters."""
    points = _parts.places(record)
    if points is None:
        return None
    labels = _parts.clusters(record)
    with drawing():
        figure = canvas(height=5.2)
        axes = figure.subplots()
        draw_points(axes, points, (*PALETTE, GREY), _colour_index(labels))
        bare(axes, grid="both")
        axes.set_aspect("equal", adjustable="box")
        axes.set_xlim(-180, 180)
        axes.set_ylim(-60, 80)
        axes.set_xticks(range(-180, 181, 60), [_degrees(x, "W", "E") for x in range(-180, 181, 60)])
        axes.set_yticks(range(-60, 81, 20), [_degrees(y, "S", "N") for y in range(-60, 81, 20)])
        says = "Each dot is a place of origin by longitude and latitude, coloured by cluster."
        return svg(figure, "places", "Where the songs come from", says)


def _colour_index(labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the palette index of every song; noise and clusters past the twelfth are grey."""
    inside = (labels >= 0) & (labels < len(PALETTE))
    return np.where(inside, labels, len(PALETTE)).astype(np.int64)


def draw_points(
    axes: Axes,
    points: NDArray[np.float64],
    colours: Sequence[str],
    which: NDArray[np.int64],
    shape: tuple[int, int] = (840, 1240),
) -> None:
    """Draw points: each by itself where they are few, as one picture where they are many.

    Parameters
    ----------
    axes : where to draw.
    points : coordinates, shape (n, 2); those that are not finite are left out.
    colours : the colours used.
    which : index of every point's colour, shape (n,).
    shape : rows and columns of the picture.
    """
    good = np.isfinite(points).all(axis=1)
    points, which = points[good], which[good]
    left, right, bottom, top = extent(points)
    if len(points) > VECTOR_LIMIT:
        image = picture(points, colours, which, shape)
        axes.imshow(image, extent=(left, right, bottom, top), aspect="auto", interpolation="none")
    else:
        for index in np.unique(which):
            x, y = points[which == index].T
            axes.plot(x, y, "o", color=colours[index], ms=_dot(len(points)), mew=0, alpha=0.8)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _dot(songs: int) -> float:
    """Return how wide a song's dot is, in points: a few songs need larger ones to be seen."""
    return float(np.clip(4.2 * (300 / max(songs, 1)) ** 0.35, 4.2, 9))


def _frame(axes: Axes) -> None:
    """Leave only a hint of axes: a map has directions but no units."""
    bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("x →", loc="right", fontsize=8.5)
    axes.set_ylabel("y →", loc="top", fontsize=8.5)


def _name(
    axes: Axes, points: NDArray[np.float64], labels: NDArray[np.int32], names: dict[int, str]
) -> None:
    """Mark the centre of every cluster and write its name there, moved apart where they meet."""
    biggest = sorted(names, key=lambda cluster: -int((labels == cluster).sum()))[:LABEL_LIMIT]
    finite = np.isfinite(points).all(axis=1)
    centres = {}
    for cluster in biggest:
        inside = points[finite & (labels == cluster)]
        if len(inside):
            centres[cluster] = np.median(inside, axis=0)
    for cluster, (x, y) in _apart(axes, centres, names).items():
        dot_x, dot_y = centres[cluster]
        axes.plot([dot_x, x], [dot_y, y], color=colour(cluster), lw=1, zorder=4)
        axes.plot(dot_x, dot_y, "o", ms=7, color=colour(cluster), mec=PAPER, mew=1.4, zorder=5)
        axes.text(
            x, y, shown(names[cluster], 44), ha="center", va="center", fontsize=9.5,
            fontweight="bold", color=INK, zorder=6,
            bbox={"boxstyle": "round,pad=0.25", "fc": PAPER, "ec": colour(cluster), "alpha": 0.9},
        )  # fmt: skip


def _apart(
    axes: Axes, centres: dict[int, NDArray[np.float64]], names: dict[int, str]
) -> dict[int, tuple[float, float]]:
    """Return the middle of every label: the free place nearest to its centre, largest first."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    line = 0.05 * (top - bottom)
    placed: dict[int, tuple[float, float]] = {}
    widths = {cluster: _label_width(names[cluster]) * (right - left) for cluster in centres}
    for cluster, (x, y) in centres.items():
        half = widths[cluster] / 2
        at = min(max(float(x), left + half), right - half)
        steps = (sign * step for step in np.arange(0.85, 20, 0.5) for sign in (1, -1))
        heights = (float(y + step * line) for step in steps)
        free = (
            height
            for height in heights
            if bottom + line < height < top - line
            and all(
                abs(at - other[0]) > half + widths[name] / 2 or abs(height - other[1]) > line
                for name, other in placed.items()
            )
        )
        placed[cluster] = (at, next(free, float(y)))
    return placed


def _label_width(name: str) -> float:
    """Return about how wide a label is, as a part of the map's width."""
    return 0.0098 * min(len(name), 44) + 0.02


def _doubt_key(axes: Axes, colours: Sequence[str]) -> None:
    """Draw a small key from sure to unsure, above the map so that it hides no song."""
    for index, shade in enumerate(colours):
        place = (0.05 + 0.022 * index, 1.03)
        axes.plot(*place, "s", ms=9, color=shade, mew=0, transform=axes.transAxes, clip_on=False)
    end = 0.05 + 0.022 * (len(colours) - 1)
    for x, where, word in ((0.035, "right", "sure"), (end + 0.015, "left", "unsure")):
        axes.text(
            x, 1.03, word, transform=axes.transAxes, ha=where, va="center", fontsize=8.5,
            color=MUTED,
        )  # fmt: skip


def _says(record: Record, names: dict[int, str]) -> str:
    """Describe the map for those who cannot see it."""
    labels = _parts.clusters(record)
    largest = sorted(names, key=lambda cluster: -(labels == cluster).sum())
    texts = [f"{names[c]} ({percent(float((labels == c).mean()))})" for c in largest]
    return (
        f"{counted(len(labels), 'song')} as points; songs near each other sound alike. Each "
        f"colour is one of {counted(len(names), 'cluster')}: {listing(texts, 12)}."
    )


def _degrees(angle: int, negative: str, positive: str) -> str:
    """Return an angle as a map writes it."""
    return f"{abs(angle)}°{negative if angle < 0 else positive if angle > 0 else ''}"
