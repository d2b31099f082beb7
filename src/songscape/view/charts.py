"""Every chart of a run, by name.

A chart is a function from a record to SVG text, or to None if the run has no such part. All are
pure and deterministic: the same record gives the same bytes. The report shows them, and the run
folder keeps them as ``figures/NAME.svg``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.view import (
    _choice_charts,
    _cluster_charts,
    _feature_charts,
    _genre_charts,
    _judge_charts,
    _map_charts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from songscape.core.record import Record

CHARTS: Mapping[str, Callable[[Record], str | None]] = {
    "map": _map_charts.by_cluster,
    "map-doubt": _map_charts.by_doubt,
    "genres": _genre_charts.before_after,
    "distributions": _feature_charts.distributions,
    "correlations": _feature_charts.correlations,
    "scree": _feature_charts.scree,
    "biplot": _feature_charts.biplot,
    "k-curves": _choice_charts.curves,
    "null": _choice_charts.null,
    "sizes": _cluster_charts.sizes,
    "stability": _cluster_charts.stability,
    "profiles": _cluster_charts.profiles,
    "profile-bars": _cluster_charts.profile_bars,
    "cluster-genres": _genre_charts.by_cluster,
    "top-genres": _genre_charts.top_of_clusters,
    "places": _map_charts.on_earth,
    "reliability": _judge_charts.reliability,
    "importance": _judge_charts.importance,
    "levels": _judge_charts.levels,
}


def figures(record: Record) -> dict[str, str]:
    """Draw every chart the record has the parts for.

    Returns
    -------
    dict from name to SVG text: one ``<svg>`` element, UTF-8, no prologue, nothing external.
    """
    drawn = {name: draw(record) for name, draw in CHARTS.items()}
    return {name: svg for name, svg in drawn.items() if svg is not None}


def files(figures: Mapping[str, str]) -> dict[str, bytes]:
    """Return the charts as files of a run folder, ``figures/NAME.svg``."""
    return {f"figures/{name}.svg": svg.encode() for name, svg in figures.items()}
