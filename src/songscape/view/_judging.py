"""What judging found, in words and rows for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._text import called, count, decimal, percent, shown

if TYPE_CHECKING:
    from songscape.core.record import Record

BETWEEN, SOME = 12, 3
"""Pairs of clusters listed, and songs named of each."""

WAYS = {
    "resamples": ("Other songs of the same kind", "songs drawn again with replacement"),
    "subsets": ("Half of the songs", "artists kept whole where they are known"),
    "seeds": ("Another start", "the same songs, other random numbers"),
}


def again(record: Record) -> list[dict[str, str]]:
    """Return whether the same clusters come again: way, what it is, mean and lowest ARI."""
    ways = (record.run.get("stability") or {}).get("ways") or {}
    if not _parts.divided(record):
        return []
    return [
        {
            "way": WAYS[way][0],
            "says": WAYS[way][1],
            "mean": decimal(found.get("mean_ari")),
            "lowest": decimal(found.get("lowest")),
            "draws": count(found.get("draws") or 0),
        }
        for way, found in ((way, ways.get(way)) for way in WAYS)
        if found
    ]


def sureness(record: Record) -> dict[str, str] | None:
    """Return how sure memberships are, before and after tempering."""
    told = record.run.get("membership")
    if not told or told.get("mean") is None:
        return None
    songs, two = max(record.tracks.height, 1), told.get("belong_to_two") or 0
    return {
        "mean": decimal(told["mean"]),
        "before": decimal(told.get("mean_before")),
        "temperature": decimal(told.get("temperature"), 1),
        "tempered": "yes" if (told.get("temperature") or 1.0) > 1.0 else "",
        "kept": percent(told["kept"]) if told.get("kept") is not None else "",
        "two": counted(two, "song"),
        "belong": "belongs" if two == 1 else "belong",
        "two_share": percent(two / songs),
    }


def between(record: Record) -> list[dict[str, Any]]:
    """Return the pairs of clusters that songs belong to both of, with the most divided songs."""
    needed = {"cluster", "second", "membership", "second_membership"}
    if not needed <= set(record.tracks.columns):
        return []
    names = _parts.cluster_names(record)
    two = record.tracks.filter(
        (pl.col("cluster") >= 0)
        & pl.col("second").is_not_null()
        & (pl.col("second_membership") >= pl.col("membership") / 2)
    ).with_columns(
        low=pl.min_horizontal("cluster", "second"),
        high=pl.max_horizontal("cluster", "second"),
        lead=pl.col("membership") - pl.col("second_membership"),
    )
    pairs = (
        two.group_by("low", "high")
        .len()
        .sort("len", "low", "high", descending=[True, False, False])
    )
    return [
        {
            "first": names.get(low, ""),
            "second": names.get(high, ""),
            "songs": songs,
            "some": _some(two.filter((pl.col("low") == low) & (pl.col("high") == high))),
        }
        for low, high, songs in pairs.head(BETWEEN).rows()
    ]


def by_name(record: Record) -> dict[str, Any] | None:
    """Return the scores with a song's several labels taken together, beside those of the first."""
    given = record.run.get("agreement") or {}
    several = given.get("by_name")
    if not several:
        return None
    names = {
        "ami": "AMI", "v_measure": "V-measure", "homogeneity": "Homogeneity",
        "completeness": "Completeness", "purity": "Purity", "plain_knn": "Nearest songs",
        "artist_filtered_knn": "Nearest songs by others",
    }  # fmt: skip
    rows = [
        (word, decimal(several[name]), decimal(given.get(name)))
        for name, word in names.items()
        if several.get(name) is not None
    ]
    songs = counted(several.get("songs_with_several") or 0, "song carries", "songs carry")
    return {"songs": songs, "rows": rows}


def held_out(record: Record) -> list[tuple[int, str, str]]:
    """Return cost and likelihood of held-out songs at every k tried."""
    table = _parts.evidence(record, "held_out", "k", "criterion", "value")
    if table is None:
        return []
    wide = table.pivot("criterion", index="k", values="value").sort("k")
    return [
        (row["k"], decimal(row.get("held_out_cost"), 3), decimal(row.get("held_out_likelihood"), 3))
        for row in wide.to_dicts()
    ]


def tried(record: Record) -> list[dict[str, Any]]:
    """Return what the grouping is from another start and with features that were left out."""
    table = _parts.evidence(record, "importance", "feature", "kind", "ari", "silhouette_change")
    # A run of one feature was only grouped again from another start, which tells nothing here.
    if table is None or (table["kind"] == "start").all():
        return []
    words = {"start": "nothing changed but the start", "with": "with {}", "without": "without {}"}
    return [
        {
            "what": words[row["kind"]].format(called(row["feature"], 60)),
            "moved": percent(row["moved"]) if row["moved"] is not None else "",
            "ari": decimal(row["ari"]),
            "silhouette": decimal(row["silhouette_change"], 3, sign=True),
        }
        for row in table.drop_nulls("ari").to_dicts()
    ]


def level_fates(record: Record) -> list[dict[str, Any]]:
    """Return, for every level of the tree of genres, its scores and what was kept and split."""
    table = _parts.evidence(record, "genre_levels", "level", "genres", "ami", "v_measure")
    homes = _parts.evidence(record, "genre_level_homes", "level", "genre", "home", "fate", "songs")
    names = _parts.cluster_names(record)
    if table is None or homes is None:
        return []
    return [
        {
            "level": row["level"],
            "genres": row["genres"],
            "ami": decimal(row["ami"]),
            "v_measure": decimal(row["v_measure"]),
            "alone": _genres(homes, row["level"], "alone"),
            "split": _genres(homes, row["level"], "split"),
            "merged": _merged(homes, row["level"], names),
        }
        for row in table.to_dicts()
    ]


def _genres(homes: pl.DataFrame, level: int, fate: str) -> list[str]:
    """Return the genres of one fate at one level, the largest first."""
    rows = homes.filter((pl.col("level") == level) & (pl.col("fate") == fate))
    return [
        shown(genre, 40) for genre in rows.sort("songs", "genre", descending=[True, False])["genre"]
    ]


def _merged(homes: pl.DataFrame, level: int, names: dict[int, str]) -> list[tuple[str, list[str]]]:
    """Return the genres that live together at one level, by the cluster they live in."""
    rows = homes.filter((pl.col("level") == level) & (pl.col("fate") == "merged"))
    clusters = sorted({int(home) for home in rows["home"]})
    return [
        (names.get(home, ""), _genres(rows.filter(pl.col("home") == home), level, "merged"))
        for home in clusters
    ]


def _some(songs: pl.DataFrame) -> list[dict[str, str]]:
    """Return the songs with the least lead by title and artist."""
    least = songs.sort("lead", maintain_order=True).head(SOME)
    return [_parts.song(row) for row in least.to_dicts()]
