"""K-means at every k in one go: each k starts from its neighbours.

Good centres for k are nearly good for k + 1, so the runs of a sweep need not start from nothing:

1. *Up.* k + 1 starts from the centres of k and one more, the best of several songs drawn far from
   all centres (the greedy draw of k-means++; Arthur & Vassilvitskii 2007).
2. *Down and up again.* k starts from the centres of k + 1 without the one that is missed least,
   priced exactly by every song's second nearest centre; then up once more. What is better is kept.
   One centre more and another one less is a swap, the move that Lloyd's steps cannot make
   (Kanungo et al. 2004, "A local search approximation algorithm for k-means clustering"), and here
   swaps cost no more than the sweep itself. Small k, where steps are cheap, get two rounds.
3. *Few centres.* Where k is small a wrong start is never mended by its neighbours and starts are
   cheap, so several independent ones are tried on a sample: all for two steps, a third of them to
   the end, the best of these on all songs.

A trial that is not on its way to beat the best so far is given up after a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from songscape._kernels import Known
from songscape.cluster._lloyd import Solution, best_of, greedy_start, promising, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._kernels import Stop
    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

FEW = 13
"""Numbers of centres up to which independent starts are tried …"""

STARTS = 24
"""… so many of them …"""

PROMISING = 8
"""… of which so many are run to their end …"""

BRIEF = 2
"""… because they cost least after so many steps …"""

SAMPLE = 8_000
"""… on so many songs."""

AGAIN = 22
"""Numbers of centres up to which every round is gone twice: steps are cheap there, and a wrong
start weighs most."""

KEPT = 10_000_000
"""Songs times numbers of centres up to which a sweep keeps what it knows of every song at every k:
20 bytes each."""

LESS = 1 - 1e-9
"""What rounding may take from a difference of distances."""

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
    stop : when a run ends.
    seed : of the draws.
    """

    def __init__(self, songs: Songs, most: int, plan: Plan, stop: Stop, seed: int) -> None:
        self.songs, self.most, self.plan, self.stop = songs, most, plan, stop
        self.rng = np.random.default_rng(seed)
        self.sample = songs.sample(max(SAMPLE, 100 * FEW), self.rng)
        self.starts: list[Floats] = []
        self.found = {1: Solution(songs.mean, songs.step(songs.mean)[0], 1)}

    def solve(self) -> dict[int, Solution]:
        """Return the centres of every k."""
        self._up(self.most)
        for _ in range(self.plan.rounds):
            for most in (self.most, min(AGAIN, self.most)):
                self._down(most)
                self._up(most)
        return self.found

    def _up(self, most: int) -> None:
        """Start every k from the centres of k − 1 and one more."""
        for k in range(2, most + 1):
            if k not in self.found and k <= FEW and self.plan.starts:
                self._try(self._independent(k))
            self._try(*self._one_more(self.found[k - 1]))
            self._forget(k - 1)

    def _down(self, most: int) -> None:
        """Start every k from the centres of k + 1 without one."""
        for k in range(most - 1, 1, -1):
            self._try(*self._one_less(self.found[k + 1]))
            self._forget(k + 1)

    def _try(self, start: Floats, price: float = 0.0, known: Known | None = None) -> None:
        """Run a start if its price gives hope, and keep what it finds if that is better."""
        best = self.found.get(len(start))
        rival = best.inertia if best else np.inf
        if price > HOPE * rival:
            return
        found = settle(self.songs, start, self.stop, rival, known)
        if found.inertia < rival:
            self.found[len(start)] = found

    def _one_more(self, solution: Solution) -> tuple[Floats, float, Known]:
        """Return centres and the best of some songs far from them, and what they cost."""
        known, k = self._known(solution), len(solution.centers)
        drawn, costs = self.songs.draw_centers(k, known, self.rng.random((1, self.plan.candidates)))
        return np.concatenate([solution.centers, self.songs.points[drawn]]), float(costs[0]), known

    def _one_less(self, solution: Solution) -> tuple[Floats, float, Known]:
        """Return centres without the one missed least, and what they cost at least."""
        labels, leads, squares = self._known(solution)
        # What each song would cost more at its second nearest centre, (√s + lead)² − s.
        more = leads * (2.0 * np.sqrt(squares) + leads)
        missed = np.bincount(labels, self.songs.mass * more, minlength=len(solution.centers))
        least = int(missed.argmin())
        lost = labels == least
        labels -= labels > least
        labels[lost], leads[lost] = 0, 0.0
        centers = np.concatenate([solution.centers[:least], solution.centers[least + 1 :]])
        return centers, solution.inertia + float(missed[least]), Known(labels, leads, squares)

    def _known(self, solution: Solution) -> Known:
        """Return what is known of the songs, to be changed."""
        if solution.known is not None:
            labels, leads, squares = solution.known
            return Known(labels.copy(), leads.copy(), squares.copy())
        near = self.songs.nearest(solution.centers)
        leads = np.sqrt(near.second_distance) - np.sqrt(near.distance)
        return Known(near.labels, LESS * leads, near.distance)

    def _forget(self, k: int) -> None:
        """Let go of what is known of the songs at k, unless it takes little memory at every k."""
        if len(self.songs.points) * self.most > KEPT:
            self.found[k] = replace(self.found[k], known=None)

    def _independent(self, k: int) -> Floats:
        """Return the best centres of several independent starts on a sample.

        The first k of the centres a start draws are themselves a start for k.
        """
        few = min(FEW, self.most)
        if not self.starts:
            self.starts = [
                greedy_start(self.sample, few, self.rng) for _ in range(self.plan.starts)
            ]
        starts = (start[:k] for start in self.starts)
        brief = self.stop._replace(most=BRIEF)
        return best_of(
            self.sample, promising(self.sample, starts, brief, PROMISING), self.stop
        ).centers
