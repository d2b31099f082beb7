"""Are stability and membership to be believed? Over many seeds, where the truth is planted.

uv run python benchmarks/judge.py                      # planted truth, 20 seeds each
uv run python benchmarks/judge.py --tables DIR         # and real tables: calibration, artists
uv run python benchmarks/judge.py --figure FILE.svg    # and the reliability figure of the docs
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score

import songscape
from songscape.cluster._membership import membership, temperature, tempered
from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate._align import crossed, partners
from songscape.evaluate._reliability import calibration_error, reliability
from songscape.evaluate.stability import stability

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS, DRAWS = 20, 10
TABLES = ("spotify-tracks-114k.csv", "playlists-11-genres-3081.csv")


def fitter(space: Space, k: int, seed: int) -> Fit:
    """Group by k-means."""
    model = KMeans(k, n_init=3, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def space_of(matrix: NDArray[np.float64]) -> Space:
    """Return a matrix as a space."""
    return Space(matrix, tuple(f"x{index}" for index in range(matrix.shape[1])))


def borders(n: int, d: int, k: int, gap: float, seed: int) -> float:
    """Return how well stability tells planted borderline songs from planted cores (AUC).

    Centres are at least `gap` deviations apart. Borderline songs, a tenth of all, lie half way
    between a group and its nearest other, give or take a quarter deviation; cores lie within the
    root of d deviations of their centre, as about half of the songs do.
    """
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(k, d))
    apart = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2)) + 1e9 * np.eye(k)
    centres *= gap / apart.min()
    home, first = np.arange(n) % k, rng.integers(k, size=n // 10)
    songs = centres[home] + rng.normal(size=(n, d))
    middle = (centres[first] + centres[apart.argmin(axis=1)[first]]) / 2
    space = space_of(np.vstack([songs, middle + 0.25 * rng.normal(size=middle.shape)]))
    cores = np.linalg.norm(songs - centres[home], axis=1) < np.sqrt(d)
    found = stability(space, fitter, fitter(space, k, seed), DRAWS, seed).per_song
    asked = np.concatenate([cores, np.ones(len(middle), dtype=bool)])
    border = np.arange(space.n) >= n
    return float(roc_auc_score(border[asked], -found[asked]))


def planted(case: str, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
    """Return songs, the group each was drawn from, and how many groups there are."""
    rng = np.random.default_rng(seed)
    n, d, k = {"many dimensions": (2_000, 57, 8), "100 songs × 57": (100, 57, 8)}.get(
        case, (2_000, 8, 6)
    )
    home = rng.integers(k, size=n)
    if d == 57:
        loadings, centres = rng.normal(size=(6, d)), 1.2 * rng.normal(size=(k, 6))
        hidden = centres[home] + rng.normal(size=(n, 6))
        songs = hidden @ loadings + 0.6 * rng.normal(size=(n, d))
    elif case == "round groups":
        songs = (1.3 * rng.normal(size=(k, d)))[home] + rng.normal(size=(n, d))
    elif case == "long groups":
        stretch = rng.normal(size=(d, d)) / np.sqrt(d) * np.linspace(0.3, 1.8, d)[:, None]
        songs = (1.5 * rng.normal(size=(k, d)))[home] + rng.normal(size=(n, d)) @ stretch
    elif case == "heavy tails":
        songs = (2 * rng.normal(size=(k, d)))[home] + rng.standard_t(3, size=(n, d))
    else:
        home = rng.choice(k, n, p=[0.45, 0.25, 0.15, 0.07, 0.05, 0.03])
        width = np.array([1.4, 1, 0.8, 0.7, 0.6, 0.6])[home][:, None]
        songs = (1.5 * rng.normal(size=(k, d)))[home] + width * rng.normal(size=(n, d))
    return (songs - songs.mean(axis=0)) / songs.std(axis=0), home, k


CASES = (
    "round groups",
    "long groups",
    "unequal groups",
    "heavy tails",
    "many dimensions",
    "100 songs × 57",
)


def calibrated(case: str, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return memberships before and after tempering, and whether songs are in their true group."""
    songs, home, k = planted(case, seed)
    space = space_of(songs)
    fit = fitter(space, k, seed)
    raw = membership(space, fit)
    kept = float(np.nanmean(stability(space, fitter, fit, DRAWS, seed).kept))
    pairing = partners(crossed(fit.labels, home.astype(np.int32), (k, k)))
    soft = tempered(raw, temperature(raw, kept))
    right = (pairing[home] == fit.labels).astype(float)
    return {"before": raw.max(axis=1), "after": soft.max(axis=1), "right": right}


def off(found: dict[str, NDArray[np.float64]], name: str) -> float:
    """Return the calibration error of memberships against true groups."""
    return calibration_error(reliability(found[name], found["right"]))


def show_planted(seeds: int) -> dict[str, list[dict[str, NDArray[np.float64]]]]:
    """Print how stability and membership do where the truth is known."""
    print(f"stability of planted borders against cores, AUC over {seeds} seeds")
    for n, d, k, gap in ((1_000, 8, 5, 6), (1_000, 8, 5, 5), (1_000, 2, 4, 6), (3_000, 13, 8, 6)):
        found = np.array([borders(n, d, k, gap, seed) for seed in range(seeds)])
        least, low = found.min(), (found < 0.9).sum()
        print(
            f"  {n:>5} × {d:<2} k={k} gap {gap}: mean {found.mean():.3f}, median "
            f"{np.median(found):.3f}, least {least:.3f}, below .9: {low}",
            flush=True,
        )
    print(
        f"membership against true groups, {seeds} seeds: calibration error before, after tempering"
    )
    every, names = {}, ("before", "after", "right")
    for case in CASES:
        every[case] = [calibrated(case, seed) for seed in range(seeds)]
        error = {name: np.mean([off(one, name) for one in every[case]]) for name in names[:2]}
        mean = {name: np.mean([one[name].mean() for one in every[case]]) for name in names}
        print(
            f"  {case:16} {error['before']:.3f} {error['after']:.3f}   mean membership "
            f"{mean['before']:.2f} {mean['after']:.2f}, true {mean['right']:.2f}",
            flush=True,
        )
    return every


def show_tables(folder: Path) -> None:
    """Print calibration against repetition, and what an artist is worth, for real tables."""
    print("real tables: membership before, after, kept; calibration error before, after; k-NN")
    for name in TABLES:
        options = {"choose.use": "none", "map.use": "pca", "judge.importance": False}
        run = songscape.map(folder / name, k=8, options=options).record.run
        told, agreed = run["membership"], run["agreement"]
        several = agreed["by_name"] or {}
        print(
            f"  {name}: {told['mean_before']:.3f} {told['mean']:.3f} {told['kept']:.3f}; "
            f"{told['calibration_error_before']:.3f} {told['calibration_error']:.3f}; "
            f"plain {agreed['plain_knn']:.4f}, without {agreed['group']} "
            f"{agreed['artist_filtered_knn']:.4f}; by name {several.get('plain_knn')}, "
            f"{several.get('artist_filtered_knn')}",
            flush=True,
        )


def draw(every: dict[str, list[dict[str, NDArray[np.float64]]]], file: Path) -> None:
    """Draw the reliability of every planted case, before and after."""
    from songscape.view._style import ACCENT, GREY, LINE, drawing, panels, svg

    with drawing():
        figure, axes = panels(len(every), 3, 2.6)
        for (case, found), one in zip(every.items(), axes, strict=True):
            one.plot([0, 1], [0, 1], color=LINE, lw=1)
            right = np.concatenate([part["right"] for part in found])
            for name, tint in (("before", GREY), ("after", ACCENT)):
                table = reliability(np.concatenate([part[name] for part in found]), right)
                one.plot(table["said"], table["true"], "o-", color=tint, ms=4, label=name)
            one.set(title=case, xlim=(0, 1.02), ylim=(0, 1.02))
        axes[0].set_ylabel("part in its true group")
        axes[-1].set_xlabel("membership said")
        axes[0].legend(loc="upper left")
        says = "Before tempering (grey) and after (teal), songs in ten parts by membership."
        file.write_text(svg(figure, "reliability", "Memberships against planted groups", says))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--figure", type=Path)
    wishes = parser.parse_args()
    every = show_planted(wishes.seeds)
    if wishes.figure:
        draw(every, wishes.figure)
    if wishes.tables:
        show_tables(wishes.tables)


if __name__ == "__main__":
    main()
