"""A made-up but realistic record: planted groups of songs, with everything a run may hold."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from songscape.core.record import Record
from songscape.explain.axes import axes
from songscape.explain.genres import cluster_genres, genre_homes
from songscape.explain.names import names
from songscape.explain.profiles import profiles
from songscape.explain.prototypes import centre_distances, prototypes
from songscape.view.charts import figures

UNITS = {"tempo": "BPM", "loudness": "dB", "duration_ms": "ms"} | dict.fromkeys(
    ("energy", "danceability", "valence", "acousticness", "instrumentalness"), "0..1"
)
CENTRES = {
    #             tempo loud  energy dance valence acoust instr  minutes
    "techno": (132, -7.0, 0.85, 0.74, 0.40, 0.03, 0.75, 5.6),
    "folk": (104, -13.5, 0.30, 0.48, 0.42, 0.82, 0.08, 3.6),
    "metal": (145, -4.6, 0.94, 0.38, 0.30, 0.01, 0.20, 4.5),
    "ambient": (88, -21.0, 0.15, 0.25, 0.12, 0.88, 0.90, 6.1),
    "pop": (118, -6.2, 0.68, 0.68, 0.62, 0.18, 0.01, 3.3),
}
SPREADS = (14, 2.0, 0.10, 0.10, 0.15, 0.10, 0.12, 0.8)
SUBGENRES = {"techno": ("techno", "minimal techno", "house"), "metal": ("metal", "black metal")}


def planted_tracks(n: int, seed: int = 0) -> pl.DataFrame:
    """Return songs in five planted groups, with names, doubt and a map."""
    rng = np.random.default_rng(seed)
    kinds = list(CENTRES)
    label = rng.choice(len(kinds), n, p=[0.22, 0.2, 0.15, 0.13, 0.3])
    means = np.array([CENTRES[kind] for kind in kinds])[label]
    values = means + rng.normal(size=(n, 8)) * SPREADS
    values[:, 2:7] = np.clip(values[:, 2:7], 0, 1)
    frame = pl.DataFrame(dict(zip(UNITS_ORDER, values.T, strict=True)))
    frame = frame.with_columns(duration_ms=(pl.col("duration_ms").clip(1) * 60_000).round())
    angle = np.array([0.3, 1.7, 2.9, 4.2, 5.3])[label]
    xy = 6 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(size=(n, 2)) * 2.1
    genre = [kinds[group] if rng.random() < 0.8 else str(rng.choice(kinds)) for group in label]
    margin = np.clip(rng.beta(3, 2, n), 0, 1)
    texts = {
        "id": [f"song-{i}" for i in range(n)],
        "title": [f"Song number {i}" for i in range(n)],
        "artist": [f"Artist {i % max(n // 7, 1)}" for i in range(n)],
        "album": [f"Album {i % 40}" for i in range(n)],
        "genre": genre,
    }
    doubt = {
        "cluster": label.astype(np.int32),
        "membership": 0.5 + margin / 2,
        "margin": margin,
        "stability": np.clip(margin + 0.2, 0, 1),
        "x": xy[:, 0],
        "y": xy[:, 1],
    }
    return pl.DataFrame(texts).hstack(frame).with_columns(pl.DataFrame(doubt))


UNITS_ORDER = (
    "tempo", "loudness", "energy", "danceability", "valence", "acousticness",
    "instrumentalness", "duration_ms",
)  # fmt: skip


def record_of(tracks: pl.DataFrame, features: list[str], k: int = 5) -> Record:
    """Return a whole record around tracks that have a cluster."""
    labels = tracks["cluster"].to_numpy()
    numbers = tracks.select(features).cast(pl.Float64)
    table = profiles(numbers, labels, UNITS)
    matrix = numbers.fill_nan(0).fill_null(0).to_numpy()
    matrix = (matrix - matrix.mean(axis=0)) / np.maximum(matrix.std(axis=0), 1e-9)
    counts = cluster_genres(tracks["genre"], labels)
    clusters = cluster_table(tracks, table, counts)
    return Record(
        recipe='seed = 0\n\n[cluster]\nmethod = "kmeans"\n\n[cluster.kmeans]\nk = 5\n',
        run=summary(tracks, features, clusters, k),
        tracks=tracks,
        scores=curves(k),
        clusters=clusters,
        evidence={
            "findings": findings(),
            "columns": columns(tracks, features),
            "genres": genre_groups(tracks),
            "profiles": table,
            "songs": prototypes(tracks, centre_distances(matrix, labels)),
            "cluster_genres": counts,
            "genre_homes": genre_homes(counts),
            "axes": axes(numbers, tracks.select("x", "y")),
            "null": null_values(),
            **judging(features),
        }
        | components(matrix, features, labels),
    )


def cluster_table(tracks: pl.DataFrame, table: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    sizes = (
        tracks.filter(pl.col("cluster") >= 0)
        .group_by("cluster")
        .agg(
            size=pl.len(),
            share=pl.len() / tracks.height,
            membership_mean=pl.col("membership").mean(),
            stability=pl.col("stability").mean(),
        )
    )
    top = (
        counts.filter(pl.col("rank") <= 3)
        .group_by("cluster", maintain_order=True)
        .agg(top_genres=pl.col("genre").str.join(", "))
    )
    given = names(table)
    return given.join(sizes, on="cluster").join(top, on="cluster", how="left").sort("cluster")


def summary(tracks: pl.DataFrame, features: list[str], clusters: pl.DataFrame, k: int) -> dict:
    criteria = {
        "silhouette": {"k": 2, "value": 0.31},
        "davies_bouldin": {"k": k, "value": 1.21},
        "calinski_harabasz": {"k": 2, "value": 812.0},
        "bic": {"k": k + 3, "value": -90412.0},
        "prediction_strength": {"k": k, "value": 0.86},
    }
    return {
        "songscape": "0.1.0",
        "source": {"path": "my-songs.csv", "sha256": "0f" * 32},
        "name": "my-songs",
        "seed": 0,
        "n_read": tracks.height + 12,
        "n_tracks": tracks.height,
        "history": [
            f"read my-songs.csv: {tracks.height + 12:,} songs, 14 columns",
            f"drop exact duplicates: {tracks.height + 12:,} → {tracks.height:,} songs",
            "fill 3 missing values of tempo with the median 117.6 BPM",
        ],
        "features": features,
        "space": {
            "name": "prepared", "fingerprint": "0123456789abcdef", "n": tracks.height,
            "d": len(features),
        },
        "method": "kmeans",
        "k": k,
        "verdict": {
            "natural": True,
            "k": k,
            "reason": f"{k} groups come back in new samples (prediction strength 0.86) and are "
            "tighter than in data without groups.",
            "criteria": criteria,
        },
        "cluster_sizes": sorted(clusters["size"].to_list(), reverse=True),
        "scores": {
            "silhouette": 0.29, "davies_bouldin": 1.21, "calinski_harabasz": 640.0,
            "space": "0123456789abcdef",
        },
        "agreement": {
            "label": "genre", "ami": 0.61, "ari": 0.58, "v_measure": 0.62, "homogeneity": 0.63,
            "completeness": 0.61, "purity": 0.81, "permuted_ami": 0.0, "artist_filtered_knn": 0.55,
            "plain_knn": 0.78,
        },
        "stability": {"mean_ari": 0.93, "per_cluster": clusters["stability"].to_list()},
        "warnings": ["3 songs have no tempo; the median stands in for it."],
        "timings": {"read": 0.4, "clean": 0.2, "prepare": 0.05, "cluster": 1.7, "map": 4.4},
        "versions": {"python": "3.11.7", "numpy": "2.4.6", "polars": "2.1.0"},
        "threads": 2,
        "date": "2026-11-21",
    }  # fmt: skip


def curves(k: int) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    shapes: dict[str, tuple[str, Callable[[int], float]]] = {
        "silhouette": ("high", lambda q: 0.34 - 0.03 * abs(q - k) ** 0.7),
        "davies_bouldin": ("low", lambda q: 1.2 + 0.06 * abs(q - k)),
        "calinski_harabasz": ("high", lambda q: 900 - 60 * abs(q - k)),
        "inertia": ("never", lambda q: 9000 / q**0.6),
        "bic": ("low", lambda q: 4000 + 30 * (q - k - 2) ** 2),
        "held_out_likelihood": ("never", lambda q: -9 + np.log(q)),
    }
    rows = [
        (q, name, shape(q) * (1 + 0.02 * rng.normal()), seed, "0123456789abcdef", better)
        for name, (better, shape) in shapes.items()
        for q in range(2, 13)
        for seed in range(4)
    ]
    schema = ["k", "criterion", "value", "seed", "fingerprint", "better"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def judging(features: list[str]) -> dict[str, pl.DataFrame]:
    """Return what judging leaves beside the run: reliability, importance, levels of genres."""
    said = np.linspace(0.55, 0.98, 8)
    bins = {"said": said, "songs": [50] * 8}
    before = pl.DataFrame(bins | {"true": said - 0.12, "kind": ["before"] * 8})
    after = pl.DataFrame(bins | {"true": said - 0.02, "kind": ["after"] * 8})
    moved = np.linspace(0.4, 0.05, len(features))
    without = {"feature": features, "kind": ["without"] * len(features)}
    start = pl.DataFrame({"feature": [""], "kind": ["start"], "moved": [0.02], "ari": [0.96]})
    levels = {"level": [1, 2], "ami": [0.61, 0.5], "v_measure": [0.62, 0.55], "genres": [5, 9]}
    return {
        "reliability": pl.concat([before, after]),
        "importance": pl.concat(
            [pl.DataFrame(without | {"moved": moved, "ari": 1 - moved}), start]
        ),
        "genre_levels": pl.DataFrame(levels),
    }


def findings() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "what": ["index-column", "sentinel", "same-recording", "unit"],
            "where": ["Unnamed: 0", "tempo", "title, artist", "duration_ms"],
            "count": [1, 157, 450, 1],
            "says": [
                "This column counts the rows.",
                "A tempo of 0 means that none was found.",
                "Rows repeat another but for their index.",
                "Durations are milliseconds.",
            ],
            "does": ["left out", "taken as missing", "kept once", "shown as minutes"],
            "overrule": ["--set clean.units.index=keep", "", "--set clean.duplicates.how=keep", ""],
            "severity": ["warning", "warning", "error", "note"],
            "examples": [["0", "1"], ["0.0"], ["Song number 3"], []],
        }
    )


def columns(tracks: pl.DataFrame, features: list[str]) -> pl.DataFrame:
    rows = [
        (
            name,
            "feature" if name in features else "text",
            UNITS.get(name, ""),
            "measure",
            name in features,
            "" if name in features else "not a feature",
            157 if name == "tempo" else 0,
            name,
        )
        for name in [*tracks.columns[:5], *features]
    ]
    schema = ["name", "role", "unit", "kind", "used", "reason", "missing", "source"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def genre_groups(tracks: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for genre, songs in (
        tracks.explode("genre", empty_as_null=True)["genre"].value_counts().rows()
        if tracks.schema["genre"] == pl.List
        else tracks["genre"].value_counts().rows()
    ):
        parts = SUBGENRES.get(genre, (genre,))
        rows += [(part, songs // len(parts), genre, "rule") for part in parts]
    return pl.DataFrame(rows, schema=["genre", "songs", "group", "decided"], orient="row")


def null_values() -> pl.DataFrame:
    rng = np.random.default_rng(2)
    rows = []
    for statistic, observed in (("silhouette", 0.29), ("prediction_strength", 0.86)):
        rows.append((statistic, observed, "observed"))
        rows += [(statistic, float(v), "null") for v in rng.normal(observed / 2, 0.02, 40)]
    return pl.DataFrame(rows, schema=["statistic", "value", "kind"], orient="row")


def components(matrix: np.ndarray, features: list[str], labels: np.ndarray) -> dict:
    _, scale, turn = np.linalg.svd(matrix, full_matrices=False)
    variance = scale**2 / max((scale**2).sum(), 1e-12)
    points = matrix @ turn[:2].T
    keep = slice(0, 4000)
    return {
        "scree": pl.DataFrame(
            {
                "component": np.arange(1, len(variance) + 1),
                "variance": variance,
                "cumulative": variance.cumsum(),
            }
        ),
        "loadings": pl.DataFrame({"feature": features, "pc1": turn[0], "pc2": turn[1]}),
        "pca": pl.DataFrame(
            {"pc1": points[keep, 0], "pc2": points[keep, 1], "cluster": labels[keep]}
        ),
    }


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Return a function that makes a record of n songs, after changing its tracks."""

    def make(
        n: int = 400, change: Callable[[pl.DataFrame], pl.DataFrame] = lambda tracks: tracks
    ) -> Record:
        return record_of(change(planted_tracks(n)), list(UNITS_ORDER))

    return make


@pytest.fixture(scope="session")
def record(make_record) -> Record:
    """Return a record of 400 songs with everything in it."""
    return make_record()


@pytest.fixture(scope="session")
def drawn(record) -> dict[str, str]:
    """Return all pictures of that record."""
    return figures(record)
