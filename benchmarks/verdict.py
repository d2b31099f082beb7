"""How often the verdict is right: planted groups and songs without any, many seeds each.

``python benchmarks/verdict.py --out FILE.jsonl [--first 0] [--seeds 20] [--cases separated,roll]``
judges every case with every seed and appends one line per verdict to the file; what stands there
already is not judged again, so that a run that was stopped goes on where it was. With ``--table``
it only prints the table of what is there. Sizes go around with the seed: 2,000 × 8, 4,000 × 12,
8,000 × 8, 12,000 × 16. Criteria that do not decide are taken on few songs to save time; the verdict
is the same with them in full.

Cases named ``two_3.6`` are two round clouds 3.6 standard deviations apart: the power of the
verdict.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import pdist

from songscape import recipe
from songscape.choose import verdict
from songscape.core.space import Space
from songscape.run._fitter import fitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Draw = Callable[[np.random.Generator, int, int], Matrix]

PLANTED = 8
SHAPES = ((2_000, 8), (4_000, 12), (8_000, 8), (12_000, 16))
HIGH = 15


def planted(apart: float, longest: float = 1.0) -> Draw:
    """Eight Gaussians of unequal size, the nearest two centres `apart` standard deviations.

    With `longest` > 1 each has axes of its own direction and length, up to that ratio either way.
    """

    def draw(rng: np.random.Generator, n: int, d: int) -> Matrix:
        centres = rng.normal(size=(PLANTED, d))
        centres *= apart / pdist(centres).min()
        weights = rng.uniform(0.5, 1.5, PLANTED)
        group = rng.choice(PLANTED, n, p=weights / weights.sum())
        songs = rng.normal(size=(n, d))
        for index in range(PLANTED):
            axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
            lengths = longest ** rng.uniform(-1, 1, d)
            lengths /= np.exp(np.log(lengths).mean())
            songs[group == index] = (songs[group == index] * lengths) @ axes
        return songs + centres[group]

    return draw


def scattered(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """Eight equal round Gaussians whose centres fall where they may, two deviations a column."""
    centres = 2 * rng.normal(size=(PLANTED, d))
    return rng.normal(size=(n, d)) + centres[rng.integers(PLANTED, size=n)]


def two(apart: float) -> Draw:
    """Two round clouds of the same size."""

    def draw(rng: np.random.Generator, n: int, d: int) -> Matrix:
        songs = rng.normal(size=(n, d))
        songs[: n // 2, 0] += apart
        return songs @ np.linalg.qr(rng.normal(size=(d, d)))[0]

    return draw


def gaussian(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """One correlated cloud."""
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d))


def uniform(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A box."""
    return rng.uniform(size=(n, d))


def heavy_tails(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A correlated t distribution with three degrees of freedom."""
    return gaussian(rng, n, d) / np.sqrt(rng.chisquare(3, size=(n, 1)) / 3)


def skewed(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """Log-normal columns."""
    return np.exp(0.7 * rng.normal(size=(n, d)))


def roll(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A Swiss roll with some noise, turned into d dimensions."""
    turn = 1.5 * np.pi * (1 + 2 * rng.uniform(size=n))
    sheet = np.column_stack([turn * np.cos(turn), 21 * rng.uniform(size=n), turn * np.sin(turn)])
    return sheet @ np.linalg.qr(rng.normal(size=(d, d)))[0][:3] + 0.3 * rng.normal(size=(n, d))


def saddle(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A saddle with little noise, turned into d dimensions."""
    u, v = rng.uniform(-1, 1, size=(2, n))
    sheet = np.column_stack([u, v, u**2 - v**2 / 2])
    return sheet @ np.linalg.qr(rng.normal(size=(d, d)))[0][:3] + 0.03 * rng.normal(size=(n, d))


def horseshoe(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A thick bent band whose two ends come near each other."""
    angle = rng.uniform(0.15, 1.85, n) * np.pi
    band = np.column_stack([np.cos(angle), np.sin(angle), 2 * rng.uniform(size=n)])
    return 5 * band @ np.linalg.qr(rng.normal(size=(d, d)))[0][:3] + 0.5 * rng.normal(size=(n, d))


def tube(rng: np.random.Generator, n: int, d: int) -> Matrix:
    """A bent tube whose two ends come near each other."""
    angle = rng.uniform(0.15, 1.85, n) * np.pi
    circle = 5 * np.column_stack([np.cos(angle), np.sin(angle)])
    return circle @ np.linalg.qr(rng.normal(size=(d, d)))[0][:2] + 0.6 * rng.normal(size=(n, d))


GROUPED: dict[str, Draw] = {
    "separated": planted(7.0),
    "medium": planted(5.0),
    "close": planted(4.0),
    "scattered": scattered,
    "elongated": planted(7.0, longest=3.0),
}
WITHOUT: dict[str, Draw] = {
    "gaussian": gaussian,
    "uniform": uniform,
    "heavy_tails": heavy_tails,
    "roll": roll,
    "skewed": skewed,
    "saddle": saddle,
    "horseshoe": horseshoe,
    "tube": tube,
}
POWER = (2.4, 2.8, 3.2, 3.6, 4.0, 4.4, 5.0)
CASES = {**GROUPED, **WITHOUT} | {f"two_{apart}": two(apart) for apart in POWER}
HEADINGS = (
    "case", "natural", "k exact", "within 1", "k: count", "silhouette says", "held-out cost says",
    "CPU s",
)  # fmt: skip
METHODS = {"elongated": "mixture"}


def judged(case: str, seed: int) -> dict[str, Any]:
    """Return the verdict on one draw of a case."""
    n, d = SHAPES[seed % len(SHAPES)]
    songs = CASES[case](np.random.default_rng(seed), n, d)
    scaled = (songs - songs.mean(axis=0)) / songs.std(axis=0)
    space = Space(scaled, tuple(f"x{i}" for i in range(d)))
    group = fitter(recipe.resolve({"cluster": {"use": METHODS.get(case, "kmeans")}}), evidence=True)
    options = verdict.Options(high=HIGH, few=300, gap_draws=2, resamples=1, splits=1)
    started = time.process_time()
    choice = verdict.choose(space, group, options, seed)
    said = re.search(r"(\d+) of (\d+) looks", choice.reason)
    return {
        "case": case,
        "seed": seed,
        "n": n,
        "d": d,
        "natural": choice.natural,
        "k": choice.k if choice.natural else 1,
        "useful": choice.k,
        "clear": int(said[1]) if said else 0,
        "seconds": round(time.process_time() - started, 2),
        "criteria": {name: [k, round(value, 4)] for name, (k, value) in choice.criteria.items()},
    }


def line(case: str, results: list[dict[str, Any]]) -> str:
    """Return the table line of one case."""
    ks = [one["k"] for one in results]
    n = len(ks)
    truth = PLANTED if case in GROUPED else 2 if case.startswith("two") else 1
    spread = " ".join(f"{k}:{count}" for k, count in sorted(Counter(ks).items()))
    alone = ["silhouette", "held_out_cost"]
    others = [" ".join(counted(results, name)) for name in alone]
    seconds = np.mean([one["seconds"] for one in results])
    share = f"{sum(one['natural'] for one in results)}/{n}"
    exact, near = ks.count(truth), sum(abs(k - truth) <= 1 for k in ks)
    return (
        f"| {case} | {share} | {exact}/{n} | {near}/{n} | {spread} | {' | '.join(others)} "
        f"| {seconds:.1f} |"
    )


def counted(results: list[dict[str, Any]], name: str) -> list[str]:
    """Return every k a criterion chose and how often."""
    found = Counter(one["criteria"][name][0] for one in results)
    return [f"{k}:{count}" for k, count in sorted(found.items())]


def read(path: Path) -> list[dict[str, Any]]:
    """Return the verdicts a file holds."""
    return [json.loads(one) for one in path.read_text().splitlines()] if path.exists() else []


def table(found: list[dict[str, Any]]) -> str:
    """Return the table of all verdicts found."""
    lines = [
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
    ]
    for case in CASES:
        results = [one for one in found if one["case"] == case]
        lines += [line(case, results)] if results else []
    return "\n".join(lines)


def main() -> None:
    """Judge what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    seeds = range(given.first, given.first + given.seeds)
    done = {(one["case"], one["seed"]) for one in read(given.out)}
    wanted = [(case, seed) for seed in seeds for case in given.cases.split(",")]
    for case, seed in wanted if not given.table else []:
        if (case, seed) not in done:
            with given.out.open("a") as file:
                file.write(json.dumps(judged(case, seed)) + "\n")
    print(table([one for one in read(given.out) if one["seed"] in seeds]))


if __name__ == "__main__":
    main()
