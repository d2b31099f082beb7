"""Time the kernels against scikit-learn, SciPy, fastcluster and faiss, quality beside each.

One process, one pinned thread, CPU seconds, contestants taking turns and the best turn of each
counted, because other work on the machine disturbs wall clocks and means. Prints Markdown.

    uv run --group benchmark benchmarks/kernels.py [--quick]

The data are the 114,000-row Spotify table (13 standardised features) where $SONGSCAPE_DATA or
../shared/data holds it, else a synthetic table of that shape.
"""

from __future__ import annotations

import os

# Before any library starts its threads.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import importlib
import platform
import resource
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_samples
from sklearn.mixture import GaussianMixture

from songscape import _kernels

FEATURES = [
    *("danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness"),
    *("instrumentalness", "liveness", "valence", "tempo", "time_signature", "duration_ms"),
]
Contest = dict[str, Callable[[], Any]]


def spotify() -> tuple[str, np.ndarray]:
    """Return the table's name and its standardised features (n, 13)."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    file = Path(os.environ.get("SONGSCAPE_DATA", beside)) / "tables" / "spotify-tracks-114k.csv"
    if not file.is_file():
        rng = np.random.default_rng(0)
        points = rng.normal(size=(100, 13))[rng.integers(0, 100, 114_000)] * 2
        return "synthetic", points + rng.normal(size=points.shape)
    table = pl.read_csv(file, columns=FEATURES).select(FEATURES).to_numpy().astype(np.float64)
    return "Spotify", np.ascontiguousarray((table - table.mean(axis=0)) / table.std(axis=0))


def race(contest: Contest, turns: int) -> dict[str, tuple[float, Any]]:
    """Let contestants take turns; return the least CPU seconds and the last answer of each."""
    best: dict[str, tuple[float, Any]] = {}
    for _ in range(turns):
        for name, run in contest.items():
            begin = time.process_time()
            answer = run()
            spent = time.process_time() - begin
            best[name] = (min(spent, best.get(name, (np.inf, None))[0]), answer)
    return best


def report(work: str, results: dict[str, tuple[float, Any]], quality: Callable[[Any], str]) -> None:
    """Print one row for each contestant, with its ratio to the first."""
    first = next(iter(results.values()))[0]
    for name, (spent, answer) in results.items():
        print(f"| {work} | {name} | {spent:.4f} | {first / spent:.1f} | {quality(answer)} |")


def lloyd(points: np.ndarray, centers: np.ndarray, steps: int) -> float:
    """Take Lloyd's steps with the kernel and return the objective of the last."""
    for _ in range(steps):
        step = _kernels.kmeans_step(points, centers, labels=False)
        means = step.sums / np.maximum(step.counts, 1e-300)[:, None]
        centers = np.where(step.counts[:, None] > 0, means, centers)
    return _kernels.kmeans_step(points, centers).objective


def faiss_lloyd(faiss: Any, points: np.ndarray, centers: np.ndarray, steps: int) -> float:
    """Take Lloyd's steps with faiss."""
    model = faiss.Kmeans(
        points.shape[1], len(centers), niter=steps, nredo=1, max_points_per_centroid=10**9
    )
    model.train(points, init_centroids=centers.astype(np.float32))
    return float(((points - model.centroids[model.index.search(points, 1)[1][:, 0]]) ** 2).sum())


def installed(name: str) -> Any:
    """Return a module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def kmeans(points: np.ndarray, k: int, steps: int, turns: int, work: str) -> None:
    """Race whole runs of Lloyd's algorithm from the same start."""
    start = np.unique(points[: 50 * k : 7], axis=0)
    start = start[np.random.default_rng(0).choice(len(start), k, replace=False)]
    single, faiss = points.astype(np.float32), installed("faiss")

    def scikit(data: np.ndarray) -> float:
        model = KMeans(k, init=start.astype(data.dtype), n_init=1, max_iter=steps, tol=0)
        return float(model.fit(data).inertia_)

    contest: Contest = {
        "scikit-learn float64": lambda: scikit(points),
        "scikit-learn float32": lambda: scikit(single),
        "songscape float64": lambda: lloyd(points, start, steps),
        "songscape float32": lambda: lloyd(single, start, steps),
    }
    if faiss is not None:
        faiss.omp_set_num_threads(1)
        contest["faiss float32"] = lambda: faiss_lloyd(faiss, single, start, steps)
    results = race(contest, turns)
    exact = results["scikit-learn float64"][1]
    report(work, results, lambda found: f"inertia {found / exact - 1:+.0e}")


def dimensions(turns: int) -> None:
    """Race k-means over short and long rows."""
    rng = np.random.default_rng(0)
    for d in (2, 7, 13, 16, 32, 64, 128):
        points = rng.normal(size=(50, d))[rng.integers(0, 50, 30_000)] + rng.normal(
            size=(30_000, d)
        )
        for k in (10, 100):
            kmeans(points, k, 10, turns, f"k-means, 30k × {d}, k={k}, 10 steps")


def silhouettes(points: np.ndarray, turns: int) -> None:
    """Race exact silhouettes of 20,000 rows, one labeling and sixteen."""
    rows = points[np.random.default_rng(1).choice(len(points), 20_000, replace=False)]
    ks = (100, 10, *range(2, 16))
    labelings = np.array(
        [KMeans(k, n_init=1, max_iter=10, random_state=0).fit(rows).labels_ for k in ks]
    )
    for labels in labelings[:2]:
        results = race(
            {
                "scikit-learn": lambda labels=labels: silhouette_samples(rows, labels),
                "songscape": lambda labels=labels: _kernels.silhouette(rows, labels),
            },
            turns,
        )
        exact = results["scikit-learn"][1]
        report(
            f"silhouette, 20k, k={labels.max() + 1}",
            results,
            lambda found, exact=exact: f"most {np.abs(found - exact).max():.0e} per row",
        )
    results = race(
        {
            "songscape, one by one": lambda: [_kernels.silhouette(rows, row) for row in labelings],
            "songscape, one pass": lambda: _kernels.silhouette(rows, labelings),
        },
        turns,
    )
    report("sixteen labelings, 20k", results, lambda _: "")


def trees(points: np.ndarray, turns: int) -> None:
    """Race Ward's tree on 15,000 rows."""
    rows = points[np.random.default_rng(2).choice(len(points), 15_000, replace=False)]

    def scikit() -> np.ndarray:
        model = AgglomerativeClustering(None, distance_threshold=0.0).fit(rows)
        return np.sort(model.distances_)

    contest: Contest = {"scikit-learn": scikit, "songscape": lambda: _kernels.ward(rows)[:, 2]}
    fastcluster = installed("fastcluster")
    if fastcluster is not None:
        contest["fastcluster"] = lambda: fastcluster.linkage_vector(rows, "ward")[:, 2]
    results = race(contest, turns)
    exact = results["scikit-learn"][1]
    report(
        "Ward, 15k",
        results,
        lambda found: f"heights {np.abs(found - exact).max() / exact[-1]:.0e}",
    )


def mixtures(points: np.ndarray, turns: int) -> None:
    """Race two EM iterations: scikit-learn's cost of one is the difference of two and one."""
    k, d = 100, points.shape[1]
    for kind, precisions in (
        ("full", np.repeat(np.eye(d)[None], k, axis=0)),
        ("tied", np.eye(d)),
        ("diag", np.ones((k, d))),
        ("spherical", np.ones(k)),
    ):

        def scikit(steps: int, kind: str = kind, start: np.ndarray = precisions) -> GaussianMixture:
            return GaussianMixture(
                k,
                covariance_type=kind,
                weights_init=np.full(k, 1 / k),
                means_init=points[:: len(points) // k][:k],
                precisions_init=start,
                init_params="random_from_data",
                max_iter=steps,
                tol=0,
            ).fit(points)

        one, two = race({"1": lambda: scikit(1), "2": lambda: scikit(2)}, 1).values()
        mixture = _kernels.Mixture(
            np.log(one[1].weights_), one[1].means_, one[1].precisions_cholesky_, kind
        )
        own = race(
            {"songscape": lambda mixture=mixture: _kernels.mixture_step(points, mixture).bound},
            max(turns, 2),
        )
        exact = two[1].lower_bound_
        report(
            f"EM step, {kind}, k=100",
            {"scikit-learn": (two[0] - one[0], exact)} | own,
            lambda found, exact=exact: f"bound {found - exact:+.0e}",
        )


def whole(points: np.ndarray) -> None:
    """Time what scikit-learn cannot do in reasonable memory: the whole table."""
    distinct, weights = np.unique(points, axis=0, return_counts=True)
    labels = _kernels.nearest_centers(distinct, distinct[:100]).labels
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for work, run in (
        ("Ward, whole table", lambda: _kernels.ward(distinct, weights)),
        ("silhouette, whole table, k=100", lambda: _kernels.silhouette(distinct, labels, weights)),
        (
            "silhouette, all rows, k=100",
            lambda: _kernels.silhouette(
                points, _kernels.nearest_centers(points, distinct[:100]).labels
            ),
        ),
    ):
        spent = race({"songscape": run}, 1)["songscape"][0]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"| {work} | songscape | {spent:.2f} | | {(peak - before) / 1024:.0f} MB more at peak |"
        )


def heading(name: str, points: np.ndarray) -> None:
    """Print what was measured, on what, with which versions."""
    print(
        f"{name} table, {points.shape[0]:,} × {points.shape[1]}; {platform.machine()}, ",
        end="",
    )
    print(f"Python {platform.python_version()}, compiled kernels: {_kernels.COMPILED}")
    for package in ("numpy", "scipy", "scikit-learn", "fastcluster", "faiss-cpu"):
        try:
            print(f"{package} {version(package)}", end="  ")
        except PackageNotFoundError:
            print(f"{package} not installed", end="  ")
    print("\n\n| work | by | CPU s | × first | quality |\n|---|---|---|---|---|")


def main() -> None:
    """Run every race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one turn each, no whole table")
    quick = parser.parse_args().quick
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    turns = 1 if quick else 3
    name, points = spotify()
    heading(name, points)
    for k in (100, 10):
        kmeans(points, k, 25, turns, f"k-means, {len(points) // 1000}k × 13, k={k}, 25 steps")
    dimensions(turns)
    silhouettes(points, 1)
    trees(points, 1)
    mixtures(points, turns)
    if not quick:
        whole(points)


if __name__ == "__main__":
    main()
