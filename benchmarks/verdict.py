"""Whether the verdict on a table is the same for every seed.

``python benchmarks/verdict.py TABLE [TABLE ...] [--seeds 5]`` takes the default recipe's verdict on
each table with seeds 0, 1, … and prints one line per table: how many seeds called the groups
natural, in how many of the samples looked at the valleys were clear, every k, and the mean
processor time of one verdict.
"""

from __future__ import annotations

import argparse
import re
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from songscape import recipe
from songscape.run import _stages

if TYPE_CHECKING:
    from songscape.core.choice import Choice


def judged(table: Path, seeds: int) -> tuple[int, int, list[Choice], float]:
    """Return the songs and features of a table, the verdict of every seed, and their time."""
    wanted = recipe.resolve({"source": {"path": str(table)}})
    loaded = _stages.cleaned(_stages.load(wanted.source), wanted.clean).songs
    space = _stages.prepared(loaded, wanted).space
    started = time.process_time()
    found = [_stages.chosen(space, replace(wanted, seed=seed)) for seed in range(seeds)]
    choices = [choice for choice in found if choice]
    return space.n, space.d, choices, (time.process_time() - started) / seeds


def observed(choice: Choice) -> str:
    """Return the depth, and the samples in which the valley is clear where the reason says."""
    depth = choice.evidence.filter(pl.col("reference") == "observed")["value"][0]
    said = re.search(r"(\d+) of (\d+) samples", choice.reason)
    return f"{depth:.2f}" + (f" ({said[1]}/{said[2]})" if said else "")


def line(table: Path, seeds: int) -> str:
    """Return the table line of one table."""
    n, d, choices, seconds = judged(table, seeds)
    natural = sum(choice.natural for choice in choices)
    depths = ", ".join(observed(choice) for choice in choices)
    ks = ", ".join(str(choice.k) for choice in choices)
    return f"| {table.name} | {n:,} × {d} | {natural}/{seeds} | {depths} | {ks} | {seconds:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| table | songs × features | natural | depth (clear in samples) | k | CPU s |")
    print("|---|---|---|---|---|---|")
    for table in given.tables:
        print(line(table, given.seeds), flush=True)


if __name__ == "__main__":
    main()
