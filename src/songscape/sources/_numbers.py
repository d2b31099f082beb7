"""From text to numbers, with a report of every cell that was none.

All cells of a column are cast at once; only the few that failed are looked at more closely. Ways of
writing that are understood: a decimal comma, thousands parted by comma, dot, space or apostrophe, a
percent sign or unit behind the number, a typographic minus, minutes and seconds with a colon. Words
for "nothing" are missing values. Infinities, overflow (1e999) and NaN are missing values, too, but
are counted, because somebody's program failed there.

A comma followed by exactly three digits could mean either; it is read as thousands unless the table
shows elsewhere that its decimal mark is the comma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MISSING_WORDS = frozenset(
    ("", "na", "n/a", "#n/a", "#na", "nan", "null", "none", "nil", "-", "--", "?", ".", "<na>")
)
_SAMPLE = 2000
_COMMA_DECIMAL = r"^[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3})+,\d+)([eE][+-]?\d+)?$"
_COMMA_NUMBER = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?([eE][+-]?\d+)?$"
_DOT_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"
_COMMA_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_UNIT = r"(?i)\s*(%|bpm|dbfs|db|lufs|ms|hz)$"
_GAP = r"[ \u00a0\u2009\u202f'’]"
_GAP_THOUSANDS = rf"^[+-]?\d{{1,3}}({_GAP}\d{{3}})+([.,]\d+)?$"
_CLOCK = r"^(?:(\d+):)?([0-5]?\d):([0-5]\d(?:\.\d+)?)$"


@dataclass(frozen=True, eq=False)
class Cast:
    """A column as numbers, and which rows needed a closer look.

    Parameters
    ----------
    values : Float64, finite or missing.
    filled : how many cells held anything but a word for "nothing".
    unreadable, infinite, thousands, commas : the rows, from 0, of cells that are no number, are
        not finite, hold thousands separators, hold a decimal comma.
    """

    values: pl.Series
    filled: int
    unreadable: NDArray[np.int64]
    infinite: NDArray[np.int64]
    thousands: NDArray[np.int64]
    commas: NDArray[np.int64]

    @property
    def share(self) -> float:
        """Share of the filled cells that are numbers."""
        return 1 - self.unreadable.size / self.filled if self.filled else 0.0


_NO_ROWS: NDArray[np.int64] = np.array([], np.int64)


def decimal_mark(frame: pl.DataFrame) -> str:
    """Tell the decimal mark of a table of texts: a comma if a column of numbers says so.

    Examples
    --------
    >>> decimal_mark(pl.DataFrame({"tempo": ["120,5", "98,25"]}))
    ','
    """
    sample = frame.select(pl.selectors.string()).head(_SAMPLE)
    return "," if any(_says_comma(column.drop_nulls()) for column in sample) else "."


def _says_comma(cells: pl.Series) -> bool:
    """Tell whether a column is of numbers, some of them with an unmistakable decimal comma."""
    cells = cells.str.strip_chars()
    fitting = cells.str.contains(_COMMA_NUMBER).sum()
    return bool(cells.str.contains(_COMMA_DECIMAL).any()) and fitting >= 0.5 * cells.len()


def to_numbers(cells: pl.Series, mark: str, words: Mapping[str, float] | None = None) -> Cast:
    """Cast a column to numbers.

    Parameters
    ----------
    cells : the column, of text or of any type of number.
    mark : the table's decimal mark, "." or ",".
    words : what words of this column mean, as ``{"major": 1}``, in lower case.
    """
    if cells.dtype == pl.String:
        return _from_text(cells, mark, words or {})
    values = cells.cast(pl.Float64, strict=False)
    infinite = _rows(values.is_infinite())
    filled = values.len() - values.null_count() - int(values.is_nan().sum())
    return Cast(_finite(values), filled, _NO_ROWS, infinite, _NO_ROWS, _NO_ROWS)


def _from_text(cells: pl.Series, mark: str, words: Mapping[str, float]) -> Cast:
    """Cast a column of text."""
    texts = cells.str.strip_chars()
    thousands = commas = _NO_ROWS
    if mark == "," and texts.str.contains(r"[.,]").any():
        dotted = texts.str.contains(_DOT_THOUSANDS)
        thousands, commas = _rows(dotted), _rows(texts.str.contains(r"\d,\d"))
        texts = _where(dotted, texts.str.replace_all(".", "", literal=True), texts)
        texts = texts.str.replace(",", ".", literal=True)
    values = texts.cast(pl.Float64, strict=False)
    failed = values.is_null() & texts.is_not_null()
    if failed.any():
        values, grouped = _second_look(texts, values, failed, words)
        thousands = np.union1d(thousands, grouped)
    missing = texts.is_null() | texts.str.to_lowercase().is_in(MISSING_WORDS)
    unreadable = _rows(values.is_null() & ~missing)
    written = values.is_infinite() | values.is_nan()
    filled = texts.len() - int((missing & values.is_null()).sum())
    return Cast(_finite(values), filled, unreadable, _rows(written), thousands, commas)


def _second_look(
    texts: pl.Series, values: pl.Series, failed: pl.Series, words: Mapping[str, float]
) -> tuple[pl.Series, NDArray[np.int64]]:
    """Read the cells that failed, and tell in which rows thousands were parted."""
    plain = texts.str.replace("−", "-", literal=True).str.replace(_UNIT, "")
    gaps = failed & plain.str.contains(_GAP_THOUSANDS)
    plain = _where(gaps, plain.str.replace_all(_GAP, ""), plain)
    commas = failed & plain.str.contains(_COMMA_THOUSANDS)
    plain = _where(commas, plain.str.replace_all(",", "", literal=True), plain)
    again = plain.cast(pl.Float64, strict=False)
    if words:
        meant = texts.str.to_lowercase().replace_strict(
            words, default=None, return_dtype=pl.Float64
        )
        again = _where(meant.is_not_null(), meant, again)
    return _where(failed, again, values), _rows(gaps | commas)


def clock_milliseconds(cells: pl.Series) -> pl.Series | None:
    """Read lengths written as minutes and seconds, "3:45"; nothing if most are not so written."""
    if cells.dtype != pl.String:
        return None
    texts = cells.str.strip_chars()
    parts = texts.str.extract_groups(_CLOCK).struct.unnest().cast(pl.Float64)
    hours, minutes, seconds = parts.get_columns()
    if seconds.count() < 0.9 * texts.count() or not seconds.count():
        return None
    length = (hours.fill_null(0) * 3600 + minutes * 60 + seconds) * 1000
    return length.alias(cells.name)


def _where(mask: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    """Choose cell by cell; a missing mask chooses `no`."""
    return yes.zip_with(mask.fill_null(value=False), no)


def _finite(values: pl.Series) -> pl.Series:
    """Make values that are not finite missing."""
    return values.set(~values.is_finite().fill_null(value=True), None)


def _rows(mask: pl.Series) -> NDArray[np.int64]:
    """Return the rows where a mask holds, from 0."""
    return np.flatnonzero(mask.fill_null(value=False).to_numpy()).astype(np.int64)
