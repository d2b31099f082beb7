"""Plug-ins: a file in a stage's folder is a plug-in, its name is the plug-in's name.

``songscape/cluster/kmeans.py`` is the plug-in ``kmeans`` of the stage ``cluster``. Listing reads
file names and imports nothing; loading imports the one asked for. Other packages add theirs by an
entry point in the group ``songscape.cluster``. Files whose name begins with an underscore are a
stage's private parts.

>>> "pick" in names("prepare"), "_names" in names("prepare")
(True, False)
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from songscape.core.errors import UnknownNameError

if TYPE_CHECKING:
    from types import ModuleType

STAGES = (
    "sources",
    "describe",
    "clean",
    "prepare",
    "reduce",
    "cluster",
    "evaluate",
    "choose",
    "explain",
    "classify",
    "export",
)


def names(stage: str) -> list[str]:
    """List the plug-ins of a stage, ours and those of other packages, without importing them."""
    return sorted({*_own(stage), *_foreign(stage)})


def load(stage: str, name: str) -> ModuleType:
    """Import one plug-in.

    Raises
    ------
    UnknownNameError
        If there is none of that name, with the nearest there is.
    """
    if name in _own(stage):
        return importlib.import_module(f"songscape.{stage}.{name}")
    foreign = _foreign(stage)
    if name in foreign:
        module: ModuleType = foreign[name].load()
        return module
    raise UnknownNameError(f"plug-in of {stage} named", name, names(stage))


def _own(stage: str) -> set[str]:
    """Return the public modules in a stage's folder."""
    if stage not in STAGES:
        raise UnknownNameError("stage", stage, STAGES)
    folder = importlib.import_module(f"songscape.{stage}").__path__
    return {module.name for module in pkgutil.iter_modules(folder) if module.name[0] != "_"}


def _foreign(stage: str) -> dict[str, EntryPoint]:
    """Return the entry points other packages offer for a stage."""
    return {point.name: point for point in entry_points(group=f"songscape.{stage}")}
