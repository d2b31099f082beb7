"""From a path to a table of cells, whatever kind of file it is.

The content decides, not the file's name: a Parquet file, a workbook and JSON are known by their
first bytes, and so are the files that people give by mistake, as an image or a song.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from songscape.core.errors import InputError
from songscape.core.places import missing
from songscape.sources._dialect import delimiter_finding, delimiter_of, line_end_finding
from songscape.sources._encoding import decode
from songscape.sources._header import with_header
from songscape.sources._records import Reading, read_records
from songscape.sources._tabular import Table

if TYPE_CHECKING:
    from pathlib import Path

    from songscape.sources.table import Options

_TEXT = (".csv", ".tsv", ".tab", ".psv", ".txt", ".json", ".jsonl", ".ndjson")
_BINARY = (".parquet", ".pq", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SUFFIXES = frozenset((*_TEXT, *_BINARY))
_AUDIO = "a piece of audio; give songscape the folder it is in"
_FOREIGN = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"%PDF": "a PDF; copy its table into a spreadsheet and save that as CSV",
    b"\x1f\x8b": "compressed; unpack it first",
    b"7z\xbc\xaf": "compressed; unpack it first",
    # With the version behind it: a column may be called ID3.
    **{b"ID3" + bytes([version]): _AUDIO for version in (2, 3, 4)},
    b"\xff\xfb": _AUDIO,
    b"OggS": _AUDIO,
    b"fLaC": _AUDIO,
    b"RIFF": _AUDIO,
    b"SQLite format 3": "a database; export its table as CSV",
    b"version https://git-lfs": "a pointer to a file that was not fetched; run git lfs pull",
}
_WEB_PAGE = (b"<!doctype", b"<html")
_SAMPLE = 1 << 16
_CONTROL = frozenset(range(32)) - {0, 8, 9, 10, 12, 13, 27}


def read_table(path: Path, options: Options) -> Table:
    """Read the cells of a file.

    Parameters
    ----------
    path : the file.
    options : how to read it.

    Raises
    ------
    InputError
        If there is no such file, or no table in it.
    """
    data = _bytes(path)
    if data.startswith(b"PAR1"):
        return _parquet(path)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from songscape.sources._workbook import read_workbook

        return read_workbook(path, options.sheet, options.header)
    _refuse_foreign(data, path.name)
    text, findings = decode(data, options.encoding, path.name)
    if not text.strip():
        raise InputError(f"{path.name} is empty.")
    if text.lstrip()[0] in "[{":
        from songscape.sources._json import read_json

        return read_json(text, path.name).note(*findings)
    return _delimited(text, path.name, options).note(*findings)


def _bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        If it is missing, a folder, empty, or cannot be read.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; a table must be a file.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    if not data:
        raise InputError(f"{path.name} is empty.")
    return data


def _refuse_foreign(data: bytes, name: str) -> None:
    """Raise if the bytes are of another kind of file than a table."""
    start = data[:64].lstrip()
    kind = next((kind for magic, kind in _FOREIGN.items() if start.startswith(magic)), "")
    if start.lower().startswith(_WEB_PAGE):
        kind = "a web page; save the table itself, not the page that shows it"
    if kind:
        raise InputError(f"{name} is {kind}." if ";" in kind else f"{name} is {kind}, no table.")
    sample = data[:_SAMPLE]
    if sum(byte in _CONTROL for byte in sample) > 0.1 * len(sample):
        raise InputError(f"{name} is no text; save the table as CSV, Parquet or Excel workbook.")


def _parquet(path: Path) -> Table:
    """Read a Parquet file."""
    from songscape.sources._frames import plain

    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path.name} is a damaged Parquet file: {error}; write it anew."
        ) from None
    if frame.is_empty():
        raise InputError(f"{path.name} has columns but no rows.")
    return Table.numbered(path.name, plain(frame))


def _delimited(text: str, name: str, options: Options) -> Table:
    """Read a delimited text."""
    delimiter, start = delimiter_of(text, options.delimiter)
    body = text[start:]
    above = len(body) - len(body.lstrip("\r\n"))
    skipped = text[: start + above].count("\n")
    reading = Reading(name, delimiter, options.ragged, skipped)
    records = read_records(body[above:], reading)
    table = with_header(records, options.header, name)
    return table.note(*delimiter_finding(delimiter), *line_end_finding(body))
