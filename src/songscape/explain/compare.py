"""Two runs side by side: whether the same clusters came again, who moved, what was done otherwise.

Songs are paired first, then clusters: one to one, so that as many songs as possible stay (the
Hungarian algorithm). A cluster of the second run carries the number of its partner in the first, so
that 3 is 3 in both; clusters without a partner are numbered on. Scores are set side by side only
where both were taken in the same space.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from songscape.core.errors import InputError, SpaceMismatchError
from songscape.core.space import same_space
from songscape.evaluate._align import crossed, jaccard, partners, variation_of_information
from songscape.explain._matching import matched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.record import Record

_SCORES = ("silhouette", "davies_bouldin", "calinski_harabasz")


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two runs have in common.

    Parameters
    ----------
    summary : what ``--json`` prints: plain values.
    clusters : one row per cluster of either run: ``cluster`` (its aligned number), ``name``,
        ``size`` in the first run, ``second`` (its own number there), ``second_name``,
        ``second_size``, ``stayed`` (songs in both) and ``jaccard``; null where there is no partner.
        Sizes are of the songs that both runs have.
    moves : one row per pair of clusters that share songs: ``first, second`` (aligned numbers, -1
        for noise), ``songs``.
    songs : one row per song of either run: ``id, title, artist, first, second`` (aligned numbers),
        ``moved``; null where the song is in one run only.
    """

    summary: Mapping[str, Any]
    clusters: pl.DataFrame
    moves: pl.DataFrame
    songs: pl.DataFrame

    def __repr__(self) -> str:
        told = self.summary
        return f"Comparison({told['songs_in_both']:,} songs in both, ARI {told['ari']})"


def compare(first: Record, second: Record) -> Comparison:
    """Compare two runs.

    Raises
    ------
    InputError
        If the runs have no song in common.
    """
    way, pairs = matched(first.tracks, second.tracks)
    if pairs.is_empty():
        raise InputError(
            f"The runs {_name(first)} and {_name(second)} have no song in common, neither by id "
            "nor by file nor by artist and title; compare runs over the same collection."
        )
    old, new = (
        record.tracks["cluster"][pairs[side]].fill_null(-1).to_numpy().astype(np.int32)
        for record, side in ((first, "first"), (second, "second"))
    )
    shape = (_count(first), _count(second))
    table = crossed(old, new, shape)
    renumbered = _renumbered(partners(table), shape[0])
    clusters = _clusters((first, second), (old, new), table, renumbered)
    aligned = np.append(renumbered, -1)[new]
    summary = {
        "first": _told(first),
        "second": _told(second),
        "matched_by": way,
        "songs_in_both": pairs.height,
        "only_in_first": first.tracks.height - pairs.height,
        "only_in_second": second.tracks.height - pairs.height,
        **_alike(old, new, table, aligned),
        "clusters": clusters.to_dicts(),
        **_differences(first, second),
        **_scores(first, second),
    }
    moves = _moves(old, aligned)
    return Comparison(summary, clusters, moves, _songs(first, second, pairs, renumbered))


def _renumbered(partner: NDArray[np.int64], taken: int) -> NDArray[np.int64]:
    """Return the aligned number of every second cluster: its partner's, or a fresh one."""
    alone = partner < 0
    numbers: NDArray[np.int64] = np.where(alone, taken - 1 + np.cumsum(alone), partner)
    return numbers


def _alike(
    old: NDArray[np.int32],
    new: NDArray[np.int32],
    table: NDArray[np.int64],
    aligned: NDArray[np.int64],
) -> dict[str, Any]:
    """Return how far two groupings of the same songs agree; noise in either is left out.

    Who stayed is told of all songs that had a cluster: those in none now did not stay.
    """
    both = (old >= 0) & (new >= 0)
    if not both.any():
        return dict.fromkeys(("ari", "ami", "variation_of_information_bits", "stayed"))
    return {
        "ari": round(float(adjusted_rand_score(old[both], new[both])), 6),
        "ami": round(float(adjusted_mutual_info_score(old[both], new[both])), 6),
        "variation_of_information_bits": round(variation_of_information(table), 6),
        "stayed": round(float((aligned == old)[old >= 0].mean()), 6),
    }


def _clusters(
    runs: tuple[Record, Record],
    labels: tuple[NDArray[np.int32], NDArray[np.int32]],
    table: NDArray[np.int64],
    renumbered: NDArray[np.int64],
) -> pl.DataFrame:
    """Return the clusters of both runs side by side, by aligned number."""
    sizes, second_sizes = (
        np.bincount(one[one >= 0], minlength=length)
        for one, length in zip(labels, table.shape, strict=True)
    )
    alike = jaccard(table, (sizes, second_sizes))
    names, others = map(_names, runs)
    back = {int(number): own for own, number in enumerate(renumbered)}
    rows = []
    for number in range(max(len(table), int(renumbered.max(initial=-1)) + 1)):
        own, known = back.get(number), number < len(table)
        both = known and own is not None
        rows.append(
            {
                "cluster": number,
                "name": names.get(number) if known else None,
                "size": int(sizes[number]) if known else None,
                "second": own,
                "second_name": None if own is None else others.get(own),
                "second_size": None if own is None else int(second_sizes[own]),
                "stayed": int(table[number, own]) if both else None,
                "jaccard": round(float(alike[number, own]), 4) if both else None,
            }
        )
    kinds = {"name": pl.String, "second_name": pl.String, "jaccard": pl.Float64}
    schema = {name: kinds.get(name, pl.Int64) for name in _CLUSTER_COLUMNS}
    return pl.DataFrame(rows, schema=schema)


_CLUSTER_COLUMNS = (
    "cluster", "name", "size", "second", "second_name", "second_size", "stayed", "jaccard",
)  # fmt: skip


def _moves(old: NDArray[np.int32], aligned: NDArray[np.int64]) -> pl.DataFrame:
    """Count songs by where they were and where they are, most first."""
    table = pl.DataFrame({"first": old.astype(np.int64), "second": aligned})
    counts = table.group_by("first", "second").agg(songs=pl.len().cast(pl.Int64))
    return counts.sort("songs", "first", "second", descending=[True, False, False])


def _songs(
    first: Record, second: Record, pairs: pl.DataFrame, renumbered: NDArray[np.int64]
) -> pl.DataFrame:
    """Return every song of either run with its two clusters."""
    sides = []
    for record, side, numbers in ((first, "first", None), (second, "second", renumbered)):
        labels = record.tracks["cluster"].fill_null(-1).to_numpy()
        aligned = labels if numbers is None else np.append(numbers, -1)[labels]
        texts = [
            (pl.col(name).cast(pl.String) if name in record.tracks.columns else _none()).alias(name)
            for name in ("id", "title", "artist")
        ]
        table = record.tracks.select(*texts).with_row_index(f"row_{side}")
        sides.append(table.with_columns(pl.Series(side, aligned, dtype=pl.Int64)))
    one, other = sides
    links = pairs.select(row_first=pl.col("first"), row_second=pl.col("second"))
    joined = one.join(links, on="row_first", how="left").join(other, on="row_second", how="full")
    texts = [pl.coalesce(name, f"{name}_right").alias(name) for name in ("id", "title", "artist")]
    moved = pl.col("first") != pl.col("second")
    return joined.sort("row_first", "row_second", nulls_last=True).select(
        *texts, "first", "second", moved=moved
    )


def _none() -> pl.Expr:
    """Return a column without texts."""
    return pl.lit(None, pl.String)


def _differences(first: Record, second: Record) -> dict[str, Any]:
    """Return what was done otherwise: options of the recipe, and features."""
    one, other = (_flat(tomllib.loads(record.recipe)) for record in (first, second))
    names = [*one, *(name for name in other if name not in one)]
    options = [
        {"option": name, "first": one.get(name), "second": other.get(name)}
        for name in names
        if one.get(name) != other.get(name)
    ]
    used, used_too = (list(record.run.get("features") or ()) for record in (first, second))
    return {
        "recipe": options,
        "features_only_in_first": [name for name in used if name not in used_too],
        "features_only_in_second": [name for name in used_too if name not in used],
    }


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested options by dotted path.

    >>> _flat({"cluster": {"use": "kmeans", "k": 8}})
    {'cluster.use': 'kmeans', 'cluster.k': 8}
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= (
            _flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value}
        )
    return flat


def _scores(first: Record, second: Record) -> dict[str, Any]:
    """Return scores side by side where they were taken in the same space, else why not."""
    spaces = [str((record.run.get("space") or {}).get("fingerprint")) for record in (first, second)]
    try:
        same_space(spaces)
    except SpaceMismatchError:
        why = (
            f"The runs were scored in different spaces ({spaces[0]} and {spaces[1]}), in which "
            "distances have different units; silhouettes and the like are not set side by side."
        )
        return {"same_space": False, "scores": None, "scores_refused": why}
    given = [record.run.get("scores") or {} for record in (first, second)]
    rows = [
        {"score": name, "first": given[0].get(name), "second": given[1].get(name)}
        for name in _SCORES
    ]
    return {"same_space": True, "scores": rows, "scores_refused": None}


def _told(record: Record) -> dict[str, Any]:
    """Return what a run is, in short."""
    run = record.run
    steady = run.get("stability") or {}
    return {
        "name": run.get("name"),
        "date": run.get("date"),
        "songs": record.tracks.height,
        "k": run.get("k"),
        "method": run.get("method"),
        "seed": run.get("seed"),
        "space": (run.get("space") or {}).get("fingerprint"),
        "noise": run.get("noise"),
        "mean_ari": steady.get("mean_ari"),
        "seeds_ari": ((steady.get("ways") or {}).get("seeds") or {}).get("mean_ari"),
    }


def _name(record: Record) -> str:
    """Return what a run is called."""
    return str(record.run.get("name") or "without a name")


def _names(record: Record) -> dict[int, str]:
    """Return the name of every cluster."""
    if not {"cluster", "name"} <= set(record.clusters.columns):
        return {}
    rows = record.clusters.select("cluster", "name").drop_nulls().iter_rows()
    return {int(cluster): str(name) for cluster, name in rows}


def _count(record: Record) -> int:
    """Return one more than the largest number of a cluster."""
    highest = record.tracks["cluster"].max()
    return max(int(str(highest)) if highest is not None else -1, -1) + 1
