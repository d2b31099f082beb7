"""The flow of songs between the clusters of two runs, as bands from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from songscape.core.wording import count as counted
from songscape.view._parts import NOISE
from songscape.view._style import GREY, INK, MUTED, canvas, colour, drawing, svg
from songscape.view._text import count, listing, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from songscape.explain.compare import Comparison

Band = tuple[int, int, int]
"""From, to, and how many songs; -1 is noise."""

MOST = 24
"""Clusters on a side; of more the smallest flow together."""

GAP, WIDTH, NAME = 0.012, 0.035, 34
REST = 1_000_000
"""Number of the smallest clusters of a side taken together."""


def flow(comparison: Comparison) -> str:
    """Draw which clusters of the first run (left) flow into which of the second (right)."""
    bands = _bands(comparison)
    names = _names(comparison)
    sides = [_sizes(bands, side) for side in (0, 1)]
    tall = max(len(side) for side in sides)
    with drawing():
        figure = canvas(height=min(1.2 + 0.34 * tall, 9.0))
        axes = figure.subplots()
        tops = [_bars(axes, sizes, names[side], side) for side, sizes in enumerate(sides)]
        _ribbons(axes, bands, tops)
        axes.set_xlim(-0.62, 1.62)
        axes.set_ylim(-0.02, 1.06)
        axes.axis("off")
        for x, where, words in ((0, "left", "first run"), (1, "right", "second run")):
            axes.text(x, 1.03, words, ha=where, va="bottom", color=MUTED, fontsize=9.5)
        return svg(figure, "flow", "Songs between the clusters of two runs", _says(bands, names))


def _bands(comparison: Comparison) -> list[Band]:
    """Return the bands, the smallest clusters of either side taken together."""
    rows: list[Band] = [
        (int(a), int(b), int(n))
        for a, b, n in comparison.moves.select("first", "second", "songs").rows()
    ]
    kept = [
        sorted(sizes, key=lambda one: -sizes[one])[:MOST] if len(sizes) > MOST else list(sizes)
        for sizes in (_sizes(rows, 0), _sizes(rows, 1))
    ]
    merged: dict[tuple[int, int], int] = {}
    for first, second, songs in rows:
        ends = (first if first in kept[0] else REST, second if second in kept[1] else REST)
        merged[ends] = merged.get(ends, 0) + songs
    return [(*ends, songs) for ends, songs in sorted(merged.items())]


def _sizes(bands: list[Band], side: int) -> dict[int, int]:
    """Return the songs of every cluster of a side, by its number, noise last."""
    sizes: dict[int, int] = {}
    for band in bands:
        sizes[band[side]] = sizes.get(band[side], 0) + band[2]
    return dict(sorted(sizes.items(), key=lambda one: (one[0] < 0, one[0])))


def _bars(
    axes: Axes, sizes: Mapping[int, int], names: Mapping[int, str], side: int
) -> dict[int, float]:
    """Draw the clusters of one side as bars, largest room for most songs; return their tops."""
    total = sum(sizes.values())
    room = 1 - GAP * (len(sizes) - 1)
    top, tops = 1.0, {}
    for cluster, songs in sizes.items():
        height = room * songs / total
        left = -WIDTH if side == 0 else 1.0
        axes.add_patch(Rectangle((left, top - height), WIDTH, height, color=colour(cluster), lw=0))
        x, where = (-WIDTH - 0.015, "right") if side == 0 else (1 + WIDTH + 0.015, "left")
        text = f"{names.get(cluster, '')}  {count(songs)}"
        axes.text(x, top - height / 2, text, ha=where, va="center", color=INK, fontsize=8.8)
        tops[cluster] = top
        top -= height + GAP
    return tops


def _ribbons(axes: Axes, bands: list[Band], tops: list[dict[int, float]]) -> None:
    """Draw the bands between the bars; those that leave their cluster are stronger."""
    total = sum(band[2] for band in bands)
    left, right = (dict(side) for side in tops)
    rooms = [1 - GAP * (len(side) - 1) for side in tops]
    for first, second, songs in bands:
        heights = [room * songs / total for room in rooms]
        tint = colour(first) if first < REST else GREY
        alpha = 0.28 if first == second else 0.6
        patch = _ribbon(left[first], right[second], heights)
        axes.add_patch(PathPatch(patch, facecolor=tint, alpha=alpha, lw=0))
        left[first] -= heights[0]
        right[second] -= heights[1]


def _ribbon(start: float, end: float, heights: list[float]) -> Path:
    """Return a band that leaves and arrives level."""
    points = [
        (0, start), (0.5, start), (0.5, end), (1, end), (1, end - heights[1]),
        (0.5, end - heights[1]), (0.5, start - heights[0]), (0, start - heights[0]), (0, start),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _names(comparison: Comparison) -> list[dict[int, str]]:
    """Return the number and name of every cluster, for the left and the right."""
    sides: list[dict[int, str]] = []
    for name in ("name", "second_name"):
        rows = comparison.clusters.select("cluster", name).rows()
        told = {int(number): f"{number} {shown(words, NAME)}".strip() for number, words in rows}
        sides.append(told | {-1: NOISE, REST: "smaller clusters"})
    return sides


def _says(bands: list[Band], names: list[dict[int, str]]) -> str:
    """Say in words what the widest bands are."""
    largest = sorted(bands, key=lambda band: -band[2])[:12]
    return listing(
        [
            f"{counted(n, 'song')} from {names[0].get(a, '')} to {names[1].get(b, '')}"
            for a, b, n in largest
        ],
        12,
    )
