"""What is to be told of which songs: from a collection and the name of a target to arrays.

A target is a column (``genre``, ``artist``, ``tempo``), two columns of degrees
(``latitude,longitude``), or a column held against a number (``latitude>20``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.classify import _earth
from songscape.core.collection import Kind, Role, find_column, numbers
from songscape.core.errors import DegenerateDataError, InputError, RecipeError
from songscape.core.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.core.collection import Collection

LABEL, NUMBER, PLACE = "label", "number", "place"
FEW_VALUES = 2
"""A number with no more different values than this is a label."""


@dataclass(frozen=True, eq=False)
class Task:
    """Songs and what is to be told of them.

    Parameters
    ----------
    kind : "label", "number" or "place".
    target : as it was asked for.
    inputs : float64 array of shape (n, d), NaN where missing, or for audio an object array of
        shape (n,) of paths.
    names : the d features, or ("audio",).
    truth : labels or numbers of shape (n,), or latitudes and longitudes of shape (n, 2).
    ids : of shape (n,).
    group : the column whose songs must not stand on both sides of a split; empty for none.
    groups : its values as numbers, shape (n,); None without a group.
    notes : what was left out and why, one line each.
    """

    kind: str
    target: str
    inputs: NDArray[Any]
    names: tuple[str, ...]
    truth: NDArray[Any]
    ids: NDArray[Any]
    group: str
    groups: NDArray[np.int64] | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def wanted(self) -> NDArray[Any]:
        """What an estimator learns: places as points on the unit sphere, else the truth."""
        return _earth.points(self.truth) if self.kind == PLACE else self.truth


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Parameters
    ----------
    target : see the module.
    reads : "features" or "audio".
    features : names of the features to use; empty for all that tell of the sound.
    group : a column; "auto" for the artist, else another group of the source; "none".
    least : a class with fewer songs is left out.
    """

    target: str
    reads: str = "features"
    features: tuple[str, ...] = ()
    group: str = "auto"
    least: int = 5


def task(songs: Collection, wish: Wish) -> Task:
    """Return the songs whose target is known, with features and groups.

    Raises
    ------
    UnknownNameError
        If a column is not there, with the nearest that is.
    InputError
        If a target is nowhere known, or there are no features or no audio.
    DegenerateDataError
        If all songs have one label, or no class has enough of them.
    """
    kind, columns, truth = _target(songs, wish.target)
    known = _known(truth, kind)
    notes = [f"{wish.target} is unknown for {(~known).sum():,} songs, which are left out."]
    group = _group(songs, wish.group)
    groups = _numbers(songs, group) if group else None
    if kind == LABEL:
        known, rare = _frequent(truth, known, groups, wish.least)
        notes += rare
    names, inputs = _inputs(songs, wish, columns)
    kept = np.flatnonzero(known)
    return Task(
        kind, wish.target, inputs[kept], names, truth[kept].astype(str if kind == LABEL else float),
        songs.ids.to_numpy()[kept], group, None if groups is None else groups[kept],
        tuple(notes[0 if (~_known(truth, kind)).any() else 1 :]),
    )  # fmt: skip


def _target(songs: Collection, target: str) -> tuple[str, tuple[str, ...], NDArray[Any]]:
    """Return the kind of a target, the columns it is made of, and its values."""
    if "," in target:
        columns = tuple(find_column(songs.columns, name.strip()) for name in target.split(","))
        return PLACE, columns, _degrees(songs, columns)
    if ">" in target:
        return _threshold(songs, target)
    column = find_column(songs.columns, target)
    values = songs.frame[column]
    if values.dtype == pl.List:
        values = values.list.first()
    if values.dtype.is_numeric() and values.drop_nulls().n_unique() > FEW_VALUES:
        return NUMBER, (column,), values.cast(pl.Float64).to_numpy()
    texts = values.cast(pl.String).to_list()
    return LABEL, (column,), np.array(texts, dtype=object)


def _threshold(songs: Collection, target: str) -> tuple[str, tuple[str, ...], NDArray[Any]]:
    """Return labels that tell on which side of a number a column lies."""
    name, _, limit = (part.strip() for part in target.partition(">"))
    column = find_column(songs.columns, name)
    try:
        values = songs.frame[column].cast(pl.Float64).to_numpy()
        above = values > float(limit)
    except (ValueError, pl.exceptions.PolarsError):
        raise RecipeError(
            f"The target {target!r} wants a column of numbers and a number, as in 'latitude>20'."
        ) from None
    sides = np.where(above, f"{name} > {limit}", f"{name} ≤ {limit}").astype(object)
    sides[np.isnan(values)] = None
    return LABEL, (column,), sides


def _degrees(songs: Collection, columns: Sequence[str]) -> NDArray[np.float64]:
    """Return latitudes and longitudes, shape (n, 2)."""
    if len(columns) != 2:
        raise RecipeError("A place is told by two columns, as in 'latitude,longitude'.")
    try:
        degrees = songs.frame.select(pl.col(columns).cast(pl.Float64)).to_numpy()
    except pl.exceptions.PolarsError:
        raise RecipeError(
            f"{columns[0]} and {columns[1]} are no numbers; a place is told by two columns of "
            "degrees, latitude first."
        ) from None
    if (np.abs(degrees[:, 0]) > 90).any() or (np.abs(degrees[:, 1]) > 360).any():
        raise InputError(
            f"{columns[0]} goes beyond ±90 or {columns[1]} beyond ±360; a place is told by two "
            "columns of degrees, latitude first."
        )
    return degrees


def _known(truth: NDArray[Any], kind: str) -> NDArray[np.bool_]:
    """Tell whose target is known."""
    if kind == LABEL:
        return np.array([value is not None and value != "" for value in truth], dtype=bool)
    finite = np.isfinite(truth.astype(float)).reshape(len(truth), -1)
    return np.asarray(finite.all(axis=1))


def _frequent(
    truth: NDArray[Any], known: NDArray[np.bool_], groups: NDArray[np.int64] | None, least: int
) -> tuple[NDArray[np.bool_], list[str]]:
    """Tell which songs have a class that can be learned and tested, and what was left out."""
    counts = Counter(truth[known])
    if len(counts) == 1:
        raise DegenerateDataError(
            f"All songs have the label {next(iter(counts))!r}: with one class there is nothing to "
            "tell apart; name another target."
        )
    if not counts:
        raise InputError("The target is known for no song at all; name another.")
    rare = {label for label, count in counts.items() if count < least}
    lone = _lone(truth, known, groups) - rare
    notes = [
        f"{len(left):,} classes {why} are left out, {sum(counts[one] for one in left):,} songs: "
        f"{listed(sorted(map(str, left)))}."
        for left, why in (
            (rare, f"of fewer than {least} songs"),
            (lone, "all of one group, which cannot be both learned and tested,"),
        )
        if left
    ]
    if len(counts) - len(rare) - len(lone) < 2:
        raise DegenerateDataError(
            f"Fewer than two classes can be learned and tested ({' '.join(notes)}) Take fewer "
            "folds, or another --group."
        )
    return known & ~np.isin(truth.astype(str), [str(one) for one in rare | lone]), notes


def _lone(
    truth: NDArray[Any], known: NDArray[np.bool_], groups: NDArray[np.int64] | None
) -> set[Any]:
    """Return the classes whose songs all have one group."""
    if groups is None:
        return set()
    homes: dict[Any, set[int]] = {}
    for label, group in zip(truth[known], groups[known], strict=True):
        homes.setdefault(label, set()).add(int(group))
    return {label for label, found in homes.items() if len(found) < 2}


def _group(songs: Collection, wish: str) -> str:
    """Return the column of groups, empty for none."""
    if wish == "none":
        return ""
    if wish != "auto":
        return find_column(songs.columns, wish)
    found = songs.names(Role.GROUP)
    return "artist" if "artist" in found else next(iter(found), "")


def _numbers(songs: Collection, group: str) -> NDArray[np.int64]:
    """Number the groups; of several artists joined by ";" the first counts; unknown ones differ."""
    values = songs.frame[group].cast(pl.String).to_list()
    names = [
        f"\0{index}" if not value else value.partition(";")[0].strip().casefold()
        for index, value in enumerate(values)
    ]
    numbers: NDArray[np.int64] = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers


def _inputs(
    songs: Collection, wish: Wish, target: tuple[str, ...]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Return the features, or the paths of the audio."""
    if wish.reads == "audio":
        files = songs.names(Role.FILE)
        if not files:
            raise InputError(
                "This source has no audio files; a network on sound reads a folder of music."
            )
        return ("audio",), np.array(songs.frame[files[0]].to_list(), dtype=object)
    names = wish.features or tuple(
        name
        for name in songs.names(Role.FEATURE)
        if name not in target and songs.columns[name].kind is not Kind.ABOUT
    )
    names = tuple(find_column(songs.columns, name) for name in names)
    if not names:
        raise InputError("There is no feature to tell the target by; name some with --feature.")
    return names, numbers(songs.frame, names)
