"""Tell a label, a number or a place from features or sound: each module makes one estimator.

A plug-in gives ``Options``, ``TELLS`` (of "label", "number", "place" what it can tell), ``READS``
("features" or "audio") and ``make(options, seed, kind) -> scikit-learn estimator``. One trained in
epochs takes ``fit(X, y, validation=…)`` and has the parameters ``epochs``, ``patience`` and
``validation_fraction`` and the attributes ``best_epoch_`` and ``history_``; another may name
settings to be tried in ``GRID``.

From Python::

    from songscape import classify

    model = classify.fit(songs, "genre", "network", classify.Care(folds=5, repeats=3), seed=0)
    model.judgement.summary, model.predict(more_songs)
    classify.judge(classify.method("nearest", {"k": 5}), classify.task(songs, classify.Wish("key")))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from songscape.classify._earth import distance
    from songscape.classify._judge import Care, Judgement, judge
    from songscape.classify._method import Method, method
    from songscape.classify._model import Model, fit, load, read_facts, read_tables, tables
    from songscape.classify._task import Task, Wish, task

_HOMES = {
    "distance": "_earth",
    "Care": "_judge",
    "Judgement": "_judge",
    "judge": "_judge",
    "Method": "_method",
    "method": "_method",
    "Model": "_model",
    "fit": "_model",
    "load": "_model",
    "read_facts": "_model",
    "read_tables": "_model",
    "tables": "_model",
    "Task": "_task",
    "Wish": "_task",
    "task": "_task",
}

__all__ = [
    "Care",
    "Judgement",
    "Method",
    "Model",
    "Task",
    "Wish",
    "distance",
    "fit",
    "judge",
    "load",
    "method",
    "read_facts",
    "read_tables",
    "tables",
    "task",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that listing the plug-ins costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'songscape.classify' has no attribute {name!r}")
    return getattr(import_module(f"songscape.classify.{_HOMES[name]}"), name)
