"""Fit the weights that tell the octave of a tempo, and measure how they fare.

    python benchmarks/tempo.py [--songs 100] [--held-out 2]

The weights of :mod:`songscape.describe._octave` are fitted to seed 0 of the rendered songs, to
every second of the songs the tests synthesise, of the loops of known tempo (where they are present)
and of click trains. They are then measured on other seeds, on the other halves, and, style after
style, by weights fitted without any song of that style. Printed are the fitted weights beside those
in force and Accuracy 1 (within 4 %) by both.
"""

# ruff: noqa: E402 (threads must be limited before NumPy is imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import csv
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soxr
from scipy.optimize import minimize

from songscape.describe._decode import opened
from songscape.describe._frames import Samples, analyse
from songscape.describe._octave import WEIGHTS, traits
from songscape.describe._pulse import candidates
from songscape.studies._render import render, songs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

SIGNALS = Path(__file__).parents[1] / "tests" / "describe" / "conftest.py"
PENALTY = 0.02
"""Of the squared standardised weights, per song."""


class Piece(NamedTuple):
    """A piece: its style, the traits of every candidate, and which of them are right."""

    style: str
    traits: NDArray[np.float64]
    right: NDArray[np.bool_]


def piece(style: str, tempo: float, frames: Frames) -> Piece:
    """Return a piece with the candidates its tempo is chosen from; none if it has no pulse."""
    found = candidates(*frames.pulse_input)
    if found is None:
        return Piece(style, np.zeros((1, len(WEIGHTS))), np.zeros(1, bool))
    periods, evidence = found
    tempos = 60 * evidence.rate / np.array(periods)
    rows = np.array([traits(one, evidence) for one in periods])
    return Piece(style, rows, np.abs(tempos / tempo - 1) < 0.04)


def rendered(n: int, seed: int) -> Iterator[Piece]:
    """Yield the rendered songs of a seed."""
    for song in songs(n, seed):
        stereo, rate = render(song, seed)
        mono = soxr.resample(stereo.mean(axis=1), rate, 22_050)
        yield piece(song.style, song.tempo, analyse(Samples(mono), tonal=False))


def synthesised(each: int = 12) -> Iterator[Piece]:
    """Yield songs of the tests' styles, and click trains."""
    signals = runpy.run_path(str(SIGNALS))
    rng = np.random.default_rng(7)
    for style, (*_, (low, high)) in signals["STYLES"].items():
        for seed in range(each):
            tempo = rng.uniform(low, high)
            samples = signals["song"](style, tempo, seed=seed, seconds=20)
            yield piece(f"test {style}", tempo, analyse(Samples(samples), tonal=False))
    for tempo in np.arange(50, 210.1, 4).tolist():
        yield piece("clicks", tempo, analyse(Samples(signals["clicks"](tempo)), tonal=False))


def loops() -> Iterator[Piece]:
    """Yield the loops of known tempo, where they are present."""
    folder = Path(os.environ.get("SONGSCAPE_DATA", "../shared/data")) / "audio"
    truth = folder / "tempo-truth.csv"
    if not truth.exists():
        print(f"{truth} is not there: loops are left out")
        return
    with truth.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            with opened(folder / row["path"]) as sound:
                yield piece("loops", float(row["bpm"]), analyse(sound, tonal=False))


def fitted(pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """Fit a conditional logit with a ridge penalty, where one of several candidates is right."""
    clear = [one for one in pieces if one.right.sum() == 1 and len(one.right) > 1]
    scale = np.concatenate([one.traits for one in clear]).std(axis=0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(weights)
        for one in clear:
            rows = one.traits / scale
            scores = rows @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            total -= np.log(shares[one.right][0])
            slope += shares @ rows - rows[one.right][0]
        n = len(clear)
        return total / n + PENALTY * weights @ weights, slope / n + 2 * PENALTY * weights

    found: NDArray[np.float64] = minimize(loss, np.zeros(len(WEIGHTS)), jac=True).x / scale
    return found


def accuracy(pieces: Sequence[Piece], weights: NDArray[np.float64]) -> float:
    """Return the share of pieces whose best candidate is right."""
    return float(np.mean([one.right[(one.traits @ weights).argmax()] for one in pieces]))


def main() -> None:
    """Fit and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--songs", type=int, default=100)
    parser.add_argument("--held-out", type=int, default=2, help="how many other seeds")
    given = parser.parse_args()
    first, tests, short = list(rendered(given.songs, 0)), list(synthesised()), list(loops())
    others = [one for seed in range(given.held_out) for one in rendered(given.songs, seed + 1)]
    training = first + tests[::2] + short[::2]
    weights = fitted(training)
    print("fitted  ", np.round(weights, 2).tolist())
    print("in force", WEIGHTS.tolist())
    rows = {
        "rendered, seed 0 (fitted)": first,
        f"rendered, {given.held_out} other seeds": others,
        "test styles and clicks, other half": tests[1::2],
        "loops, all": short,
        "loops, other half": short[1::2],
    }
    print(f"{'':38}{'fitted':>8}{'in force':>10}{'songs':>7}")
    for name, pieces in rows.items():
        if pieces:
            print(
                f"{name:38}{accuracy(pieces, weights):8.2f}{accuracy(pieces, WEIGHTS):10.2f}"
                f"{len(pieces):7}"
            )
    measured = others + tests
    shares = []
    for style in sorted({one.style for one in measured} - {"clicks"}):
        without = fitted([one for one in training if one.style != style])
        left = [one for one in measured if one.style == style]
        shares.append(accuracy(left, without))
        print(f"  {style:36}{shares[-1]:8.2f}{'':10}{len(left):7}  fitted without this style")
    print(f"{'mean over styles never fitted to':38}{np.mean(shares):8.2f}")


if __name__ == "__main__":
    main()
