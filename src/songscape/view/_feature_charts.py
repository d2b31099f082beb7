"""Features: their distributions, how they go together, and their principal components."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._density import extent
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
    WARM,
    bare,
    canvas,
    drawing,
    panels,
    svg,
    tell_of_rest,
)
from songscape.view._text import NARROW, called, decimal, percent, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from songscape.core.record import Record

PANELS = 40
CORRELATED = 60
ARROWS = 10
FEW = 13


def distributions(record: Record) -> str | None:
    """Draw a histogram of every feature in its own unit, with its median and what is missing."""
    names = _parts.features(record)
    if not names:
        return None
    units, missing = _parts.units(record), _missing(record)
    drawn = names[:PANELS]
    with drawing():
        figure, grid = panels(len(drawn), _abreast(len(drawn)), 1.55)
        for axes, name in zip(grid, drawn, strict=True):
            values = _parts.numbers(record.tracks, name)
            gone = missing.get(name, float((~np.isfinite(values)).mean()))
            _histogram(axes, values[np.isfinite(values)], units.get(name, ""))
            axes.set_title(called(name, 24), fontsize=9.5)
            note = f"{percent(gone)} missing" if gone > 0 else ""
            axes.text(
                1, 1.04, note, transform=axes.transAxes, ha="right", va="bottom", fontsize=7.5,
                color=WARM,
            )  # fmt: skip
        tell_of_rest(figure, PANELS, len(names), "features")
        says = (
            f"Histograms of {counted(len(drawn), 'feature')} in their own units, each with its "
            "median. "
        ) + (f"{len(names) - PANELS} more are not drawn." if len(names) > PANELS else "")
        return svg(figure, "distributions", "How the features are distributed", says.strip())


def _abreast(count: int) -> int:
    """Return how many panels stand in a row, so that the last row is full or nearly so.

    Of more than five the numbers under neighbours would touch.
    """
    return min((5, 4, 3), key=lambda columns: -count % columns) if count > 5 else max(count, 3)


def _missing(record: Record) -> dict[str, float]:
    """Return the share of missing values of every column, as found before cleaning."""
    table = _parts.evidence(record, "columns", "name", "missing")
    if table is None:
        return {}
    total = max(int(record.run.get("n_read") or record.tracks.height), 1)
    share = 1 if table["missing"].dtype.is_float() else 1 / total
    rows = table.select("name", "missing").drop_nulls().iter_rows()
    return {str(name): min(float(missing) * share, 1.0) for name, missing in rows}


def _histogram(axes: Axes, values: NDArray[np.float64], unit: str) -> None:
    """Draw one histogram between the 0.1 and the 99.9 percentile; few values get a bar each."""
    bare(axes)
    axes.set_yticks([])
    if not values.size:
        return
    different = np.unique(values)
    if len(different) <= FEW:
        low, high = float(different[0]), float(different[-1])
        gap = float(np.diff(different).min()) if len(different) > 1 else 1.0
        axes.bar(different, [(values == v).sum() for v in different], 0.7 * gap, color=ACCENT)
    else:
        low, high = map(float, np.quantile(values, [0.001, 0.999]))
        axes.stairs(*np.histogram(values, _edges(different, low, high)), fill=True, color=ACCENT)
    middle = float(np.median(values))
    axes.axvline(middle, color=INK, lw=0.9)
    axes.axhline(0, color=GREY, lw=0.6)
    _ends(axes, low, high, unit)
    axes.set_xlabel(f"median {quantity(middle, unit)}", fontsize=8, labelpad=-9)


def _edges(different: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return edges of about 36 bins, each holding equally many possible values.

    Rounded values (whole decibels, hundredths) would else fall into bins unevenly, and the
    histogram would show a comb that is not in the songs.
    """
    step = float(np.median(np.diff(different)))
    if not 0 < (high - low) / step < 400:
        return np.linspace(low, high, 37)
    width = step * np.ceil((high - low) / step / 36)
    return np.arange(low - step / 2, high + width, width)


def _ends(axes: Axes, low: float, high: float, unit: str) -> None:
    """Write the first and the last value under a histogram, turned inwards."""
    low = 0.0 if abs(low) < 0.005 * (high - low) else low
    ends = sorted({low, high})
    unit = unit if unit in ("ms", "s", "0..1") else ""
    axes.set_xticks(ends, [quantity(end, unit) for end in ends], fontsize=7.5)
    first, last = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
    if len(ends) > 1:
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")


def correlations(record: Record) -> str | None:
    """Draw Pearson's correlation of every pair of features, like ones side by side."""
    there = _parts.features(record)
    names = there[:CORRELATED]
    columns = [_parts.numbers(record.tracks, name) for name in names]
    alive = [i for i, column in enumerate(columns) if np.nanstd(column) > 0] if columns else []
    if len(alive) < 2:
        return None
    names = [names[i] for i in alive]
    matrix = _pearson(np.column_stack([columns[i] for i in alive]))
    order = _alike_first(matrix)
    matrix, names = matrix[np.ix_(order, order)], [names[i] for i in order]
    with drawing():
        figure = canvas(7.6, 7.0) if len(names) <= 24 else canvas(9.4, 8.8)
        axes = figure.subplots()
        axes.imshow(matrix, cmap=DIVERGING, vmin=-1, vmax=1)
        if len(names) <= 20:
            _write_correlations(axes, matrix)
        size = 9 if len(names) <= 24 else 6.5
        labels = [called(name, 26) for name in names]
        axes.set_xticks(range(len(names)), labels, rotation=90, fontsize=size)
        axes.set_yticks(range(len(names)), labels, fontsize=size)
        bare(axes)
        axes.tick_params(labelcolor=INK)
        tell_of_rest(figure, CORRELATED, len(there), "features")
        return svg(figure, "correlations", "Which features go together", _strongest(matrix, names))


def _pearson(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return correlations, each over the songs that have both values."""
    masked = np.ma.masked_invalid(matrix)
    result = np.ma.corrcoef(masked, rowvar=False)  # type: ignore[no-untyped-call]
    return np.asarray(result.filled(0.0), dtype=np.float64)


def _alike_first(matrix: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return an order in which features that go together are neighbours (average linkage)."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    upper = np.triu_indices(len(matrix), 1)
    distance = np.round(1 - np.abs(np.nan_to_num(matrix))[upper], 9)
    return np.asarray(leaves_list(linkage(np.maximum(distance, 0), "average")), dtype=np.int64)


def _write_correlations(axes: Axes, matrix: NDArray[np.float64]) -> None:
    """Write the numbers of the pairs that matter into their cells."""
    for row, column in np.argwhere(np.abs(matrix) >= 0.1):
        if row != column:
            rho = matrix[row, column]
            shade = ON_DARK if abs(rho) > 0.62 else ON_LIGHT
            text = decimal(rho, 1).replace("0.", ".")
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=shade)


def _strongest(matrix: NDArray[np.float64], names: list[str]) -> str:
    """Say which pair of features goes together most."""
    size = np.abs(np.triu(matrix, 1))
    row, column = np.unravel_index(int(size.argmax()), size.shape)
    return (
        f"Pearson correlations of {len(names)} features, −1 to 1. The strongest is "
        f"{decimal(float(matrix[row, column]))}, between {called(names[row])} and "
        f"{called(names[column])}."
    )


def scree(record: Record) -> str | None:
    """Draw how much of the variance every principal component keeps."""
    table = _parts.evidence(record, "scree", "component", "variance", "cumulative")
    if table is None or table.height < 2:
        return None
    table = table.sort("component").head(30)
    variance, total = table["variance"].to_numpy(), table["cumulative"].to_numpy()
    place = np.arange(1, len(variance) + 1)
    with drawing():
        figure = canvas(5.6, 4.2)
        axes = figure.subplots()
        axes.bar(place, variance, width=0.66, color=ACCENT)
        axes.plot(place, total, color=WARM, lw=1.4, marker="o", ms=3.5)
        axes.text(place[-1], total[-1] - 0.05, "together", color=WARM, ha="right", va="top")
        for x, share in zip(place[:12], variance[:12], strict=True):
            if len(variance) <= 20:
                text = f"{100 * share:.0f}{NARROW}%"
                axes.text(x, share + 0.012, text, ha="center", fontsize=7.5, color=MUTED)
        bare(axes, grid="y")
        axes.set_ylim(0, 1.05)
        quarters = np.linspace(0, 1, 5)
        axes.set_yticks(quarters, ["0", *(f"{100 * one:.0f}{NARROW}%" for one in quarters[1:])])
        axes.set_xticks(place if len(place) <= 20 else place[::4])
        axes.set_xlabel("principal component")
        axes.set_title("Variance kept")
        says = (
            "Bars: the part of the variance each of "
            f"{counted(len(variance), 'principal component')} keeps. "
            f"The first keeps {percent(float(variance[0]))}; "
            f"the first two {percent(float(total[min(1, len(total) - 1)]))}."
        )
        return svg(figure, "scree", "Principal components", says)


def biplot(record: Record) -> str | None:
    """Draw songs on the first two principal components, and the features as arrows."""
    songs = _parts.evidence(record, "pca", "pc1", "pc2")
    loadings = _parts.evidence(record, "loadings", "feature", "pc1", "pc2")
    # One feature has no second component.
    if songs is None or loadings is None or loadings.height < 2:
        return None
    points = songs.select("pc1", "pc2").cast(pl.Float64).to_numpy()
    labels = _parts.numbers(songs, "cluster")
    which = np.where((labels >= 0) & (labels < len(PALETTE)), labels, len(PALETTE))
    with drawing():
        figure = canvas(5.6, 4.2)
        axes = figure.subplots()
        _arrows(axes, points, loadings)
        _near(axes, points, which.astype(np.int64))
        bare(axes)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel("component 1 →", loc="right", fontsize=8.5)
        axes.set_ylabel("component 2 →", loc="top", fontsize=8.5)
        axes.set_title("Songs and features on two components")
        says = (
            "Songs on the first two principal components, coloured by cluster. Arrows show the "
            "direction in which each feature grows; long arrows matter most."
        )
        return svg(figure, "biplot", "Biplot", says)


def _near(axes: Axes, points: NDArray[np.float64], which: NDArray[np.int64]) -> None:
    """Draw the songs within the axes' limits, which stay as they are.

    Songs far out would stretch the picture, and its points would be no discs.
    """
    room = np.array([axes.get_xlim()[1], axes.get_ylim()[1]])
    inside = (np.abs(points) <= room).all(axis=1)
    left, right, bottom, top = extent(points[inside])
    width, height = np.array([right - left, top - bottom]) / (2 * room)
    shape = max(int(420 * height), 1), max(int(560 * width), 1)
    draw_points(axes, points[inside], (*PALETTE, GREY), which[inside], shape)
    axes.set_xlim(-room[0], room[0])
    axes.set_ylim(-room[1], room[1])


def _arrows(axes: Axes, points: NDArray[np.float64], loadings: pl.DataFrame) -> None:
    """Draw the strongest features as arrows that reach as far as the cloud of songs."""
    tips = loadings.select("pc1", "pc2").cast(pl.Float64).to_numpy()
    strongest = np.argsort(-np.hypot(*tips.T), kind="stable")[:ARROWS]
    longest = np.abs(tips[strongest]).max(axis=0)
    # A component without arrows or songs along it stretches nothing.
    reach = np.nanquantile(np.abs(points), 0.995, axis=0)[longest > 0] / longest[longest > 0]
    tips = tips[strongest] * min(reach, default=1.0)
    room = 1.25 * np.abs(np.vstack([tips, np.nanquantile(np.abs(points), 0.995, axis=0)]))
    axes.set_xlim(-room[:, 0].max(), room[:, 0].max())
    axes.set_ylim(-room[:, 1].max(), room[:, 1].max())
    names = [called(loadings["feature"][int(index)], 20) for index in strongest]
    heights = _spaced(tips * 1.08, 0.055 * 2 * room[:, 1].max())
    for (x, y), name, height in zip(tips, names, heights, strict=True):
        axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": INK})
        axes.text(
            x * 1.06, height, name, fontsize=8, color=INK, fontweight="bold",
            ha="left" if x > 0 else "right", va="center",
            bbox={"boxstyle": "round,pad=0.15", "fc": PAPER, "ec": "none", "alpha": 0.75},
        )  # fmt: skip


def _spaced(tips: NDArray[np.float64], line: float) -> NDArray[np.float64]:
    """Return heights of labels at arrow tips, at least `line` apart on either side."""
    heights = tips[:, 1].copy()
    for right in (False, True):
        side = np.flatnonzero((tips[:, 0] > 0) == right)
        side = side[np.argsort(heights[side], kind="stable")]
        for lower, upper in itertools.pairwise(side):
            heights[upper] = max(heights[upper], heights[lower] + line)
    return heights
