"""Excel and OpenDocument workbooks, by the optional extra ``excel``.

A sheet's cells become the text a CSV export of it would hold, and go the same road from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.core.errors import InputError, MissingExtraError, UnknownNameError
from songscape.sources._header import with_header
from songscape.sources._records import Reading, of_rows

if TYPE_CHECKING:
    from pathlib import Path

    from songscape.sources._tabular import Table


def read_workbook(path: Path, sheet: str, header: int) -> Table:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : the workbook.
    sheet : the sheet's name; the first with cells in it if empty.
    header : number of header rows; -1 to find out.

    Raises
    ------
    MissingExtraError
        Without the extra ``excel``.
    UnknownNameError
        If there is no such sheet.
    InputError
        If the file is no workbook, or all its sheets are empty.
    """
    try:
        import python_calamine as calamine
    except ModuleNotFoundError:
        raise MissingExtraError("Reading a workbook", "excel") from None
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        return _read_sheet(book, path.name, sheet, header)
    except (calamine.CalamineError, calamine.PasswordError, calamine.ZipError) as error:
        raise InputError(f"{path.name} is no workbook that can be read: {error}.") from None


def _read_sheet(book: Any, name: str, sheet: str, header: int) -> Table:
    """Read the sheet asked for, or the first that is not empty."""
    if sheet and sheet not in book.sheet_names:
        raise UnknownNameError(f"sheet of {name}", sheet, book.sheet_names)
    for title in [sheet] if sheet else book.sheet_names:
        rows = [[_text(cell) for cell in row] for row in book.get_sheet_by_name(title).to_python()]
        numbered = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
        if numbered:
            lines = np.array([number for number, _ in numbered], np.int64)
            records = of_rows([row for _, row in numbered], lines, Reading(name, ","))
            return with_header(records, header, name)
    raise InputError(f"{name} holds no cells{f' in sheet {sheet}' if sheet else ''}.")


def _text(cell: Any) -> str:
    """Return a cell as text; a whole number has no point, as in a sheet."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
