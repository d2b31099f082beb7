"""The look of every chart, and the one way a chart becomes SVG.

Twelve colours and a grey, ordered so that the first few differ most. They were found by maximising
the smallest OKLab distance between any two, for full colour vision and for the protan, deutan and
tritan kinds as simulated by Machado, Oliveira & Fernandes (2009), within a band of lightness that
is legible on white and on near-black. Colour is never the only carrier: clusters are also labelled.

Same input, same bytes: text stays text (``svg.fonttype`` none), ids come from a fixed salt, no
date is written. Texts are never read as mathematics: a title may hold ``$x_{``.
"""

from __future__ import annotations

import io
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from songscape.view._svg import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

PALETTE = (
    "#4450bd",
    "#f2a410",
    "#bc3b52",
    "#55a7c4",
    "#729808",
    "#985cc0",
    "#187a86",
    "#bf8477",
    "#5a5508",
    "#8cc882",
    "#83227a",
    "#c591ff",
)
GREY = "#9a9da5"
INK, MUTED, LINE, PAPER = "#1f232b", "#5b616e", "#d9d6cf", "#ffffff"
# One step off the palette's own teal and crimson, so that each follows its own theme colour.
ACCENT, WARM = "#187a87", "#bc3b53"
ON_DARK, ON_LIGHT = "#fefefe", "#22313a"
"""Text on the dark and on the light cells of a heat map, the same in every theme."""
WIDTH = 10.0
"""Width of a full-width chart in inches; 72 SVG units each."""

DIVERGING = LinearSegmentedColormap.from_list(
    "songscape-diverging", ["#a8324a", "#dd8f8c", "#f6f4f0", "#7fb6bd", "#14626c"]
)
DOUBT = ("#b9bdc4", "#c6ab98", "#cd9168", "#cf773d", "#c65d1b", "#b04406")
"""From sure (grey) to unsure (burnt orange); both are seen on white and on near-black."""
SEQUENTIAL = LinearSegmentedColormap.from_list(
    "songscape-sequential", ["#f6f4f0", "#a9d0d2", "#4a9aa3", "#155e68"]
)

_RC: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "songscape",
    "text.parse_math": False,
    "text.color": INK,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9.5,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "path.simplify": True,
}
# matplotlib's settings belong to the process: two threads drawing at once would undo each other's.
_ONE_AT_A_TIME = threading.RLock()


def colour(cluster: int) -> str:
    """Return the colour of a cluster; noise and clusters past the twelfth are grey.

    >>> colour(0), colour(-1) == colour(12) == GREY
    ('#4450bd', True)
    """
    return PALETTE[cluster] if 0 <= cluster < len(PALETTE) else GREY


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in songscape's style; nothing of it stays behind."""
    with _ONE_AT_A_TIME, mpl.rc_context(_RC), warnings.catch_warnings():
        # Only the measuring font lacks the letter; the reader's own font draws it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def canvas(width: float = WIDTH, height: float = 4.0) -> Figure:
    """Return an empty figure of this size in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def svg(figure: Figure, name: str, title: str, says: str) -> str:
    """Return a figure as a small, deterministic SVG document.

    Parameters
    ----------
    figure : what was drawn inside :func:`drawing`.
    name : unique among the charts of a report; it makes the ids in the SVG unique.
    title, says : what it is and what one sees in it, for those who cannot see it.
    """
    buffer = io.StringIO()
    silent = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=silent, dpi=144)
    return tidy(buffer.getvalue(), name, title, says)


def head_cells(axes: Axes, columns: list[str], rows: list[str]) -> None:
    """Name the columns above, aslant, and the rows beside a table drawn as an image."""
    axes.set_xticks(range(len(columns)), columns)
    axes.tick_params(axis="x", rotation=40, top=True, labeltop=True, labelbottom=False)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("left")
        label.set_rotation_mode("anchor")
    axes.set_yticks(range(len(rows)), rows)
    bare(axes)
    axes.tick_params(labelcolor=INK)


def bare(axes: Axes, *, grid: str = "") -> None:
    """Take spines and ticks off, and lay a faint grid along `grid` ("x", "y" or neither)."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    if grid:
        axes.grid(visible=True, axis=grid)  # type: ignore[arg-type]


def tell_of_rest(figure: Figure, drawn: int, there: int, what: str = "clusters") -> None:
    """Say under a chart that it shows only the first of its rows, where there are more."""
    if there > drawn:
        text = f"the first {drawn} of {there} {what}"
        figure.supxlabel(text, x=0.01, ha="left", fontsize=8.5, color=MUTED)


def panels(count: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of small multiples: `count` axes, `columns` abreast, each `height` inches."""
    abreast = min(columns, max(count, 1))
    rows = max(-(-count // abreast), 1)
    figure = canvas(WIDTH * abreast / columns, rows * height)
    figure.set_layout_engine("constrained", hspace=0.06, wspace=0.04)
    grid = figure.subplots(rows, abreast, squeeze=False)
    flat = list(grid.flat)
    for axes in flat[count:]:
        axes.set_visible(False)
    return figure, flat[:count]
