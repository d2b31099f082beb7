"""The study of 95 clusters or 8: held-out cost, held-out likelihood, and what neither says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import cluster

from songscape.choose import _references
from songscape.clean._labels import GROUP
from songscape.cluster.kmeans import KMeans
from songscape.cluster.minibatch import MiniBatchKMeans
from songscape.cluster.mixture import GaussianMixture
from songscape.core.collection import Role
from songscape.core.seeds import generator
from songscape.evaluate._refit import means
from songscape.reduce import pca
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers import _mixtures_fits as fits
from songscape.studies.papers._charts import Cloud, Head, Line, Panel
from songscape.studies.papers._findings import (
    Findings,
    Number,
    Table,
    Verdict,
    either,
    reasons,
    spread,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.studies.papers._mixtures_fits import Split, Timed
    from songscape.studies.papers._setting import Setting

THEIR_COST = 427.81 / 350
THEIR_LOGLIK = -6.656


def study(setting: Setting) -> Findings:
    """Run the study."""
    setting.tell("as published: reading, merging genres, splitting")
    songs = setting.songs("published")
    matrix = setting.prepared("published", songs).space.matrix
    first = fits.split(matrix, setting["test"], setting.child("split"))
    part = Findings(_counts(songs, first))
    setting.tell("as published: k-means and mini-batch at every k, with their times")
    part |= _timed(setting, first)
    setting.tell("as published: mixtures at every k")
    part |= _likelihoods(setting, first) | _pictures(setting, songs, matrix)
    setting.tell("what went wrong: many splits, and songs without groups")
    part |= _offered(setting, matrix) | _batches(setting, matrix)
    setting.tell("repaired: likelihoods that can be compared, over many splits")
    part |= _splits(setting, matrix)
    setting.tell("repaired: how many groups there are")
    run = setting.run("repaired")
    part |= Findings(reasons(run)) | Findings({"n_read": run.record.run["n_read"]})
    return part | Findings(verdicts=_verdicts(part.numbers), runs={"repaired": run})


def _counts(songs: Collection, first: Split) -> dict[str, Any]:
    """Return how many songs and genres there are."""
    label = songs.names(Role.GENRE)[0]
    return {
        "n": len(songs),
        "n_labels": songs.frame[label].n_unique(),
        "n_genres": songs.frame[GROUP].n_unique(),
        "n_train": len(first.train),
        "n_test": len(first.test),
    }


def _timed(setting: Setting, first: Split) -> Findings:
    """Return their figures 3 and 4: cost and time of every method at every k."""
    found = {}
    for name, make in fits.contestants(setting).items():
        setting.tell(f"  {name}")
        found[name] = fits.timed(first, make, setting["k_most"])
    batches = {name: one for name, one in found.items() if name.startswith("batch")}
    ten, one, ours = (
        found[name]
        for name in ("k-means, ten starts", "k-means, one start", "this project, ten starts")
    )
    k = int(ten.costs.argmin()) + 1
    spent = np.array([one.seconds.sum() for one in batches.values()])
    centers = fits.swept(first, k, setting.child("printed"))[-1]
    numbers = {
        "k_cost": k,
        "cost": float(ten.costs.min()),
        "theirs_loglik": fits.as_printed(first, centers),
        **fits.speeds(spent, {"batch": ten, "one": one, "ours": ours}),
        "arithmetic_test": fits.printed_arithmetic(THEIR_COST, THEIR_COST, 7),
        "arithmetic_variance": fits.variance_behind(THEIR_COST, THEIR_LOGLIK),
    }
    return Findings(
        numbers,
        {"costs": _curves("costs", batches, ten), "times": _curves("times", batches, ten, ours)},
        {"batches": _batch_table(batches | {"k-means, ten starts": ten}, len(first.test))},
    )


def _curves(what: str, batches: Mapping[str, Timed], ten: Timed, ours: Timed | None = None) -> str:
    """Draw the cost or the time of every method by k."""
    attribute = "costs" if what == "costs" else "seconds"

    def line(one: Timed, name: str, look: str | int, *, dashed: bool = False) -> Line:
        values = getattr(one, attribute)
        return Line(np.arange(1, len(values) + 1), values, name, look=look, dashed=dashed)

    drawn = [line(one, name, i) for i, (name, one) in enumerate(batches.items())]
    drawn.append(line(ten, "k-means, ten starts", "ink", dashed=True))
    if ours is not None:
        drawn.append(line(ours, "this project's k-means, ten starts", "grey", dashed=True))
    word = "squared distance per test song" if what == "costs" else "processor seconds"
    head = Head(what, word, "One curve for every method.")
    return charts.lines(head, [Panel(drawn, x="k", y=word, log=what == "times")], height=3.8)


def _batch_table(found: Mapping[str, Timed], n: int) -> Table:
    """Return the best cost of every method, where it stands and how long it took."""
    rows = []
    for name, one in found.items():
        best = int(one.costs.argmin())
        cost = float(one.costs[best])
        seconds = float(one.seconds[best])
        rows.append((name, f"{cost * n:,.2f}", f"{cost:.3f}", str(best + 1), f"{seconds:.3f} s"))
    return Table(("method", "best cost", "per song", "k", "time"), tuple(rows))


def _likelihoods(setting: Setting, first: Split) -> Findings:
    """Return held-out likelihoods of mixtures at every k, and with their prior on variances."""
    ks = range(1, min(setting["k_most"], len(first.train)) + 1)
    full, _ = fits.mixtures(first, ks, setting.child("mixture"))
    grid = [k for k in setting["grid"] if k <= ks[-1]]
    lines = []
    for index, prior in enumerate(setting["priors"]):
        setting.tell(f"  variances with a prior of {prior:g} songs")
        found, _ = fits.mixtures(first, grid, setting.child("prior"), "diag", prior)
        lines.append(Line(grid, found, f"{prior:g} songs", look=index, dots=True))
    best = int(full.argmax())
    head = Head("likelihoods", "Held-out likelihood", "It rises, peaks and falls.")
    whole = Line(list(ks), full)
    drawn = charts.lines(
        head,
        [
            Panel([whole], "Mixture, full covariances", "k", "log-likelihood per test song",
                  {best + 1: f"best: {best + 1}"}),
            Panel(lines, "With a prior on the variances", "k", ""),
        ],
    )  # fmt: skip
    numbers = {"k_likelihood": best + 1, "mixture_loglik": float(full[best])}
    return Findings(numbers, {"likelihoods": drawn})


def _pictures(setting: Setting, songs: Collection, matrix: NDArray[np.float64]) -> Findings:
    """Return both groupings on two components, and the songs of a cluster of each."""
    whole = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    many, few = min(setting["k_kmeans"], len(whole) // 2), setting["k_mixture"]
    kmeans = measures.grouped(KMeans(many, random_state=setting.child("many")), whole)
    mixed = measures.grouped(GaussianMixture(few, random_state=setting.child("few")), whole)
    plane = np.asarray(pca.make(pca.Options(2), 0).fit_transform(whole))
    clouds = [
        Cloud(plane, labels, title, *charts.COMPONENTS, means(plane, labels))
        for labels, title in ((kmeans, f"k-means, k = {many}"), (mixed, f"mixture, k = {few}"))
    ]
    genres = songs.frame[GROUP].to_numpy().astype(object)
    artists = songs.frame["artist"].to_numpy().astype(object)
    seed = setting.child("ami")
    return Findings(
        {
            "k_kmeans": many, "k_mixture": few, "per_kmeans": len(whole) / many,
            "per_mixture": len(whole) / few, "log_k": float(np.log(many)),
            "ami_kmeans": measures.ami_interval(kmeans, genres, artists, seed, 100),
            "ami_mixture": measures.ami_interval(mixed, genres, artists, seed, 100),
        },
        {"planes": charts.clouds(Head("planes", "Both groupings", "One cloud, cut."), clouds)},
        {
            "kmeans_songs": _songs(songs, kmeans, setting["listed"]),
            "mixture_songs": _songs(songs, mixed, setting["listed"]),
        },
    )  # fmt: skip


def _songs(songs: Collection, labels: NDArray[np.int32], most: int) -> Table:
    """Return the songs of the largest cluster."""
    names = ("title", "artist", songs.names(Role.GENRE)[0])
    rows = songs.frame.filter(labels == 0).select(names).head(most).rows()
    texts = tuple(tuple(str(cell or "") for cell in row) for row in rows)
    return Table(("title", "artist", "genre"), texts)


def _offered(setting: Setting, matrix: NDArray[np.float64]) -> Findings:
    """Return which k is chosen by how many are offered, on songs and on a cloud without groups."""
    rng = generator(setting.child("null"), "cloud")
    most = max(setting["offered"])
    kinds: dict[str, list[NDArray[np.float64]]] = {"songs": [], "null": []}
    for seed in setting.seeds("offered", setting["splits"]):
        cloud = _references.draw("gaussian", matrix, rng)
        for kind, table in (("songs", matrix), ("null", cloud)):
            one = fits.split(table, setting["test"], seed)
            kinds[kind].append(fits.costs(one, fits.swept(one, most, seed)))
    found = {kind: np.array(values) for kind, values in kinds.items()}
    chosen = {
        kind: {limit: values[:, :limit].argmin(axis=1) + 1 for limit in setting["offered"]}
        for kind, values in found.items()
    }
    at = min(setting["k_most"], most)
    means = {limit: f"{values.mean():.0f}" for limit, values in chosen["songs"].items()}
    numbers: dict[str, Any] = {
        "offered": either(list(map(str, means))),
        "chosen": either(list(means.values())),
        "chosen_of": ", ".join(f"{mean} of {limit}" for limit, mean in means.items()),
        "null_100": Number((found["null"][:, :at].argmin(axis=1) + 1).mean()),
        "k_cost_spread": spread(found["songs"][:, :at].argmin(axis=1) + 1),
        "cost_spread": spread(found["songs"][:, :at].min(axis=1)),
        "splits": setting["splits"],
        "edge": float(min(v.mean() / k for k, v in chosen["songs"].items())),
        "null_edge": float(min(v.mean() / k for k, v in chosen["null"].items())),
    }
    return Findings(numbers, {"offered": _offered_chart(found, chosen)})


def _offered_chart(
    found: Mapping[str, NDArray[np.float64]],
    chosen: Mapping[str, Mapping[int, NDArray[np.int64]]],
) -> str:
    """Draw held-out cost by k, and the k chosen by how many were offered."""
    names = {"songs": ("the songs", "accent"), "null": ("no groups", "warm")}
    curves, choices = [], []
    for kind, (name, look) in names.items():
        values = found[kind]
        low, high = np.quantile(values, [0.025, 0.975], axis=0)
        ks = np.arange(1, values.shape[1] + 1)
        curves.append(Line(ks, values.mean(axis=0), name, (low, high), look))
        limits = list(chosen[kind])
        picked = [spread(chosen[kind][limit]) for limit in limits]
        band = ([float(p.low) for p in picked], [float(p.high) for p in picked])
        middle = [float(p.value) for p in picked]
        choices.append(Line(limits, middle, name, band, look, dots=True))
    largest = list(chosen["songs"])
    choices.append(Line(largest, largest, "the largest offered", look="grey", dashed=True))
    head = Head("offered", "What the rule chooses", "It chooses the largest k offered.")
    return charts.lines(
        head,
        [
            Panel(curves, "Held-out cost", "k", "squared distance per test song", log=True),
            Panel(choices, "The k chosen", "k offered", "k chosen"),
        ],
    )


def _batches(setting: Setting, matrix: NDArray[np.float64]) -> Findings:
    """Return how much more mini-batch costs than k-means at the same k, over many splits."""
    differences = []
    for seed in setting.seeds("batches", setting["batch_seeds"]):
        one = fits.split(matrix, setting["test"], seed)
        k = min(setting["k_kmeans"], len(one.train) // 2)
        plain = cluster.KMeans(k, n_init=10, random_state=seed).fit(one.train)
        batch = MiniBatchKMeans(k, batch_size=1024, n_init=3, random_state=seed).fit(one.train)
        base = fits.cost(one.test, plain.cluster_centers_)
        differences.append(fits.cost(one.test, batch.cluster_centers_) / base - 1)
    numbers = {"batch_difference": spread(differences), "batch_seeds": setting["batch_seeds"]}
    return Findings(numbers)


def _splits(setting: Setting, matrix: NDArray[np.float64]) -> Findings:
    """Return likelihoods that can be compared, over many splits."""
    values: dict[str, list[Any]] = {
        name: [] for name in ("full", "bic", "diag", "density", "printed", "narrowed")
    }
    for index, seed in enumerate(setting.seeds("splits", setting["mixture_splits"])):
        setting.tell(f"  split {index + 1} of {setting['mixture_splits']}")
        one = fits.split(matrix, setting["test"], seed)
        grid = [k for k in setting["grid"] if k < len(one.train)]
        full, bic = fits.mixtures(one, grid, seed)
        diag, _ = fits.mixtures(one, grid, seed, "diag")
        centers = fits.swept(one, grid[-1], seed)
        k = min(setting["k_kmeans"], len(centers))
        values["full"].append(full)
        values["bic"].append(bic)
        values["diag"].append(diag)
        values["density"].append([fits.as_density(one, centers[j - 1]) for j in grid])
        values["printed"].append(fits.as_printed(one, centers[k - 1]))
        values["narrowed"].append(fits.narrowed(one, centers[k - 1]))
    found = {name: np.array(rows) for name, rows in values.items()}
    ks = np.array(grid)
    return _compared(setting, found, ks)


def _compared(
    setting: Setting, found: Mapping[str, NDArray[np.float64]], ks: NDArray[np.int64]
) -> Findings:
    """Return the table, the chart and the numbers of the comparison."""
    at95, at8 = (int(np.abs(ks - setting[name]).argmin()) for name in ("k_kmeans", "k_mixture"))
    best = {name: found[name].max(axis=1) for name in ("full", "diag", "density")}
    rows = (
        (f"as printed, k-means, k = {setting['k_kmeans']}", "no",
         f"{spread(found['printed']):.2f}"),
        ("the same with the variance divided by seven", "no", f"{spread(found['narrowed']):.2f}"),
        (f"k-means as round clusters with weights, k = {ks[at95]}", "yes",
         f"{spread(found['density'][:, at95]):.2f}"),
        ("the same at its best k", "yes", f"{spread(best['density']):.2f}"),
        (f"mixture, full covariances, k = {ks[at8]}", "yes",
         f"{spread(found['full'][:, at8]):.2f}"),
        ("the same at its best k", "yes", f"{spread(best['full']):.2f}"),
        ("mixture, axis-parallel, at its best k", "yes", f"{spread(best['diag']):.2f}"),
    )  # fmt: skip
    lines = []
    words = {"full": "mixture, full", "diag": "mixture, axis-parallel", "density": "k-means"}
    for index, (name, word) in enumerate(words.items()):
        low, high = np.quantile(found[name], [0.025, 0.975], axis=0)
        lines.append(Line(ks, found[name].mean(axis=0), word, (low, high), index))
    head = Head("splits", "Likelihoods over splits", "Mixtures lie above k-means.")
    floor = max(float(found["density"].mean(axis=0).min()), -12.0)
    shown = [line for line in lines if float(np.asarray(line.y).min()) > floor - 40] or lines
    numbers = {
        "k_likelihood_spread": spread(ks[found["full"].argmax(axis=1)]),
        "k_bic_spread": spread(ks[found["bic"].argmin(axis=1)]),
        "likelihood_gain": spread(found["full"][:, at8] - found["density"][:, at95]),
        "best_gain": spread(best["full"] - best["density"]),
        "mixture_splits": setting["mixture_splits"],
    }
    panel = Panel(shown, x="k", y="log-likelihood per test song")
    return Findings(
        numbers,
        {"splits": charts.lines(head, [panel], height=3.8)},
        {"comparable": Table(("model", "a density?", "held-out log-likelihood"), rows, (2, 5))},
    )


def _verdicts(numbers: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return what became of the claims."""
    edge = numbers["edge"] > 0.85 and numbers["null_edge"] > 0.85
    better = numbers["likelihood_gain"].positive and numbers["best_gain"].positive
    batch = numbers["batch_difference"]
    low = max(numbers["ami_kmeans"].high, numbers["ami_mixture"].high)
    return {
        "k95": Verdict.ARTEFACT if edge else Verdict.UNCLEAR,
        "k8": Verdict.HOLDS if numbers["k_likelihood_spread"].holds(8) else Verdict.UNCLEAR,
        "likelihood": Verdict.ARTEFACT if better else Verdict.UNCLEAR,
        "batch": Verdict.HOLDS if batch.negative else Verdict.ARTEFACT,
        "speed": fits.quicker(numbers),
        "genres": Verdict.HOLDS if low < 0.25 else Verdict.UNCLEAR,
    }
