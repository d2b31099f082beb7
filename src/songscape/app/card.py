"""What the explorer tells of one song: why it lies where it lies, and what lies near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.explain.names import word
from songscape.use.similar import similar
from songscape.view import _parts
from songscape.view._text import called, quantity, shown

if TYPE_CHECKING:
    from songscape.use.opened import Opened

TRAITS, NEAR = 3, 12
TEXTS = ("id", "title", "artist", "album", "genre")
DOUBTS = ("membership", "margin", "stability", "map_trust")


def row_of(run: Opened, row: int) -> dict[str, Any]:
    """Return a song as a line of a list: its names and cluster."""
    tracks = run.tracks
    named = {name: _said(tracks[name], row) for name in TEXTS if name in tracks}
    # A title of blanks or control characters is none: the page then calls the song by its id.
    named["title"] = named.get("title") if shown(named.get("title")) else None
    if named.get("artist"):
        named["artist"] = ", ".join(map(str.strip, str(named["artist"]).split(";")))
    return {"row": row, "cluster": int(_parts.clusters(run.record)[row]), **named}


def _said(column: pl.Series, row: int) -> Any:
    """Return a value as JSON holds it: several genres as one text."""
    value = column[row]
    return ", ".join(value.drop_nulls()) if isinstance(value, pl.Series) else value


def card(run: Opened, row: int) -> dict[str, Any]:
    """Return everything a song's card shows.

    Returns
    -------
    dict with ``row``, names, ``cluster``, ``cluster_name``, ``doubts`` (0..1 each), ``why`` (the
    three traits the song shares most strongly with its cluster, in words), ``features`` (what
    people call it, value in words, and the share of songs that have less) and ``similar``.
    """
    cluster = int(_parts.clusters(run.record)[row])
    # How sure a song is of its cluster is no question where it has none.
    asked = DOUBTS if cluster >= 0 else ("map_trust",)
    doubts = {name: _number(run, name, row) for name in asked if name in run.tracks.columns}
    return {
        **row_of(run, row),
        "cluster_name": run.names.get(cluster, _parts.NOISE),
        "doubts": {name: value for name, value in doubts.items() if value is not None},
        "why": why(run, row),
        "features": features(run, row),
        "similar": [
            row_of(run, one["row"]) | {name: one[name] for name in ("alike", "unlike")}
            for one in similar(run, row, NEAR).iter_rows(named=True)
        ],
    }


def why(run: Opened, row: int) -> list[str]:
    """Return the traits a song shares most strongly with its cluster, at most three, in words.

    A song in no cluster shares none, whatever the others in no cluster are like.
    """
    clusters = _parts.clusters(run.record)
    if clusters[row] < 0:
        return []
    own = run.deviations[row]
    shared = own * run.deviations[clusters == clusters[row]].mean(axis=0)
    order = [int(i) for i in np.argsort(-shared, kind="stable") if shared[i] > 0]
    words = (word(run.space.names[i], float(own[i])) for i in order)
    return list(dict.fromkeys(filter(None, words)))[:TRAITS]


def features(run: Opened, row: int) -> list[dict[str, Any]]:
    """Return the values of a song in the run's features, with the share of songs below each."""
    units, told = _parts.units(run.record), []
    for name in _parts.features(run.record):
        values, value = _parts.numbers(run.tracks, name), _number(run, name, row)
        known = values[np.isfinite(values)]
        below = None if value is None else float((known < value).mean())
        text = quantity(value, units.get(name, ""))
        told.append({"name": called(name), "value": text, "below": below})
    return told


def _number(run: Opened, name: str, row: int) -> float | None:
    """Return a song's number in a column, None where it has none: JSON knows no NaN."""
    value = run.tracks[name][row]
    return float(value) if value is not None and np.isfinite(value) else None
