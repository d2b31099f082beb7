"""The study of where music comes from: clusters on a map, and north or south of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.core.collection import Role
from songscape.core.seeds import generator
from songscape.evaluate._refit import squared_distances
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers import _origins_north as north
from songscape.studies.papers import _origins_places as places
from songscape.studies.papers._charts import Head, Line, Panel
from songscape.studies.papers._findings import Findings, Interval, Verdict, reasons
from songscape.studies.papers._world import world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.space import Space
    from songscape.studies.papers._setting import Setting


THEIR_GAIN = 0.054
"""By how much their larger model tells north from south better than the smaller."""

ALMOST_ALL = 0.8
"""A share from which on a place is almost exclusively of one cluster."""


def study(setting: Setting) -> Findings:
    """Run the study."""
    setting.tell("as published: clusters from random rows, and the map")
    songs = setting.songs("published")
    space = setting.prepared("published", songs).space
    where = songs.frame.select(songs.names(Role.PLACE)).to_numpy()
    places.check_places(setting, where)
    part = _clusters(setting, space, where)
    setting.tell("as published: two models, a hundred epochs, many seeds")
    part |= north.published(setting, space, where)
    setting.tell("what went wrong: the choice of the epoch, and neighbours from the same place")
    part |= north.neighbours(setting, space, where)
    setting.tell("repaired: places held out")
    part |= north.repaired(setting, space, where, part.numbers)
    setting.tell("repaired: latitude and longitude")
    part |= places.distances(setting, space, where)
    setting.tell("repaired: does one cluster own Taiwan?")
    part |= places.owners(setting, space, where)
    run = setting.run("repaired")
    part |= Findings(reasons(run))
    return part | Findings(verdicts=_verdicts(part.numbers), runs={"repaired": run})


def _clusters(setting: Setting, space: Space, where: NDArray[np.float64]) -> Findings:
    """Return cost histories, the scree plot, the map, and how much starts differ."""
    matrix, steps = space.matrix, setting["steps"]
    curves = [
        Line(
            np.arange(steps + 1),
            history(matrix, k, steps, setting.child(f"history {k}")),
            f"K = {k}",
            look=index,
            dots=True,
        )
        for index, k in enumerate(setting["histories"])
    ]
    ks = np.arange(1, setting["scree"] + 1)
    runs = [
        [_last(setting, matrix, int(k), f"scree {run}") for k in ks]
        for run in range(setting["scree_runs"])
    ]
    scree = [Line(ks, run, f"run {i + 1}", look=i) for i, run in enumerate(runs)]
    head = Head("histories", "Cost", "The cost falls and has no elbow.")
    drawn = charts.lines(
        head,
        [
            Panel(curves, "Cost by iteration", "iteration", "squared distance per track"),
            Panel(scree, "Scree plot", "K", "", {10: "their choice"}),
        ],
    )
    start = _start(matrix, setting["k"], setting.child("map"))
    labels = measures.by_size(
        KMeans(setting["k"], init=start, n_init=1, max_iter=steps, tol=0.0).fit_predict(matrix)
    )
    moved = where + generator(setting.child("jitter"), "places").normal(
        0, setting["jitter"], where.shape
    )
    says = "Clusters mix everywhere; a few places are of one colour."
    line = (setting["north"], "20° N")
    earth = world(Head("world", "Tracks on Earth", says), moved[:, 0], moved[:, 1], labels, line)
    tries = [_last(setting, matrix, setting["k"], f"start {i}") for i in range(30)]
    best = KMeansSweep(setting["k"], random_state=setting.child("best")).fit(matrix).inertias_[-1]
    numbers = {
        "n": space.n,
        "start_spread": (max(tries) - min(tries)) / float(np.mean(tries)),
        "converged_gain": 1 - float(best) / space.n / float(np.mean(tries)),
        "jitter": f"{setting['jitter']:g}",
    }
    return Findings(numbers, {"histories": drawn, "world": earth})


def history(matrix: NDArray[np.float64], k: int, steps: int, seed: int) -> NDArray[np.float64]:
    """Return the cost of k-means from k random rows after 0, 1, … steps, per song."""
    start = _start(matrix, k, seed)
    costs = [float(squared_distances(matrix, start).min(axis=1).mean())]
    for most in range(1, steps + 1):
        model = KMeans(k, init=start, n_init=1, max_iter=most, tol=0.0).fit(matrix)
        costs.append(float(model.inertia_) / len(matrix))
    return np.array(costs)


def _start(matrix: NDArray[np.float64], k: int, seed: int) -> NDArray[np.float64]:
    """Draw k different rows."""
    rows = generator(seed, "rows").choice(len(matrix), k, replace=False)
    return matrix[rows]


def _last(setting: Setting, matrix: NDArray[np.float64], k: int, name: str) -> float:
    """Return the cost after the few steps of the scree plot, per song."""
    start = _start(matrix, k, setting.child(f"{name} {k}"))
    model = KMeans(k, init=start, n_init=1, max_iter=setting["scree_steps"], tol=0.0).fit(matrix)
    return float(model.inertia_) / len(matrix)


def _larger(gain: Interval) -> Verdict:
    """Return whether the larger model is better where places are held out."""
    if gain.positive:
        return Verdict.HOLDS
    return Verdict.ARTEFACT if gain.high < THEIR_GAIN else Verdict.UNCLEAR


def _verdicts(numbers: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return what became of the claims."""
    exact = tuple(
        numbers[name] for name in ("n_north", "linear_parameters", "network_parameters")
    ) == (679, 138, 2274)

    def stands(model: str, published: float) -> Verdict:
        near = abs(numbers[f"{model}_best"].value - published) <= 0.04
        if not near:
            return Verdict.UNCLEAR
        kept = numbers[f"{model}_grouped"].high >= published
        return Verdict.HOLDS if kept else Verdict.ARTEFACT

    owned = numbers["taiwan_share"].value > max(numbers["taiwan_null"], ALMOST_ALL)
    return {
        "counts": Verdict.HOLDS if exact else Verdict.UNCLEAR,
        "linear": stands("linear", 0.741),
        "network": stands("network", 0.795),
        "larger": _larger(numbers["gain_grouped"]),
        "taiwan": Verdict.HOLDS if owned else Verdict.UNCLEAR,
        "ten": Verdict.HOLDS if numbers["found_k"] == 10 else Verdict.ARTEFACT,
        "epoch": Verdict.HOLDS
        if numbers["network_epoch"].holds(north.OVERFIT) and numbers["network_fall"].negative
        else Verdict.UNCLEAR,
    }
