"""Put together the record of a run from what every stage found."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape import recipe as recipes
from songscape.cluster._membership import own_and_second, soft_model
from songscape.core.choice import EVIDENCE
from songscape.core.collection import Role
from songscape.core.csv_text import csv_text
from songscape.core.plugins import load
from songscape.core.record import Record
from songscape.core.seeds import child
from songscape.core.wording import count
from songscape.explain.genres import genre_homes
from songscape.run import _explain as explain
from songscape.run._judge import finite
from songscape.run._model import FILE, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from songscape.core.choice import Choice
    from songscape.core.collection import Collection
    from songscape.recipe import Recipe
    from songscape.run._judge import Judgement
    from songscape.run._stages import Cleaned, Drawing, Grouping, Prepared

LIBRARIES = ("numpy", "scipy", "scikit-learn", "polars", "matplotlib")
SCORES = ("silhouette", "davies_bouldin", "calinski_harabasz")
_SHOWN = (Role.ID, Role.KEY, Role.TEXT, Role.GROUP, Role.GENRE, Role.FEATURE, Role.PLACE, Role.FILE)
_FINDINGS: dict[str, Any] = {
    "what": pl.String,
    "where": pl.String,
    "count": pl.Int64,
    "says": pl.String,
    "does": pl.String,
    "overrule": pl.String,
    "severity": pl.String,
    "examples": pl.List(pl.String),
}
_CURVES = {
    "k": pl.Int64,
    "criterion": pl.String,
    "value": pl.Float64,
    "seed": pl.Int64,
    "fingerprint": pl.String,
    "better": pl.String,
}


@dataclass(frozen=True, eq=False)
class Found:
    """What the stages of a run found, in the order they found it."""

    recipe: Recipe
    raw: Collection
    cleaned: Cleaned
    prepared: Prepared
    choice: Choice | None
    grouping: Grouping
    judgement: Judgement
    drawing: Drawing

    @property
    def name(self) -> str:
        """What the collection is called: the name of its file."""
        return Path(str(getattr(self.recipe.source.options, "path", ""))).stem or "songs"

    @property
    def songs(self) -> Collection:
        """The songs after cleaning."""
        return self.cleaned.songs


def assembled(found: Found, warnings: Sequence[str]) -> Record:
    """Return the record, still without drawings."""
    tracks = track_table(found)
    evidence = _evidence(found, tracks)
    used = evidence["columns"].filter(pl.col("used"))["name"]
    profile = evidence["profiles"].filter(pl.col("feature").is_in(used.to_list()))
    clusters = explain.cluster_table(tracks, profile, evidence["cluster_genres"])
    if found.judgement.stability is not None:
        found_again = pl.Series(found.judgement.stability.per_cluster).fill_nan(None)
        clusters = clusters.with_columns(stability=found_again.gather(clusters["cluster"]))
    return Record(
        recipe=recipes.text(found.recipe),
        run=summary(found, warnings),
        tracks=tracks,
        scores=pl.DataFrame(schema=_CURVES) if found.choice is None else found.choice.curves,
        clusters=clusters,
        evidence=evidence,
        files={
            FILE: stored(model(found)),
            "genres.csv": csv_text(found.cleaned.genres).encode(),
            "importance.csv": csv_text(found.judgement.tables["importance"]).encode(),
        },
    )


def drawn(record: Record) -> Record:
    """Return the record with its figures, report and playlists."""
    from songscape.view import charts
    from songscape.view.report import render

    playlists = load("export", "m3u")
    figures = charts.figures(record)
    lists = playlists.export(record, playlists.Options())
    return replace(
        record,
        files={
            **record.files,
            **charts.files(figures),
            **{f"playlists/{name}": content for name, content in lists.items()},
            "report.html": render(record, figures),
        },
    )


def model(found: Found) -> dict[str, Any]:
    """Return what places new songs: columns, pipeline, clusterer, the means of the clusters."""
    fit = found.grouping.fit
    soft = soft_model(found.prepared.space.matrix, fit.labels, fit.k)
    return {
        "columns": list(found.songs.names(Role.FEATURE)),
        "pipeline": found.prepared.pipeline,
        "clusterer": fit.estimator,
        "order": found.grouping.order,
        "means": soft.means,
        "variance": soft.variance,
        "temperature": found.judgement.temperature,
        "map": found.drawing.layout,
    }


def track_table(found: Found) -> pl.DataFrame:
    """Return every song with its features, cluster, doubt and position."""
    labels = found.grouping.fit.labels
    own, second, there = own_and_second(found.grouping.membership, labels)
    steady = found.judgement.stability
    stability = np.full(len(labels), np.nan) if steady is None else steady.per_song
    shown = found.songs.frame.select(found.songs.names(*_SHOWN))
    return shown.with_columns(
        pl.Series("cluster", labels),
        pl.Series("membership", own),
        pl.Series("margin", np.maximum(own - there, 0.0)),
        pl.Series("second", second).replace(-1, None),
        pl.Series("second_membership", there),
        pl.Series("stability", stability).fill_nan(None),
        *found.drawing.places.get_columns(),
        *_trust_column(found),
    )


def summary(found: Found, warnings: Sequence[str]) -> dict[str, Any]:
    """Return what ``run.json`` holds, but for the timings."""
    space, fit = found.prepared.space, found.grouping.fit
    return {
        "songscape": version("songscape"),
        "name": found.name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": _source(found.recipe),
        "seed": found.recipe.seed,
        "n_read": len(found.raw),
        "n_tracks": len(found.songs),
        "history": list(found.songs.history),
        "features": list(found.prepared.features.names),
        "space": {
            "name": space.name,
            "fingerprint": space.fingerprint,
            "n": space.n,
            "d": space.d,
        },
        "method": found.recipe.cluster.use,
        "k": fit.k,
        "verdict": _verdict(found),
        "cluster_sizes": fit.sizes.tolist(),
        "noise": int((fit.labels < 0).sum()),
        "scores": {name: _score(name, found) for name in SCORES} | {"space": space.fingerprint},
        "agreement": found.judgement.agreement,
        "stability": _stability(found),
        "membership": found.judgement.summaries["membership"],
        "held_out": found.judgement.summaries["held_out"],
        "map_trust": _map_trust(found),
        "warnings": list(warnings),
        "versions": versions(getattr(fit.estimator, "library_", "scikit-learn")),
        "threads": threads(),
    }


def versions(grouped_by: str) -> dict[str, str]:
    """Return the versions of Python and the libraries, with the one that grouped the songs."""
    libraries = dict.fromkeys((*LIBRARIES, grouped_by))
    return {name: version(name) for name in libraries} | {"python": platform.python_version()}


def threads() -> int:
    """Return how many threads the numerical libraries may use."""
    from threadpoolctl import threadpool_info

    return max((pool["num_threads"] for pool in threadpool_info()), default=os.cpu_count() or 1)


def _source(recipe: Recipe) -> dict[str, Any]:
    """Return the path as given and the digest of the file's content."""
    path = str(getattr(recipe.source.options, "path", ""))
    if not Path(path).is_file():
        return {"path": path or None, "sha256": None}
    with Path(path).open("rb") as file:
        return {"path": path, "sha256": file_digest(file, "sha256").hexdigest()}


def _verdict(found: Found) -> dict[str, Any]:
    """Return the verdict on the number of groups as plain values."""
    choice = found.choice
    if choice is None:
        reason = (
            f"{found.recipe.cluster.use} finds its own number of groups."
            if found.recipe.k is None
            else f"{count(found.recipe.k, 'group was', 'groups were')} asked for, natural or not."
        )
        return {"natural": None, "k": found.grouping.fit.k, "reason": reason, "criteria": {}}
    criteria = {
        name: {"k": k, "value": finite(value)} for name, (k, value) in choice.criteria.items()
    }
    return {
        "natural": choice.natural,
        "k": choice.k,
        "reason": choice.reason,
        "criteria": criteria,
        "tests": [
            {name: finite(value) if isinstance(value, float) else value for name, value in row}
            for row in (asdict(test).items() for test in choice.tests)
        ],
    }


def _score(name: str, found: Found) -> float | None:
    """Return one criterion of the final grouping in the clustered space."""
    return finite(load("evaluate", name).score(found.prepared.space, found.grouping.fit))


def _stability(found: Found) -> dict[str, Any] | None:
    """Return how far the same clusters came again on resamples."""
    steady = found.judgement.stability
    if steady is None:
        return None
    return {
        "mean_ari": finite(steady.mean_ari),
        "per_cluster": [finite(value) for value in steady.per_cluster],
        "ways": found.judgement.summaries["stability_ways"],
    }


def _trust_column(found: Found) -> list[pl.Series]:
    """Return the map's trust in every song, where there is one."""
    trust = found.drawing.trust
    return [] if trust is None else [pl.Series("map_trust", trust.per_song)]


def _map_trust(found: Found) -> dict[str, Any] | None:
    """Return how far the map can be trusted."""
    trust = found.drawing.trust
    if trust is None:
        return None
    return {"mean": finite(trust.mean), "near": trust.near, "looked_up": trust.looked_up}


def _evidence(found: Found, tracks: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the tables behind the report."""
    songs, labels = found.songs, found.grouping.fit.labels
    seed = child(found.recipe.seed, "components")
    findings = [finding.as_dict() for finding in songs.findings]
    genres = explain.genre_table(songs, found.judgement.label, labels)
    return {
        "findings": pl.DataFrame(findings, schema=_FINDINGS),
        "columns": _columns(found),
        "genres": found.cleaned.genres,
        "profiles": explain.profile_table(songs, labels),
        "songs": explain.song_table(tracks, found.prepared.space),
        "cluster_genres": genres,
        "genre_homes": genre_homes(genres),
        "null": _null(found),
        "axes": explain.axes_table(songs, found.drawing.places),
        **explain.component_tables(found.prepared.features, labels, seed),
        **found.judgement.tables,
    }


def _null(found: Found) -> pl.DataFrame:
    """Return what the null test saw: criteria on the songs and on collections without groups."""
    test = pl.DataFrame(schema=EVIDENCE) if found.choice is None else found.choice.evidence
    seen = pl.col("reference") == "observed"
    return test.with_columns(kind=pl.when(seen).then(pl.lit("observed")).otherwise(pl.lit("null")))


def _columns(found: Found) -> pl.DataFrame:
    """Return every column with its role, unit and whether it was used, and if not, why."""
    reasons = {
        name: reason
        for _, step in found.prepared.pipeline.steps
        for name, reason in getattr(step, "dropped_", {}).items()
    }
    rows = [
        {
            "name": name,
            "role": str(column.role),
            "unit": column.unit,
            "kind": str(column.kind) if column.role is Role.FEATURE else "",
            "used": column.role is Role.FEATURE and name not in reasons,
            "reason": reasons.get(name, ""),
            "missing": found.raw.frame[name].null_count() if name in found.raw.columns else 0,
            "source": column.source or name,
        }
        for name, column in found.songs.columns.items()
    ]
    return pl.DataFrame(rows)
