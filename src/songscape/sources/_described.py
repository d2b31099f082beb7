"""Tables that ``songscape describe`` wrote: their songs are compared as those of a folder are."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.sources.folder import COMPARED, RECIPE

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = frozenset(name for name in COMPARED if "_" in name and not set("*[?") & set(name))
"""Descriptors whose names tell them for ours; energy and tempo are everybody's."""

LEAST = 0.5
"""Part of them that makes a table one of ours: what no song has makes no column."""

_LONGEST = 1 << 20


def recipe(path: str) -> Mapping[str, Any]:
    """Return a folder's part of a recipe for a table of our descriptors, else nothing.

    >>> recipe("nowhere.csv")
    {}
    """
    return RECIPE if len(OWN & _columns(Path(path).expanduser())) >= LEAST * len(OWN) else {}


def _columns(path: Path) -> set[str]:
    """Return the names in a file's header as we write it; none where there is nothing like it."""
    try:
        if path.suffix.lower() == ".parquet":
            return set(pl.read_parquet_schema(path))
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return set(next(csv.reader([lines.readline(_LONGEST)]), ()))
    except (OSError, ValueError, csv.Error, pl.exceptions.PolarsError):
        return set()
