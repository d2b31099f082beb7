"""Hold every column to its unit: rescale what is on another scale, and null what cannot be.

A table mixes units silently. Shares of 0..1 come as per cent (Organize Your Music), durations in
seconds stand under a header that says milliseconds, and a column may change its scale halfway.
What a whole column says decides its scale; what then lies outside the possible range of its unit
becomes missing. What is possible but unusual is only reported, because it is often right: a tempo
of 30 BPM is rare and real, and a loud master reaches a few dB above full scale.

===== ====================== =====================
unit  possible               usual
===== ====================== =====================
0..1  0 to 1                 0 to 1
BPM   above 0 to 500         40 to 250
dB    −120 to 12             −60 to 0
ms    above 0                up to 3 hours
s     above 0                up to 3 hours
===== ====================== =====================

A range the layout gives widens the possible range of the unit, it never narrows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.clean._features import replaced
from songscape.core.collection import Collection, Column, Role
from songscape.core.findings import Finding, Severity
from songscape.core.options import option
from songscape.core.wording import count, listed, tallied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

_THREE_HOURS = 3 * 3600.0


@dataclass(frozen=True)
class Options:
    """How strictly units are held."""

    impossible: str = option(
        "null", "what becomes of values outside the possible range", choices=("null", "keep")
    )
    unusual: str = option(
        "keep", "what becomes of values that are possible but unusual", choices=("keep", "null")
    )
    rescale: bool = option(True, "bring columns on another scale (per cent, seconds) to their unit")
    tolerance: float = option(
        0.01, "how far beyond the range a value may lie, as a share of the range", low=0, high=1
    )


@dataclass(frozen=True)
class _Range:
    """The values a unit can have, and those it usually has; None where there is no bound."""

    low: float | None = None
    high: float | None = None
    usual_low: float = -np.inf
    usual_high: float = np.inf
    positive: bool = False


_RANGES = {
    "0..1": _Range(0.0, 1.0),
    "BPM": _Range(0.0, 500.0, 40.0, 250.0, positive=True),
    "dB": _Range(-120.0, 12.0, -60.0, 0.0),
    "ms": _Range(0.0, None, usual_high=_THREE_HOURS * 1000, positive=True),
    "s": _Range(0.0, None, usual_high=_THREE_HOURS, positive=True),
}


@dataclass(frozen=True)
class _Scale:
    """A column found on another scale than its unit's, and the factor that brings it back."""

    column: str
    found: str
    factor: float


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report columns on another scale, mixed scales, impossible values and unusual ones."""
    scales = _scales(collection)
    held = _rescaled(collection, scales) if options.rescale else collection
    return (
        *_scale_findings(scales, options),
        *_mixed_findings(held),
        *_impossible_findings(held, options),
        *_unusual_findings(held, options),
    )


def clean(collection: Collection, options: Options) -> Collection:
    """Rescale whole columns, then null what is impossible; the history tells how many."""
    held = _rescaled(collection, _scales(collection)) if options.rescale else collection
    held = _blanked(held, dict(_outside(held, options)), "made missing what is impossible")
    return _blanked(held, dict(_odd(held, options)), "made missing what is unusual")


def _blanked(held: Collection, outside: dict[str, NDArray[np.bool_]], why: str) -> Collection:
    """Null the rows given for each column."""
    values = {
        name: held.frame.select(pl.when(~pl.Series(rows)).then(pl.col(name)))[name]
        for name, rows in outside.items()
    }
    columns = {name: held.columns[name] for name in values}
    told = tallied((name, int(rows.sum())) for name, rows in outside.items())
    return replaced(held, values, columns, f"{why}: {told}")


def _numeric(collection: Collection) -> Iterator[tuple[str, Column, NDArray[np.float64]]]:
    """Yield the features and places with their values, NaN where nothing is known."""
    for name in collection.names(Role.FEATURE, Role.PLACE):
        if collection.frame.schema[name].is_numeric():
            series = collection.frame[name].cast(pl.Float64).fill_null(float("nan"))
            yield name, collection.columns[name], series.to_numpy()


def _scales(collection: Collection) -> list[_Scale]:
    """Find the columns whose values as a whole are on another scale than their unit."""
    found = []
    for name, column, values in _numeric(collection):
        if column.unit == "0..1" and _in_per_cent(values):
            found.append(_Scale(name, "0–100", 0.01))
        elif column.unit == "ms" and _typical(values, 30.0, 3600.0):
            found.append(_Scale(name, "seconds", 1000.0))
        elif column.unit == "s" and _typical(values, 30e3, 3600e3):
            found.append(_Scale(name, "milliseconds", 0.001))
    return found


def _in_per_cent(values: NDArray[np.float64]) -> bool:
    """Tell whether a column of shares is in per cent: whole numbers, or most far above 1."""
    known = values[(values >= 0) & (values <= 100)]
    above = known > 1.5
    if not above.any():
        return False
    return bool(np.all(known == np.rint(known)) or above.mean() > 0.5)


def _typical(values: NDArray[np.float64], low: float, high: float) -> bool:
    """Tell whether the median of the positive values lies in a range.

    Songs last 30 seconds to an hour, so a median there tells seconds from milliseconds; after
    rescaling it lies outside, and a second pass changes nothing.
    """
    known = values[(values > 0) & np.isfinite(values)]
    return bool(known.size and low <= np.median(known) <= high)


def _rescaled(collection: Collection, scales: Iterable[_Scale]) -> Collection:
    """Bring columns to their unit."""
    chosen = list(scales)
    values = {
        scale.column: collection.frame[scale.column].cast(pl.Float64) * scale.factor
        for scale in chosen
    }
    told = listed(f"{scale.column} (was {scale.found})" for scale in chosen)
    columns = {scale.column: collection.columns[scale.column] for scale in chosen}
    return replaced(collection, values, columns, f"brought to their unit: {told}")


def _range(column: Column) -> _Range:
    """Return the range of a column: its unit's, widened by what the layout says."""
    unit = _RANGES.get(column.unit)
    if unit is None:
        return _Range(column.low, column.high)
    low = unit.low if column.low is None or unit.low is None else min(unit.low, column.low)
    high = unit.high if column.high is None or unit.high is None else max(unit.high, column.high)
    return _Range(low, high, unit.usual_low, unit.usual_high, unit.positive)


def _outside(collection: Collection, options: Options) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the columns with impossible values to be made missing, and the rows of these."""
    if options.impossible == "null":
        yield from _beyond(collection, options)


def _odd(collection: Collection, options: Options) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the columns with unusual values to be made missing, and the rows of these."""
    if options.unusual == "null":
        for name, _, (low, high) in _unusual_rows(collection, options):
            if (low | high).any():
                yield name, low | high


def _beyond(collection: Collection, options: Options) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the columns with impossible values, and the rows of these."""
    for name, column, values in _numeric(collection):
        rows = _impossible(values, _range(column), options.tolerance)
        rows &= ~np.isin(values, column.missing)
        if rows.any():
            yield name, rows


def _impossible(values: NDArray[np.float64], bounds: _Range, tolerance: float) -> NDArray[np.bool_]:
    """Tell which values lie outside their range by more than the tolerance."""
    low, high = bounds.low, bounds.high
    margin = tolerance * (high - low) if low is not None and high is not None else 0.0
    outside = np.zeros(values.shape, dtype=np.bool_)
    if low is not None:
        outside |= (values <= low) if bounds.positive else (values < low - margin)
    if high is not None:
        outside |= values > high + margin
    return outside


def _scale_findings(scales: list[_Scale], options: Options) -> Iterator[Finding]:
    """Yield one finding for the columns on another scale."""
    if scales:
        told = listed(f"{scale.column} in {scale.found}" for scale in scales)
        yield Finding(
            "other-scale",
            listed(scale.column for scale in scales),
            len(scales),
            f"{count(len(scales), 'column')} on another scale than their unit: {told}.",
            "brought to their unit" if options.rescale else "nothing",
            "--set clean.units.rescale=false",
        )


def _mixed_findings(collection: Collection) -> Iterator[Finding]:
    """Yield a finding for columns of shares of which a part looks like per cent."""
    parts = {
        name: int(((values > 1.5) & (values <= 100)).sum())
        for name, column, values in _numeric(collection)
        if column.unit == "0..1" and not _in_per_cent(values)
    }
    mixed = {
        name: part
        for name, part in parts.items()
        if part >= max(3, 0.01 * collection.frame[name].count())
    }
    if mixed:
        yield Finding(
            "mixed-scale",
            listed(mixed),
            sum(mixed.values()),
            f"Part of the values look like per cent among shares of 0 to 1: "
            f"{tallied(mixed.items())}.",
            "those above 1 become missing: whether a 1 is one per cent or all cannot be told",
            "--set clean.units.impossible=keep",
            Severity.ERROR,
        )


def _impossible_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield one finding for all impossible values."""
    outside = dict(_beyond(collection, options))
    if outside:
        total = sum(int(rows.sum()) for rows in outside.values())
        yield Finding(
            "impossible-value",
            listed(outside),
            total,
            f"{count(total, 'value is', 'values are')} impossible: "
            f"{tallied((name, int(rows.sum())) for name, rows in outside.items())}.",
            "become missing" if options.impossible == "null" else "nothing",
            "--set clean.units.impossible=keep",
            examples=tuple(
                f"{name} {collection.frame[name].filter(rows)[0]:g}"
                for name, rows in outside.items()
            ),
        )


def _unusual_rows(
    collection: Collection, options: Options
) -> Iterator[tuple[str, _Range, tuple[NDArray[np.bool_], NDArray[np.bool_]]]]:
    """Yield for each column the rows that are unusually low and unusually high."""
    for name, column, values in _numeric(collection):
        bounds = _range(column)
        possible = ~_impossible(values, bounds, options.tolerance)
        possible &= ~np.isin(values, column.missing)
        low, high = values < bounds.usual_low, values > bounds.usual_high
        yield name, bounds, (possible & low, possible & high)


def _unusual_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield findings for values that are possible but unusual."""
    does = "become missing" if options.unusual == "null" else "nothing"
    for name, bounds, (low, high) in _unusual_rows(collection, options):
        values, unit = collection.frame[name], collection.columns[name].unit
        for rows, what, where in (
            (low, "unusually-low", f"below {bounds.usual_low:g} {unit}"),
            (high, "unusually-high", f"above {bounds.usual_high:g} {unit}"),
        ):
            if rows.any():
                odd = values.filter(rows).cast(pl.Float64).to_numpy()
                yield _unusual(what, name, odd, where, does)


def _unusual(what: str, name: str, odd: NDArray[np.float64], where: str, does: str) -> Finding:
    """Report values that are possible but unusual."""
    return Finding(
        what,
        name,
        int(odd.size),
        f"{count(odd.size, 'value')} of {name} {'is' if odd.size == 1 else 'are'} {where}: "
        f"possible ({odd.min():g}{f' to {odd.max():g}' if odd.size > 1 else ''}) but unusual.",
        does,
        f"--set clean.units.unusual={'null' if does == 'nothing' else 'keep'}",
        Severity.NOTE,
    )
