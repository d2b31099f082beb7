"""The tables of the report: cluster cards, song lists, axes, findings, columns, genres merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.view import _parts
from songscape.view._style import PALETTE
from songscape.view._text import bound, called, count, percent, quantity, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.record import Record

TRAITS, GENRES, CENTRAL, BORDERLINE, CARDS = 6, 6, 6, 3, 60
LISTED = 3000
"""Songs in all lists together; the full list is in tracks.parquet."""
COLUMNS = ("title", "artist", "genre")


def cards(record: Record) -> list[dict[str, Any]]:
    """Return what a card tells of every cluster: size, profile, genres, songs to hear."""
    labels, names = _parts.clusters(record), _parts.cluster_names(record)
    rows = _by_cluster(record.clusters)
    result = []
    for cluster in list(names)[:CARDS]:
        size = int((labels == cluster).sum())
        row = rows.get(cluster, {})
        result.append(
            {
                "cluster": cluster,
                "name": names[cluster],
                "colour": _variable(cluster),
                "size": size,
                "share": size / max(len(labels), 1),
                "stability": row.get("stability"),
                "membership": row.get("membership_mean"),
                "traits": _traits(record, cluster),
                "genres": _genres(record, cluster),
                "central": _songs(record, cluster, "central", CENTRAL),
                "borderline": _songs(record, cluster, "borderline", BORDERLINE),
            }
        )
    return result


def more(names: Mapping[int, str]) -> str:
    """Say that only so many clusters are told of, where there are more."""
    return f"Of {count(len(names))} clusters the first {CARDS}." if len(names) > CARDS else ""


def _variable(cluster: int) -> str:
    """Return the style sheet's variable for a cluster's colour, which differs by theme."""
    return f"var(--c{cluster})" if 0 <= cluster < len(PALETTE) else "var(--grey)"


def _by_cluster(table: pl.DataFrame) -> dict[int, dict[str, Any]]:
    """Return the rows of the clusters table by cluster."""
    if "cluster" not in table.columns:
        return {}
    return {int(row["cluster"]): row for row in table.iter_rows(named=True)}


def _traits(record: Record, cluster: int) -> list[dict[str, Any]]:
    """Return a cluster's strongest traits, each as a bar from the middle of −2..2 deviations."""
    table = _parts.evidence(
        record, "profiles", "cluster", "feature", "z", "median", "collection_median", "unit"
    )
    if table is None:
        return []
    part = table.filter((pl.col("cluster") == cluster) & pl.col("z").is_finite())
    part = part.sort(pl.col("z").abs(), descending=True, maintain_order=True).head(TRAITS)
    return [
        {
            "feature": called(row["feature"], 40),
            "z": row["z"],
            "start": 50 + 25 * max(min(row["z"], 0.0), -2.0),
            "length": 25 * min(abs(row["z"]), 2.0),
            "median": quantity(row["median"], row["unit"] or ""),
            "usual": quantity(row["collection_median"], row["unit"] or ""),
        }
        for row in part.iter_rows(named=True)
    ]


def _genres(record: Record, cluster: int) -> list[dict[str, Any]]:
    """Return a cluster's most frequent genres with their bars."""
    table = _parts.evidence(record, "cluster_genres", "cluster", "genre", "share", "lift", "rank")
    if table is None:
        return []
    part = table.filter(pl.col("cluster") == cluster).sort("rank").head(GENRES)
    most = max(part["share"].to_list(), default=0.0) or 1.0
    return [
        row | {"genre": shown(row["genre"], 40), "length": 100 * row["share"] / most}
        for row in part.iter_rows(named=True)
    ]


def _songs(record: Record, cluster: int, kind: str, most: int) -> list[dict[str, str]]:
    """Return a cluster's central or borderline songs."""
    table = _parts.evidence(record, "songs", "cluster", "kind", "rank", "id")
    if table is None:
        return []
    wanted = (pl.col("cluster") == cluster) & (pl.col("kind").cast(pl.String) == kind)
    return [_song(row) for row in table.filter(wanted).sort("rank").head(most).to_dicts()]


def _song(row: dict[str, Any]) -> dict[str, str]:
    """Return a song's texts, clean and short."""
    return _parts.song(row, 110) | {"genre": shown(row.get("genre"), 110)}


def song_lists(record: Record) -> dict[str, Any]:
    """Return the songs of every cluster, the surest first, up to a number that is told."""
    names, tracks = _parts.cluster_names(record), record.tracks
    if "cluster" not in tracks.columns:
        return {"cap": 0, "lists": [], "more": ""}
    cap = int(np.clip(LISTED // max(len(names), 1), 20, 200))
    kept = [name for name in ("id", *COLUMNS, "membership", "margin") if name in tracks.columns]
    sure = [name for name in ("margin", "membership") if name in tracks.columns]
    lists = []
    for cluster in list(names)[:CARDS]:
        part = tracks.filter(pl.col("cluster") == cluster).select(kept)
        if sure:
            part = part.sort(sure, descending=True, nulls_last=True, maintain_order=True)
        songs = [
            _song(row) | {"margin": percent(row.get("margin"))} for row in part[:cap].to_dicts()
        ]
        lists.append(
            {
                "cluster": cluster,
                "name": names[cluster],
                "colour": _variable(cluster),
                "total": part.height,
                "songs": songs,
            }
        )
    has = [name for name in (*COLUMNS, "margin") if name in tracks.columns]
    return {"cap": cap, "lists": lists, "columns": has, "more": more(names)}


def axes(record: Record) -> list[dict[str, Any]]:
    """Return for every axis of the map the features that grow and shrink along it."""
    table = _parts.evidence(record, "axes", "axis", "feature", "correlation")
    if table is None:
        return []
    result = []
    for (axis,), part in table.group_by("axis", maintain_order=True):
        strong = part.filter(pl.col("correlation").abs() >= 0.3).head(6)
        pairs = [(called(name, 40), rho) for name, rho in strong.select(
            "feature", "correlation").iter_rows()]  # fmt: skip
        result.append(
            {
                "axis": str(axis),
                "grows": [pair for pair in pairs if pair[1] > 0],
                "shrinks": [pair for pair in pairs if pair[1] < 0],
            }
        )
    return result


def findings(record: Record) -> list[dict[str, Any]]:
    """Return what the doctor found, the gravest first."""
    table = _parts.evidence(record, "findings", "what", "where", "says", "does", "severity")
    if table is None:
        return []
    order = {"error": 0, "warning": 1, "note": 2}
    rows = [
        {
            "what": shown(row["what"], 60).replace("-", " ").replace("_", " "),
            "where": shown(row["where"], 160),
            "count": row.get("count"),
            "says": bound(shown(row["says"], 500)),
            "does": bound(shown(row["does"], 300)),
            "overrule": shown(row.get("overrule"), 200),
            "severity": shown(row["severity"], 20) or "note",
            "examples": [shown(item, 60) for item in list(row.get("examples") or ())[:3]],
        }
        for row in table.to_dicts()
    ]
    return sorted(rows, key=lambda row: order.get(str(row["severity"]), 3))


def columns(record: Record) -> list[dict[str, Any]]:
    """Return what every column of the source was taken for."""
    table = _parts.evidence(record, "columns", "name", "role")
    if table is None:
        return []
    return [
        {
            "name": shown(row["name"], 60),
            "source": shown(row.get("source"), 60),
            "role": shown(row["role"], 20),
            "unit": shown(row.get("unit"), 20),
            "used": bool(row.get("used")),
            "reason": shown(row.get("reason"), 200),
        }
        for row in table.to_dicts()
    ]


def genre_fates(record: Record) -> dict[str, Any] | None:
    """Return which genres live together in a cluster, and which are split over several."""
    table = _parts.evidence(record, "genre_homes", "genre", "songs", "home", "fate", "clusters")
    if table is None:
        return None
    names = _parts.cluster_names(record)
    merged = table.filter(pl.col("fate") == "merged").group_by("home").agg(pl.col("genre"))
    together = [
        (names.get(int(home), ""), [shown(genre, 40) for genre in genres[:12]], len(genres))
        for home, genres in merged.sort("home").iter_rows()
    ]
    split = table.filter(pl.col("fate") == "split")
    alone = table.filter(pl.col("fate") == "alone")
    return {
        "merged": together,
        "split": [(shown(g, 40), float(c)) for g, c in split.select("genre", "clusters").rows()],
        "alone": [(shown(g, 40), names.get(int(home), "")) for g, home in
                  alone.select("genre", "home").rows()],
    }  # fmt: skip
