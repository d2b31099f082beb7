"""The study of an autoencoder before k-means: what its scores measure, and whether it helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.clean._tree import read_tree
from songscape.core.collection import Role
from songscape.core.errors import InputError
from songscape.core.seeds import generator
from songscape.core.wording import count
from songscape.evaluate import calinski_harabasz
from songscape.explain.axes import rank_correlation
from songscape.reduce import pca
from songscape.studies.papers import _autoencoder_models as models
from songscape.studies.papers import _autoencoder_sound as sound
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._charts import Head, Line, Panel
from songscape.studies.papers._findings import (
    Findings,
    Number,
    Table,
    Verdict,
    mean_of,
    reasons,
    spread,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.core.space import Space
    from songscape.studies.papers._autoencoder_models import Model
    from songscape.studies.papers._setting import Setting

    Floats = NDArray[np.float64]

PUBLISHED = (1.15, 4560.66)
CALM = ("Classical", "Folk", "Jazz")
COMMON = "k-means, standardised"
REPAIRED, DEEP = "repaired autoencoder, k-means", "deep clustering (joint)"


def study(setting: Setting) -> Findings:
    """Run the study."""
    setting.tell("as published: reading, two genres left out")
    songs = setting.songs("published")
    genre = songs.names(Role.GENRE)[0]
    read = len(songs)
    songs = songs.keep(~pl.col(genre).is_in(setting["left_out"]), "left out two genres")
    space = setting.prepared("published", songs).space
    _check_genres(setting, songs)
    theirs, common = models.as_theirs(space), models.standardised(space)
    part = Findings(_counts(setting, songs, read))
    part |= _published(setting, songs, theirs, common)
    setting.tell("what went wrong: minor genres, and one space for all models")
    part |= _merging(setting, songs, space, common)
    part |= _compared(setting, songs, theirs, common)
    setting.tell("repaired: genres told from sound and from the features")
    part |= sound.learned(setting, songs, common)
    setting.tell("repaired: how long the code should be")
    part |= _codes(setting, common)
    setting.tell("repaired: how many groups there are")
    run = setting.run("repaired")
    part |= Findings(reasons(run))
    verdicts = _verdicts(part.numbers)
    helps = verdicts["helps"] is Verdict.HOLDS
    said = {"helped": f"the autoencoder {'helps' if helps else 'does not help'}"}
    return part | Findings(said, verdicts=verdicts, runs={"repaired": run})


def _check_genres(setting: Setting, songs: Collection) -> None:
    """Raise unless the table has the genres the report speaks of.

    Raises
    ------
    InputError
        If it has not.
    """
    lacking = [name for name in CALM if name not in set(measures.genres_and_artists(songs)[0])]
    if lacking:
        raise InputError(
            f"{setting.data.name} has no track of {', '.join(lacking)}, of which the study "
            "autoencoder asks; give it its own table with --data."
        )


def _counts(setting: Setting, songs: Collection, read: int) -> dict[str, Any]:
    """Return how many songs there are."""
    missing = int(songs.frame["year"].null_count()) if "year" in songs.columns else 0
    return {
        "n_read": read,
        "n": len(songs),
        "left_out": " and ".join(setting["left_out"]),
        "year_missing": missing,
        "seeds": setting["seeds"],
        "repair_seeds": setting["repair_seeds"],
    }


def _published(setting: Setting, songs: Collection, theirs: Floats, common: Space) -> Findings:
    """Return the project's protocol over many seeds, beside k-means on the same features."""
    genres, _ = measures.genres_and_artists(songs)
    plain = models.kmeans(setting, theirs, setting.child("plain"))
    found, live, calm, first = [], [], [], None
    agreed, laid = [], []
    for index, seed in enumerate(setting.seeds("published", setting["seeds"])):
        setting.tell(f"as published: autoencoder {index + 1} of {setting['seeds']}")
        code = models.their_code(setting, theirs, seed)
        labels = models.kmeans(setting, code, seed)
        scores = measures.scored(models.named(code, "code"), labels)
        found.append((scores["davies_bouldin"], scores["calinski_harabasz"]))
        live.append(models.alive(code))
        calm.append(_together(labels, genres))
        agreed.append(measures.ami(labels, genres) - measures.ami(plain, genres))
        laid.append(calinski_harabasz.score(common, models.fit_of(labels)))
        first = labels if first is None else first
    pairs = np.array(found)
    rho = rank_correlation(np.array(live, np.float64), pairs[:, 1])
    numbers = {
        "db": spread(pairs[:, 0]),
        "ch": spread(pairs[:, 1]),
        "alive": spread(live),
        "alive_rho": "–" if rho is None else f"{Number(rho):.2f}",
        "together": f"together in {np.mean(calm):.0%} of {count(len(calm), 'seed')}",
        "together_share": float(np.mean(calm)),
        "gain": spread(agreed),
        "ch_common_ae": spread(laid),
        "ch_common_kmeans": calinski_harabasz.score(common, models.fit_of(plain)),
    }
    return Findings(
        numbers,
        {
            "spread": _spread(pairs, live, setting["code"]),
            "composition": _composition(np.asarray(first), genres),
        },
    )


def _together(labels: NDArray[np.int32], genres: NDArray[Any]) -> bool:
    """Tell whether the largest parts of classical, folk and jazz lie in the same cluster."""
    homes = {int(np.bincount(labels[genres == name]).argmax()) for name in CALM}
    return len(homes) == 1


def _spread(pairs: Floats, live: list[int], code: int) -> str:
    """Draw both scores of every seed, and the printed pair."""
    head = Head("spread", "Many seeds", "Scores of one protocol lie far apart.")
    lines = [
        Line(pairs[np.array(live) == n, 0], pairs[np.array(live) == n, 1], f"{n} of {code} alive",
             look=index, dots=True, loose=True)
        for index, n in enumerate(sorted(set(live)))
    ]  # fmt: skip
    printed = Line([PUBLISHED[0]], [PUBLISHED[1]], "printed", look="ink", dots=True, loose=True,
                   marker="x")  # fmt: skip
    panel = Panel(
        [*lines, printed], x="Davies–Bouldin (low is good)", y="Calinski–Harabasz (high is good)"
    )
    return charts.lines(head, [panel], height=3.8)


def _composition(labels: NDArray[np.int32], genres: NDArray[Any]) -> str:
    """Draw what genres every cluster is made of."""
    shares, names = measures.composition(labels, genres)
    sizes = np.bincount(labels)
    rows = [f"cluster {index} · {size:,} tracks" for index, size in enumerate(sizes)]
    head = Head("composition", "Genres of the clusters", "Rock and electronic are everywhere.")
    return charts.stacks(head, shares, rows, names)


def _merging(setting: Setting, songs: Collection, space: Space, common: Space) -> Findings:
    """Return where minor genres go by raw features, by scaled ones, and what the tree says."""
    genres, _ = measures.genres_and_artists(songs)
    names, counts = np.unique(genres.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    major = [str(names[i]) for i in order if counts[i] >= setting["minor"]]
    minor = [str(names[i]) for i in order if counts[i] < setting["minor"]]
    raw = models.nearest(space.matrix, genres, minor, major)
    scaled = models.nearest(common.matrix, genres, minor, major)
    tempo = space.matrix[:, [space.names.index(models.TEMPO)]]
    alone = models.nearest(tempo, genres, minor, major)
    under = _under(setting, songs, genres)
    sizes = dict(zip(names, counts, strict=True))
    rows = tuple(
        (name, f"{sizes[name]:,}", raw[name], scaled[name], under.get(name, "–")) for name in minor
    )
    head = ("minor genre", "tracks", "by raw features", "by standardised ones", "by the tree")
    same = sum(raw[name] == scaled[name] for name in minor)
    return Findings(
        {
            "merged_same": same,
            "merged_tempo": sum(raw[name] == alone[name] for name in minor),
            "merged_all": len(minor),
        },
        tables={"merging": Table(head, rows)},
    )


def _under(setting: Setting, songs: Collection, genres: NDArray[Any]) -> dict[str, str]:
    """Return the part of every genre's tracks with a sub-genre the tree puts under it."""
    file = setting.beside(setting.paper["data"]["tree"])
    if file is None or "genre_ids" not in songs.columns:
        return {}
    roots = read_tree(file)
    listed = songs.frame["genre_ids"].str.extract_all(r"\d+").to_list()
    inside = np.array(
        [
            any(roots.get(one) == genre for one in ids)
            for ids, genre in zip(listed, genres, strict=True)
        ]
    )
    return {str(name): f"itself, {inside[genres == name].mean():.0%}" for name in set(genres)}


def _compared(setting: Setting, songs: Collection, theirs: Floats, common: Space) -> Findings:
    """Return all models in their own spaces and in one, and against the genres."""
    genres, artists = measures.genres_and_artists(songs)
    seeds = setting.seeds("compared", setting["repair_seeds"])
    setting.tell("repaired: all models")
    runs = [models.rivals(setting, theirs, common, seeds[0])]
    setting.tell("repaired: the repaired autoencoder from other seeds")
    runs += [models.finalists(setting, common, one) for one in seeds[1:]]
    first, seed, draws = runs[0], setting.child("ami"), setting["draws"]
    own = {name: measures.scored(one.own, one.labels) for name, one in first.items()}
    laid = {name: measures.scored(common, one.labels) for name, one in first.items()}
    amis = {
        name: measures.ami_interval(one.labels, genres, artists, seed, draws)
        for name, one in first.items()
    }
    numbers = {
        "ch_deep_own": own[DEEP]["calinski_harabasz"],
        **_over_seeds(runs, genres, common),
    }
    groups = {name: [_groups(one)] for name, one in first.items()}
    more = {name: [*groups[name], f"{amis[name]:.3f}"] for name in first}
    head = ("model", "Calinski–Harabasz ↑", "Davies–Bouldin ↓", "silhouette ↑", "groups")
    drawn = charts.intervals(
        Head("agreement", "Agreement with genres", "All lie close together."),
        list(amis.items()),
        "adjusted mutual information with genres",
    )
    return Findings(
        numbers,
        {"agreement": drawn},
        {
            "own": Table(head, measures.score_rows(own, groups)),
            "common": Table((*head, "AMI with genres ↑"), measures.score_rows(laid, more), (0, 7)),
        },
    )


def _groups(one: Model) -> str:
    """Return how many groups there are, and what is outside them."""
    outside = float((one.labels < 0).mean())
    return f"{int(one.labels.max()) + 1}" + (f", {outside:.0%} noise" if outside else "")


def _over_seeds(
    runs: list[dict[str, Model]], genres: NDArray[Any], common: Space
) -> dict[str, Any]:
    """Return what the repaired autoencoder and deep clustering gain over k-means, over seeds."""
    gains: dict[str, list[float]] = {REPAIRED: [], DEEP: []}
    losses = []
    for run in runs:
        plain = measures.ami(run[COMMON].labels, genres)
        for name, found in gains.items():
            found.append(measures.ami(run[name].labels, genres) - plain)
        ours, theirs = (
            measures.scored(common, run[name].labels)["calinski_harabasz"]
            for name in (REPAIRED, COMMON)
        )
        losses.append(ours / theirs - 1)
    return {
        "gain_seeds": mean_of(gains[REPAIRED]),
        "deep_gain": mean_of(gains[DEEP]),
        "ch_loss": float(np.mean(losses)),
    }


def _codes(setting: Setting, common: Space) -> Findings:
    """Return what held-out songs and other seeds say of the length of the code."""
    rng = generator(setting.child("codes"), "rows")
    rows = rng.permutation(common.n)[: setting["code_rows"]]
    train, held = np.split(common.matrix[rows], [int(0.7 * len(rows))])
    kept, linear, again = [], [], []
    sizes = sorted({*setting["codes"], setting["code"]})
    for size in sizes:
        setting.tell(f"  a code of {size}")
        fitted = [
            models.repaired_code(setting, train, size, seed)
            for seed in setting.seeds(f"code {size}", setting["code_seeds"])
        ]
        kept.append(spread([one.score(held) for one in fitted]))
        turned = pca.make(pca.Options(size), 0).fit(train)
        rebuilt = turned.inverse_transform(turned.transform(held))
        lost = ((held - rebuilt) ** 2).sum() / ((held - held.mean(axis=0)) ** 2).sum()
        linear.append(float(1 - lost))
        groups = [
            models.kmeans(setting, np.asarray(one.transform(train)), index)
            for index, one in enumerate(fitted)
        ]
        again.append(measures.ari(groups[0], groups[-1]))
    at, adds = sizes.index(setting["code"]), added(sizes, [float(one.value) for one in kept])
    numbers = {
        "code": setting["code"], "kept_code": kept[at], "kept_pca": linear[at],
        "code_adds": f"{adds[at]:.1%}",
        "next_adds": f"{adds[at + 1]:.1%}" if at + 1 < len(sizes) else "–",
        "bend": bend(sizes, adds),
    }  # fmt: skip
    return Findings(numbers, {"codes": _code_chart(setting, sizes, kept, (linear, again))})


def added(sizes: Sequence[int], kept: Sequence[float]) -> Floats:
    """Return what every number of a code adds to the variance kept, from one length to the next.

    >>> added([1, 2, 4], [0.5, 0.75, 1.0]).tolist()
    [0.5, 0.25, 0.125]
    """
    return np.asarray(np.diff([0.0, *kept]) / np.diff([0, *sizes]), dtype=np.float64)


def bend(sizes: Sequence[int], adds: Floats) -> int:
    """Return the length at which the curve bends most: a number more adds least beside the last.

    >>> bend([1, 2, 3, 4], np.array([0.4, 0.3, 0.02, 0.01]))
    2
    """
    return sizes[int((adds[:-1] - adds[1:]).argmax())] if len(sizes) > 1 else sizes[0]


def _code_chart(
    setting: Setting, sizes: list[int], kept: list[Any], others: tuple[list[float], list[float]]
) -> str:
    """Draw reconstruction and stability by the length of the code."""
    mark, (linear, again) = {setting["code"]: "their choice"}, others
    band = ([float(one.low) for one in kept], [float(one.high) for one in kept])
    head = Head("codes", "The length of the code", "Every number more keeps more.")
    rebuilt = [
        Line(sizes, [float(one.value) for one in kept], "autoencoder", band, dots=True),
        Line(sizes, linear, "principal components", look="warm", dots=True),
    ]
    return charts.lines(
        head,
        [
            Panel(rebuilt, "Variance of held-out tracks kept", "numbers in the code", "", mark),
            Panel([Line(sizes, again, dots=True)], "Groups come out again",
                  "numbers in the code", "adjusted Rand index", mark),
        ],
    )  # fmt: skip


def _verdicts(numbers: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return what became of the claims."""
    within = numbers["db"].holds(PUBLISHED[0]) and numbers["ch"].holds(PUBLISHED[1])
    helps = numbers["gain"].positive or numbers["gain_seeds"].positive
    return {
        "numbers": Verdict.HOLDS if within else Verdict.UNCLEAR,
        "helps": Verdict.HOLDS if helps else Verdict.ARTEFACT,
        "length": Verdict.HOLDS if numbers["bend"] == numbers["code"] else Verdict.UNCLEAR,
        "together": Verdict.HOLDS if numbers["together_share"] >= 0.9 else Verdict.UNCLEAR,
        "merging": _merged(numbers["merged_same"], numbers["merged_all"]),
        "deep": Verdict.HOLDS if numbers["deep_gain"].positive else Verdict.ARTEFACT,
    }


def _merged(same: int, whole: int) -> Verdict:
    """Return whether it matters to where minor genres go that features are scaled."""
    if same == whole:
        return Verdict.HOLDS
    return Verdict.ARTEFACT if 2 * same < whole else Verdict.UNCLEAR
