"""A fitted model with how well it does: made, asked, written to a folder, read back.

::

    model.skops        the fitted preparation and estimator (never a pickle)
    classify.json      what it tells, by what, how well: the summary other programs read
    scores.parquet     every measure of every fold
    predictions.parquet every song as a model told it that had not seen its group
    evidence/          the tables behind the report, one Parquet file each
    report.html

skops files name every type they hold; only those listed here are accepted beside scikit-learn's
and NumPy's that skops knows to be harmless.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.classify._folds import ties
from songscape.classify._judge import Care, Judgement, judge
from songscape.classify._measures import HEADLINE
from songscape.classify._method import Fitted, Method, fitted, method
from songscape.classify._task import LABEL, PLACE, Task, Wish, task
from songscape.core.collection import Role, numbers
from songscape.core.errors import InputError, RecordError
from songscape.core.options import dump
from songscape.core.places import MODEL, check_made
from songscape.core.record import parquet_bytes, summary_text
from songscape.core.seeds import child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from songscape.core.collection import Collection

FACTS, FILE = MODEL.mark, "model.skops"
_NEEDED = {"target", "kind", "method", "reads", "features", "classes", "headline", "scores"}
_ANEW = "fit one with songscape classify"
_TREES = "sklearn.ensemble._hist_gradient_boosting"
_TRUSTED = [
    "numpy.dtype",
    "songscape.classify.boosting.Boosting",
    "songscape.classify.boosting.BoostingRegressor",
    "songscape.classify.cnn.SoundNetwork",
    "songscape.classify.linear.Linear",
    "songscape.classify.linear.LinearRegressor",
    "songscape.classify.nearest.Nearest",
    "songscape.classify.nearest.NearestRegressor",
    "songscape.classify.network.Network",
    "songscape.classify.network.NetworkRegressor",
]


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model.

    Parameters
    ----------
    facts : what ``classify.json`` holds.
    fitted : what tells songs.
    judgement : how well, as found when it was fitted; None for one read back or not judged.
    """

    facts: Mapping[str, Any]
    fitted: Fitted
    judgement: Judgement | None = None

    def predict(self, songs: Collection, *, least: float = 0.0) -> pl.DataFrame:
        """Tell songs.

        Parameters
        ----------
        songs : with the features the model was fitted to.
        least : confidence, 0..1, below which no label is told.

        Returns
        -------
        Frame with ids, texts and groups of the songs and ``told`` (null below `least`), for labels
        also ``confidence`` and the runner-up ``second``; for places ``told_latitude`` and
        ``told_longitude``.

        Raises
        ------
        InputError
            If a feature is not there.
        """
        inputs = _inputs(songs, self.facts)
        shown = songs.frame.select(songs.names(Role.ID, Role.KEY, Role.TEXT, Role.GROUP))
        if self.fitted.kind == LABEL:
            return shown.with_columns(**_labels(self.fitted, inputs, least))
        told = self.fitted.tell(inputs)
        if self.fitted.kind == PLACE:
            return shown.with_columns(told_latitude=told[:, 0], told_longitude=told[:, 1])
        return shown.with_columns(told=told)

    def files(self) -> dict[str, bytes]:
        """Return the content of every file of the model's folder but the report."""
        import skops.io

        held = {"heat": self.fitted.heat, "kind": self.fitted.kind}
        parts = {"prepare": self.fitted.prepare, "estimator": self.fitted.estimator}
        found = {FILE: skops.io.dumps(parts | held)}
        if self.judgement is not None:
            tables = {f"evidence/{name}": one for name, one in self.judgement.tables.items()}
            tables |= {
                "scores": self.judgement.scores,
                "predictions": self.judgement.predictions,
                "evidence/summary": self.judgement.summary,
            }
            found |= {f"{name}.parquet": parquet_bytes(table) for name, table in tables.items()}
        return found | {FACTS: summary_text(self.facts).encode()}


def fit(
    songs: Collection,
    target: str | Wish,
    how: str | Method = "linear",
    care: Care | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _line: None,
) -> Model:
    """Fit a model to all songs, and judge the method on songs it has not seen.

    Parameters
    ----------
    songs : a collection.
    target : a column ("genre"), two of degrees ("latitude,longitude"), a column against a number
        ("latitude>20"), or a :class:`Wish` with features and group; what it reads is the method's
        to say, and a class needs a song for every fold.
    how : a plug-in's name, or what :func:`method` returns.
    care : how much is spent on judging; no folds for none.
    seed : root of all randomness.
    tell : is given a line as each part begins.

    Returns
    -------
    Model.

    Raises
    ------
    UnknownNameError
        If a column or method is not there, with the nearest that is.
    DegenerateDataError
        If there is one class only, or fewer groups than folds.

    Examples
    --------
    >>> import songscape
    >>> rng = np.random.default_rng(0)
    >>> frame = pl.DataFrame({"energy": rng.normal(size=60)})
    >>> frame = frame.with_columns(genre=pl.Series(frame["energy"] > 0).replace_strict(
    ...     {True: "rock", False: "folk"}, return_dtype=pl.String))
    >>> model = fit(songscape.read(frame), "genre", "nearest", Care(folds=3, repeats=1))
    >>> model.facts["method"], model.facts["classes"]
    ('nearest', ['folk', 'rock'])
    """
    care, how = care or Care(), method(how) if isinstance(how, str) else how
    wish = target if isinstance(target, Wish) else Wish(target)
    asked = task(songs, replace(wish, reads=how.reads, least=max(care.folds, 2)))
    judgement = judge(how, asked, care, seed, tell) if care.folds else None
    tell("fit: on all songs")
    blocks, _ = ties(asked)
    made = fitted(
        how, replace(asked, groups=blocks), np.arange(len(asked)), child(seed, "classify.fit")
    )
    return Model(
        _facts(asked, how, made, judgement, (seed, care.settled(len(asked)))), made, judgement
    )


def load(folder: Path) -> Model:
    """Read a model back from its folder.

    Raises
    ------
    RecordError
        If the folder is no model, is damaged, or holds a type that is not ours or scikit-learn's.
    """
    import skops.io

    facts = read_facts(folder)
    try:
        held = skops.io.load(folder / FILE, trusted=_TRUSTED + _known_types())
        parts = held["kind"], held["prepare"], held["estimator"], float(held["heat"])
    except Exception as error:  # noqa: BLE001 - skops raises whatever a broken archive provokes
        raise RecordError(f"{folder / FILE} cannot be read as a model: {error}; {_ANEW}.") from None
    return Model(facts, Fitted(*parts))


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what a model's ``classify.json`` holds.

    Raises
    ------
    RecordError
        If the folder is no model, or the file is damaged.
    """
    check_made(folder, MODEL)
    path = folder / FACTS
    try:
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path} is damaged: {error}; {_ANEW}.") from None
    if not isinstance(facts, dict) or not facts.keys() >= _NEEDED:
        raise RecordError(f"{path} is damaged or of another songscape: words lack in it; {_ANEW}.")
    return facts


def read_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of a model's folder by name, as ``scores`` and ``confusion``."""
    files = [*folder.glob("*.parquet"), *(folder / "evidence").glob("*.parquet")]
    try:
        return {file.stem: pl.read_parquet(file) for file in sorted(files)}
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RecordError(f"{folder} is a damaged model: {error}; {_ANEW}.") from None


def tables(model: Model) -> dict[str, pl.DataFrame]:
    """Return the tables of a model that was just fitted, as :func:`read_tables` would."""
    found = model.judgement
    if found is None:
        return {}
    main = {"scores": found.scores, "summary": found.summary, "predictions": found.predictions}
    return {**found.tables, **main}


def _known_types() -> list[str]:
    """Return the types of scikit-learn's trees and metrics, which are data and no code."""
    return [
        f"{_TREES}.binning._BinMapper",
        f"{_TREES}.gradient_boosting.HistGradientBoostingClassifier",
        f"{_TREES}.gradient_boosting.HistGradientBoostingRegressor",
        f"{_TREES}.predictor.TreePredictor",
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neighbors._kd_tree.KDTree64",
        "sklearn.neighbors._ball_tree.BallTree64",
    ]


def _facts(
    asked: Task, how: Method, made: Fitted, judgement: Judgement | None, spent: tuple[int, Care]
) -> dict[str, Any]:
    """Return what there is to say of a model, as plain values."""
    seed, care = spent
    summary = [] if judgement is None else judgement.summary.fill_nan(None).to_dicts()
    return {
        "songscape": version("songscape"),
        "target": asked.target,
        "kind": asked.kind,
        "method": how.name,
        "reads": how.reads,
        "options": dump(how.options),
        "chosen": {name: _plain(value) for name, value in made.chosen.items()},
        "temperature": made.heat,
        "n_parameters": getattr(made.estimator, "n_parameters_", None),
        "features": list(asked.names),
        "classes": made.classes.tolist() if asked.kind == LABEL else None,
        "group": asked.group or None,
        "n_songs": len(asked),
        "n_groups": None if asked.groups is None else len(np.unique(asked.groups)),
        "seed": seed,
        "folds": care.folds,
        "repeats": care.repeats,
        "headline": HEADLINE[asked.kind],
        "scores": summary,
        "notes": list(asked.notes if judgement is None else judgement.notes),
    }


def _plain(value: Any) -> Any:
    """Return a NumPy number as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _inputs(songs: Collection, facts: Mapping[str, Any]) -> NDArray[Any]:
    """Return what the model reads of songs."""
    if facts["reads"] == "audio":
        files = songs.names(Role.FILE)
        if not files:
            raise InputError("This model listens: give it a folder of music.")
        return np.array(songs.frame[files[0]].to_list(), dtype=object)
    lacking = [name for name in facts["features"] if name not in songs.columns]
    if lacking:
        raise InputError(
            f"The songs lack {', '.join(lacking)}, which the model was fitted to; give a table "
            "with the same features."
        )
    return numbers(songs.frame, facts["features"])


def _labels(model: Fitted, inputs: NDArray[Any], least: float) -> dict[str, pl.Series]:
    """Return the columns that tell labels."""
    shares = model.shares(inputs)
    order = np.argsort(-shares, axis=1, kind="stable")
    sure = shares[np.arange(len(shares)), order[:, 0]]
    told = [
        str(one) if confidence >= least else None
        for one, confidence in zip(model.classes[order[:, 0]], sure, strict=True)
    ]
    return {
        "told": pl.Series(told, dtype=pl.String),
        "confidence": pl.Series(sure),
        "second": pl.Series(model.classes[order[:, 1]].astype(str)),
    }
