"""Songs on a map of the world, with coasts drawn by hand for it (``_coasts.toml``).

The outlines have a point every few hundred kilometres and follow coasts to about two degrees:
enough to see which continent a song comes from, and no one's data but ours.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from songscape.view._style import GREY, LINE, MUTED, PALETTE, bare, canvas, drawing, svg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.studies.papers._charts import Head

EARTH_KM = 6371.0088
"""Mean radius of the Earth."""


@cache
def coasts() -> dict[str, NDArray[np.float64]]:
    """Return outlines by name, each of shape (points, 2): longitude and latitude in degrees."""
    text = files("songscape.studies.papers").joinpath("_coasts.toml").read_text("utf-8")
    return {name: np.array(points, float) for name, points in tomllib.loads(text).items()}


def world(
    head: Head,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    labels: NDArray[np.int32],
    line: tuple[float, str] | None = None,
) -> str:
    """Draw songs where they come from, coloured by cluster.

    Parameters
    ----------
    head : for the page.
    latitude, longitude : degrees, shape (n,), jittered by the caller where places coincide.
    labels : cluster of every song.
    line : a latitude to draw, with a word.
    """
    with drawing():
        figure = canvas(height=4.3)
        axes = figure.subplots()
        for outline in coasts().values():
            axes.fill(*outline.T, fc=GREY, alpha=0.18, ec="none", zorder=0)
            axes.plot(*np.vstack([outline, outline[:1]]).T, color=GREY, lw=0.6, zorder=1)
        which = np.where(labels >= 0, labels % len(PALETTE), len(PALETTE))
        for index in np.unique(which):
            axes.plot(
                longitude[which == index], latitude[which == index], "o", ms=2.6, mew=0,
                color=(*PALETTE, GREY)[index], alpha=0.8, zorder=3,
            )  # fmt: skip
        if line:
            axes.axhline(line[0], color=MUTED, lw=0.9, ls=":", zorder=2)
            axes.text(-178, line[0] + 1, line[1], fontsize=8, color=MUTED)
        bare(axes)
        axes.set_aspect("equal", adjustable="box")
        axes.set_xlim(-180, 180)
        axes.set_ylim(-58, 80)
        axes.set_xticks(range(-180, 181, 60), [_degrees(x, "W", "E") for x in range(-180, 181, 60)])
        axes.set_yticks(range(-40, 81, 20), [_degrees(y, "S", "N") for y in range(-40, 81, 20)])
        axes.grid(visible=True, color=LINE, lw=0.4)
        return svg(figure, head.name, head.title, head.says)


def great_circle(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of places along the surface of the Earth in km.

    Parameters
    ----------
    one, other : latitude and longitude in degrees, shapes that broadcast to (…, 2).

    >>> great_circle(np.array([0.0, 0.0]), np.array([0.0, 180.0])).round().item()
    20015.0
    """
    (a, b), (c, d) = (np.moveaxis(np.deg2rad(place), -1, 0) for place in (one, other))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def _degrees(angle: int, negative: str, positive: str) -> str:
    """Return an angle as a map writes it."""
    return f"{abs(angle)}°{negative if angle < 0 else positive if angle > 0 else ''}"
