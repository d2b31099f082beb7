"""Search for similar songs among a million: exact against brute force, the index against exact.

Three kinds of data, of 32 columns each:

- clustered: 2,000 Gaussian clouds of unlike sizes in 32 independent directions;
- realistic: songs of the shared Spotify table (nine audio features), each drawn again and moved by
  a tenth of a standard deviation, then turned into 32 columns by random smooth functions (tanh of
  random mixtures), as descriptors follow from few causes; a little noise on every column;
- hard: one round Gaussian cloud in 32 directions, where cells tell little.

"Says" is the recall the index measured on itself when it was built; below .98 it is refused, and
the exact search takes its place.

Prints Markdown: distances computed, processor seconds, recall at 10.

    uv run benchmarks/similar.py [--rows 1000000] [--queries 200]
"""

from __future__ import annotations

import os

# Before any library starts its threads.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.use._nearest import ENOUGH, Exact, Index

if TYPE_CHECKING:
    from collections.abc import Callable

D, K = 32, 10
FEATURES = (
    *("danceability", "energy", "loudness", "speechiness", "acousticness"),
    *("instrumentalness", "liveness", "valence", "tempo"),
)


def clustered(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return clouds of unlike sizes."""
    centres = rng.normal(size=(2_000, D)) * 2
    spread = rng.uniform(0.3, 1, 2_000)
    own = rng.choice(2_000, n, p=rng.dirichlet(np.ones(2_000)))
    return centres[own] + rng.normal(size=(n, D)) * spread[own, None]


def realistic(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return columns that follow from the nine features of real songs."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    file = Path(os.environ.get("SONGSCAPE_DATA", beside)) / "tables" / "spotify-tracks-114k.csv"
    table = pl.read_csv(file, columns=list(FEATURES)).unique().to_numpy().astype(float)
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    songs = table[rng.integers(0, len(table), n)] + 0.1 * rng.normal(size=(n, len(FEATURES)))
    mixed = np.tanh(songs @ rng.normal(size=(len(FEATURES), D)) / 3 + rng.normal(size=D) / 2)
    mixed += 0.02 * rng.normal(size=mixed.shape)
    return (mixed - mixed.mean(axis=0)) / mixed.std(axis=0)


def hard(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return one round cloud."""
    return rng.normal(size=(n, D))


def brute(matrix: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Search all rows in float64, plainly."""
    rows = []
    for query in queries:
        squares = ((matrix - query) ** 2).sum(axis=1)
        best = np.argpartition(squares, K)[: K + 1]
        rows.append(best[np.lexsort((best, squares[best]))][:K])
    return np.array(rows)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return processor seconds and the answer."""
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def recall(found: np.ndarray, wanted: np.ndarray) -> float:
    """Return the share of the nearest that were found."""
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(found, wanted, strict=True)]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    asked = parser.parse_args()
    print(f"{asked.rows:,} × {D}, {asked.queries} queries (songs of the set), nearest {K}\n")
    print("| data | by | CPU ms a query | × brute | distances a query | × fewer | recall@10 |")
    print("|---|---|---|---|---|---|---|")
    for make in (clustered, realistic, hard):
        rng = np.random.default_rng(0)
        matrix = make(asked.rows, rng)
        queries = matrix[rng.choice(len(matrix), asked.queries, replace=False)]
        few = queries[:20]
        slow, wanted = timed(lambda few=few, matrix=matrix: brute(matrix, few))
        slow /= len(few)
        exact = Exact(matrix)
        seconds, found = timed(lambda exact=exact, queries=queries: exact.nearest(queries, K))
        same = recall(found.rows[:20], wanted)
        one = seconds / len(queries)
        name, rows = make.__name__, f"{asked.rows:,}"
        print(f"| {name} | brute force, float64 | {1e3 * slow:.1f} | 1 | {rows} | 1 | |")
        print(f"| {name} | exact | {1e3 * one:.2f} | {slow / one:.0f} | {rows} | 1 | {same:.4f} |")
        seconds, _ = timed(lambda exact=exact, few=few: [exact.nearest(one, K) for one in few])
        one = seconds / len(few)
        print(f"| {name} | exact, one by one | {1e3 * one:.1f} | {slow / one:.0f} | {rows} | 1 | |")
        built, index = timed(lambda matrix=matrix: Index(matrix))
        seconds, near = timed(lambda index=index, queries=queries: index.nearest(queries, K))
        one, fewer = seconds / len(queries), asked.rows / index.looked
        kept = "" if index.recall >= ENOUGH else ", refused"
        print(
            f"| {name} | index{kept} (built in {built:.0f} s, says {index.recall:.3f}) "
            f"| {1e3 * one:.2f} | {slow / one:.0f} "
            f"| {index.looked:,.0f} | {fewer:.1f} | {recall(near.rows, found.rows):.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
