"""Where exactly: latitude and longitude with great-circle error; and who owns a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GroupKFold, KFold
from sklearn.neighbors import KNeighborsRegressor, NearestNeighbors

from songscape.cluster.kmeans import KMeans
from songscape.core.errors import InputError
from songscape.core.seeds import generator
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._charts import Head
from songscape.studies.papers._findings import Findings, Interval, Table, spread
from songscape.studies.papers._origins_north import groups_of
from songscape.studies.papers._world import great_circle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.space import Space
    from songscape.studies.papers._setting import Setting

    Floats = NDArray[np.float64]

PUBLISHED_KM = 3113
"""Best mean error of Zhou, Claire & King 2014, on a larger table of theirs."""


def on_sphere(where: Floats) -> Floats:
    """Return places as points on a unit sphere, shape (n, 3), which has no seam as degrees have."""
    latitude, longitude = np.deg2rad(where).T
    flat = np.cos(latitude)
    return np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])


def in_degrees(points: Floats) -> Floats:
    """Return the latitude and longitude of points, not necessarily on the sphere, shape (n, 2).

    >>> in_degrees(np.array([[0.0, 2.0, 0.0]])).tolist()
    [[0.0, 90.0]]
    """
    x, y, z = points.T
    angles = np.column_stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)])
    return np.asarray(np.rad2deg(angles))


def distances(setting: Setting, space: Space, where: Floats) -> Findings:
    """Return how far several ways of telling the place are off."""
    group, seed = groups_of(where), setting.child("places")
    ways: dict[str, tuple[str, Any]] = {
        "middle": ("the middle of all tracks learned from", None),
        "nearest": ("10 nearest tracks", KNeighborsRegressor(10, weights="distance")),
        "forest": (
            "random forest",
            RandomForestRegressor(
                setting["trees"], max_features=1 / 3, min_samples_leaf=2, random_state=seed,
                n_jobs=1,
            ),
        ),
    }  # fmt: skip
    rows = []
    numbers: dict[str, Any] = {}
    for key, (name, way) in ways.items():
        found = {
            kind: _errors(setting, space.matrix, where, way, kind) for kind in ("random", "grouped")
        }
        cells = {
            kind: measures.resampled(measures.mean_over(errors), group, seed)
            for kind, errors in found.items()
        }
        numbers |= {f"km_{key}": cells["random"], f"km_{key}_grouped": cells["grouped"]}
        rows.append((name, f"{cells['random']:,.0f}", f"{cells['grouped']:,.0f}"))
    rows.append(("Zhou, Claire & King 2014, their table", f"{PUBLISHED_KM:,}", "–"))
    head = ("told by", "random folds, km", "places held out, km")
    return Findings(numbers, tables={"distance": Table(head, tuple(rows), (2,))})


def _errors(setting: Setting, matrix: Floats, where: Floats, way: Any, kind: str) -> Floats:
    """Return the distance of every track's told place from its true one, in km, held out."""
    seed, count = setting.child("place folds"), 2 * setting["folds"]
    group = groups_of(where)
    folds = (
        GroupKFold(count, shuffle=True, random_state=seed).split(matrix, groups=group)
        if kind == "grouped"
        else KFold(count, shuffle=True, random_state=seed).split(matrix)
    )
    points, told = on_sphere(where), np.zeros((len(where), 3))
    for train, test in folds:
        if way is None:
            told[test] = points[train].mean(axis=0)
        else:
            told[test] = way.fit(matrix[train], points[train]).predict(matrix[test])
    return great_circle(where, in_degrees(told))


def check_places(setting: Setting, where: Floats) -> None:
    """Raise unless the table has the place the notebook speaks of.

    Raises
    ------
    InputError
        If it has not.
    """
    if "Taiwan" not in _names(setting, where, groups_of(where)):
        raise InputError(
            f"{setting.data.name} has no track from Taiwan, of which the study origins asks; give "
            "it its own table with --data."
        )


def owners(setting: Setting, space: Space, where: Floats) -> Findings:
    """Return how much of every place lies in one cluster, and who its nearest neighbours are."""
    group = groups_of(where)
    names = _names(setting, where, group)
    runs = [
        KMeans(setting["k"], init="random", n_init=1, max_iter=setting["steps"], random_state=seed)
        .fit_predict(space.matrix)
        for seed in setting.seeds("owners", setting["owners"])
    ]  # fmt: skip
    shares = np.array([[_largest(run[group == one]) for one in range(len(names))] for run in runs])
    order = np.argsort(-shares.mean(axis=0), kind="stable")
    found = [(names[one], spread(shares[:, one])) for one in order]
    target = names.index("Taiwan")
    size = int((group == target).sum())
    null = _null(setting, runs, size)
    rank = int(np.flatnonzero(order == target)[0]) + 1
    near = _neighbours(space, where, group, target, setting.child("shuffled"))
    numbers: dict[str, Any] = {
        "owners": setting["owners"],
        "taiwan_tracks": size,
        "taiwan_share": spread(shares[:, target]),
        "taiwan_null": null,
        "taiwan_rank": f"It is number {rank} of {len(names)} places in this respect",
        **near,
    }
    return Findings(numbers, {"owners": _owners(found, null)})


def _names(setting: Setting, where: Floats, group: NDArray[np.int64]) -> list[str]:
    """Return the country whose capital each place is, or its coordinates."""
    known = setting.paper["places"]
    places = [where[group == one][0] for one in range(int(group.max()) + 1)]
    keys = [f"{latitude} {longitude}" for latitude, longitude in places]
    return [str(known.get(key, key)) for key in keys]


def _largest(labels: NDArray[np.int32]) -> float:
    """Return the share of the commonest cluster."""
    return float(np.bincount(labels).max() / len(labels))


def _null(setting: Setting, runs: list[NDArray[np.int32]], size: int) -> float:
    """Return the share of one cluster that 95 % of random places of some size stay below."""
    rng = generator(setting.child("null"), "places")
    shares = [
        _largest(rng.choice(runs[i % len(runs)], size, replace=False))
        for i in range(setting["shuffles"])
    ]
    return float(np.quantile(shares, 0.95))


def _neighbours(
    space: Space, where: Floats, group: NDArray[np.int64], target: int, seed: int
) -> Mapping[str, float]:
    """Return who is nearest to the tracks of a place, with the place itself and without."""
    near = NearestNeighbors(n_neighbors=space.n - 1).fit(space.matrix).kneighbors()[1]
    nearest = near[:, 0]
    foreign = group[near] != group[:, None]
    other = near[np.arange(space.n), foreign.argmax(axis=1)]
    inside = group == target
    away = great_circle(where, where[other])
    # Shuffled among places, not among tracks: a place keeps its tracks and gets another's spot.
    spots = np.array([where[group == one][0] for one in range(int(group.max()) + 1)])
    mixed = generator(seed, "spots").permutation(spots)[group]
    return {
        "taiwan_self": float((group[nearest[inside]] == target).mean()),
        "taiwan_km": float(np.median(away[inside])),
        "filtered_km": float(np.median(away)),
        "shuffled_km": float(np.median(great_circle(mixed, mixed[other]))),
    }


def _owners(found: list[tuple[str, Interval]], null: float) -> str:
    """Draw the places by the share of their largest cluster."""
    head = Head("owners", "Who owns a place", "A few places lie in one cluster.")
    return charts.intervals(head, found, "share in the largest cluster", line=(null, "by chance"))
