"""Estimates by another mapping than the shipped one, from descriptors that a library holds.

The library keeps descriptors and the shipped mapping's estimates. A mapping of the user's own reads
the same descriptors, so it is applied when songs are read: nothing is described again, and the
library stays as it is. The history of the collection names the mapping and its content.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars.selectors as cs

from songscape.core.collection import Column, Role
from songscape.describe._estimates import estimate_table, open_model, shipped_model, withheld
from songscape.library import file_identity
from songscape.sources import _library_findings as findings
from songscape.sources import folder

if TYPE_CHECKING:
    import polars as pl

    from songscape.core.collection import Collection
    from songscape.describe._estimates_model import Model

SHIPPED = "the shipped mapping"
DOUBTS = ("_low", "_high", "_confidence")
DIGITS = 5
"""After the point, as the values in the library have them."""


def estimated(songs: Collection, options: folder.Options) -> Collection:
    """Return songs of a library with the estimates their options ask for.

    Parameters
    ----------
    songs : as :func:`songscape.sources.folder.load` or ``collected`` gave them.
    options : with a mapping of one's own, or with weak estimates; else the songs stay as they are.

    Returns
    -------
    The songs, in which what the mapping knows is by it, with ends and confidence beside it.

    Raises
    ------
    InputError
        If the mapping cannot be read, or the songs lack a descriptor it reads.
    """
    if not (options.mapping or options.weak):
        return songs
    model = _model(options)
    made = estimate_table(_sounds(songs, options, model), model, weak=options.weak)
    made = made.with_columns(cs.float().round(DIGITS))
    names = [name for name in model.targets if options.mapping or _asked(name, options)]
    given = [name for name in names if name in made.columns]
    columns = [name + end for name in given for end in ("", *DOUBTS)]
    meant = {name: _column(name, songs, model) for name in columns}
    why = f"{len(given)} estimates by {_named(options)}"
    lost = [name for one in names for name in (one, *(one + end for end in DOUBTS))]
    left = songs.drop([name for name in lost if name in songs.columns], "other estimates")
    left = replace(left, history=songs.history)
    return _noted(left.add(meant, made, why), model, names, options)


def provenance(options: folder.Options) -> dict[str, Any]:
    """Return which mapping makes the estimates, and what it withholds and why."""
    return {
        "mapping": file_identity(options.mapping) if options.mapping else SHIPPED,
        "withheld": {} if options.weak else withheld(_model(options)),
    }


def _model(options: folder.Options) -> Model:
    """Return the mapping asked for."""
    return open_model(Path(options.mapping)) if options.mapping else shipped_model()


def _named(options: folder.Options) -> str:
    return file_identity(options.mapping) if options.mapping else SHIPPED


def _asked(name: str, options: folder.Options) -> bool:
    return bool(folder.asked([name], options))


def _sounds(songs: Collection, options: folder.Options, model: Model) -> pl.DataFrame:
    """Return the descriptors the mapping reads, of the same songs in the same order."""
    features = model.scale.features
    if set(features) <= set(songs.columns):
        return songs.frame
    read = folder.load(replace(options, descriptors=features, statistics=folder.STATISTICS))
    return songs.frame.select("id").join(read.frame, on="id", how="left", maintain_order="left")


def _column(name: str, songs: Collection, model: Model) -> Column:
    """Return what is known of a column of estimates."""
    if name not in model.targets:
        return Column(Role.DOUBT)
    if name in songs.columns:
        return songs.columns[name]
    bounded = model.targets[name].link == "logit"
    return Column(Role.FEATURE, "0..1", 0, 1) if bounded else Column(Role.FEATURE)


def _noted(
    songs: Collection, model: Model, names: list[str], options: folder.Options
) -> Collection:
    """Return the songs with the remarks on what this mapping withholds, not another one."""
    others = [
        one for one in songs.findings if one.what != findings.WITHHELD or one.where not in names
    ]
    reasons = {} if options.weak else withheld(model)
    own = [findings.withheld(one, reasons[one], len(songs)) for one in names if one in reasons]
    return replace(songs, findings=(*others, *own))
