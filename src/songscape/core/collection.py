"""A collection: songs, what each column means, and all that was done to them.

A :class:`Collection` is a frozen polars frame with a :class:`Column` (role, unit, range) for every
column, a history of one line per step and the findings made on the way. Rows never go silently:
the only way to drop some is :meth:`Collection.keep`, which writes how many and why.

======== ============================================================================
role     meaning
======== ============================================================================
id       names the song in this collection: text, exactly one column, unique
key      names something elsewhere (a service's track id, an album id); may repeat
text     to be read, as title
group    whose songs may share a style for reasons other than genre: artist, album
genre    labels given by people: text, or a list of texts
feature  a number that describes the song
place    latitude or longitude in degrees
map      a coordinate of the drawn map: x, y, z
label    what songscape found: the cluster
doubt    how sure it is: membership, margin, stability
file     the path of the audio, as bytes
======== ============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import polars as pl

from songscape.core.errors import InputError, UnknownNameError
from songscape.core.space import Space

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from songscape.core.findings import Finding


class Role(StrEnum):
    """What a column is to songscape; see the module's table."""

    ID = "id"
    KEY = "key"
    TEXT = "text"
    GROUP = "group"
    GENRE = "genre"
    FEATURE = "feature"
    PLACE = "place"
    MAP = "map"
    LABEL = "label"
    DOUBT = "doubt"
    FILE = "file"


class Kind(StrEnum):
    """How the numbers of a feature may be used.

    A ``measure`` has distances that mean something. A ``code`` stands for a category (mode, time
    signature). A ``cycle`` runs in a circle (key: 11 lies next to 0). ``about`` tells of the
    release rather than of the sound (popularity, year, duration).
    """

    MEASURE = "measure"
    CODE = "code"
    CYCLE = "cycle"
    ABOUT = "about"


@dataclass(frozen=True)
class Column:
    """What is known of one column.

    Parameters
    ----------
    role : its role.
    unit : unit of its values, as "BPM", "dB", "0..1"; empty if unknown.
    low, high : the range possible in that unit; None where there is no bound.
    missing : values that stand for "not found".
    kind : for features, how their numbers may be used.
    source : the header in the source, where it differs.
    """

    role: Role
    unit: str = ""
    low: float | None = None
    high: float | None = None
    missing: tuple[float, ...] = ()
    kind: Kind = Kind.MEASURE
    source: str = ""


@dataclass(frozen=True, eq=False)
class Collection:
    """Songs with a role for every column.

    Parameters
    ----------
    frame : one row per song.
    columns : one :class:`Column` for every column of the frame.
    history : one line per step.
    findings : what was noticed on the way.

    Raises
    ------
    InputError
        If a column has no role, if there is not exactly one id column of unique texts, if a
        feature is not numeric.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "b"], "tempo": [120.0, 90.0]})
    >>> roles = {"id": Column(Role.ID), "tempo": Column(Role.FEATURE, "BPM")}
    >>> songs = Collection(frame, roles)
    >>> songs.keep(frame["tempo"] > 100, "drop slow songs").history
    ('drop slow songs: 2 → 1 songs',)
    """

    frame: pl.DataFrame
    columns: Mapping[str, Column]
    history: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))
        _validate(self.frame, self.columns)

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Collection({len(self):,} songs, {len(self.names(Role.FEATURE))} features)"

    def _repr_html_(self) -> str:
        return self.frame.head(10)._repr_html_()

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Return the names of the columns that have one of these roles, in frame order."""
        return tuple(name for name in self.frame.columns if self.columns[name].role in roles)

    @property
    def ids(self) -> pl.Series:
        """The id of every song."""
        return self.frame[self.names(Role.ID)[0]]

    def keep(self, mask: NDArray[np.bool_] | pl.Series | pl.Expr, why: str) -> Self:
        """Keep the songs where `mask` holds; the history tells how many went and `why`."""
        chosen = mask if isinstance(mask, pl.Expr | pl.Series) else pl.Series(mask)
        frame = self.frame.filter(chosen)
        line = f"{why}: {len(self):,} → {frame.height:,} songs"
        return replace(self, frame=frame, history=(*self.history, line))

    def add(self, columns: Mapping[str, Column], values: pl.DataFrame, why: str) -> Self:
        """Add columns, or change columns that are there; the history tells `why`."""
        return replace(
            self,
            frame=self.frame.with_columns(values.select(columns.keys())),
            columns={**self.columns, **columns},
            history=(*self.history, why),
        )

    def drop(self, names: Iterable[str], why: str) -> Self:
        """Drop columns; the history tells `why`."""
        gone = set(names)
        left = {name: column for name, column in self.columns.items() if name not in gone}
        frame = self.frame.select(left.keys())
        return replace(self, frame=frame, columns=left, history=(*self.history, why))

    def note(self, *findings: Finding) -> Self:
        """Add findings; nothing else changes."""
        return replace(self, findings=(*self.findings, *findings))

    def space(self, names: Iterable[str] | None = None, name: str = "features") -> Space:
        """Return the features (or the columns named) as a space.

        Raises
        ------
        DegenerateDataError
            If a value is missing.
        """
        chosen = tuple(self.names(Role.FEATURE) if names is None else names)
        return Space.of(self.frame.select(chosen).fill_null(float("nan")), name)


def _validate(frame: pl.DataFrame, columns: Mapping[str, Column]) -> None:
    """Raise if the frame and its columns do not make a collection."""
    if set(frame.columns) != set(columns):
        odd = sorted(set(frame.columns) ^ set(columns))
        raise InputError(f"Every column needs one role; look at {', '.join(odd)}.")
    ids = [name for name, column in columns.items() if column.role is Role.ID]
    if len(ids) != 1:
        raise InputError(f"A collection needs exactly one id column, not {len(ids)}: {ids}.")
    _validate_ids(frame[ids[0]])
    for name, column in columns.items():
        if column.role is Role.FEATURE and not frame.schema[name].is_numeric():
            raise InputError(f"Feature {name!r} is {frame.schema[name]}, not a number.")


def _validate_ids(ids: pl.Series) -> None:
    """Raise unless the ids are unique texts."""
    if ids.dtype != pl.String or ids.null_count():
        raise InputError(f"Column {ids.name!r} cannot be the id: it must hold a text in every row.")
    if ids.n_unique() < ids.len():
        twice = ids.filter(ids.is_duplicated())
        raise InputError(
            f"Column {ids.name!r} cannot be the id: {twice.n_unique():,} of its values repeat, "
            f"as {twice[0]!r}."
        )


def numbers(frame: pl.DataFrame, names: Iterable[str]) -> NDArray[np.float64]:
    """Return columns as a float64 matrix of shape (n, d), NaN where nothing is known.

    Examples
    --------
    >>> numbers(pl.DataFrame({"tempo": [120, None], "key": [1, 2]}), ["tempo"]).tolist()
    [[120.0], [nan]]
    """
    chosen = [pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in names]
    return frame.select(chosen).to_numpy()


def find_column(columns: Mapping[str, Column] | Iterable[str], name: str) -> str:
    """Return `name` if it is one of `columns`, or the column that had it as its header.

    Raises
    ------
    UnknownNameError
        With the nearest column that is there.
    """
    known = tuple(columns)
    if name not in known:
        for here, column in columns.items() if isinstance(columns, Mapping) else ():
            if column.source == name:
                return here
        raise UnknownNameError("column", name, known)
    return name
