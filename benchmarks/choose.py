"""How often the verdict is right: planted groups and songs without any, many seeds each.

``python benchmarks/choose.py [--seeds 20] [--n 2000] [--d 8] [--cases separated,roll]`` prints one
line per case: how often groups were called natural, how often k was exact and within one, every k,
and the mean processor time. Criteria that do not decide are taken on few songs to save time; the
verdict is the same with them in full.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import pdist

from songscape.choose import verdict
from songscape.cluster import kmeans, mixture
from songscape.core.fit import Fit
from songscape.core.space import Space

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Draw = Callable[[np.random.Generator, int, int], Matrix]

PLANTED = 8


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


CASES: dict[str, tuple[Draw, str]] = {
    "separated": (planted(7.0), "kmeans"),
    "medium": (planted(5.0), "kmeans"),
    "close": (planted(4.0), "kmeans"),
    "elongated": (planted(7.0, longest=3.0), "mixture"),
    "gaussian": (gaussian, "kmeans"),
    "uniform": (uniform, "kmeans"),
    "heavy_tails": (heavy_tails, "kmeans"),
    "skewed": (skewed, "kmeans"),
    "roll": (roll, "kmeans"),
    "saddle": (saddle, "kmeans"),
}


def fit_kmeans(space: Space, k: int, seed: int) -> Fit:
    """Group by k-means."""
    model = kmeans.make(kmeans.Options(k=k), seed)
    return Fit(np.asarray(model.fit_predict(space.matrix), dtype=np.int32), model, k, seed)


def fit_mixture(space: Space, k: int, seed: int) -> Fit:
    """Group by a full mixture."""
    model = mixture.make(mixture.Options(k=k, regularisation=1e-3, iterations=60), seed)
    return Fit(np.asarray(model.fit_predict(space.matrix), dtype=np.int32), model, k, seed)


FITTERS = {"kmeans": fit_kmeans, "mixture": fit_mixture}


def judged(case: str, n: int, d: int, seed: int) -> tuple[bool, int, float]:
    """Return the verdict on one draw of a case and the processor time it took."""
    draw, method = CASES[case]
    songs = draw(np.random.default_rng(seed), n, d)
    space = Space(
        (songs - songs.mean(axis=0)) / songs.std(axis=0), tuple(f"x{i}" for i in range(d))
    )
    options = verdict.Options(high=15, few=300, gap_draws=2, resamples=2, splits=1)
    started = time.process_time()
    choice = verdict.choose(space, FITTERS[method], options, seed)
    return choice.natural, choice.k, time.process_time() - started


def line(case: str, results: list[tuple[bool, int, float]]) -> str:
    """Return the table line of one case."""
    ks = [k if natural else 1 for natural, k, _ in results]
    n = len(ks)
    share = [sum(natural for natural, _, _ in results), ks.count(PLANTED)]
    near = sum(abs(k - PLANTED) <= 1 for k in ks)
    spread = " ".join(f"{k}:{count}" for k, count in sorted(Counter(ks).items()))
    seconds = np.mean([one[2] for one in results])
    return f"| {case} | {share[0]}/{n} | {share[1]}/{n} | {near}/{n} | {spread} | {seconds:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--d", type=int, default=8)
    parser.add_argument("--cases", default=",".join(CASES))
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"n = {given.n}, d = {given.d}, {given.seeds} seeds, k offered 2..15")
    print("| case | natural | k = 8 | within 1 | k: count | CPU s |")
    print("|---|---|---|---|---|---|")
    for case in given.cases.split(","):
        results = [judged(case, given.n, given.d, seed) for seed in range(given.seeds)]
        print(line(case, results), flush=True)


if __name__ == "__main__":
    main()
