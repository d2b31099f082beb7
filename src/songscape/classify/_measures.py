"""How well labels, numbers and places were told, and how sure one can be of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t
from sklearn import metrics

from songscape.classify import _earth
from songscape.classify._task import LABEL, PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

HEADLINE = {"label": "accuracy", "number": "r2", "place": "median_km"}
LOWER_IS_BETTER = frozenset({"mean_error", "mean_km", "median_km", "calibration_error"})


def measures(kind: str, truth: NDArray[Any], told: NDArray[Any]) -> dict[str, float]:
    """Return every measure of a kind of target.

    Parameters
    ----------
    kind : "label": accuracy, balanced_accuracy (mean recall of the classes), macro_f1 (mean F1);
        "number": r2, mean_error (mean absolute); "place": mean_km, median_km (great circle).
    truth, told : shape (n,), or degrees of shape (n, 2).
    """
    if kind == LABEL:
        classes = np.unique(truth)
        recalls = [float((told[truth == one] == one).mean()) for one in classes]
        f1 = metrics.f1_score(truth, told, labels=classes, average="macro", zero_division=0)
        return {
            "accuracy": float((truth == told).mean()),
            "balanced_accuracy": float(np.mean(recalls)),
            "macro_f1": float(f1),
        }
    if kind == PLACE:
        away = _earth.distance(truth, told)
        return {"median_km": float(np.median(away)), "mean_km": float(away.mean())}
    error = np.abs(truth - told)
    spread = float(((truth - truth.mean()) ** 2).sum())
    r2 = 1 - float((error**2).sum()) / spread if spread else float("nan")
    return {"r2": r2, "mean_error": float(error.mean())}


def headline(kind: str, truth: NDArray[Any], told: NDArray[Any]) -> float:
    """Return the one measure that choices are made by, the higher the better."""
    name = HEADLINE[kind]
    value = measures(kind, truth, told)[name]
    return -value if name in LOWER_IS_BETTER else value


def constant(kind: str, seen: NDArray[Any], n: int) -> NDArray[Any]:
    """Return what is told without looking: the commonest label, the mean, the middle place."""
    if kind == LABEL:
        labels, counts = np.unique(seen, return_counts=True)
        return np.repeat(labels[counts.argmax()], n)
    if kind == PLACE:
        middle = _earth.degrees(_earth.points(seen).mean(axis=0, keepdims=True))
        return np.repeat(middle, n, axis=0)
    return np.full(n, float(np.mean(seen)))


def interval(values: NDArray[np.float64], ratio: float) -> tuple[float, float, float]:
    """Return the mean of folds' values and its 95 % interval.

    Folds share songs, so that their values vary less than those of fresh songs would. The variance
    is corrected for it (Nadeau & Bengio 2003, "Inference for the generalization error").

    Parameters
    ----------
    values : of all folds of all repetitions.
    ratio : songs tested on divided by songs learned from, of one fold.

    Examples
    --------
    >>> [round(x, 3) for x in interval(np.array([0.5, 0.6, 0.7]), 0.5)]
    [0.6, 0.207, 0.993]
    """
    found = values[np.isfinite(values)]
    if not len(found):
        return float("nan"), float("nan"), float("nan")
    mean = float(found.mean())
    if len(found) < 2:
        return mean, float("nan"), float("nan")
    error = float(np.sqrt((1 / len(found) + ratio) * found.var(ddof=1)))
    reach = float(t.ppf(0.975, len(found) - 1)) * error
    return mean, mean - reach, mean + reach


def possible(measure: str, low: float, high: float) -> tuple[float, float]:
    """Return an interval cut to the values a measure can have.

    >>> possible("accuracy", 0.9, 1.04), possible("r2", -0.2, 0.4), possible("mean_km", -3.0, 9.0)
    ((0.9, 1.0), (-0.2, 0.4), (0.0, 9.0))
    """
    least = -np.inf if measure == "r2" else 0.0
    most = np.inf if measure.endswith(("km", "mean_error")) else 1.0
    return max(low, least), min(high, most)


def per_class(truth: NDArray[Any], told: NDArray[Any]) -> Mapping[str, list[Any]]:
    """Return recall, precision, F1 and songs of every class, as columns."""
    classes = np.unique(truth)
    precision, recall, f1, songs = metrics.precision_recall_fscore_support(
        truth, told, labels=classes, zero_division=0
    )
    columns = {"class": classes, "songs": songs, "recall": recall, "precision": precision, "f1": f1}
    return {name: np.asarray(values).tolist() for name, values in columns.items()}
