"""A mapping of labels to groups as a file people edit and give back.

As CSV it has the columns ``genre`` and ``group`` (others are ignored), as TOML a table ``[groups]``
with ``"canadian hip hop" = "hip hop"``. What it says goes before every rule.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._labels import label_key
from songscape.core.atomic import write_text
from songscape.core.csv_text import csv_text, unguarded
from songscape.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_WAY_OUT = "mend it, or give another with --set clean.genres.mapping=FILE"


def read_mapping(path: Path) -> dict[str, str]:
    """Return the group of each label, by the label's key.

    Raises
    ------
    InputError
        If the file is not there, not CSV or TOML, or gives one label two groups.
    """
    try:
        pairs = _from_toml(path) if path.suffix.lower() == ".toml" else _from_csv(path)
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        pl.exceptions.PolarsError,
    ) as error:
        raise InputError(f"The genre mapping {path} cannot be read: {error}; {_WAY_OUT}.") from None
    groups: dict[str, str] = {}
    for label, group in pairs:
        if groups.setdefault(label_key(label), group) != group:
            raise InputError(f"The genre mapping {path} gives {label!r} two groups; leave one.")
    return groups


def write_mapping(table: pl.DataFrame, path: Path) -> None:
    """Write a mapping table as CSV that no spreadsheet runs, or as TOML where the name says so."""
    if path.suffix.lower() == ".toml":
        lines = [f"{_quoted(label)} = {_quoted(group)}" for label, group in _pairs(table)]
        write_text(path, "[groups]\n" + "\n".join(lines) + "\n")
    else:
        write_text(path, csv_text(table))


def _pairs(table: pl.DataFrame) -> Iterable[tuple[str, str]]:
    """Yield label and group of the lines that have both."""
    return table.select("genre", "group").drop_nulls().iter_rows()


def _from_csv(path: Path) -> Iterable[tuple[str, str]]:
    """Read the pairs of a CSV."""
    table = unguarded(pl.read_csv(path, infer_schema=False))
    lacking = [name for name in ("genre", "group") if name not in table.columns]
    if lacking:
        raise InputError(
            f"The genre mapping {path} needs the columns {', '.join(lacking)}; {_WAY_OUT}."
        )
    return _pairs(table)


def _from_toml(path: Path) -> Iterable[tuple[str, str]]:
    """Read the pairs of a TOML file."""
    groups = tomllib.loads(path.read_text(encoding="utf-8")).get("groups")
    if not isinstance(groups, dict) or not all(isinstance(group, str) for group in groups.values()):
        raise InputError(f"The genre mapping {path} needs a table [groups] of texts; {_WAY_OUT}.")
    return groups.items()


def _quoted(text: str) -> str:
    """Return a text as a TOML string."""
    escaped = "".join(
        f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign
        for sign in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
