"""K-means at every k in one go: each k starts from its neighbours.

Good centres for k are nearly good for k + 1, so the runs of a sweep need not start from nothing:

1. *Up.* k + 1 starts from the centres of k and one more, the best of several songs drawn far from
   all centres (the greedy draw of k-means++; Arthur & Vassilvitskii 2007).
2. *Down and up again.* k starts from the centres of k + 1 without the one that is missed least,
   priced exactly by every song's second nearest centre; then up once more. What is better is kept.
   One centre more and another one less is a swap, the move that Lloyd's steps cannot make
   (Kanungo et al. 2004, "A local search approximation algorithm for k-means clustering"), and here
   swaps cost no more than the sweep itself.
3. *Few centres.* Where k is small a wrong start is never mended by its neighbours and starts are
   cheap, so several independent ones are tried on a sample, the best of them on all songs.
4. *Last.* Steps so far end early. At the end the centres of every k move until they stand still.

A trial that is not on its way to beat the best so far is given up after a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from songscape.cluster._lloyd import Solution, Stop, greedy_start, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

FEW = 12
"""Numbers of centres up to which independent starts are tried …"""

STARTS = 6
"""… so many of them …"""

SAMPLE = 8_000
"""… on so many songs."""

EARLY = 1e-4
"""Share of the cost a step must gain for a trial to go on."""

HOPE = 1.5
"""A trial is run if its price before any step is at most so many times the best cost so far."""


@dataclass(frozen=True)
class Plan:
    """How much a sweep tries.

    Parameters
    ----------
    candidates : songs drawn for each new centre.
    rounds : times down and up again.
    starts : independent starts of small k.
    """

    candidates: int = 16
    rounds: int = 1
    starts: int = STARTS


class Nest:
    """The best centres so far for every k from 1 to the largest.

    Parameters
    ----------
    songs : the songs.
    most : the largest k.
    plan : how much to try.
    stop : when the last steps end; trials end earlier.
    seed : of the draws.
    """

    def __init__(self, songs: Songs, most: int, plan: Plan, stop: Stop, seed: int) -> None:
        self.songs, self.most, self.plan, self.stop = songs, most, plan, stop
        self.trial = replace(stop, gain=max(EARLY, stop.gain))
        self.rng = np.random.default_rng(seed)
        self.sample = songs.sample(max(SAMPLE, 100 * FEW), self.rng)
        self.found = {1: Solution(songs.mean, songs.step(songs.mean)[0], 1)}

    def solve(self) -> dict[int, Solution]:
        """Return the centres of every k."""
        self._up()
        for _ in range(self.plan.rounds):
            self._down()
            self._up()
        for k in range(2, self.most + 1):
            self.found[k] = self._settled(self.found[k])
        return self.found

    def _up(self) -> None:
        """Start every k from the centres of k − 1 and one more."""
        for k in range(2, self.most + 1):
            if k not in self.found and k <= FEW and self.plan.starts:
                self._try(self._independent(k))
            self._try(*self._one_more(self.found[k - 1].centers))

    def _down(self) -> None:
        """Start every k from the centres of k + 1 without one."""
        for k in range(self.most - 1, 1, -1):
            self._try(*self._one_less(self.found[k + 1]))

    def _try(self, start: Floats, price: float = 0.0) -> None:
        """Run a start if its price gives hope, and keep what it finds if that is better."""
        best = self.found.get(len(start))
        rival = best.inertia if best else np.inf
        if price > HOPE * rival:
            return
        found = settle(self.songs, start, self.trial, rival)
        if found.inertia < rival:
            self.found[len(start)] = found

    def _one_more(self, centers: Floats) -> tuple[Floats, float]:
        """Return centres and the best of some songs far from them, and what they cost."""
        closest = self.songs.nearest(centers).distance
        drawn = self.songs.draw(self.songs.mass * closest, self.plan.candidates, self.rng)
        costs = self.songs.costs_with(drawn, closest)
        best = int(np.argmin(costs))
        return np.vstack([centers, self.songs.points[drawn[best]]]), float(costs[best])

    def _one_less(self, solution: Solution) -> tuple[Floats, float]:
        """Return centres without the one missed least, and what they cost."""
        near = self.songs.nearest(solution.centers)
        extra = self.songs.mass * (near.second_distance - near.distance)
        missed = np.bincount(near.labels, extra, minlength=len(solution.centers))
        least = int(np.argmin(missed))
        return np.delete(solution.centers, least, axis=0), solution.inertia + float(missed[least])

    def _independent(self, k: int) -> Floats:
        """Return the best centres of several independent starts on a sample."""
        runs: list[Solution] = []
        for _ in range(self.plan.starts):
            rival = min((run.inertia for run in runs), default=np.inf)
            start = greedy_start(self.sample, k, self.rng)
            runs.append(settle(self.sample, start, self.trial, rival))
        return min(runs, key=lambda run: run.inertia).centers

    def _settled(self, solution: Solution) -> Solution:
        """Move centres on until they stand still."""
        last = settle(self.songs, solution.centers, self.stop)
        return replace(last, steps=solution.steps + last.steps)
