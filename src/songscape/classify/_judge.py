"""How well a method tells songs it has not seen, by artists it has not heard.

Every number is taken on songs that had no part in fitting or choosing: the folds are outer folds,
and epochs, settings and temperatures are chosen inside (Cawley & Talbot 2010, "On over-fitting in
model selection and subsequent selection bias in performance evaluation"). Three numbers stand
beside the honest one, so that one sees what they are worth:

naive      the same with songs dealt out singly, an artist's other songs learned from
constant   telling the commonest label (the mean, the middle place) without looking
best seen  what is often published: the best epoch, or setting, as judged on the test songs
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.classify import _calibrate as calibrate
from songscape.classify import _earth
from songscape.classify import _measures as measuring
from songscape.classify._folds import GROUPED, NAIVE, folds, ties
from songscape.classify._method import Fitted, candidates, fitted, stops, trained
from songscape.classify._task import LABEL, PLACE
from songscape.core.errors import DegenerateDataError
from songscape.core.seeds import child, generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from songscape.classify._folds import Fold
    from songscape.classify._method import Method
    from songscape.classify._task import Task

CONSTANT, BEST_SEEN = "constant", "best seen"
SIZES = (0.1, 0.25, 0.5)
"""Shares of the songs learned from, for the learning curve; it ends at all of them."""

LARGE = 20_000
"""Songs above which less is spent, unless more is asked for: many songs leave little to chance."""


@dataclass(frozen=True)
class Care:
    """How much is spent on judging.

    Parameters
    ----------
    folds : parts the songs are divided into, each judged once.
    repeats : how often this is done with other seeds; None for 3, or 1 above :data:`LARGE` songs.
    naive : whether the naive number is taken beside the honest one.
    best_seen : whether the best epoch or setting on the test songs is looked for, first repeat;
        None for up to :data:`LARGE` songs, since every epoch must be run for it.
    sizes : whether the learning curve is made.
    """

    folds: int = 5
    repeats: int | None = None
    naive: bool = True
    best_seen: bool | None = None
    sizes: bool = True

    def settled(self, n: int) -> Care:
        """Return what is spent on `n` songs.

        >>> Care().settled(900).repeats, Care().settled(90_000).repeats, Care(repeats=2).settled(9)
        (3, 1, Care(folds=5, repeats=2, naive=True, best_seen=True, sizes=True))
        """
        few = n <= LARGE
        repeats = (3 if few else 1) if self.repeats is None else self.repeats
        return replace(
            self, repeats=repeats, best_seen=few if self.best_seen is None else self.best_seen
        )


@dataclass(frozen=True, eq=False)
class Judgement:
    """What was found.

    Parameters
    ----------
    scores : one row per fold: `split` (grouped, naive, constant, "best seen", "best seen naive"),
        `measure`, `repeat`, `fold`, `value`, `learned`, `tested` (songs).
    summary : `split`, `measure`, `mean`, `low`, `high` (95 %), `folds`.
    predictions : every song as told in the grouped folds of the first repeat: `id`, `truth`,
        `told`, for labels `confidence` and `raw_confidence`, for places also longitudes and `km`.
    tables : further tables by name: confusion, classes, reliability, coverage (labels), curves
        (measures per epoch), sizes (learning curve), chosen (what was chosen inside each fold).
    notes : what there is to know.
    """

    scores: pl.DataFrame
    summary: pl.DataFrame
    predictions: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Told:
    """One outer fold as it was told."""

    repeat: int
    fold: int
    rows: Fold
    seed: int
    model: Fitted
    told: NDArray[Any]


def judge(
    how: Method,
    task: Task,
    care: Care | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _line: None,
) -> Judgement:
    """Judge a method on songs, grouped and naively.

    Parameters
    ----------
    how : the method.
    task : the songs.
    care : how much is spent.
    seed : deals the folds and is the root of all that the method draws.
    tell : is given a line as each part begins.

    Raises
    ------
    DegenerateDataError
        If there are fewer groups than folds, or training diverges.
    """
    asked, care = care or Care(), (care or Care()).settled(len(task))
    tied, notes = ties(task)
    rows: list[dict[str, Any]] = []
    honest: list[_Told] = []
    for split, blocks in _splits(care, tied):
        for one in _each(how, task, care, seed, blocks):
            tell(
                f"judge: {split}, repeat {one.repeat + 1} of {care.repeats}, "
                f"fold {one.fold + 1} of {care.folds}"
            )
            rows += _scored(task, one, split)
            if care.best_seen and one.repeat == 0:
                rows += _best_seen(how, task, one, split)
            if split == GROUPED:
                honest.append(replace(one, model=_light(one.model, keep=one.repeat == 0)))
    first = [one for one in honest if one.repeat == 0]
    scores = pl.DataFrame(rows)
    tables = _tables(task, honest, first)
    if care.sizes:
        tell("judge: learning curve")
        tables["sizes"] = _sizes(how, task, first[:3], seed)
    said = (*task.notes, *notes, _group_note(task, tied), *_spent_note(asked, len(task)))
    return Judgement(scores, summary(scores), _predictions(task, first), tables, said)


def summary(scores: pl.DataFrame) -> pl.DataFrame:
    """Return mean and 95 % interval of every measure in every split."""
    rows = []
    for (split, measure), part in scores.group_by("split", "measure", maintain_order=True):
        ratio = float(part.select((pl.col("tested") / pl.col("learned")).mean()).item())
        mean, low, high = measuring.interval(part["value"].to_numpy(), ratio)
        low, high = measuring.possible(str(measure), low, high)
        rows.append(
            {"split": split, "measure": measure, "mean": mean, "low": low, "high": high}
            | {"folds": part.height}
        )
    return pl.DataFrame(rows)


def _splits(care: Care, tied: Any) -> Iterator[tuple[str, Any]]:
    """Yield the ways of dealing songs out."""
    yield GROUPED, tied
    if care.naive and tied is not None:
        yield NAIVE, None


def _each(how: Method, task: Task, care: Care, seed: int, blocks: Any) -> Iterator[_Told]:
    """Yield every outer fold of every repeat, told by a model that has not seen it."""
    inside = replace(task, groups=blocks)
    for repeat in range(care.repeats or 0):
        dealt = child(seed, f"classify.repeat.{repeat}")
        for number, (train, test) in enumerate(folds(task, care.folds, dealt, blocks)):
            drawn = child(dealt, f"fold.{number}")
            model = fitted(how, inside, train, drawn)
            told = model.tell(task.inputs[test])
            yield _Told(repeat, number, (train, test), drawn, model, told)


def _scored(task: Task, one: _Told, split: str) -> list[dict[str, Any]]:
    """Return the measures of a fold, and those of telling a constant in it."""
    train, test = one.rows
    rows = _rows(one, split, measuring.measures(task.kind, task.truth[test], one.told))
    if task.kind == LABEL:
        for name, raw in (("calibration_error", False), ("raw_calibration_error", True)):
            sure = one.model.shares(task.inputs[test], raw=raw).max(axis=1)
            error = calibrate.calibration_error(sure, one.told == task.truth[test])
            rows += _rows(one, split, {name: error})
    if split == GROUPED:
        same = measuring.constant(task.kind, task.truth[train], len(test))
        rows += _rows(one, CONSTANT, measuring.measures(task.kind, task.truth[test], same))
    return rows


def _best_seen(how: Method, task: Task, one: _Told, split: str) -> list[dict[str, Any]]:
    """Return the best epoch or setting as judged on the very songs that are tested."""
    train, test = one.rows
    measure = measuring.HEADLINE[task.kind]
    name = BEST_SEEN if split == GROUPED else f"{BEST_SEEN} {NAIVE}"
    probe = how.plugin.make(how.options, 0, task.kind)
    if stops(probe):
        if task.kind != LABEL:
            return []
        _, model = trained(how, task, train, one.seed, {"patience": 0}, validation=test)
        curve = model.history_.get("validation_accuracy")
        return [] if curve is None else _rows(one, name, {measure: float(curve.max())})
    values = [
        measuring.headline(task.kind, task.truth[test], _told_by(how, task, one, setting))
        for setting in candidates(how, task, len(train))
    ]
    best = max(values) * (-1 if measure in measuring.LOWER_IS_BETTER else 1)
    return _rows(one, name, {measure: best}) if len(values) > 1 else []


def _told_by(how: Method, task: Task, one: _Told, setting: dict[str, Any]) -> NDArray[Any]:
    """Return what a method at one setting tells of the test songs."""
    model = Fitted(task.kind, *trained(how, task, one.rows[0], one.seed, setting))
    return model.tell(task.inputs[one.rows[1]])


def _rows(one: _Told, split: str, values: dict[str, float]) -> list[dict[str, Any]]:
    """Return measures as rows of the table of scores."""
    place = {"repeat": one.repeat, "fold": one.fold}
    sizes = {"learned": len(one.rows[0]), "tested": len(one.rows[1])}
    return [
        {"split": split, "measure": name, "value": value} | place | sizes
        for name, value in values.items()
    ]


def _light(model: Fitted, *, keep: bool) -> Fitted:
    """Return a model, without its estimator where nobody will ask it again."""
    return model if keep else replace(model, estimator=None, prepare=None)


def _predictions(task: Task, first: Sequence[_Told]) -> pl.DataFrame:
    """Return every song as it was told by a model that had not seen its group."""
    test = np.concatenate([one.rows[1] for one in first])
    told = np.concatenate([one.told for one in first])
    columns: dict[str, Any] = {"id": task.ids[test]}
    if task.kind == PLACE:
        away = _earth.distance(task.truth[test], told)
        columns |= {"truth": task.truth[test, 0], "truth_longitude": task.truth[test, 1]}
        columns |= {"told": told[:, 0], "told_longitude": told[:, 1], "km": away}
    else:
        columns |= {"truth": task.truth[test], "told": told}
    if task.kind == LABEL:
        for name, raw in (("confidence", False), ("raw_confidence", True)):
            shares = [one.model.shares(task.inputs[one.rows[1]], raw=raw) for one in first]
            columns[name] = np.concatenate([part.max(axis=1) for part in shares])
    return pl.DataFrame(columns)


def _tables(task: Task, honest: Sequence[_Told], first: Sequence[_Told]) -> dict[str, pl.DataFrame]:
    """Return the tables behind the charts."""
    tables = {"curves": _curves(honest), "chosen": _choices(honest)}
    if task.kind != LABEL:
        return {name: table for name, table in tables.items() if table.height}
    songs = _predictions(task, first)
    right = (songs["truth"] == songs["told"]).to_numpy()
    sure = songs["confidence"].to_numpy()
    tables["confusion"] = songs.group_by("truth", "told").agg(songs=pl.len()).sort("truth", "told")
    truth, told = songs["truth"].to_numpy(), songs["told"].to_numpy()
    tables["classes"] = pl.DataFrame(measuring.per_class(truth, told))
    tables["reliability"] = calibrate.reliability(sure, right)
    raw = songs["raw_confidence"].to_numpy()
    tables["raw_reliability"] = calibrate.reliability(raw, right)
    tables["coverage"] = calibrate.coverage(sure, right)
    return {name: table for name, table in tables.items() if table.height}


def _curves(honest: Sequence[_Told]) -> pl.DataFrame:
    """Return the measures of every epoch of the fits that chose."""
    parts = [
        pl.DataFrame(
            {
                "repeat": one.repeat,
                "fold": one.fold,
                "epoch": np.arange(1, len(curve) + 1),
                "measure": name,
                "value": curve,
            }
        )
        for one in honest
        for name, curve in one.model.curves.items()
    ]
    return pl.concat(parts) if parts else pl.DataFrame()


def _choices(honest: Sequence[_Told]) -> pl.DataFrame:
    """Return what was chosen inside every fold."""
    return pl.DataFrame(
        [
            {"repeat": one.repeat, "fold": one.fold, "heat": one.model.heat, **one.model.chosen}
            for one in honest
        ]
    )


def _sizes(how: Method, task: Task, first: Sequence[_Told], seed: int) -> pl.DataFrame:
    """Return the headline measure by the number of songs learned from, whole groups at a time."""
    measure = measuring.HEADLINE[task.kind]
    found = []
    for fold, one in enumerate(first):
        train, test = one.rows
        told = {1.0: (len(train), one.told)}
        told |= _told_by_fewer(how, task, one.rows, child(seed, f"classify.sizes.{fold}"))
        for share, (learned, answers) in sorted(told.items()):
            value = measuring.measures(task.kind, task.truth[test], answers)[measure]
            found.append({"fold": fold, "learned": learned, "share": share, "value": value})
    return pl.DataFrame(found)


def _told_by_fewer(
    how: Method, task: Task, rows: Fold, seed: int
) -> dict[float, tuple[int, NDArray[Any]]]:
    """Return songs learned from and answers of models that learn from a part of the groups."""
    train, test = rows
    groups = train if task.groups is None else task.groups[train]
    order = generator(seed, "groups").permutation(np.unique(groups))
    told = {}
    for share in SIZES:
        some = train[np.isin(groups, order[: max(2, round(share * len(order)))])]
        try:
            model = fitted(how, task, some, child(seed, f"share {share}"))
        except DegenerateDataError:  # too few songs, or of one class only: no point here
            continue
        told[share] = len(some), model.tell(task.inputs[test])
    return told


def _spent_note(asked: Care, n: int) -> tuple[str, ...]:
    """Say what was spared because there are many songs."""
    if n <= LARGE:
        return ()
    spared = {
        "judged in one round of folds (--repeats asks for more)": asked.repeats is None,
        "the best epoch or setting on the test songs is not looked for (--best-seen asks for it)":
            asked.best_seen is None,
    }  # fmt: skip
    said = [words for words, left_out in spared.items() if left_out]
    return (f"More than {LARGE:,} songs: {'; '.join(said)}.",) if said else ()


def _group_note(task: Task, tied: Any) -> str:
    """Say what was kept apart."""
    if task.group:
        return (
            f"Songs of one {task.group} are never both learned from and judged on; the naive "
            "numbers are of songs dealt out singly."
        )
    if tied is not None:
        return "No group is known; only songs with equal features are kept on one side."
    return "No group is known: songs are dealt out singly, which may flatter."
