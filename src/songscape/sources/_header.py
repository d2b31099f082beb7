"""Where a table's header ends, and what its columns are called.

One record of names is the rule. FMA and other exports of pandas write two or three records of
names, from the general to the particular, and then a record that holds the name of the first column
alone; the parts are joined by a dot: ``album.title``, ``mfcc.mean.01``. Where numbers stand in the
first record just as they do below it, there is no header.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from songscape.core.errors import InputError
from songscape.core.findings import Finding, Severity
from songscape.sources._ragged import is_number
from songscape.sources._tabular import Table

if TYPE_CHECKING:
    from songscape.sources._records import Records

_SAMPLE = 64
_MOST_ROWS = 3
_OVERRULE = "--set source.header=N"
_Row = tuple[str | None, ...]


def with_header(records: Records, asked: int, name: str) -> Table:
    """Part the header from the rows.

    Parameters
    ----------
    records : the cells, header included.
    asked : number of header records; -1 to find out.
    name : the source's name, for messages.

    Raises
    ------
    InputError
        If there is nothing below the header.
    """
    sample = records.frame.head(_SAMPLE).rows()
    count = _header_rows(sample) if asked < 0 else asked
    header = sample[:count]
    indexed = count > 1 and len(sample) > count and _names_index(sample[count])
    start = count + indexed
    frame = records.frame.slice(start)
    if frame.is_empty():
        raise InputError(f"{name} has a header but no songs below it.")
    raw = _joined(header, sample[count][0] if indexed else None, frame.width)
    names = _unique(raw)
    return Table(
        name=name,
        frame=frame.rename(dict(zip(frame.columns, names, strict=True))),
        lines=records.lines[start:],
        nameless=frozenset(new for new, old in zip(names, raw, strict=True) if not old),
        headed=count > 0,
        findings=(*records.findings, *_findings(count, header, raw, names)),
    )


def _header_rows(sample: list[_Row]) -> int:
    """Return how many of the first records are names."""
    first = sample[0]
    if _repeats(first):
        for number in range(2, min(_MOST_ROWS + 1, len(sample))):
            if _names_index(sample[number]):
                return number
    numeric = _numeric(sample[1:])
    numbers_above = sum(is_number(first[column] or "") for column in numeric)
    if numeric and numbers_above > len(numeric) / 2:
        return 0
    if not numeric and len(sample) == 1 and all(is_number(cell or "") for cell in first):
        return 0
    return _deeper(sample) if _repeats(first) else 1


def _deeper(sample: list[_Row]) -> int:
    """Return how many records hold names where the records below them hold numbers."""
    count = 1
    while count < min(_MOST_ROWS, len(sample) - 1):
        numeric = _numeric(sample[count + 1 :])
        named = sum(
            bool(cell) and not is_number(cell or "") for cell in _at(sample[count], numeric)
        )
        if not numeric or named <= len(numeric) / 2:
            break
        count += 1
    return count


def _repeats(row: _Row) -> bool:
    """Tell whether a name stands twice in a row, next to itself, or is left out after the first."""
    filled = [cell for cell in row if cell]
    return any(one == other for one, other in pairwise(filled)) or (
        len(filled) > 1 and None in row[1:]
    )


def _names_index(row: _Row) -> bool:
    """Tell whether a record holds the name of the first column alone."""
    return len(row) > 2 and bool(row[0]) and not any(row[1:]) and not is_number(row[0] or "")


def _numeric(rows: list[_Row]) -> list[int]:
    """Return the columns whose filled cells are mostly numbers."""
    columns = list(zip(*rows, strict=True))
    filled = [[cell for cell in column if cell] for column in columns]
    return [
        number
        for number, cells in enumerate(filled)
        if cells and sum(map(is_number, cells)) >= 0.9 * len(cells)
    ]


def _at(row: _Row, columns: list[int]) -> list[str | None]:
    return [row[column] for column in columns]


def _joined(header: list[_Row], index: str | None, width: int) -> list[str]:
    """Return one name for every column; blank where the source has none."""
    if not header:
        return [""] * width
    above = [_carried(row) for row in header[:-1]]
    parts = zip(*above, (_tidy(cell) for cell in header[-1]), strict=True)
    names = [".".join(dict.fromkeys(filter(None, column))) for column in parts]
    return [_tidy(index), *names[1:]] if index else names


def _carried(row: _Row) -> list[str]:
    """Carry a name to the right over the blanks that merged cells leave."""
    carried: list[str] = []
    for cell in row:
        carried.append(_tidy(cell) or (carried[-1] if carried else ""))
    return carried


def _tidy(cell: str | None) -> str:
    """Return a name without padding, line breaks and byte-order marks."""
    return " ".join((cell or "").replace("\ufeff", "").split())


def _unique(names: list[str]) -> list[str]:
    """Make names unique: blanks are numbered columns, repeats get their number behind."""
    unique: list[str] = []
    for number, name in enumerate(names, 1):
        wanted = new = name or f"column_{number}"
        count = 1
        while new in unique:
            count += 1
            new = f"{wanted} ({count})"
        unique.append(new)
    return unique


def _findings(
    count: int, header: list[_Row], raw: list[str], names: list[str]
) -> tuple[Finding, ...]:
    """Say what is unusual about the header."""
    repeated = [new for new, old in zip(names, raw, strict=True) if old and new != old]
    padded = [cell for row in header for cell in row if cell and cell != _tidy(cell)]
    candidates = (
        count == 0
        and Finding(
            "no-header",
            "line 1",
            1,
            "The first line holds values, not names.",
            "columns named by number",
            _OVERRULE,
            Severity.NOTE,
        ),
        count > 1
        and Finding(
            "header-rows",
            f"lines 1–{count}",
            count,
            f"The header takes {count} lines.",
            "names joined by a dot",
            _OVERRULE,
            Severity.NOTE,
        ),
        bool(repeated)
        and Finding(
            "duplicate-header",
            ", ".join(repeated),
            len(repeated),
            f"{len(repeated)} columns have a name that another column has already.",
            "given a number behind the name",
            "rename them in the file",
        ),
        bool(padded)
        and Finding(
            "padded-header",
            ", ".join(map(repr, padded)),
            len(padded),
            f"{len(padded)} names have spaces or line breaks around or inside.",
            "spaces taken off",
            "",
            Severity.NOTE,
        ),
    )
    return tuple(found for found in candidates if found)
