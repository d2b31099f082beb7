"""The whole honest choice: what every criterion says on real tables, and what it costs.

``python benchmarks/choose.py TABLE [TABLE ...] [--seeds 5] [--high 20]`` takes the default recipe's
verdict on each table with seeds 0, 1, … and prints, for every table, how many seeds called groups
natural, every k, and the time of one verdict; then, with seed 0, the k and the value of every
criterion. ``--synthetic 114000x13,2000x8`` adds eight planted groups of these sizes.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from songscape import recipe
from songscape.core.space import Space
from songscape.run import _stages

if TYPE_CHECKING:
    from songscape.core.choice import Choice
    from songscape.recipe import Recipe


def loaded(table: Path, high: int) -> tuple[Space, Recipe]:
    """Return the space of a table and the recipe it is judged by."""
    wanted = recipe.resolve({"source": {"path": str(table)}, "choose": {"high": high}})
    songs = _stages.cleaned(_stages.load(wanted.source), wanted.clean).songs
    return _stages.prepared(songs, wanted).space, wanted


def planted(shape: str, high: int) -> tuple[Space, Recipe]:
    """Return eight round groups, as ``SONGSxFEATURES``."""
    n, d = map(int, shape.split("x"))
    rng = np.random.default_rng(0)
    songs = rng.normal(size=(n, d)) + 2.5 * rng.normal(size=(8, d))[rng.integers(8, size=n)]
    scaled = (songs - songs.mean(axis=0)) / songs.std(axis=0)
    return Space(scaled, tuple(f"x{i}" for i in range(d))), recipe.resolve(
        {"choose": {"high": high}}
    )


def judged(space: Space, wanted: Recipe, seeds: int) -> tuple[list[Choice], float, float]:
    """Return the verdict of every seed, and the processor and wall time of one."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = [_stages.chosen(space, replace(wanted, seed=seed)) for seed in range(seeds)]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return [choice for choice in found if choice], cpu / seeds, wall / seeds


def line(name: str, space: Space, choices: list[Choice], cpu: float, wall: float) -> str:
    """Return the line of one table: the verdict of every seed."""
    natural = sum(choice.natural for choice in choices)
    ks = ", ".join(str(choice.k) for choice in choices)
    depths = ", ".join(f"{choice.criteria['valley'][1]:.2f}" for choice in choices)
    return (
        f"| {name} | {space.n:,} × {space.d} | {natural}/{len(choices)} | {depths} | {ks} "
        f"| {cpu:.1f} | {wall:.1f} |"
    )


def answers(name: str, choice: Choice) -> str:
    """Return the line of one table: k and value of every criterion."""
    cells = [f"{k or 'none'} ({value:.3g})" for k, value in choice.criteria.values()]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--high", type=int, default=20)
    parser.add_argument("--synthetic", default="")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    spaces = [(path.name, *loaded(path, given.high)) for path in given.tables]
    shapes = list(filter(None, given.synthetic.split(",")))
    spaces += [(f"planted {shape}", *planted(shape, given.high)) for shape in shapes]
    print("| table | songs × features | natural | depth | k | CPU s | wall s |")
    print("|---|---|---|---|---|---|---|")
    firsts = []
    for name, space, wanted in spaces:
        choices, cpu, wall = judged(space, wanted, given.seeds)
        print(line(name, space, choices, cpu, wall), flush=True)
        firsts.append((name, choices[0]))
    print(f"\n| table | {' | '.join(firsts[0][1].criteria)} |")
    print("|---" * (1 + len(firsts[0][1].criteria)) + "|")
    for name, choice in firsts:
        print(answers(name, choice))


if __name__ == "__main__":
    main()
