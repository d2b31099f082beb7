"""The charts of studies: curves, clouds, intervals and tables of colour, in the report's look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from songscape.view._map_charts import draw_points
from songscape.view._style import (
    ACCENT,
    DIVERGING,
    GREY,
    INK,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PALETTE,
    PAPER,
    SEQUENTIAL,
    WARM,
    bare,
    canvas,
    drawing,
    head_cells,
    panels,
    svg,
)
from songscape.view._text import decimal, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from songscape.studies.papers._findings import Interval

__all__ = ["Cloud", "Head", "Line", "Panel", "clouds", "heat", "intervals", "lines", "stacks"]

COMPONENTS = ("component 1 →", "component 2 →")
MOST_NAMES = 10
CROWD = 60
"""Songs placed on a map from which on they are drawn small and without names."""
STEPS = [1, 2, 2.5, 5, 10]
"""Distances between the numbers below an axis, but for powers of ten."""


@dataclass(frozen=True)
class Head:
    """What every chart is told for the page and for those who cannot see it.

    Parameters
    ----------
    name : unique among the charts of a report.
    title : what it is.
    says : what one sees in it.
    """

    name: str
    title: str
    says: str


@dataclass(frozen=True, eq=False)
class Line:
    """One curve.

    Parameters
    ----------
    x, y : its points.
    name : what it is; empty for no entry in the key.
    band : lower and upper edge of a band around it.
    look : "accent", "warm", "grey", "ink" or the number of a colour of the palette.
    dashed, dots : how it is drawn.
    loose : whether only the points are drawn.
    marker : the shape of its points.
    """

    x: ArrayLike
    y: ArrayLike
    name: str = ""
    band: tuple[ArrayLike, ArrayLike] | None = None
    look: str | int = "accent"
    dashed: bool = False
    dots: bool = False
    loose: bool = False
    marker: str = "o"


@dataclass(frozen=True, eq=False)
class Panel:
    """Curves over one pair of axes.

    Parameters
    ----------
    lines : the curves.
    title, x, y : words around them.
    marks : places on the horizontal axis to point out, with a word each.
    level : a height to draw a faint line at, with a word.
    log : whether heights grow by factors.
    ticks : words to stand below the horizontal axis instead of numbers.
    """

    lines: Sequence[Line]
    title: str = ""
    x: str = ""
    y: str = ""
    marks: Mapping[float, str] = field(default_factory=dict)
    level: tuple[float, str] | None = None
    log: bool = False
    ticks: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Songs on a plane.

    Parameters
    ----------
    points : shape (n, 2).
    labels : cluster of every song.
    title, x, y : words around them.
    means : the middles of the clusters, shape (k, 2).
    placed : further songs that are drawn on top, shape (m, 2).
    names : what to write beside each of them; empty for nothing.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int32]
    title: str = ""
    x: str = ""
    y: str = ""
    means: NDArray[np.float64] | None = None
    placed: NDArray[np.float64] | None = None
    names: Sequence[str] = ()


def look(which: str | int) -> str:
    """Return the colour of a look."""
    named = {"accent": ACCENT, "warm": WARM, "grey": GREY, "ink": INK}
    return PALETTE[which % len(PALETTE)] if isinstance(which, int) else named[which]


def lines(head: Head, found: Sequence[Panel], *, abreast: int = 2, height: float = 3.1) -> str:
    """Draw panels of curves."""
    with drawing():
        figure, grid = panels(len(found), min(abreast, len(found)), height)
        for axes, panel in zip(grid, found, strict=True):
            _panel(axes, panel)
        return svg(figure, head.name, head.title, head.says)


def _panel(axes: Axes, panel: Panel) -> None:
    """Draw the curves of one panel."""
    for line in panel.lines:
        colour = look(line.look)
        if line.band is not None:
            axes.fill_between(line.x, *line.band, color=colour, alpha=0.16, lw=0)
        style = "" if line.loose else "--" if line.dashed else "-"
        axes.plot(
            line.x, line.y, color=colour, lw=1.5, ls=style,
            marker=line.marker if line.dots else "", ms=6 if line.loose else 3.5, mew=1.6,
            label=line.name or None,
        )  # fmt: skip
    if panel.log:
        axes.set_yscale("log")
        plain = FuncFormatter(lambda value, _place: f"{value:,.10g}")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(plain)
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=_whole(panel), steps=STEPS))
    if panel.ticks:
        axes.set_xticks(list(panel.ticks), list(panel.ticks.values()))
    bare(axes, grid="y")
    axes.set_title(panel.title)
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    for place, word in panel.marks.items():
        axes.axvline(place, color=MUTED, lw=0.8, ls=":")
        axes.annotate(
            word, (place, 0.99), xycoords=("data", "axes fraction"), xytext=(3, 0), va="top",
            textcoords="offset points", fontsize=8, color=MUTED,
        )  # fmt: skip
    if panel.level:
        axes.axhline(panel.level[0], color=MUTED, lw=0.8, ls=":")
        axes.annotate(
            panel.level[1], (0.99, panel.level[0]), xycoords=("axes fraction", "data"),
            xytext=(0, 3), textcoords="offset points", ha="right", fontsize=8, color=MUTED,
        )  # fmt: skip
    if any(line.name for line in panel.lines):
        axes.legend(fontsize=8, labelcolor=INK, handlelength=1.4)


def _whole(panel: Panel) -> bool:
    """Tell whether the places along the horizontal axis are whole numbers."""
    places = np.concatenate([np.asarray(line.x, dtype=np.float64) for line in panel.lines])
    return bool((places == np.round(places)).all())


def clouds(head: Head, found: Sequence[Cloud], *, abreast: int = 2, height: float = 4.0) -> str:
    """Draw songs on planes side by side, each with the middles of its clusters."""
    with drawing():
        figure, grid = panels(len(found), abreast, height)
        for axes, cloud in zip(grid, found, strict=True):
            which = np.where(cloud.labels >= 0, cloud.labels % len(PALETTE), len(PALETTE))
            shape = 560, 700 if abreast > 1 else 1100
            draw_points(axes, cloud.points, (*PALETTE, GREY), which.astype(np.int64), shape)
            if cloud.means is not None:
                for index, (x, y) in enumerate(cloud.means):
                    colour = PALETTE[index % len(PALETTE)]
                    axes.plot(x, y, "D", ms=5, color=colour, mec=PAPER, mew=0.9, zorder=5)
            _placed(axes, cloud)
            bare(axes)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(cloud.title)
            axes.set_xlabel(cloud.x, loc="right", fontsize=8.5)
            axes.set_ylabel(cloud.y, loc="top", fontsize=8.5)
        return svg(figure, head.name, head.title, head.says)


def _placed(axes: Axes, cloud: Cloud) -> None:
    """Draw the songs that were placed, with their names."""
    if cloud.placed is None:
        return
    size, edge = (5.5, 1.0) if len(cloud.placed) <= CROWD else (2.6, 0.4)
    axes.plot(*cloud.placed.T, "o", ms=size, color=INK, mec=PAPER, mew=edge, ls="", zorder=6)
    if len(cloud.placed) > CROWD:
        return
    for name, place in zip(cloud.names, cloud.placed, strict=False):
        axes.annotate(
            shown(name, 26), tuple(place), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=8, color=INK, zorder=7,
            bbox={"boxstyle": "round,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.75},
        )  # fmt: skip


def intervals(
    head: Head,
    rows: Sequence[tuple[str, Interval]],
    x: str,
    *,
    line: tuple[float, str] | None = None,
) -> str:
    """Draw numbers with their intervals, one below the other.

    Parameters
    ----------
    head : for the page.
    rows : a word and a number with its interval each; the first stands on top.
    x : what the numbers are.
    line : a number to draw a line at, with a word.
    """
    with drawing():
        figure = canvas(height=0.7 + 0.34 * len(rows))
        axes = figure.subplots()
        for place, (_, found) in enumerate(reversed(rows)):
            axes.plot([found.low, found.high], [place, place], color=ACCENT, lw=2.4, alpha=0.45)
            axes.plot(found.value, place, "o", color=ACCENT, ms=6)
            axes.annotate(
                f"{found.value:.3f}", (found.high, place), xytext=(7, 0), va="center",
                textcoords="offset points", fontsize=8, color=MUTED,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), [shown(name, 60) for name, _ in reversed(rows)])
        axes.margins(x=0.12)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        bare(axes, grid="x")
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_xlabel(x)
        if line:
            axes.axvline(line[0], color=MUTED, lw=0.9, ls=":")
            axes.annotate(
                line[1], (line[0], 1), xycoords=("data", "axes fraction"), xytext=(3, 2),
                fontsize=8, textcoords="offset points", color=MUTED,
            )  # fmt: skip
        return svg(figure, head.name, head.title, head.says)


def heat(
    head: Head, matrix: NDArray[np.float64], rows: Sequence[str], columns: Sequence[str]
) -> str:
    """Draw a table of shares, 0 to 1, or of signed numbers, as colours with the numbers inside."""
    signed = bool(np.nanmin(matrix) < 0)
    most = float(np.nanmax(np.abs(matrix))) or 1.0
    with drawing():
        figure = canvas(min(10.0, 2.4 + 0.62 * len(columns)), 1.3 + 0.3 * len(rows))
        axes = figure.subplots()
        colours = DIVERGING if signed else SEQUENTIAL
        axes.imshow(matrix, cmap=colours, vmin=-most if signed else 0, vmax=most, aspect="auto")
        for (row, column), value in np.ndenumerate(matrix):
            if np.isfinite(value) and abs(value) >= 0.05 * most:
                shade = ON_DARK if abs(value) > 0.62 * most else ON_LIGHT
                text = decimal(float(value), 2 if most <= 2 else 1 if most < 10 else 0)
                axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=shade)
        head_cells(axes, [shown(name, 22) for name in columns], [shown(name, 28) for name in rows])
        return svg(figure, head.name, head.title, head.says)


def stacks(
    head: Head, shares: NDArray[np.float64], rows: Sequence[str], parts: Sequence[str]
) -> str:
    """Draw what every row is made of, as one bar of parts each.

    Parameters
    ----------
    head : for the page.
    shares : shape (rows, parts), rows sum to 1.
    rows, parts : their names; parts past the tenth are drawn in grey.
    """
    with drawing():
        figure = canvas(height=0.9 + 0.36 * len(rows))
        axes = figure.subplots()
        left = np.zeros(len(rows))
        places = np.arange(len(rows))[::-1]
        for index, name in enumerate(parts):
            colour = PALETTE[index] if index < MOST_NAMES else GREY
            label = name if index < MOST_NAMES else ("others" if index == MOST_NAMES else None)
            axes.barh(places, shares[:, index], 0.7, left=left, color=colour, label=label, lw=0)
            left = left + shares[:, index]
        axes.set_yticks(places, [shown(name, 40) for name in rows])
        bare(axes)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
        axes.tick_params(axis="y", labelcolor=INK)
        figure.legend(loc="outside right center", fontsize=8, labelcolor=INK)
        return svg(figure, head.name, head.title, head.says)
