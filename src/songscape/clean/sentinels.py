"""Read codes for "not found" as what they are: missing values.

A sentinel is a number or text that stands for "nothing known" in the place of a value. Spotify
writes tempo 0, time signature 0 and key −1 where its analysis found none; other tables write −1,
−999 or "unknown". Taken as numbers they drag means and make clusters of their own.

Three ways lead to a sentinel:

declared
    The layout of the table names it (``Column.missing``), or the value is NaN or infinite.
by distribution
    −1 where all else is non-negative; 0 that lies alone below a gap at least ten times as wide as
    the steps above it and a twentieth of the median; −999, 9999 and their like farther from the
    rest than the rest is wide. At least three times in any case: one odd value is an outlier.
by company
    A column that holds one and the same value in (nearly) all rows in which several other columns
    hold a sentinel, and hardly ever elsewhere: valence 0 in the rows without tempo. Only in these
    rows it becomes missing; the same value elsewhere stays.

Texts ("unknown", "n/a") count in genres and artists only; a song may well be called "Unknown".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.clean._features import replaced
from songscape.core.collection import Collection, Kind, Role
from songscape.core.findings import Finding
from songscape.core.options import option
from songscape.core.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

_TEXTS = ("", "?", "-", "n/a", "na", "nan", "null", "none", "not found", "unknown", "undefined")
# Shorter than for genres: there is an album "?" and a band "Unknown".
_TEXTS_OF_ARTISTS = ("", "n/a", "nan", "null", "not found", "unknown artist", "[unknown]")
_FAR_CODES = frozenset({-9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0})
_FEWEST = 3


@dataclass(frozen=True)
class Options:
    """What counts as a sentinel and what happens to it."""

    how: str = option(
        "null", "what becomes of codes for 'not found'", choices=("null", "report", "keep")
    )
    guess: bool = option(True, "also recognise codes that no layout declares")
    texts: tuple[str, ...] = option(
        (), "further texts that stand for 'not found' in genres and artists"
    )


@dataclass(frozen=True, eq=False)
class _Code:
    """One sentinel in one column: the value, the rows, and whether a layout declared it."""

    column: str
    value: str
    rows: NDArray[np.bool_] = field(repr=False)
    declared: bool = True
    elsewhere: int = 0

    def __str__(self) -> str:
        more = f" of {self.elsewhere + self.count:,}" if self.elsewhere else ""
        return f"{self.column} {self.value} ({self.count:,}{more})"

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.rows.sum())


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report sentinels, those declared and those recognised, with counts per column."""
    if options.how == "keep":
        return ()
    does = "read as missing" if options.how == "null" else "nothing"
    found = _codes(collection, options)
    sure = [code for code in found if code.declared]
    guessed = [code for code in found if not code.declared]
    findings = []
    if sure:
        overrule = "--set clean.sentinels.how=keep"
        findings.append(_finding("missing-code", sure, "which means 'not found'", does, overrule))
    if guessed:
        says = "which looks like a code for 'not found'"
        overrule = "--set clean.sentinels.guess=false"
        findings.append(_finding("suspected-missing-code", guessed, says, does, overrule))
    return tuple(findings)


def clean(collection: Collection, options: Options) -> Collection:
    """Make sentinels null; the history tells which and how many."""
    found = _codes(collection, options) if options.how == "null" else []
    values: dict[str, pl.Series] = {}
    for code in found:
        series = values.get(code.column, collection.frame[code.column])
        values[code.column] = _blanked(series, code, options)
    columns = {name: collection.columns[name] for name in values}
    return replaced(
        collection, values, columns, f"read as missing: {listed(map(str, found), most=20)}"
    )


def _finding(what: str, found: list[_Code], says: str, does: str, overrule: str) -> Finding:
    """Put codes of one kind into one finding, which counts the rows with at least one."""
    rows = int(np.logical_or.reduce([code.rows for code in found]).sum())
    held = f"{count(rows, 'row holds', 'rows hold')} {listed(map(str, found), most=20)}"
    return Finding(
        what,
        listed(dict.fromkeys(code.column for code in found)),
        rows,
        f"{held}, {says}.",
        does,
        overrule,
        examples=tuple(map(str, found)),
    )


def _blanked(series: pl.Series, code: _Code, options: Options) -> pl.Series:
    """Return the column with one code's rows null; of a list, only the texts go."""
    if series.dtype == pl.List(pl.String):
        left = pl.element().filter(~_says_nothing(pl.element(), _texts(Role.GENRE, options)))
        kept = series.to_frame().select(pl.col(series.name).list.eval(left)).to_series()
        return kept.to_frame().select(
            pl.when(pl.col(series.name).list.len() > 0).then(pl.col(series.name))
        )[series.name]
    mask = pl.Series(code.rows)
    return series.to_frame().select(pl.when(~mask).then(pl.col(series.name)))[series.name]


def _codes(collection: Collection, options: Options) -> list[_Code]:
    """Find every sentinel of a collection."""
    features = collection.names(Role.FEATURE, Role.PLACE) if len(collection) else ()
    values = {
        name: collection.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in features
    }
    found = [code for name in features for code in _numeric(collection, name, values[name])]
    if options.guess:
        found += [code for name in features for code in _guessed(collection, name, values[name])]
        found += _in_company(collection, found, values)
    return found + list(_textual(collection, options))


def _numeric(collection: Collection, name: str, values: NDArray[np.float64]) -> Iterator[_Code]:
    """Yield the declared codes of a numeric column, NaN and infinity among them."""
    for value in collection.columns[name].missing:
        rows = values == value
        if rows.any():
            yield _Code(name, f"{value:g}", rows)
    known = collection.frame[name].is_not_null().to_numpy()
    rows = ~np.isfinite(values) & known
    if rows.any():
        yield _Code(name, "NaN or infinity", rows)


def _guessed(collection: Collection, name: str, values: NDArray[np.float64]) -> Iterator[_Code]:
    """Yield the codes of a feature that its distribution gives away, until none is left."""
    column = collection.columns[name]
    if column.role is not Role.FEATURE:
        return
    left = values[np.isfinite(values) & ~np.isin(values, column.missing)]
    levels, counts = np.unique(left, return_counts=True)
    while (at := _lone_end(levels, counts)) is not None:
        yield _Code(name, f"{levels[at]:g}", values == levels[at], declared=False)
        levels, counts = np.delete(levels, at), np.delete(counts, at)


def _lone_end(levels: NDArray[np.float64], counts: NDArray[np.int64]) -> int | None:
    """Return which end of the sorted distinct values is a code for "not found": 0, −1 or None."""
    if levels.size < 5:
        return None
    low, following, inner = levels[0], levels[1], levels[1:-1]
    if counts[0] >= _FEWEST:
        minus_one = low == -1 and following >= 0 and counts[0] < counts[1:].sum()
        far = low in _FAR_CODES and following - low > levels[-1] - following
        if minus_one or far or (low == 0 and _below_gap(levels, counts)):
            return 0
    last = levels[-1] in _FAR_CODES and counts[-1] >= _FEWEST
    return -1 if last and levels[-1] - inner[-1] > inner[-1] - low else None


def _below_gap(levels: NDArray[np.float64], counts: NDArray[np.int64]) -> bool:
    """Tell whether the lowest value lies alone: a gap of ten steps and a twentieth of the median.

    Whole numbers on a 0–100 scale have 0 one step below 1 and pass as values.
    """
    if levels.size < 13:
        return False
    above = levels[1:]
    middle = above[np.searchsorted(np.cumsum(counts[1:]), counts[1:].sum() / 2)]
    gap = above[0] - levels[0]
    return bool(gap >= 10 * np.median(np.diff(above[:12])) and gap >= 0.05 * middle)


def _in_company(
    collection: Collection, found: Iterable[_Code], values: dict[str, NDArray[np.float64]]
) -> list[_Code]:
    """Find values that come with sentinels in at least two other columns and hardly elsewhere."""
    codes = list(found)
    if not codes:
        return []
    together = np.sum([code.rows for code in codes], axis=0) >= 2
    if together.sum() < _FEWEST:
        return []
    taken = {code.column for code in codes}
    tried = [
        name
        for name in collection.names(Role.FEATURE)
        if name not in taken and collection.columns[name].kind is Kind.MEASURE
    ]
    return [code for name in tried if (code := _company(name, values[name], together))]


def _company(name: str, values: NDArray[np.float64], together: NDArray[np.bool_]) -> _Code | None:
    """Return the column's lowest value as a code where nearly all of these rows hold it."""
    if not np.isfinite(values[together]).any():
        return None
    lowest = np.nanmin(values)
    rows = (values == lowest) & together
    elsewhere = int((values == lowest).sum() - rows.sum())
    if rows.sum() < 0.95 * together.sum() or elsewhere > 0.01 * values.size:
        return None
    return _Code(name, f"{lowest:g}", rows, declared=False, elsewhere=elsewhere)


def _textual(collection: Collection, options: Options) -> Iterator[_Code]:
    """Yield genres and artists that say "unknown" in one of many ways."""
    for name in collection.names(Role.GENRE, Role.GROUP):
        series = collection.frame[name]
        texts = _texts(collection.columns[name].role, options)
        if series.dtype == pl.List(pl.String):
            rows = series.list.eval(_says_nothing(pl.element(), texts)).list.any()
        elif series.dtype == pl.String:
            rows = series.to_frame().select(_says_nothing(pl.col(name), texts))[name]
        else:
            continue
        mask = rows.fill_null(value=False).to_numpy()
        if mask.any():
            yield _Code(name, f"'{_first_text(series, rows)}'", mask)


def _first_text(series: pl.Series, rows: pl.Series) -> str:
    """Return the first offending text, for the sentence."""
    first = series.filter(rows)[0]
    return first if isinstance(first, str) else ", ".join(first)


def _texts(role: Role, options: Options) -> tuple[str, ...]:
    """Return the texts that say nothing in a column of this role."""
    ours = _TEXTS if role is Role.GENRE else _TEXTS_OF_ARTISTS
    return (*ours, *(text.lower() for text in options.texts))


def _says_nothing(texts: pl.Expr, known: tuple[str, ...]) -> pl.Expr:
    """Tell which texts stand for "not found"."""
    return texts.str.strip_chars().str.to_lowercase().is_in(list(known))
