"""Frames of other libraries at the door: polars, pandas, pyarrow and whatever narwhals knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from songscape.core.errors import InputError
from songscape.sources._meaning import to_collection
from songscape.sources._parts import Demands
from songscape.sources._tabular import Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from songscape.core.collection import Collection

_WITH_TEXT = (
    *(pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null),
    *(pl.Date, pl.Datetime, pl.Time),
)


def collection(
    frame: Any, roles: Mapping[str, str] | None = None, layout: str = "auto", name: str = "frame"
) -> Collection:
    """Make a collection of a polars, pandas or pyarrow table, or any other that narwhals knows.

    Parameters
    ----------
    frame : one row per song.
    roles : the role of columns, by header or canonical name.
    layout : a known layout's name, "auto" or "none".
    name : what the history calls the frame.

    Raises
    ------
    InputError
        If it is no frame, or has no rows.
    UnknownNameError
        For a layout, role or column that does not exist.

    Examples
    --------
    >>> songs = collection(pl.DataFrame({"track_name": ["Jóga"], "tempo": [87.9]}))
    >>> songs.frame["title"].to_list()
    ['Jóga']
    """
    return to_collection(read_frame(frame, name), layout, Demands(roles or {}))


def read_frame(frame: Any, name: str) -> Table:
    """Take a frame of any library in as a table.

    Parameters
    ----------
    frame : the frame; a pandas index that has a name becomes a column.
    name : what to call it.

    Raises
    ------
    InputError
        If it is no frame, or has no rows.
    """
    if nw.dependencies.is_pandas_dataframe(frame):
        frame = _plain_pandas(frame)
    try:
        native = nw.from_native(frame)
    except TypeError:
        raise InputError(
            f"A {type(frame).__name__} is no table; give a path, or a polars, pandas or pyarrow "
            "frame."
        ) from None
    eager = native.collect() if isinstance(native, nw.LazyFrame) else native
    own = plain(_to_polars(eager))
    if own.is_empty():
        raise InputError(f"The {name} has no rows.")
    return Table.numbered(name, own)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring all columns to text, numbers, truth values or lists of text."""
    columns = {column.name: _plain_column(column) for column in frame.iter_columns()}
    return pl.DataFrame(columns).with_columns(pl.selectors.string().replace("", None))


def _plain_column(column: pl.Series) -> pl.Series:
    """Bring one column to a plain type."""
    kind = column.dtype
    if kind in (pl.String, pl.Boolean):
        return column
    if kind.is_numeric():
        return column.cast(pl.Float64) if kind.is_decimal() else column
    if isinstance(kind, pl.List | pl.Array) and _has_text(kind.inner):
        return column.cast(pl.List(pl.String))
    if _has_text(kind):
        return column.cast(pl.String)
    return pl.Series(column.name, [_text(value) for value in column.to_list()], pl.String)


def _has_text(kind: Any) -> bool:
    """Tell whether polars turns values of a type into text; some types it refuses."""
    return kind.is_numeric() or kind in _WITH_TEXT


def _text(value: Any) -> str | None:
    """Return any value as text; bytes that are no UTF-8 are marked."""
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _plain_pandas(frame: Any) -> Any:
    """Give a pandas frame names that are texts; parts of a name are joined by a dot."""
    names = [name for name in frame.index.names if name is not None]
    plain_frame = frame.reset_index() if names else frame.copy(deep=False)
    plain_frame.columns = [_name(column) for column in plain_frame.columns]
    return plain_frame


def _name(column: Any) -> str:
    """Return the name of a pandas column as text."""
    parts = column if isinstance(column, tuple) else (column,)
    return ".".join(str(part) for part in parts if str(part))


def _to_polars(frame: Any) -> pl.DataFrame:
    """Convert by way of Arrow, or value by value where pyarrow is not installed."""
    try:
        converted: pl.DataFrame = frame.to_polars()
    except ImportError:
        return pl.DataFrame({name: _values(frame[name]) for name in frame.columns}, strict=False)
    return converted


def _values(column: Any) -> list[Any]:
    """Return the values of a column, with None for what is missing."""
    pairs = zip(column, column.is_null(), strict=True)
    return [None if missing else value for value, missing in pairs]
