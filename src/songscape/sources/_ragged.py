"""Records of another width than the rest: mended where there is one way to, else refused by line.

========================== ======================================================================
a record is                what is done
========================== ======================================================================
too short                  padded with missing cells, if its numbers stand where numbers stand
too long by empty cells    cut
too long by a delimiter    the cells of the one text that makes all numbers fall into place are
that nobody quoted         joined again
anything else              refused by line, or left out with ``ragged = "skip"``; never shifted
========================== ======================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.errors import InputError
from songscape.core.findings import Finding, Severity
from songscape.core.wording import count, listed
from songscape.sources._numbers import MISSING_WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBER = re.compile(r"\s*'?[+-]?(\d[\d.,  ']*|\.\d+)([eE][+-]?\d+)?\s*%?\s*", re.ASCII)
_SAMPLE = 1000
_SHOWN = 5


def mend(
    rows: list[list[str]], lines: NDArray[np.int64], delimiter: str, name: str, ragged: str
) -> tuple[list[list[str]], NDArray[np.int64], tuple[Finding, ...]]:
    """Make all rows equally wide.

    Parameters
    ----------
    rows : the records, header included.
    lines : the line of each.
    delimiter : what parts cells.
    name : the file's name, for messages.
    ragged : "error" or "skip", for rows that cannot be mended.

    Returns
    -------
    The rows, their lines, and what was done.

    Raises
    ------
    InputError
        If a row cannot be mended and `ragged` is "error".
    """
    above = _preamble(rows)
    prose = _prose_finding(rows[:above], lines[:above])
    rows, lines = rows[above:], lines[above:]
    rows, width = _framed(rows)
    odd = [number for number, row in enumerate(rows) if len(row) != width]
    if not odd:
        return rows, lines, prose
    numeric = _numeric_columns(rows, width)
    outcome = {number: _mended(rows[number], width, numeric, delimiter) for number in odd}
    lost = [number for number in odd if outcome[number] is None]
    if lost and ragged == "error":
        raise _refusal(rows[lost[0]], int(lines[lost[0]]), width, delimiter, name)
    fixed = [outcome.get(number, row) for number, row in enumerate(rows)]
    kept = np.array([row is not None for row in fixed])
    findings = (*prose, *_findings(rows, lines, odd, set(lost), width))
    return [row for row in fixed if row is not None], lines[kept], findings


def _common_width(rows: list[list[str]]) -> int:
    """Return the width most rows below the first have."""
    widths = Counter(len(row) for row in rows[1 : _SAMPLE + 1])
    return widths.most_common(1)[0][0] if widths else len(rows[0])


def _preamble(rows: list[list[str]]) -> int:
    """Count the lines of prose above a table, as "Exported on 3 May", which fill one cell."""
    common = _common_width(rows)
    count = 0
    while common > 2 and len(rows[count]) < common and sum(map(bool, rows[count])) == 1:
        count += 1
    return count


def _prose_finding(rows: list[list[str]], lines: NDArray[np.int64]) -> tuple[Finding, ...]:
    """Tell of lines above the table."""
    if not rows:
        return ()
    says = f"{count(len(rows), 'line')} of prose above the table."
    shown = tuple(cell for row in rows for cell in row if cell)
    where = where_lines(lines)
    return (Finding("preamble", where, len(rows), says, "left out", examples=shown[:_SHOWN]),)


def _framed(rows: list[list[str]]) -> tuple[list[list[str]], int]:
    """Return the rows and their right width.

    Rows wider by one than their header are named rows, as R writes them: the header lacks the name
    of the first column. A delimiter that ends every line makes one empty cell too many.
    """
    header, common = rows[0], _common_width(rows)
    if common == len(header) + 1:
        last = [row[-1] for row in rows[1:] if len(row) == common]
        return ([["", *header], *rows[1:]], common) if any(last) else (rows, len(header))
    if common == len(header) - 1 and not header[-1].strip():
        return [header[:-1], *rows[1:]], common
    return rows, len(header)


def _numeric_columns(rows: list[list[str]], width: int) -> list[int]:
    """Return the columns whose cells are numbers in nearly all rows of the right width."""
    sample = [row for row in rows[1:] if len(row) == width][:_SAMPLE]
    return [column for column in range(width) if _mostly_numbers([row[column] for row in sample])]


def _mostly_numbers(cells: list[str]) -> bool:
    """Tell whether at least nine in ten of the cells that are filled are numbers."""
    filled = [cell for cell in cells if cell.strip().lower() not in MISSING_WORDS]
    return bool(filled) and sum(map(is_number, filled)) >= 0.9 * len(filled)


def is_number(cell: str) -> bool:
    """Tell whether a cell reads like a number, in whatever country's way."""
    return _NUMBER.fullmatch(cell) is not None


def _mended(row: list[str], width: int, numeric: list[int], delimiter: str) -> list[str] | None:
    """Return the row at its right width, or nothing if no way or several lead there."""
    if len(row) < width:
        padded = row + [""] * (width - len(row))
        return padded if _fits(padded, numeric) else None
    if not any(cell.strip() for cell in row[width:]):
        return row[:width]
    joined = [
        (column, _joined(row, column, width, delimiter))
        for column in range(width)
        if column not in numeric
    ]
    fitting = [(column, cells) for column, cells in joined if _fits(cells, numeric)]
    if len(fitting) > 1:
        # People put a space after a comma in prose, programs put none between cells.
        fitting = [pair for pair in fitting if _spaced(row, pair[0], width)]
    return fitting[0][1] if numeric and len(fitting) == 1 else None


def _joined(row: list[str], column: int, width: int, delimiter: str) -> list[str]:
    """Return the row with the cells too many joined into one column."""
    end = column + len(row) - width + 1
    return [*row[:column], delimiter.join(row[column:end]), *row[end:]]


def _spaced(row: list[str], column: int, width: int) -> bool:
    """Tell whether every cell that was joined on begins with a space."""
    return all(cell.startswith(" ") for cell in row[column + 1 : column + len(row) - width + 1])


def _fits(row: list[str], numeric: list[int]) -> bool:
    """Tell whether numbers, or nothing, stand in the columns of numbers."""
    cells = (row[column].strip() for column in numeric)
    return all(cell.lower() in MISSING_WORDS or is_number(cell) for cell in cells)


def _refusal(row: list[str], line: int, width: int, delimiter: str, name: str) -> InputError:
    """Say which line has another width, and the way out."""
    cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
    reason = (
        f"a text in it may hold a {delimiter!r} without quotes"
        if len(row) > width
        else f"from column {len(row) + 1} on it is missing"
    )
    return InputError(
        f"Line {line:,} of {name} has {cells} where {width} are expected ({reason}); "
        "mend that line, or leave such lines out with --set source.ragged=skip."
    )


def _findings(
    rows: list[list[str]], lines: NDArray[np.int64], odd: list[int], lost: set[int], width: int
) -> tuple[Finding, ...]:
    """Say what was done with rows of another width, one finding for each kind."""
    short = [number for number in odd if number not in lost and len(rows[number]) < width]
    long = [number for number in odd if number not in lost and len(rows[number]) > width]
    empty = [number for number in long if not any(cell.strip() for cell in rows[number][width:])]
    joined = [number for number in long if number not in set(empty)]
    kinds = (
        (short, "with too few cells", "padded with missing cells", Severity.WARNING),
        (empty, "with empty cells too many at the end", "cut", Severity.NOTE),
        (joined, "with a delimiter that is not in quotes", "joined again", Severity.WARNING),
        (sorted(lost), "with another number of cells", "left out", Severity.ERROR),
    )
    return tuple(
        Finding(
            what="ragged-rows",
            where=where_lines(lines[numbers]),
            count=len(numbers),
            says=f"{count(len(numbers), 'row')} {what}; the table has {width} columns.",
            does=does,
            overrule="mend the lines named",
            severity=severity,
            examples=tuple(f"line {line}" for line in lines[numbers][:_SHOWN]),
        )
        for numbers, what, does, severity in kinds
        if numbers
    )


def where_lines(lines: NDArray[np.int64]) -> str:
    """Name lines as people do, the first five and how many more."""
    return f"{'line' if lines.size == 1 else 'lines'} {listed(map(str, lines), most=_SHOWN)}"
