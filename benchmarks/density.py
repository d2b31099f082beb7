"""Measure HDBSCAN by either library, and from how many songs on fast_hdbscan pays.

CPU seconds of one pinned thread of whole fits, groups of 30 songs or more, beside how far both
agree. Where scikit-learn would take longer than ``--limit`` seconds its time is extrapolated: twice
the songs take four times as long. A second table tells what fast_hdbscan takes to start in a
process of its own (its import and a fit of few songs), compiled before and compiled anew, and from
how many songs on one fit makes up for it. Prints Markdown.

    uv run --extra density benchmarks/density.py [--limit 240] [--huge] [--orders] [--planted]

``--huge`` adds a million songs: those of the table, each several times with a little noise.
``--orders`` only asks how far each library agrees with itself when songs come in another order,
``--planted`` only how many neighbours tell planted groups best.
"""

from __future__ import annotations

import os

# Before any library starts its threads.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

import argparse
import subprocess
import sys
import tempfile
from importlib.metadata import version
from itertools import product
from typing import NamedTuple

import numpy as np
from kernels import spotify, turn
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from songscape.cluster._hdbscan_libraries import FAST, SCIKIT_LEARN
from songscape.cluster.hdbscan import HDBSCAN

SMALLEST = 30
SIZES = (10_000, 20_000, 50_000, 114_000)
HUGE = 1_000_000
DIMENSIONS = (2, 3, 5)
NOISE = 0.02
"""Of songs that are drawn again, in standard deviations of a component."""
PLANTED = 30_000
NEIGHBOURS = (300, 100, 30)
START = """
import time
import numpy, sklearn.cluster, sklearn.neighbors
begin = time.process_time()
import fast_hdbscan
fast_hdbscan.fast_hdbscan(numpy.random.default_rng(0).normal(size=(500, 2)))
print(time.process_time() - begin)
"""


class Pair(NamedTuple):
    """CPU seconds of a fit of `n` songs by either library."""

    n: int
    fast: float
    scikit: float


def songs(points: np.ndarray, n: int, d: int) -> np.ndarray:
    """Return the first principal components of n songs, more than there are with some noise."""
    rng = np.random.default_rng(0)
    places = PCA(d, random_state=0).fit_transform(points)
    if n <= len(places):
        return places[np.sort(rng.choice(len(places), n, replace=False))]
    noise = NOISE * places.std(axis=0) * rng.normal(size=(n, d))
    return places[rng.integers(0, len(places), n)] + noise


def fit(library: str, places: np.ndarray) -> tuple[float, np.ndarray]:
    """Return CPU seconds and labels."""
    took = turn(lambda: HDBSCAN(SMALLEST, library=library).fit_predict(places))
    return took.cpu, took.answer


def compare(places: np.ndarray, before: Pair | None, limit: float) -> Pair:
    """Fit by both libraries and print a row for each; return their seconds."""
    n, d = places.shape
    work = f"HDBSCAN, {n:,} × {d}"
    fast, labels = fit(FAST, places)
    scikit = before.scikit * (n / before.n) ** 2 if before else 0.0
    row, found = f"| {work} | {SCIKIT_LEARN} |", f"{labels.max() + 1} groups"
    if scikit <= limit:
        scikit, theirs = fit(SCIKIT_LEARN, places)
        print(f"{row} {scikit:.2f} | 1 | {theirs.max() + 1} groups |")
        found += f", adjusted Rand index {adjusted_rand_score(theirs, labels):.3f}"
    else:
        print(f"{row} about {scikit:,.0f}, extrapolated | 1 | |")
    print(f"| {work} | {FAST} | {fast:.2f} | {scikit / fast:.0f} | {found} |", flush=True)
    return Pair(n, fast, scikit)


def seconds_to_start(*, anew: bool) -> float:
    """Return the CPU seconds fast_hdbscan takes to start in a new process, perhaps uncompiled."""
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | ({"NUMBA_CACHE_DIR": empty} if anew else {})
        command = [sys.executable, "-c", START]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def pays_from(pairs: list[Pair], start: float) -> float:
    """Return the songs from which the gain makes up for a start, on a line between logarithms."""
    gains = [np.log(max(pair.scikit - pair.fast, 1e-3)) for pair in pairs]
    return float(np.exp(np.interp(np.log(start), gains, [np.log(pair.n) for pair in pairs])))


def orders(places: np.ndarray) -> None:
    """Print how far each library agrees with itself when songs come in another order."""
    order = np.random.default_rng(1).permutation(len(places))
    print("| by | adjusted Rand index with itself |\n|---|---|")
    for library in (SCIKIT_LEARN, FAST):
        labels, again = fit(library, places)[1], fit(library, places[order])[1]
        print(f"| {library} | {adjusted_rand_score(labels[order], again):.3f} |", flush=True)


def planted(d: int, groups: int, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return songs of groups of different size and density, a tenth noise, and which is which."""
    rng = np.random.default_rng(seed)
    centres = 2 * spread * rng.normal(size=(groups, d))
    truth = rng.choice(groups, PLANTED, p=rng.dirichlet(np.full(groups, 3.0)))
    widths = rng.uniform(0.4, 1.2, groups)[truth]
    places = centres[truth] + rng.normal(size=(PLANTED, d)) * widths[:, None]
    noise = rng.random(PLANTED) < 0.1
    low, high = centres.min() - 4, centres.max() + 4
    places[noise] = rng.uniform(low, high, (noise.sum(), d))
    return places, np.where(noise, -1, truth)


def neighbours() -> None:
    """Print how well planted groups of 1 % or more are found with more and fewer neighbours."""
    columns = " | ".join(f"{count} neighbours" for count in NEIGHBOURS)
    print(f"| planted | seed | {columns} |\n|---|---|" + "---|" * len(NEIGHBOURS))
    for groups, spread in ((6, 4.0), (20, 3.0)):
        for d, seed in product((2, 5), range(2)):
            places, truth = planted(d, groups, spread, seed)
            found = [
                HDBSCAN(PLANTED // 100, count, library=FAST).fit_predict(places)
                for count in NEIGHBOURS
            ]
            agree = " | ".join(f"{adjusted_rand_score(truth, labels):.3f}" for labels in found)
            print(f"| {groups} groups, {PLANTED:,} × {d} | {seed} | {agree} |", flush=True)


def fits(points: np.ndarray, sizes: tuple[int, ...], limit: float) -> dict[int, list[Pair]]:
    """Print fits of every size in every dimension; return their seconds by dimension."""
    print("  ".join(f"{by} {version(by)}" for by in (SCIKIT_LEARN, FAST, "numba")))
    print("\n| work | by | CPU s | × first | quality |\n|---|---|---|---|---|")
    fit(FAST, songs(points, 1_000, 2))  # Imports and compiles.
    seen: dict[int, list[Pair]] = {d: [] for d in DIMENSIONS}
    for d, pairs in seen.items():
        for n in sizes:
            before = pairs[-1] if pairs else None
            pairs.append(compare(songs(points, n, d), before, limit))
    return seen


def starts(seen: dict[int, list[Pair]]) -> None:
    """Print what it takes to start, and the songs of each dimension that make up for it."""
    columns = " | ".join(f"pays from, {d} dimensions" for d in seen)
    print(f"\n| start of {FAST} | CPU s | {columns} |\n|---|---|" + "---|" * len(seen))
    for anew in (False, True):
        start = seconds_to_start(anew=anew)
        least = " | ".join(f"{pays_from(pairs, start):,.0f} songs" for pairs in seen.values())
        print(f"| {'compiled anew' if anew else 'compiled before'} | {start:.1f} | {least} |")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=240.0, help="seconds for scikit-learn")
    parser.add_argument("--huge", action="store_true", help="a million songs too")
    parser.add_argument("--orders", action="store_true", help="songs in another order")
    parser.add_argument("--planted", action="store_true", help="how many neighbours are best")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if given.planted:
        neighbours()
        return
    name, points = spotify()
    if given.orders:
        orders(songs(points, 50_000, 3))
        return
    print(f"{name} table, its first components, one thread")
    starts(fits(points, (*SIZES, HUGE) if given.huge else SIZES, given.limit))


if __name__ == "__main__":
    main()
