"""A method by its name, and how it is fitted without ever looking at the songs it is judged on.

What must be chosen (the epoch to stop at, a setting of the method, the temperature of its
probabilities) is chosen on songs held out of those it learns from, groups kept together; then it is
fitted anew on all of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from songscape._networks.training import held_out
from songscape.classify import _earth
from songscape.classify._calibrate import softened, temperature
from songscape.classify._measures import headline
from songscape.classify._task import LABEL, PLACE
from songscape.core import plugins
from songscape.core.errors import DegenerateDataError, RecipeError
from songscape.core.options import fill
from songscape.core.seeds import child

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from numpy.typing import NDArray

    from songscape.classify._task import Task

HELD = 0.2
"""Share of the songs learned from that is held out to choose by."""


@dataclass(frozen=True)
class Method:
    """A plug-in of classify with its options."""

    name: str
    options: Any
    plugin: ModuleType = field(compare=False)

    @property
    def reads(self) -> str:
        """What it reads: "features" or "audio"."""
        return str(self.plugin.READS)


def method(name: str, options: Mapping[str, Any] | None = None) -> Method:
    """Return a method by its name.

    Raises
    ------
    UnknownNameError
        If there is no such plug-in or option, with the nearest that is.
    """
    plugin = plugins.load("classify", name)
    return Method(name, fill(plugin.Options, options or {}, f"classify.{name}"), plugin)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What tells new songs.

    Parameters
    ----------
    kind : "label", "number" or "place".
    prepare : fitted transformer of features; None where the estimator reads as they are.
    estimator : fitted.
    heat : temperature of the probabilities; 1 leaves them.
    chosen : what was chosen on songs held out, by name.
    curves : measures per epoch of the fit that chose, empty without.
    """

    kind: str
    prepare: Pipeline | None
    estimator: Any
    heat: float = 1.0
    chosen: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def classes(self) -> NDArray[Any]:
        """The classes in the order of the probabilities."""
        return np.asarray(self.estimator.classes_)

    def tell(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Return labels or numbers of shape (n,), or degrees of shape (n, 2)."""
        if self.kind == LABEL:
            return np.asarray(self.classes[self.shares(inputs).argmax(axis=1)])
        told = np.asarray(self.estimator.predict(self._ready(inputs)))
        return _earth.degrees(told) if self.kind == PLACE else told

    def shares(self, inputs: NDArray[Any], *, raw: bool = False) -> NDArray[np.float64]:
        """Return probabilities, shape (n, classes), calibrated unless `raw`."""
        shares = np.asarray(self.estimator.predict_proba(self._ready(inputs)))
        return shares if raw else softened(shares, self.heat)

    def _ready(self, inputs: NDArray[Any]) -> NDArray[Any]:
        return inputs if self.prepare is None else np.asarray(self.prepare.transform(inputs))


def fitted(how: Method, task: Task, rows: NDArray[np.int64], seed: int) -> Fitted:
    """Fit a method to some songs, choosing on songs held out of them.

    Parameters
    ----------
    how : the method.
    task : the songs.
    rows : indices of the songs it may see.
    seed : decides the songs held out and all that the method draws.
    """
    _check_tells(how, task)
    rng = np.random.default_rng(child(seed, "classify.held"))
    groups = None if task.groups is None else task.groups[rows]
    near, far = held_out(len(rows), HELD, rng, groups)
    if not len(far) or (task.kind == LABEL and len(np.unique(task.truth[rows[near]])) < 2):
        # So few groups that none can be spared: nothing is chosen.
        prepare, estimator = trained(how, task, rows, seed)
        return Fitted(task.kind, prepare, estimator)
    trial, settings = _chosen(how, task, (rows[near], rows[far]), seed)
    heat = _heat(trial, task, rows[far]) if task.kind == LABEL else 1.0
    prepare, estimator = trained(how, task, rows, seed, settings)
    curves = getattr(trial.estimator, "history_", {})
    return Fitted(task.kind, prepare, estimator, heat, settings, curves)


def trained(
    how: Method,
    task: Task,
    rows: NDArray[np.int64],
    seed: int,
    settings: Mapping[str, Any] | None = None,
    validation: NDArray[np.int64] | None = None,
) -> tuple[Pipeline | None, Any]:
    """Fit the preparation and the estimator to some songs, stopping by others where given."""
    prepare = _preparation() if how.reads == "features" else None
    inputs, wanted = task.inputs, task.wanted
    seen = inputs[rows] if prepare is None else prepare.fit_transform(inputs[rows])
    estimator = how.plugin.make(how.options, child(seed, f"classify.{how.name}"), task.kind)
    estimator.set_params(**(settings or {}))
    if validation is None:
        return prepare, _without_holding(estimator, settings).fit(seen, wanted[rows])
    held = inputs[validation] if prepare is None else prepare.transform(inputs[validation])
    return prepare, estimator.fit(seen, wanted[rows], validation=(held, wanted[validation]))


def stops(estimator: Any) -> bool:
    """Tell whether a method is trained in epochs and can stop by songs held out."""
    return "epochs" in estimator.get_params()


def candidates(how: Method, task: Task, n: int) -> list[dict[str, Any]]:
    """Return the settings a method can be tried at with `n` songs to learn from.

    Where it has no grid, there is one that changes nothing.
    """
    grid = getattr(how.plugin, "GRID", {})
    estimator = how.plugin.make(how.options, 0, task.kind)
    if not grid:
        return [{}]
    name, values = next(iter(grid.items()))
    own = estimator.get_params()[name]
    settings = [{name: value} for value in sorted({own, *values})]
    return [setting for setting in settings if _fits(setting, n)]


def _chosen(
    how: Method, task: Task, parts: tuple[NDArray[np.int64], NDArray[np.int64]], seed: int
) -> tuple[Fitted, dict[str, Any]]:
    """Fit to the nearer songs, choose on those held out; return the fit and what was chosen."""
    near, far = parts
    probe = how.plugin.make(how.options, 0, task.kind)
    if stops(probe):
        fit = Fitted(task.kind, *trained(how, task, near, seed, validation=far))
        return fit, {"epochs": max(int(fit.estimator.best_epoch_), 1)}
    tried = candidates(how, task, len(near))
    if not tried:
        raise DegenerateDataError(
            f"{len(near)} songs are fewer than the neighbours that vote; lower classify.nearest.k."
        )
    fits = [Fitted(task.kind, *trained(how, task, near, seed, one)) for one in tried]
    values = [headline(task.kind, task.truth[far], fit.tell(task.inputs[far])) for fit in fits]
    best = int(np.argmax(values))
    return fits[best], tried[best]


def _fits(setting: Mapping[str, Any], n: int) -> bool:
    """Tell whether a setting asks for no more neighbours than there are songs."""
    return int(setting.get("n_neighbors", 0)) <= n


def _heat(trial: Fitted, task: Task, far: NDArray[np.int64]) -> float:
    """Return the temperature at which the probabilities of songs held out are rightest."""
    known = far[np.isin(task.truth[far], trial.classes)]
    if not len(known):
        return 1.0
    codes = np.searchsorted(trial.classes, task.truth[known])
    return temperature(trial.shares(task.inputs[known], raw=True), codes)


def _without_holding(estimator: Any, settings: Mapping[str, Any] | None) -> Any:
    """Return an estimator that trains on all it is given for as long as was settled."""
    if settings and stops(estimator):
        estimator.set_params(patience=0, validation_fraction=0)
    return estimator


def _preparation() -> Pipeline:
    """Return what makes features comparable: medians for gaps, then one scale for all."""
    imputer = SimpleImputer(strategy="median", keep_empty_features=True)
    return Pipeline([("gaps", imputer), ("scale", StandardScaler())])


def _check_tells(how: Method, task: Task) -> None:
    """Raise if a method cannot tell this kind of target."""
    if task.kind not in how.plugin.TELLS:
        can = [
            name
            for name in plugins.names("classify")
            if task.kind in plugins.load("classify", name).TELLS
        ]
        raise RecipeError(
            f"classify.{how.name} cannot tell a {task.kind} as {task.target} is; "
            f"{', '.join(can)} can."
        )
