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
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from songscape.core.errors import InputError
from songscape.core.findings import Finding
from songscape.sources._ragged import mend

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Rows = list[list[str]]
_LONE_RETURN = re.compile("\r(?!\n)")
_STAND_IN = "\ue00d"
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
    rows: _Rows,
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


def _quotes_right(
    data: NDArray[np.unsignedinteger[Any]], quotes: NDArray[np.int64], delimiter: int
) -> bool:
    """Tell whether every quote opens, closes or is doubled."""
    if quotes.size % 2:
        return False
    edges = np.array([delimiter, _NEWLINE, _QUOTE], data.dtype)
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < data.size - 1] + 1]
    returned = np.append(edges, data.dtype.type(_RETURN))
    return bool(np.isin(before, edges).all() and np.isin(after, returned).all())


@dataclass(frozen=True)
class _Quoting:
    """How the csv module takes quotes; `finding` tells of it where it is unusual."""

    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    strict: bool = True
    spaced: bool = False


class _QuoteError(Exception):
    """A quote that was opened in `line` is never closed, or is followed by letters."""

    def __init__(self, line: int, *, open_end: bool) -> None:
        super().__init__(line)
        self.line, self.open_end = line, open_end


def _parsed(text: str, reading: Reading) -> tuple[_Rows, NDArray[np.int64], tuple[Finding, ...]]:
    """Read a text by the csv module; where quotes make no sense, read them as letters."""
    try:
        rows, lines = _csv_rows(text, reading.delimiter, _Quoting())
        if _opens_after_space(text, rows, reading.delimiter):
            rows, lines = _csv_rows(text, reading.delimiter, _Quoting(spaced=True))
    except _QuoteError as error:
        failure = error
    else:
        return rows, lines, ()
    rows, lines = _csv_rows(text, reading.delimiter, _Quoting(csv.QUOTE_NONE, strict=False))
    padded = re.search(rf'"[ \t]+({re.escape(reading.delimiter)}|[\r\n])', text)
    if len({len(row) for row in rows}) == 1 and not padded:
        return rows, lines, (_stray(failure.line + reading.skipped, "read as letters"),)
    if failure.open_end:
        raise InputError(
            f"A quote opened in line {failure.line + reading.skipped:,} of {reading.name} is "
            "never closed; close it or double it there."
        )
    tolerant = _Quoting(strict=False, spaced=bool(padded))
    rows, lines = _csv_rows(text, reading.delimiter, tolerant)
    return rows, lines, (_stray(failure.line + reading.skipped, "taken off"),)


def _opens_after_space(text: str, rows: _Rows, delimiter: str) -> bool:
    """Tell whether spaces before quotes kept them from quoting."""
    if not any(cell.startswith(' "') for row in rows for cell in row):
        return False
    # By code points, as a delimiter that is asked for may be any character.
    data = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return not _quotes_right(data, np.flatnonzero(data == _QUOTE), ord(delimiter))


def _stray(line: int, does: str) -> Finding:
    """Tell of quotes that are neither around a cell nor doubled inside one."""
    says = f"Quotes are not used as CSV wants, first in line {line:,}."
    return Finding("stray-quote", f"line {line}", 1, says, does, "double the quotes in the file")


def _csv_rows(text: str, delimiter: str, how: _Quoting) -> tuple[_Rows, NDArray[np.int64]]:
    """Return the rows of a text that are not blank, and the line each starts in."""
    if "\n" in text:
        # The csv module takes a lone return for the end of a line, even among newlines.
        text = _LONE_RETURN.sub(_STAND_IN, text)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=how.quoting,
        skipinitialspace=how.spaced,
        strict=how.strict,
    )
    rows: _Rows = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if row:
                rows.append([cell.replace(_STAND_IN, "\r") for cell in row])
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _QuoteError(line, open_end="expected after" not in str(error)) from None
    return rows, np.array(lines, np.int64)
