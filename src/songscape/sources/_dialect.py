"""How a delimited file is written: which character parts its cells.

A delimiter is told by agreement: read with the right one, nearly all records have the same number
of cells, the first record included; read with a wrong one they have one cell, or differ. Excel's
own hint, a first line ``sep=;``, is believed and taken off.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from songscape.core.errors import RecipeError
from songscape.core.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_RECORDS = 200
_HINT = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


def delimiter_of(text: str, asked: str) -> tuple[str, int]:
    r"""Return the delimiter of a text, and how many characters its Excel hint takes.

    Parameters
    ----------
    text : the whole file.
    asked : "auto", or the delimiter itself.

    Raises
    ------
    RecipeError
        If what is asked for cannot part cells.

    Examples
    --------
    >>> delimiter_of("artist;tempo\nBjörk;120,5\n", "auto")
    (';', 0)
    """
    hint = _HINT.match(text)
    start = hint.end() if hint else 0
    if asked != "auto":
        return _one_character(asked), start
    if hint:
        return hint[1], start
    return max(DELIMITERS, key=lambda delimiter: _agreement(text, delimiter)), 0


def _one_character(asked: str) -> str:
    """Return the delimiter the user asks for."""
    delimiter = {"tab": "\t", "\\t": "\t"}.get(asked, asked)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise RecipeError(f"source.delimiter must be one character or tab, not {asked!r}.")
    return delimiter


def delimiter_finding(delimiter: str) -> tuple[Finding, ...]:
    """Say which delimiter parts the cells, unless it is the comma."""
    if delimiter == ",":
        return ()
    name = _NAMES.get(delimiter, repr(delimiter))
    says = f"Cells are parted by {name}, not by comma."
    overrule = "--set source.delimiter=,"
    return (Finding("delimiter", "file", 1, says, f"read with {name}", overrule, Severity.NOTE),)


def line_end_finding(text: str) -> tuple[Finding, ...]:
    """Say how lines end, unless by a plain newline."""
    old = text.count("\r")
    if not old:
        return ()
    windows, plain = text.count("\r\n"), text.count("\n")
    kind = "CR+LF" if windows == plain == old else "CR" if not plain else "CR+LF and LF, mixed"
    says = f"Lines end in {kind}."
    return (Finding("line-ends", "file", old, says, "read as line ends", severity=Severity.NOTE),)


def _agreement(text: str, delimiter: str) -> tuple[float, int]:
    """Return the share of records as wide as most are, and that width; one cell counts nothing."""
    widths = [len(record) for record in sample_records(text, delimiter) if record]
    if not widths:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    if width < 2:
        return 0.0, 0
    # A first record of one cell is a header of another delimiter over cells that hold this one.
    headed = 1.0 if widths[0] > 1 else 0.5
    return round(headed * count / len(widths), 1), width


def sample_records(text: str, delimiter: str) -> Sequence[list[str]]:
    """Return the first records of a text, without the one that the sample may have cut."""
    sample = text[:_SAMPLE_CHARACTERS]
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) == _SAMPLE_RECORDS:
                return records
    except csv.Error:
        return records
    whole = len(text) <= _SAMPLE_CHARACTERS or len(records) < 2
    return records if whole else records[:-1]
