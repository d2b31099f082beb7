"""North or south of a line: two models by the notebook's protocol, and with places held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold

from songscape.classify.linear import Linear
from songscape.classify.network import Network
from songscape.core.seeds import generator
from songscape.evaluate.neighbours import knn_accuracy
from songscape.studies.papers import _charts as charts
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._charts import Head, Line, Panel
from songscape.studies.papers._findings import Findings, Interval, Table, mean_of, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.space import Space
    from songscape.studies.papers._setting import Setting

    Floats = NDArray[np.float64]

OVERFIT = 40
"""The epoch past which the notebook sees its network overfit."""

MODELS = {"linear": "single layer", "network": "32 hidden units"}
INSIDE = 0.2
"""Share of the places to learn from that are held out inside, for stopping and calibration."""

BINS = 6
"""Probabilities are looked at in so many bins of equally many tracks."""


def labels_of(setting: Setting, where: Floats) -> NDArray[np.int64]:
    """Return 1 for tracks north of the line, else 0."""
    north: NDArray[np.bool_] = where[:, 0] > float(setting["north"])
    return north.astype(np.int64)


def groups_of(where: Floats) -> NDArray[np.int64]:
    """Number the places."""
    _, group = np.unique(where, axis=0, return_inverse=True)
    return group.ravel().astype(np.int64)


def model(setting: Setting, name: str, seed: int, *, patience: int = 0) -> Any:
    """Make one of the two models as the notebook has it."""
    shared = {
        "epochs": setting["epochs"], "batch_size": setting["batch"], "patience": patience,
        "learning_rate": setting["rate"], "random_state": seed,
    }  # fmt: skip
    return Linear("sigmoid", **shared) if name == "linear" else Network((32,), **shared)


def published(setting: Setting, space: Space, where: Floats) -> Findings:
    """Return accuracies by epoch over many seeds, and what the choice of the epoch is worth."""
    north = labels_of(setting, where)
    numbers: dict[str, Any] = {
        "n_north": int(north.sum()), "seeds": setting["seeds"], "baseline": float(north.mean())
    }  # fmt: skip
    found_panels = []
    for name, title in MODELS.items():
        runs = [
            _one(setting, space.matrix, north, name, seed)
            for seed in setting.seeds("published", setting["seeds"])
        ]
        training = np.array([run.history_["accuracy"] for run, _ in runs])
        validation = np.array([run.history_["validation_accuracy"] for run, _ in runs])
        epoch = validation.argmax(axis=1) + 1
        honest = [value for _, value in runs]
        numbers |= {
            f"{name}_parameters": int(runs[0][0].n_parameters_),
            f"{name}_best": spread(validation.max(axis=1)),
            f"{name}_last": spread(validation[:, -1]),
            f"{name}_honest": spread(honest),
            f"{name}_train": spread(training.max(axis=1)),
            f"{name}_epoch": spread(epoch),
            f"{name}_fall": mean_of(validation[:, -1] - validation[:, :OVERFIT][:, -1]),
            f"{name}_optimism": float(np.mean(validation.max(axis=1) - honest)),
        }
        found_panels.append(_accuracies(title, training, validation, float(north.mean())))
    gains = numbers["network_best"].value - numbers["linear_best"].value
    head = Head("curves", "Accuracy by epoch", "Training accuracy rises on, validation does not.")
    drawn = charts.lines(head, found_panels)
    return Findings(numbers | {"gain_naive": float(gains)}, {"curves": drawn})


def _one(
    setting: Setting, matrix: Floats, north: NDArray[np.int64], name: str, seed: int
) -> tuple[Any, float]:
    """Train once by the notebook's protocol, and judge the same at an epoch others chose.

    Half of the validation tracks choose the epoch, the other half judge it; then the other way
    round, so that every track judges once.
    """
    order = generator(seed, "split").permutation(len(matrix))
    train, held = order[: setting["train"]], order[setting["train"] :]
    halves = held[::2], held[1::2]
    fitted = model(setting, name, seed).fit(
        matrix[train], north[train], validation=(matrix[held], north[held])
    )
    right = []
    for choosing, judging in (halves, halves[::-1]):
        chosen = model(setting, name, seed, patience=setting["epochs"]).fit(
            matrix[train], north[train], validation=(matrix[choosing], north[choosing])
        )
        right.append(chosen.predict(matrix[judging]) == north[judging])
    return fitted, float(np.concatenate(right).mean())


def _accuracies(title: str, training: Floats, validation: Floats, baseline: float) -> Panel:
    """Return the panel of one model."""
    epochs = np.arange(1, training.shape[1] + 1)
    lines = []
    for name, values, look in (
        ("training", training, "grey"),
        ("validation", validation, "accent"),
    ):
        low, high = np.quantile(values, [0.025, 0.975], axis=0)
        lines.append(Line(epochs, values.mean(axis=0), name, (low, high), look))
    return Panel(lines, title, "epoch", "accuracy", level=(baseline, "always north"))


def neighbours(setting: Setting, space: Space, where: Floats) -> Findings:
    """Return how well nearest tracks tell north, with and without those of the same place."""
    truth = labels_of(setting, where).astype(str)
    group = groups_of(where).astype(str)
    counts = np.unique(group, return_counts=True)[1]
    seed = setting.child("neighbours")
    return Findings(
        {
            "knn_plain": knn_accuracy(space, truth, seed),
            "knn_filtered": knn_accuracy(space, truth, seed, group),
            "fewest": int(counts.min()),
            "most": int(counts.max()),
        }
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """Probabilities of north for tracks held out, mean over repeats.

    Parameters
    ----------
    raw, calibrated : shape (n,).
    right : share of repeats in which the raw model was right, shape (n,).
    """

    raw: Floats
    calibrated: Floats
    right: Floats


def repaired(setting: Setting, space: Space, where: Floats, known: Mapping[str, Any]) -> Findings:
    """Return both models by nested cross-validation, by place and at random."""
    north, group = labels_of(setting, where), groups_of(where)
    seed = setting.child("intervals")
    numbers: dict[str, Any] = {}
    judged: dict[tuple[str, str], Judged] = {}
    for name, title in MODELS.items():
        for kind in ("random", "grouped"):
            setting.tell(f"  {title}, {kind} folds")
            found = cross_validated(setting, space.matrix, north, group, (name, kind))
            judged[name, kind] = found
            numbers[f"{name}_{kind}"] = measures.resampled(
                measures.mean_over(found.right), group, seed
            )
    both = judged["network", "grouped"].right - judged["linear", "grouped"].right
    numbers["gain_grouped"] = measures.resampled(measures.mean_over(both), group, seed)
    rows = [
        (f"{MODELS[name]}, {'places held out' if kind == 'grouped' else 'random folds'}",
         f"{numbers[f'{name}_{kind}']:.1%}", *_others(found, north, group, seed))
        for (name, kind), found in judged.items()
    ]  # fmt: skip
    table = Table(
        ("judged by", "accuracy", "balanced accuracy", "Brier score", "Brier, calibrated"),
        tuple(rows),
        (1, 3),
    )
    return Findings(
        numbers,
        {
            "honesty": _honesty(numbers | dict(known)),
            "calibration": _calibration(judged, north),
        },
        {"nested": table},
    )


def _others(
    found: Judged, north: NDArray[np.int64], group: NDArray[np.int64], seed: int
) -> tuple[str, ...]:
    """Return balanced accuracy and Brier scores as texts."""

    def balanced(rows: NDArray[np.int64]) -> float:
        sides = [found.right[rows][north[rows] == side] for side in (0, 1)]
        return float(np.mean([side.mean() for side in sides if side.size]))

    brier, better = (np.square(p - north) for p in (found.raw, found.calibrated))
    return (
        f"{measures.resampled(balanced, group, seed):.1%}",
        f"{measures.resampled(measures.mean_over(brier), group, seed):.3f}",
        f"{measures.resampled(measures.mean_over(better), group, seed):.3f}",
    )


def cross_validated(
    setting: Setting,
    matrix: Floats,
    north: NDArray[np.int64],
    group: NDArray[np.int64],
    what: tuple[str, str],
) -> Judged:
    """Hold tracks out in turn, several times over.

    Parameters
    ----------
    setting : the study.
    matrix, north, group : features, labels and places of the tracks.
    what : the model, and "grouped" to hold out whole places or "random" for single tracks.
    """
    name, kind = what
    raw, calibrated, right = np.zeros((3, len(matrix)))
    for seed in setting.seeds("nested", setting["repeats"]):
        units = group if kind == "grouped" else np.arange(len(matrix))
        for train, test in _folds(units, kind, setting["folds"], seed):
            inner = _inside(units[train], seed)
            fitted = model(setting, name, seed, patience=setting["patience"]).fit(
                matrix[train][~inner], north[train][~inner],
                validation=(matrix[train][inner], north[train][inner]),
            )  # fmt: skip
            said = fitted.predict_proba(matrix[test])[:, 1]
            inside = fitted.predict_proba(matrix[train][inner])[:, 1]
            raw[test] += said
            calibrated[test] += platt(inside, north[train][inner], said)
            right[test] += (said > 0.5) == north[test]
    return Judged(*(values / setting["repeats"] for values in (raw, calibrated, right)))


def _folds(units: NDArray[np.int64], kind: str, count: int, seed: int) -> Any:
    """Return folds of tracks, or of whole places."""
    if kind == "grouped":
        return GroupKFold(count, shuffle=True, random_state=seed).split(units, groups=units)
    return KFold(count, shuffle=True, random_state=seed).split(units)


def _inside(units: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Return which tracks are held out inside: a share of the units."""
    different = np.unique(units)
    count = max(1, round(INSIDE * len(different)))
    chosen = generator(seed, "inside").choice(different, count, replace=False)
    held: NDArray[np.bool_] = np.isin(units, chosen)
    return held


def platt(said: Floats, truth: NDArray[np.int64], new: Floats) -> Floats:
    """Return probabilities corrected by two numbers fitted where the truth is known.

    Platt 1999, "Probabilistic outputs for support vector machines". Where only one class is there
    to fit on, they stay as they are.
    """
    if len(np.unique(truth)) < 2:
        return new
    inner, outer = (logit(np.clip(p, 1e-4, 1 - 1e-4))[:, None] for p in (said, new))
    fitted = LogisticRegression().fit(inner, truth)
    corrected: Floats = expit(outer[:, 0] * fitted.coef_[0, 0] + fitted.intercept_[0])
    return corrected


def _honesty(numbers: Mapping[str, Any]) -> str:
    """Draw the accuracies of both models from the kindest judgement to the most severe."""
    words = {
        "best": "best epoch, as published", "last": "last epoch",
        "honest": "epoch chosen by other tracks", "random": "nested, random folds",
        "grouped": "nested, places held out",
    }  # fmt: skip
    rows: list[tuple[str, Interval]] = [
        (f"{title}: {says}", numbers[f"{name}_{key}"])
        for name, title in MODELS.items()
        for key, says in words.items()
    ]
    head = Head(
        "honesty", "Judged more and more severely", "The kindest judgement of each model on top."
    )
    return charts.intervals(head, rows, "accuracy")


def _calibration(judged: Mapping[tuple[str, str], Judged], north: NDArray[np.int64]) -> str:
    """Draw how often what is said with some probability is true."""
    found_panels = []
    for name, title in MODELS.items():
        found = judged[name, "grouped"]
        lines = [Line([0, 1], [0, 1], "honest", look="grey", dashed=True)]
        for word, said, look in (
            ("as trained", found.raw, "warm"), ("calibrated", found.calibrated, "accent")
        ):  # fmt: skip
            bins = np.array_split(np.argsort(said, kind="stable"), BINS)
            x = [float(said[rows].mean()) for rows in bins]
            lines.append(
                Line(x, [float(north[rows].mean()) for rows in bins], word, look=look, dots=True)
            )
        found_panels.append(Panel(lines, title, "probability said", "part from the north"))
    head = Head("calibration", "Calibration", "How far what is said is from what is.")
    return charts.lines(head, found_panels)
