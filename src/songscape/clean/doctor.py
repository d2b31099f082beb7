"""Examine a whole table and say what is wrong with it: the table doctor.

The doctor changes nothing. It walks through the steps of cleaning in their order, asks each what it
finds in what the steps before have left, and adds checks of its own: features that are ids,
milliseconds, constant, duplicate and dependent columns, codes, tables standardised already, labels
in several spellings or languages, labels and places that one artist owns. What the reader of the
table has said already is not said again.

Every finding says what songscape will do and how to overrule it, so the steps are asked with the
options of the run (:func:`examine_steps`); :func:`examine` takes their defaults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from songscape.clean._column_checks import column_findings
from songscape.clean._label_checks import label_findings, owner_findings
from songscape.core import plugins
from songscape.core.findings import Finding, Severity
from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from songscape.core.collection import Collection

# Values become missing before anybody counts what is missing; a song that stands nine times in the
# table is one missing song, so duplicates go first; labels are counted on the songs that stay.
ORDER = ("sentinels", "units", "duplicates", "missing", "genres", "outliers")
_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True)
class Options:
    """When the doctor speaks."""

    collinear: float = option(
        0.95, "correlation from which two features say nearly the same", low=0, high=1
    )
    owner_share: float = option(
        0.5, "share of a label's songs from which one artist owns it", low=0, high=1
    )
    minimum: int = option(10, "songs a label or place must have to be owned", low=1)


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report everything found, with the default options of every step; errors come first."""
    return examine_steps(collection, [(name, _step(name).Options()) for name in ORDER], options)


def examine_steps(
    collection: Collection, steps: Sequence[tuple[str, Any]], options: Options
) -> tuple[Finding, ...]:
    """Report everything found, for steps with the options they will be run with.

    Parameters
    ----------
    collection : the table as it was read.
    steps : name and Options of each step of cleaning, in their order; the doctor itself is skipped.
    options : the doctor's own.
    """
    found: list[Finding] = []
    left = collection
    for name, step_options in steps:
        if name != "doctor":
            step = _step(name)
            found += step.examine(left, step_options)
            left = step.clean(left, step_options)
    songs = left if len(left) else collection
    found += column_findings(songs, options.collinear)
    found += label_findings(collection)
    found += owner_findings(songs, options.owner_share, options.minimum)
    return _unsaid(found, collection.findings)


def clean(collection: Collection, options: Options) -> Collection:
    """Add the findings to the collection; nothing else changes."""
    return collection.note(*examine(collection, options))


def _step(name: str) -> Any:
    """Load a step of cleaning."""
    return plugins.load("clean", name)


def _unsaid(found: Iterable[Finding], said: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that were not said before, the gravest first."""
    before = {(finding.what, finding.where) for finding in said}
    new = [finding for finding in found if (finding.what, finding.where) not in before]
    return tuple(sorted(new, key=lambda finding: _SEVERITIES.index(finding.severity)))
