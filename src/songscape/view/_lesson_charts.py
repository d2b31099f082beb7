"""The pictures that teach the criteria, drawn from made-up songs.

``python -m songscape.view._lesson_charts`` writes them to ``static/lessons`` and the page of the
manual to ``docs/criteria.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from songscape.cluster.kmeans import KMeans, KMeansSweep
from songscape.cluster.mixture import GaussianMixture
from songscape.view._lessons import LESSONS, page
from songscape.view._style import (
    ACCENT,
    GREY,
    INK,
    MUTED,
    PALETTE,
    WARM,
    bare,
    canvas,
    drawing,
    svg,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SIZE = (5.2, 2.0)
KS = np.arange(1, 11)
CENTRES = np.array([[0.0, 0.0], [5.0, 0.6], [2.4, 4.2]])


def clouds(n: int = 240, seed: int = 0) -> tuple[Matrix, NDArray[np.int64]]:
    """Return songs in three clouds and their cloud."""
    rng = np.random.default_rng(seed)
    group = rng.integers(3, size=n)
    return rng.normal(scale=0.8, size=(n, 2)) + CENTRES[group], group


def cloud(n: int = 240, seed: int = 1) -> Matrix:
    """Return songs without groups."""
    matrix: Matrix = np.random.default_rng(seed).normal(size=(n, 2)) * [2.2, 1.4]
    return matrix


def picture(criterion: str) -> str:
    """Return the picture of a criterion as an SVG element."""
    lesson = next(one for one in LESSONS if one.criterion == criterion)
    with drawing():
        figure = canvas(*SIZE)
        left, right = figure.subplots(1, 2)
        for axes in (left, right):
            bare(axes)
            axes.set_xticks([])
            axes.set_yticks([])
        DRAW[criterion](left, right)
        return svg(figure, f"lesson-{criterion}", lesson.title, lesson.read)


def _dots(axes: Axes, songs: Matrix, group: NDArray[np.int64] | None = None) -> None:
    """Draw songs, in the colours of their groups."""
    for label in [-1] if group is None else np.unique(group):
        part = songs if group is None else songs[group == label]
        shade = GREY if group is None else PALETTE[label]
        axes.plot(*part.T, "o", color=shade, ms=2.4, alpha=0.7, mew=0)
    axes.set_aspect("equal")


def _title(axes: Axes, text: str) -> None:
    """Write what a panel shows."""
    axes.set_title(text, fontsize=8.5, fontweight="normal", color=MUTED, pad=4)


def _arrow(axes: Axes, start: Matrix, end: Matrix, text: str, shade: str = INK) -> None:
    """Draw a line with a name at its middle."""
    axes.plot(*np.transpose([start, end]), color=shade, lw=1.4)
    middle = (np.asarray(start) + end) / 2
    axes.annotate(text, tuple(middle), (3, 3), textcoords="offset points", fontsize=9, color=shade)


def _over_k(axes: Axes, values: Matrix, shade: str, best: int | None = None) -> None:
    """Draw a curve over k and mark its choice."""
    axes.plot(KS, values, color=shade, lw=1.8)
    axes.set_xticks([1, 3, 5, 10], ["1", "3", "5", "10"], fontsize=7.5)
    if best is not None:
        axes.plot([best], [values[best - 1]], "o", color=WARM, ms=6)


def _pair(
    left: Axes, right: Axes, curve: Callable[[Matrix], Matrix], choose: Callable[[Matrix], int]
) -> None:
    """Draw one criterion over k, with groups on the left and without on the right."""
    for axes, songs, text in (
        (left, clouds(600)[0], "three groups"),
        (right, cloud(600), "no groups"),
    ):
        values = curve(songs)
        best = choose(values)
        _over_k(axes, values, ACCENT, best)
        _title(axes, f"{text}: says {best}")


def _hill(x: Matrix, apart: float) -> Matrix:
    """Return the density of two clouds so many deviations apart."""
    density: Matrix = np.exp(-0.5 * (x + apart / 2) ** 2) + np.exp(-0.5 * (x - apart / 2) ** 2)
    return density


def valley(left: Axes, right: Axes) -> None:
    """Two hills with a valley, and one hill cut in two."""
    x = np.linspace(-6, 6, 121)
    for axes, apart, text in (
        (left, 5.4, "two groups: a valley"),
        (right, 1.2, "two slices: none"),
    ):
        density = _hill(x, apart)
        for side, shade in ((x <= 0, PALETTE[0]), (x >= 0, PALETTE[1])):
            axes.fill_between(x[side], density[side], color=shade, alpha=0.45, lw=0)
        axes.plot(x, density, color=INK, lw=1)
        _title(axes, text)
    top, low = float(_hill(x, 5.4).max()), float(_hill(np.zeros(1), 5.4)[0])
    left.annotate(
        "", (0, low), (0, top), arrowprops={"arrowstyle": "<->", "color": WARM, "lw": 1.5}
    )
    left.annotate("depth", (0.15, (low + top) / 2), fontsize=8, color=WARM, va="center")


def inertia(left: Axes, right: Axes) -> None:
    """Cost with an elbow, and without."""
    for axes, songs, text in ((left, clouds()[0], "three groups"), (right, cloud(), "no groups")):
        costs = KMeansSweep(10, random_state=0).fit(songs).inertias_
        axes.plot([1, 10], costs[[0, -1]], color=GREY, lw=1, ls=(0, (3, 2)))
        _over_k(axes, costs, ACCENT, 3 if axes is left else None)
        _title(axes, f"{text}: {'an elbow' if axes is left else 'a smooth fall'}")


def silhouette(left: Axes, right: Axes) -> None:
    """The two mean distances of one song, well placed and at a border."""
    songs, group = clouds(90)
    border = np.array([2.4, 0.5])
    for axes, song, text in (
        (left, np.array([0.3, 0.3]), "a song well placed"),
        (right, border, "one at the border"),
    ):
        _dots(axes, songs, group)
        _arrow(axes, song, CENTRES[0] - [0.7, 0.5], "a", WARM)
        _arrow(axes, song, CENTRES[1], "b", INK)
        axes.plot(*song, "o", color=INK, ms=5)
        _title(axes, text)


def davies_bouldin(left: Axes, right: Axes) -> None:
    """Two widths and a distance, near and far."""
    rng = np.random.default_rng(2)
    for axes, apart, text in ((left, 6.0, "far and narrow: low"), (right, 2.6, "near: high")):
        middle = np.array([[0.0, 0.0], [apart, 0.0]])
        songs = np.vstack([rng.normal(scale=0.8, size=(50, 2)) + one for one in middle])
        _dots(axes, songs, np.repeat([0, 1], 50))
        turn = np.linspace(0, 2 * np.pi, 40)
        for one in middle:
            axes.plot(one[0] + np.cos(turn), one[1] + np.sin(turn), color=INK, lw=0.8)
        _arrow(axes, middle[0], middle[1], "d", WARM)
        axes.annotate("s", (0, 1.05), fontsize=9)
        _title(axes, text)


def calinski_harabasz(left: Axes, right: Axes) -> None:
    """Between the means, and within the groups."""
    songs, group = clouds(90)
    _dots(left, songs, group)
    _dots(right, songs, group)
    for label in range(3):
        mean = songs[group == label].mean(axis=0)
        left.plot(*np.transpose([songs.mean(axis=0), mean]), color=WARM, lw=1.6)
        for song in songs[group == label][::2]:
            right.plot(*np.transpose([mean, song]), color=WARM, lw=0.6)
    _title(left, "between: means to the middle")
    _title(right, "within: songs to their mean")


def gap(left: Axes, right: Axes) -> None:
    """Cost of the songs below that of boxes."""
    rng = np.random.default_rng(3)
    for axes, songs, text in (
        (left, clouds()[0], "three groups"),
        (right, rng.uniform(size=(240, 2)), "no groups"),
    ):
        low, high = songs.min(axis=0), songs.max(axis=0)
        box = rng.uniform(low, high, size=songs.shape)
        costs = [np.log(KMeansSweep(10, random_state=0).fit(one).inertias_) for one in (songs, box)]
        _over_k(axes, costs[0], ACCENT)
        axes.plot(KS, costs[1], color=GREY, lw=1.5, ls=(0, (3, 2)))
        axes.fill_between(KS, costs[0], costs[1], color=WARM, alpha=0.2, lw=0)
        _title(axes, f"{text}: the gap to a box")


def _mixtures(songs: Matrix) -> list[GaussianMixture]:
    """Return a mixture for every k."""
    return [GaussianMixture(int(k), covariance_type="diag", random_state=0).fit(songs) for k in KS]


def bic(left: Axes, right: Axes) -> None:
    """BIC over k."""
    _pair(left, right, lambda songs: _each(songs, "bic"), _lowest)


def icl(left: Axes, right: Axes) -> None:
    """Clouds that overlap little, and much."""
    x = np.linspace(-5, 5, 101)
    for axes, apart, text in (
        (left, 5.0, "little doubt: BIC and ICL agree"),
        (right, 2.2, "much doubt: ICL says one"),
    ):
        one, other = np.exp(-0.5 * (x + apart / 2) ** 2), np.exp(-0.5 * (x - apart / 2) ** 2)
        axes.plot(x, one, color=PALETTE[0], lw=1.6)
        axes.plot(x, other, color=PALETTE[1], lw=1.6)
        axes.fill_between(x, np.minimum(one, other), color=WARM, alpha=0.4, lw=0)
        _title(axes, text)


def held_out_likelihood(left: Axes, right: Axes) -> None:
    """Likelihood of songs seen and unseen."""
    for axes, songs, text in (
        (left, clouds(600)[0], "three groups"),
        (right, cloud(600), "no groups"),
    ):
        seen = _mixtures(songs[::2])
        train = np.array([model.score(songs[::2]) for model in seen])
        test = np.array([model.score(songs[1::2]) for model in seen])
        axes.plot(KS, train, color=GREY, lw=1.5, ls=(0, (3, 2)))
        best = int(np.argmax(test)) + 1
        _over_k(axes, test, ACCENT, best)
        _title(axes, f"{text}: unseen songs say {best}")


def held_out_cost(left: Axes, right: Axes) -> None:
    """The cost of unseen songs over k."""
    _pair(left, right, _unseen_cost, _lowest)


def prediction_strength(left: Axes, right: Axes) -> None:
    """One half's groups on the other half's songs."""
    songs, _ = clouds(160)
    for axes, k, text in ((left, 3, "3: foretold"), (right, 5, "5: not foretold")):
        first = KMeans(k, random_state=0).fit(songs[::2])
        second = KMeans(k, random_state=1).fit(songs[1::2])
        _dots(axes, songs[1::2], second.labels_)
        for centres, mark, shade in (
            (first.cluster_centers_, "x", INK), (second.cluster_centers_, "+", WARM)
        ):  # fmt: skip
            axes.plot(*centres.T, mark, color=shade, ms=8, mew=2)
        _title(axes, f"{text} (means of both halves)")


def stability(left: Axes, right: Axes) -> None:
    """Means of groups over many resamples."""
    songs, _ = clouds(120)
    rng = np.random.default_rng(4)
    for axes, k, text in ((left, 3, "3: the same again"), (right, 4, "4: another each time")):
        _dots(axes, songs)
        for seed in range(8):
            drawn = songs[rng.integers(len(songs), size=len(songs))]
            centres = KMeans(k, n_init=2, random_state=seed).fit(drawn).cluster_centers_
            axes.plot(*centres.T, "o", color=WARM, ms=4, alpha=0.6, mew=0)
        _title(axes, text)


def _each(songs: Matrix, name: str) -> Matrix:
    """Return one criterion of the mixture of every k."""
    return np.array([float(getattr(model, name)(songs)) for model in _mixtures(songs)])


def _unseen_cost(songs: Matrix) -> Matrix:
    """Return the mean squared distance of unseen songs to the nearest mean, for every k."""
    centres = KMeansSweep(10, random_state=0).fit(songs[::2]).cluster_centers_
    unseen = songs[1::2, None]
    return np.array([((unseen - one) ** 2).sum(axis=2).min(axis=1).mean() for one in centres])


def _lowest(values: Matrix) -> int:
    """Return the k of the smallest value."""
    return int(np.argmin(values)) + 1


DRAW: dict[str, Callable[[Axes, Axes], None]] = {
    "valley": valley,
    "inertia": inertia,
    "silhouette": silhouette,
    "davies_bouldin": davies_bouldin,
    "calinski_harabasz": calinski_harabasz,
    "gap": gap,
    "bic": bic,
    "icl": icl,
    "held_out_likelihood": held_out_likelihood,
    "held_out_cost": held_out_cost,
    "prediction_strength": prediction_strength,
    "stability": stability,
}


def main() -> None:
    """Write the pictures, and the page of the manual where there is one."""
    folder = Path(__file__).parent / "static" / "lessons"
    folder.mkdir(exist_ok=True)
    for criterion in DRAW:
        (folder / f"{criterion}.svg").write_text(picture(criterion), "utf-8")
    manual = Path(__file__).parents[3] / "docs"
    if manual.is_dir():
        (manual / "criteria.md").write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
