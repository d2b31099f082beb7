"""From text to records: every cell as a text, every record with the line it starts in.

A file whose quoting and widths are all regular, which one vectorised pass over its bytes proves,
is read by polars. Every other file is read by Python's csv module, record by record, and mended or
refused by name of its line (see ``_ragged``). Both roads give the same cells: an empty cell is
missing, quoted or not.

References
----------
Shafranovich (2005), Common Format and MIME Type for CSV Files, RFC 4180.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from songscape.core.errors import InputError
from songscape.core.findings import Finding
from songscape.sources._ragged import mend

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True, eq=False)
class Records:
    """The cells of a source, header records included.

    Parameters
    ----------
    frame : one row per record, String columns named ``column_1`` …; missing where empty.
    lines : int64 array, the line (or row of a sheet) each record starts in, from 1.
    findings : what was noticed and mended.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How to read a text: the file's name for messages, the delimiter, what to do with odd rows."""

    name: str
    delimiter: str
    ragged: str = "error"
    skipped: int = 0


def read_records(text: str, reading: Reading) -> Records:
    """Read a delimited text.

    Parameters
    ----------
    text : the whole file, decoded.
    reading : how.

    Raises
    ------
    InputError
        If a record cannot be read or mended; the message names its line.
    """
    data = text.encode()
    regular = _regular(data, reading.delimiter)
    if regular is not None:
        return Records(regular[0], regular[1] + reading.skipped)
    rows, lines, findings = _parsed(text, reading)
    return of_rows(rows, lines + reading.skipped, reading, findings)


def of_rows(
    rows: list[list[str]],
    lines: NDArray[np.int64],
    reading: Reading,
    findings: tuple[Finding, ...] = (),
) -> Records:
    """Make records of rows of texts, mending those of another width."""
    mended, kept, found = mend(rows, lines, reading.delimiter, reading.name, reading.ragged)
    names = [f"column_{number}" for number in range(1, len(mended[0]) + 1)]
    cells = zip(*mended, strict=True)
    frame = pl.DataFrame(
        [pl.Series(name, column, pl.String) for name, column in zip(names, cells, strict=True)]
    )
    return Records(_without_empty(frame), kept, (*findings, *found))


def _without_empty(frame: pl.DataFrame) -> pl.DataFrame:
    """Make empty cells missing."""
    return frame.with_columns(pl.all().replace("", None))


def _regular(data: bytes, delimiter: str) -> tuple[pl.DataFrame, NDArray[np.int64]] | None:
    """Read a text by polars if it is proved regular, else return nothing."""
    if len(delimiter.encode()) != 1:
        return None
    starts = _record_starts(np.frombuffer(data, np.uint8), ord(delimiter))
    if starts is None:
        return None
    frame = pl.read_csv(data, separator=delimiter, has_header=False, infer_schema=False)
    if frame.height != starts.size:
        return None
    newlines = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    return _without_empty(frame), np.searchsorted(newlines, starts).astype(np.int64) + 1


def _record_starts(data: NDArray[np.uint8], delimiter: int) -> NDArray[np.int64] | None:
    """Return the byte each record starts at, if quotes stand right and all widths are equal.

    A quote is right where it opens a cell, closes one, or is doubled inside. A delimiter or a
    newline stands outside quotes if an even number of quotes precedes it.
    """
    quotes = np.flatnonzero(data == _QUOTE)
    returns = np.flatnonzero(data == _RETURN)
    if not _quotes_right(data, quotes, delimiter) or not _before_newline(data, returns):
        return None
    delimiters = _outside(np.flatnonzero(data == delimiter), quotes)
    ends = _outside(np.flatnonzero(data == _NEWLINE), quotes)
    if ends.size == 0 or ends[-1] != data.size - 1:
        ends = np.append(ends, data.size)
    widths = np.diff(np.searchsorted(delimiters, ends), prepend=0)
    if widths[0] == 0 or (widths != widths[0]).any():
        return None
    return np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)


def _outside(positions: NDArray[np.int64], quotes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions outside quotes."""
    even: NDArray[np.bool_] = np.searchsorted(quotes, positions) % 2 == 0
    return positions[even]


def _before_newline(data: NDArray[np.uint8], returns: NDArray[np.int64]) -> bool:
    """Tell whether every carriage return belongs to a newline."""
    following = data[np.minimum(returns + 1, data.size - 1)]
    return bool((following == _NEWLINE).all())


def _quotes_right(data: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Tell whether every quote opens, closes or is doubled."""
    if quotes.size % 2:
        return False
    edges = np.array([delimiter, _NEWLINE, _QUOTE], np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < data.size - 1] + 1]
    returned = np.append(edges, np.uint8(_RETURN))
    return bool(np.isin(before, edges).all() and np.isin(after, returned).all())


def _parsed(
    text: str, reading: Reading
) -> tuple[list[list[str]], NDArray[np.int64], tuple[Finding, ...]]:
    """Read a text by the csv module; where a quote never closes, read quotes as letters."""
    spaced = f'{reading.delimiter} "' in text
    try:
        rows, lines = _csv_rows(text, reading.delimiter, csv.QUOTE_MINIMAL, spaced=spaced)
    except _UnclosedQuoteError as error:
        return _unquoted(text, reading, error.line)
    return rows, lines, ()


class _UnclosedQuoteError(Exception):
    """A quote that was opened in `line` is never closed."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _csv_rows(
    text: str, delimiter: str, quoting: Literal[0, 3], *, spaced: bool
) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Return the rows of a text that are not blank, and the line each starts in."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=quoting,
        skipinitialspace=spaced,
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error:
        raise _UnclosedQuoteError(line) from None
    if quoting != csv.QUOTE_NONE and _unclosed(text, rows):
        raise _UnclosedQuoteError(lines[-1])
    return rows, np.array(lines, np.int64)


def _unclosed(text: str, rows: list[list[str]]) -> bool:
    """Tell whether the last cell swallowed the end of the file, its last newline included."""
    return bool(rows) and text.endswith(("\n", "\r")) and rows[-1][-1].endswith(("\n", "\r"))


def _unquoted(
    text: str, reading: Reading, line: int
) -> tuple[list[list[str]], NDArray[np.int64], tuple[Finding, ...]]:
    """Read quotes as letters, if all records then have one width."""
    rows, lines = _csv_rows(text, reading.delimiter, csv.QUOTE_NONE, spaced=False)
    if len({len(row) for row in rows}) > 1:
        raise InputError(
            f"A quote opened in line {line + reading.skipped:,} of {reading.name} is never closed; "
            "close it or double it there."
        )
    says = f"A quote in line {line:,} is never closed, and all lines agree without quoting."
    finding = Finding("stray-quote", f"line {line}", 1, says, "quotes read as letters")
    return rows, lines, (finding,)
