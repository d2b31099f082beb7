"""Measure what is built on the kernels: sweeps over k, whole fits, trees and scores.

One process, one pinned thread, CPU seconds, the same data for both sides, quality beside each; the
kernels themselves are measured by kernels.py. scikit-learn is timed at some k only, at each of
which it starts ten times, and its time for all k is interpolated. Prints Markdown.

    uv run --group benchmark benchmarks/engine.py [--quick] [--full]

``--full`` fits mixtures at every k of 1 … 100, scikit-learn's at every fourth (a quarter of an
hour).
"""

from __future__ import annotations

import os

# Before any library starts its threads.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import time
import warnings
from typing import Any

import numpy as np
from kernels import alone, heading, spotify
from sklearn.cluster import KMeans as Reference
from sklearn.mixture import GaussianMixture as ReferenceMixture

from songscape.cluster import mixture
from songscape.cluster.agglomerative import Agglomerative
from songscape.cluster.kmeans import KMeansSweep
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate import silhouette

Table = np.ndarray
STARTS = 10


def timed(run: Any) -> tuple[float, Any]:
    """Return CPU seconds and what came out."""
    begin = time.process_time()
    found = run()
    return time.process_time() - begin, found


def row(work: str, by: str, seconds: float, ratio: str, quality: str) -> None:
    """Print one row."""
    print(f"| {work} | {by} | {seconds:.3f} | {ratio} | {quality} |", flush=True)


def reference(points: Table, ks: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's seconds for one start, and its best cost of ten, at each k."""
    seconds, costs = [], []
    for k in ks:
        runs = [
            timed(lambda k=k, s=s: Reference(k, n_init=1, random_state=s).fit(points).inertia_)
            for s in range(STARTS)
        ]
        seconds.append(np.mean([spent for spent, _ in runs]))
        costs.append(min(cost for _, cost in runs))
    return np.array(seconds), np.array(costs)


def sweep(points: Table, ks: list[int], name: str, turns: int = 1) -> KMeansSweep:
    """Compare a sweep up to the last of some k with fits of scikit-learn at each of them."""
    runs = [timed(lambda: KMeansSweep(ks[-1], random_state=0).fit(points)) for _ in range(turns)]
    spent, swept = min(runs, key=lambda run: run[0])
    seconds, costs = reference(points, ks)
    one = float(np.interp(swept.ks_, ks, seconds).sum())
    ratio = swept.inertias_[np.array(ks) - 1] / costs
    row(name, "scikit-learn, one start", one, "1", "")
    row(name, "scikit-learn, ten starts", STARTS * one, f"1/{STARTS}", "cost 1")
    quality = f"cost {ratio.mean():.4f} in the mean, {ratio.max():.4f} at most"
    row(name, "songscape", spent, f"{one / spent:.1f} and {STARTS * one / spent:.0f}", quality)
    return swept


def mixtures(points: Table, ks: list[int]) -> None:
    """Compare full mixtures at several k, k-means starts included."""
    work = f"mixtures, {len(points):,} × {points.shape[1]}, k = {ks}"
    theirs = [
        timed(lambda k=k: ReferenceMixture(k, max_iter=200, random_state=0).fit(points)) for k in ks
    ]
    options = mixture.Options()
    spent, ours = timed(lambda: mixture.sweep(options, points, ks, seed=0))
    total = sum(seconds for seconds, _ in theirs)
    gain = [a.lower_bound_ - b.lower_bound_ for a, (_, b) in zip(ours, theirs, strict=True)]
    row(work, "scikit-learn", total, "1", "")
    row(work, "songscape", spent, f"{total / spent:.1f}", f"bound {np.mean(gain):+.3f} in the mean")


def all_mixtures(points: Table, ks: list[int]) -> None:
    """Compare full mixtures at every k with those of scikit-learn, timed at some k only."""
    work = f"mixtures, {len(points):,} × {points.shape[1]}, k = 1 … {ks[-1]}"
    theirs = [
        timed(lambda k=k: ReferenceMixture(k, max_iter=200, random_state=0).fit(points)) for k in ks
    ]
    every = list(range(1, ks[-1] + 1))
    spent, ours = timed(lambda: mixture.sweep(mixture.Options(), points, every, seed=0))
    total = float(np.interp(every, ks, [seconds for seconds, _ in theirs]).sum())
    gain = [ours[k - 1].lower_bound_ - b.lower_bound_ for k, (_, b) in zip(ks, theirs, strict=True)]
    row(work, f"scikit-learn, at {len(ks)} k", total, "1", "")
    quality = f"bound {np.mean(gain):+.3f} in the mean, {np.min(gain):+.3f} at least"
    row(work, "songscape", spent, f"{total / spent:.1f}", quality)


def silhouettes(points: Table, swept: KMeansSweep) -> None:
    """Compare the silhouettes of many groupings in one pass with one pass for each."""
    space = Space(points, tuple(f"x{i}" for i in range(points.shape[1])))
    ks = range(2, 18)
    fits = [Fit(swept.model(k).predict(points), None, k, 0) for k in ks]
    each, alone = timed(lambda: [silhouette.score(space, fit) for fit in fits])
    spent, found = timed(lambda: silhouette.scores(space, fits))
    work = f"16 silhouettes, {len(points):,} songs"
    row(work, "songscape, one by one", each, "1", "")
    difference = float(np.abs(np.array(alone) - found).max())
    row(work, "songscape, in one pass", spent, f"{each / spent:.1f}", f"within {difference:.0e}")


def tree(points: Table) -> None:
    """Time the whole of Ward's tree."""
    spent, more = alone(lambda: Agglomerative(20).fit(points))
    row(f"Ward, {len(points):,} songs", "songscape", spent, "", f"{more:.0f} MB more at peak")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few k, no whole tree")
    parser.add_argument("--full", action="store_true", help="mixtures at every k")
    given = parser.parse_args()
    quick = given.quick
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    name, points = spotify()
    rng = np.random.default_rng(0)
    heading(name, points, "| work | by | CPU s | × first | quality |")
    few = np.unique(points[:, [0, 1, 3, 6, 9, 10, 12]], axis=0)
    few = few[rng.choice(len(few), 1_166, replace=False)]
    sweep(few, list(range(1, 101)), "k-means, 1,166 × 7, k = 1 … 100", turns=10)
    ks = [1, 2, 5, 10, 20] if quick else [1, 2, 5, 10, 20, 35, 50, 70, 100]
    swept = sweep(points, ks, f"k-means, {len(points):,} × 13, k = 1 … {ks[-1]}")
    different = np.unique(points[:, [0, 1, 3, 5, 6, 7, 8, 9, 10, 12]], axis=0)
    some = different[rng.choice(len(different), 20_000 if not quick else 5_000, replace=False)]
    if given.full:
        all_mixtures(some, list(range(4, 101, 4)))
    else:
        mixtures(some, [2, 10, 30] if quick else [2, 5, 10, 20, 40, 70, 100])
    silhouettes(points[:: 20 if quick else 6], swept)
    if not quick:
        tree(points)


if __name__ == "__main__":
    main()
