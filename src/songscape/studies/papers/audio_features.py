"""The study of 114,000 Spotify tracks: four clusters on two components, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.choose import _references
from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.core.collection import Role
from songscape.core.fit import Fit
from songscape.core.seeds import generator
from songscape.core.space import Space
from songscape.evaluate import silhouette
from songscape.evaluate._refit import means
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._audio_features_repair import (
    PUBLISHED_K,
    check_mine,
    features_of,
    genres_of,
    larger,
    placed,
)
from songscape.studies.papers._charts import Cloud, Head, Line, Panel
from songscape.studies.papers._findings import Findings, Number, Table, Verdict, reasons, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.run import Run
    from songscape.studies.papers._setting import Setting

SIZES = (42_901, 33_443, 9_282)
"""The sizes the report prints: its first, second and last."""

DESCRIBED = ("count", "mean", "std", "min", "25%", "50%", "75%", "max")


def study(setting: Setting) -> Findings:
    """Run the study."""
    check_mine(setting)
    setting.tell("as published: reading 114,000 tracks, two components, four clusters")
    published = setting.run("published")
    features = features_of(published)
    part = _plane(setting, published)
    setting.tell("what went wrong: silhouettes of clouds without groups")
    part |= _dimensions(setting, features, part.numbers)
    part |= _repeated(published)
    setting.tell("repaired: cleaning, all features, how many groups there are")
    repaired = setting.run("repaired")
    setting.tell("repaired: larger numbers of clusters, and new songs on the map")
    part |= larger(setting, repaired) | placed(setting, repaired)
    part |= Findings({"repaired_n": repaired.record.run["n_tracks"], **reasons(repaired)})
    numbers = part.numbers
    return part | Findings(
        verdicts=_verdicts(numbers), runs={"published": published, "repaired": repaired}
    )


def _plane(setting: Setting, run: Run) -> Findings:
    """Return all that is as published."""
    labels = run.tracks["cluster"].to_numpy()
    songs = setting.songs("duration")
    with_duration = setting.prepared("duration", songs).space
    plane = _positions(run)
    estimator = KMeans(PUBLISHED_K, random_state=setting.child("duration"))
    before = measures.grouped(estimator, with_duration.matrix)
    correlated = setting.prepared("correlated", songs).space
    without = measures.grouped(
        KMeans(PUBLISHED_K, random_state=setting.child("correlated")), correlated.matrix
    )
    sizes = np.bincount(labels)
    heavy = int(np.argmin(np.abs(sizes - SIZES[1])))
    common = features_of(run)
    fits = [Fit(one, None, PUBLISHED_K, 0) for one in (before, labels)]
    both = silhouette.scores(common, fits)
    numbers = {
        "n": len(labels),
        "sizes": " / ".join(f"{size:,}" for size in sizes),
        "after": run.record.run["scores"]["silhouette"],
        "before": _silhouette(with_duration, before),
        "correlated": _silhouette(correlated, without),
        "common_before": both[0],
        "common_after": both[1],
        "full": both[1],
        "before_after_ari": measures.ari(before, labels),
        "size_heavy": int(sizes[heavy]),
        "size_error": _size_error(sizes),
    }
    numbers["silhouette_error"] = abs(numbers["after"] - 0.38582)
    return Findings(
        numbers | _heavy_means(run, heavy) | _correlations(songs)[1],
        {
            "correlation": _correlations(songs)[0],
            "plane": _planes(with_duration, before, plane, labels),
            "means": _means(run, labels),
        },
        {
            "genres": measures.top_labels(labels, genres_of(run), setting["top"]),
            "described": _described(run, heavy),
        },
    ) | _elbow(setting, plane)


def _positions(run: Run) -> Space:
    """Return the plane a run's songs were grouped in."""
    return Space(run.tracks.select("x", "y").to_numpy(), ("pc1", "pc2"), "pca")


def _silhouette(space: Space, labels: NDArray[np.int32]) -> float:
    """Return the silhouette of a grouping in a space."""
    return silhouette.score(space, Fit(labels, None, int(labels.max()) + 1, 0))


def _size_error(sizes: NDArray[np.int64]) -> float:
    """Return the largest relative difference of sizes to the three printed."""
    ours = np.sort(sizes)[::-1][[0, 1, -1]]
    return float(np.max(np.abs(ours - SIZES) / SIZES))


def _heavy_means(run: Run, cluster: int) -> dict[str, float]:
    """Return the means the report prints of its cluster 3."""
    inside = run.tracks.filter(pl.col("cluster") == cluster)
    names = ("energy", "acousticness", "tempo")
    return {f"mean_{name}": float(inside[name].cast(pl.Float64).mean()) for name in names}  # type: ignore[arg-type]


def _described(run: Run, cluster: int) -> Table:
    """Return the columns of a cluster as a person describes a table."""
    names = run.record.run["features"]
    frame = run.tracks.filter(pl.col("cluster") == cluster).select(names).cast(pl.Float64)
    columns = {
        name: [
            float(frame.height), values.mean(), values.std(), values.min(),
            *(values.quantile(q, "linear") for q in (0.25, 0.5, 0.75)), values.max(),
        ]
        for name, values in zip(names, frame.get_columns(), strict=True)
    }  # fmt: skip
    rows = tuple((name, *map(_short, values)) for name, values in columns.items())
    return Table(("column", *DESCRIBED), rows)


def _short(value: Any) -> str:
    """Return a number of a described column: whole where it is whole, else three digits."""
    return f"{Number(value):,.0f}" if value == round(value) else f"{Number(value):,.3f}"


def _correlations(songs: Collection) -> tuple[str, dict[str, Any]]:
    """Return the correlations of all numeric columns, and the strongest pair."""
    names = list(songs.names(Role.FEATURE))
    matrix = np.corrcoef(songs.frame.select(names).cast(pl.Float64).to_numpy(), rowvar=False)
    upper = np.abs(np.triu(matrix, 1))
    row, column = np.unravel_index(int(upper.argmax()), upper.shape)
    pair = f"{names[row]} and {names[column]}"
    head = Head("correlation", "Correlations", f"The strongest is between {pair}.")
    drawn = charts.heat(head, matrix, names, names)
    return drawn, {"strongest": float(matrix[row, column]), "strongest_pair": pair}


def _planes(before: Space, one: NDArray[np.int32], after: Space, other: NDArray[np.int32]) -> str:
    """Draw both planes."""
    head = Head("plane", "Songs on two components", "One cloud each, cut into four.")
    sides = (("with duration", before, one), ("without duration", after, other))
    found = [
        Cloud(side.matrix, labels, title, *charts.COMPONENTS, means(side.matrix, labels))
        for title, side, labels in sides
    ]
    return charts.clouds(head, found)


def _means(run: Run, labels: NDArray[np.int32]) -> str:
    """Draw the mean of every feature in every cluster."""
    names = run.record.run["features"]
    matrix = run.tracks.select(names).cast(pl.Float64).to_numpy()
    sizes = np.bincount(labels)
    rows = [f"cluster {index} · {size:,} songs" for index, size in enumerate(sizes)]
    head = Head("means", "Feature means", "What sets each of the four clusters apart.")
    return charts.heat(head, measures.means_table(matrix, labels), rows, names)


def _elbow(setting: Setting, plane: Space) -> Findings:
    """Return the elbow plot, and the silhouette at every k, in the plane."""
    sample = _sampled(plane, setting["sample"], setting.child("elbow"))
    most = max(setting["elbow"], setting["silhouettes"])
    swept = KMeansSweep(most, random_state=setting.child("sweep")).fit(sample.matrix)
    ks = list(range(2, setting["silhouettes"] + 1))
    heights = silhouette.scores(sample, [Fit(swept.labels(k), None, k, 0) for k in ks])
    head = Head("elbow", "Elbow and silhouette", "The sum of squares falls without a bend.")
    cost = Line(swept.ks_, swept.inertias_ / sample.n, dots=True)
    found = [
        Panel([cost], "Elbow", "k", "squared distance per song", {PUBLISHED_K: "their choice"}),
        Panel([Line(ks, heights, dots=True)], "Silhouette", "k", "", {PUBLISHED_K: "their choice"}),
    ]
    best = ks[int(np.argmax(heights))]
    return Findings({"best_silhouette_k": best}, {"elbow": charts.lines(head, found)})


def _sampled(space: Space, most: int, seed: int) -> Space:
    """Draw at most so many songs of a space."""
    if space.n <= most:
        return space
    return space.rows(np.sort(generator(seed, "sample").choice(space.n, most, replace=False)))


def _dimensions(setting: Setting, features: Space, known: Any) -> Findings:
    """Return silhouettes by the number of components kept: songs, and clouds without groups."""
    sample = _sampled(features, setting["sample"] // 2, setting.child("dimensions"))
    centred = sample.matrix - sample.matrix.mean(axis=0)
    _, scale, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    dims = [d for d in (1, 2, 3, 4, 6, 8, 10, 12, 14) if d <= features.d]
    real = [_kmeans_silhouette(turned[:, :d], PUBLISHED_K, setting.child("real")) for d in dims]
    null = np.array([_null(turned, dims, setting, i) for i in range(setting["nulls"])])
    band = tuple(np.quantile(null, [0.025, 0.975], axis=0))
    head = Head("dimensions", "Silhouette by dimensions kept", "Both curves fall together.")
    panel = Panel(
        [
            Line(dims, real, "the songs", dots=True),
            Line(dims, null.mean(axis=0), "a cloud without groups", (band[0], band[1]), "warm"),
        ],
        x="principal components kept", y=f"silhouette of k-means, k = {PUBLISHED_K}",
        marks={2: "their choice"},
    )  # fmt: skip
    at = dims.index(2)
    found = spread(null[:, at])
    numbers = {
        "null": found,
        "null_share": float(found.value) / known["after"],
        "all14": real[-1],
        "kept": float((scale[:2] ** 2).sum() / (scale**2).sum()),
        "nulls": setting["nulls"],
    }
    return Findings(numbers, {"dimensions": charts.lines(head, [panel], height=3.6)})


def _null(
    turned: NDArray[np.float64], dims: list[int], setting: Setting, index: int
) -> list[float]:
    """Return silhouettes of one cloud without groups, by dimensions kept."""
    rng = generator(setting.child("null"), str(index))
    cloud = _references.draw("gaussian", turned, rng)
    seed = setting.child(f"null {index}")
    return [_kmeans_silhouette(cloud[:, :d], PUBLISHED_K, seed) for d in dims]


def _kmeans_silhouette(matrix: NDArray[np.float64], k: int, seed: int) -> float:
    """Return the silhouette of k-means on a matrix."""
    space = Space(matrix, tuple(map(str, range(matrix.shape[1]))))
    return _silhouette(space, KMeans(k, n_init=3, random_state=seed).fit_predict(matrix))


def _repeated(run: Run) -> Findings:
    """Count the rows that are there again, and the tempos that were not found."""
    frame = run.collection.frame
    keys = run.collection.names(Role.KEY, Role.ID)
    ids = next((frame[key] for key in keys if "track" in key), frame[keys[0]])
    return Findings(
        {"repeated": ids.len() - ids.n_unique(), "null_tempo": int((frame["tempo"] == 0).sum())}
    )


def _verdicts(numbers: Any) -> dict[str, Verdict]:
    """Return what became of the claims."""
    near = numbers["size_error"] < 0.01 and numbers["silhouette_error"] < 0.001
    better = numbers["common_after"] - numbers["common_before"] > 0.005
    stable = numbers["stable_many"].value >= 0.8
    return {
        "numbers": Verdict.HOLDS if near else Verdict.UNCLEAR,
        "meaning": Verdict.ARTEFACT if numbers["null_share"] > 0.8 else Verdict.UNCLEAR,
        "duration": Verdict.HOLDS if better else Verdict.ARTEFACT,
        "four": Verdict.HOLDS if numbers["found_k"] == PUBLISHED_K else Verdict.ARTEFACT,
        "genres": Verdict.HOLDS if numbers["ami"].low > numbers["ami_chance"] + 0.01
        else Verdict.UNCLEAR,
        "consistent": Verdict.HOLDS if stable else Verdict.ARTEFACT,
    }  # fmt: skip
