"""Time the kernels against scikit-learn (-intelex too), fastcluster and faiss, quality beside each.

One process, one pinned thread, CPU seconds, contestants taking turns and the best turn of each
counted, because other work on the machine disturbs wall clocks and means. Prints Markdown.

    uv run --group benchmark benchmarks/kernels.py [--quick] [--full] [--huge]

``--full`` lets scikit-learn take the silhouettes of the whole table (minutes), ``--huge`` races
k-means on ten million rows (3 GB of memory, minutes).

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
from typing import Any, NamedTuple

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
PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "scikit-learn-intelex", "fastcluster", "faiss-cpu"),
)
COLUMNS = "| work | by | CPU s | wall s | × first | quality |"
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


class Turn(NamedTuple):
    """CPU seconds, what came out, wall seconds."""

    cpu: float
    answer: Any
    wall: float


def turn(run: Callable[[], Any]) -> Turn:
    """Time one run."""
    cpu_begin, wall_begin = time.process_time(), time.perf_counter()
    answer = run()
    return Turn(time.process_time() - cpu_begin, answer, time.perf_counter() - wall_begin)


def race(contest: Contest, turns: int) -> dict[str, Turn]:
    """Let contestants take turns; return the turn of least CPU seconds of each."""
    best: dict[str, Turn] = {}
    for _ in range(turns):
        for name, run in contest.items():
            took = turn(run)
            best[name] = min(took, best.get(name, took), key=lambda one: one.cpu)
    return best


def report(work: str, results: dict[str, Turn], quality: Callable[[Any], str]) -> None:
    """Print one row for each contestant, with its ratio to the first."""
    first = next(iter(results.values())).cpu
    for name, (spent, answer, wall) in results.items():
        times = f"{spent:.4f} | {wall:.4f} | {first / spent:.1f}"
        print(f"| {work} | {name} | {times} | {quality(answer)} |", flush=True)


def descent(
    points: np.ndarray, centers: np.ndarray, steps: int, shift: float = -1.0
) -> _kernels.Descent:
    """Take Lloyd's steps in one call of the kernel and return where they end."""
    stop = _kernels.Stop(steps, first=steps + 1, shift=shift)
    return _kernels.lloyd(
        points, centers, stop=stop, known=_kernels.unknown(len(points), labels_only=True)
    )


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

    def scikit(data: np.ndarray, by: Any = KMeans) -> float:
        model = by(k, init=start.astype(data.dtype), n_init=1, max_iter=steps, tol=0)
        return float(model.fit(data).inertia_)

    contest: Contest = {
        "scikit-learn float64": lambda: scikit(points),
        "scikit-learn float32": lambda: scikit(single),
        "songscape float64, step by step": lambda: lloyd(points, start, steps),
        "songscape float32, step by step": lambda: lloyd(single, start, steps),
        "songscape float64, one call": lambda: descent(points, start, steps).cost,
        "songscape float32, one call": lambda: descent(single, start, steps).cost,
    }
    intel = installed("sklearnex.cluster")
    if intel is not None:
        contest["scikit-learn-intelex float64"] = lambda: scikit(points, intel.KMeans)
    if faiss is not None:
        faiss.omp_set_num_threads(1)
        contest["faiss float32"] = lambda: faiss_lloyd(faiss, single, start, steps)
    results = race(contest, turns)
    exact = results["scikit-learn float64"].answer
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
        exact = results["scikit-learn"].answer
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
    exact = results["scikit-learn"].answer
    report(
        "Ward, 15k",
        results,
        lambda found: f"heights {np.abs(found - exact).max() / exact[-1]:.0e}",
    )


def mixtures(points: np.ndarray, turns: int) -> None:
    """Race EM steps: scikit-learn's cost of one is a third of what three more of them cost."""
    distinct, counts = np.unique(points, axis=0, return_counts=True)
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

        one, four = race({"1": lambda: scikit(1), "4": lambda: scikit(4)}, 1).values()
        two = scikit(2)
        start = one.answer
        mixture = _kernels.Mixture(
            np.log(start.weights_), start.means_, start.precisions_cholesky_, kind
        )
        own = race(
            {
                "songscape": lambda mixture=mixture: _kernels.mixture_step(points, mixture).bound,
                "songscape, equal rows counted": lambda mixture=mixture: (
                    _kernels.mixture_step(distinct, mixture, counts).bound
                ),
            },
            max(turns, 2),
        )
        exact = two.lower_bound_
        theirs = Turn((four.cpu - one.cpu) / 3, exact, (four.wall - one.wall) / 3)
        report(
            f"EM step, {kind}, k=100",
            {"scikit-learn": theirs} | own,
            lambda found, exact=exact: f"bound {found - exact:+.0e}",
        )


def alone(run: Callable[[], Any]) -> tuple[float, float]:
    """Return the CPU seconds of some work in a process of its own, and the megabytes it adds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        before = resident()
        begin = time.process_time()
        run()
        spent = time.process_time() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(writing, f"{spent} {peak - before}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    spent, more = os.read(reading, 100).split()
    return float(spent), float(more)


def resident() -> float:
    """Return the megabytes of memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def whole(points: np.ndarray) -> None:
    """Time what scikit-learn cannot do in reasonable memory or time: the whole table."""
    distinct, weights = np.unique(points, axis=0, return_counts=True)
    labels = _kernels.nearest_centers(distinct, distinct[:100]).labels
    every = _kernels.nearest_centers(points, distinct[:100]).labels
    for work, run in (
        ("Ward, whole table", lambda: _kernels.ward(distinct, weights)),
        ("silhouette, whole table, k=100", lambda: _kernels.silhouette(distinct, labels, weights)),
        ("silhouette, all rows, k=100", lambda: _kernels.silhouette(points, every)),
    ):
        spent, more = alone(run)
        print(f"| {work} | songscape | {spent:.2f} | | | {more:.0f} MB more at peak |", flush=True)


def whole_silhouette(points: np.ndarray) -> None:
    """Race the silhouettes of the whole table."""
    labels = _kernels.nearest_centers(points, np.unique(points, axis=0)[:100]).labels
    results = race(
        {
            "scikit-learn": lambda: silhouette_samples(points, labels),
            "songscape": lambda: _kernels.silhouette(points, labels),
        },
        1,
    )
    exact = results["scikit-learn"].answer
    report(
        f"silhouette, {len(points):,} rows, k=100",
        results,
        lambda found: f"most {np.abs(found - exact).max():.0e} per row",
    )


def huge() -> None:
    """Race k-means on ten million rows of float32, for some steps and to scikit-learn's own end."""
    rng = np.random.default_rng(0)
    middles = rng.normal(scale=4.0, size=(100, 16)).astype(np.float32)
    points = rng.standard_normal((10_000_000, 16), dtype=np.float32)
    points += middles[rng.integers(0, 100, len(points))]
    start = points[:100].copy()
    variance = float(points.var(axis=0, dtype=np.float64).mean())
    for work, steps, tol in (("3 steps", 3, 0.0), ("10 steps", 10, 0.0), ("to the end", 300, 1e-4)):
        results = race(
            {
                "scikit-learn float32": lambda steps=steps, tol=tol: (
                    (
                        KMeans(100, init=start, n_init=1, max_iter=steps, tol=tol).fit(points)
                    ).cluster_centers_
                ),
                "songscape float32": lambda steps=steps, tol=tol: (
                    descent(points, start, steps, tol * variance if tol else -1.0).centers
                ),
            },
            2 if steps <= 10 else 1,
        )
        # Its own inertia is summed in float32, which ten million rows are too many for.
        costs = {
            id(one.answer): _kernels.kmeans_step(points, one.answer, labels=False).objective
            for one in results.values()
        }
        exact = costs[id(results["scikit-learn float32"].answer)]
        report(
            f"k-means, 10M × 16, k=100, {work}",
            results,
            lambda found, costs=costs, exact=exact: f"inertia {costs[id(found)] / exact - 1:+.0e}",
        )


def cpu() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def heading(name: str, points: np.ndarray, columns: str = COLUMNS) -> None:
    """Print what was measured, on what, with which versions, and the head of a table."""
    print(
        f"{name} table, {points.shape[0]:,} × {points.shape[1]}; {platform.machine()}, ",
        end="",
    )
    print(f"Python {platform.python_version()}, compiled kernels: {_kernels.COMPILED}")
    print(f"{cpu()}, one thread; peak memory beside what was measured alone")
    for package in (
        "numpy",
        "scipy",
        "scikit-learn",
        "scikit-learn-intelex",
        "fastcluster",
        "faiss-cpu",
    ):
        try:
            print(f"{package} {version(package)}", end="  ")
        except PackageNotFoundError:
            print(f"{package} not installed", end="  ")
    print(f"\n\n{columns}\n" + "|---" * (columns.count("|") - 1) + "|")


def main() -> None:
    """Run every race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one turn each, no whole table")
    parser.add_argument("--full", action="store_true", help="scikit-learn's whole silhouette too")
    parser.add_argument("--huge", action="store_true", help="ten million rows too")
    given = parser.parse_args()
    quick = given.quick
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
    if given.full:
        whole_silhouette(points)
    if given.huge:
        huge()


if __name__ == "__main__":
    main()
