"""Deal with missing values: drop the song, fill the value, or let the column go.

Most models cannot use a song with an unknown feature. Which way is right depends on how much is
missing. A column that is mostly empty would drag most songs away, so beyond ``column_share`` it
leaves the features and the songs stay. A row that is almost empty, or has neither title nor
artist, is a broken line of the table rather than a song, and goes. For the rest:

drop
    Songs with a missing feature go. Nothing is invented; right when few are concerned.
median
    The median of the column; for codes and keys, whose middle means nothing, the most frequent
    value. Draws songs to the centre of the collection.
knn
    The mean of the nearest songs that have the value, distances taken on the standardised features
    both have; for codes and keys the value of the nearest. Keeps the shape of the data best.
keep
    Nothing; steps that need whole rows then refuse.

Only features that tell of the sound count. A missing year or popularity drops no song.

References
----------
Troyanskaya et al. (2001), "Missing value estimation methods for DNA microarrays".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.clean._features import replaced, sound_features
from songscape.clean._neighbours import filled_by_neighbours
from songscape.core.collection import Collection, Kind, Role, numbers
from songscape.core.findings import Finding, Severity
from songscape.core.options import option
from songscape.core.wording import count, listed, tallied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Of one or two features "almost all" says nothing.
_FEWEST_FEATURES = 3
_WAYS = {
    "drop": "the songs are dropped",
    "median": "filled with the median of the column",
    "knn": "filled from the nearest songs",
    "keep": "nothing",
}


@dataclass(frozen=True)
class Options:
    """How missing values are dealt with."""

    how: str = option(
        "drop",
        "what becomes of songs with a missing feature",
        choices=("drop", "median", "knn", "keep"),
    )
    column_share: float = option(
        0.3, "a column missing in more than this share of songs leaves the features", low=0, high=1
    )
    row_share: float = option(
        0.8, "a song missing at least this share of its features is a broken row", low=0.01, high=1
    )
    features: tuple[str, ...] = option(
        (), "features that must be known and never leave; none named: all that tell of the sound"
    )
    neighbours: int = option(5, "how many songs a value is filled from, with how=knn", low=1)


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report broken rows, nearly empty columns, and what is missing in features and elsewhere."""
    if not len(collection):
        return ()
    broken = _broken(collection, options)
    sparse = _sparse(collection, options, broken)
    rest = collection.frame.filter(~pl.Series(broken))
    left = [name for name in sound_features(collection, options.features) if name not in sparse]
    return (
        *_broken_findings(collection, broken, options),
        *_sparse_findings(sparse, options),
        *_missing_findings(rest, left, options),
        *_elsewhere_findings(rest, (*sparse, *left)),
    )


def clean(collection: Collection, options: Options) -> Collection:
    """Drop broken rows, let nearly empty columns go, then drop or fill what is missing.

    Songs dropped change the shares that decide, so it goes on until nothing changes.
    """
    if options.how == "keep" or not len(collection):
        return collection
    cleaned = _cleaned_once(collection, options)
    return collection if cleaned is collection else clean(cleaned, options)


def _cleaned_once(collection: Collection, options: Options) -> Collection:
    """Take each way once; the very same collection comes back where nothing is to do."""
    broken = _broken(collection, options)
    if broken.any():
        names = listed(_named(collection, broken), most=5)
        collection = collection.keep(~broken, f"dropped broken rows ({names})")
    sparse = _sparse(collection, options, np.zeros(len(collection), dtype=np.bool_))
    if sparse:
        why = f"left out columns that are mostly missing: {tallied(sparse.items())}"
        collection = collection.drop(sparse, why)
    return _without_gaps(collection, options)


def _without_gaps(collection: Collection, options: Options) -> Collection:
    """Drop or fill the values still missing in the features."""
    names = sound_features(collection, options.features)
    gaps = _gaps(collection.frame, names)
    if not gaps:
        return collection
    if options.how == "drop":
        whole = pl.all_horizontal(pl.col(gaps).is_not_null())
        return collection.keep(whole, f"dropped songs with missing features ({_told(gaps)})")
    fill = _medians if options.how == "median" else _neighbours
    filled = fill(collection, names, gaps, options)
    values = {name: column for name, column in filled.items() if column.null_count() < gaps[name]}
    columns = {name: collection.columns[name] for name in values}
    return replaced(collection, values, columns, f"{_FILLED[options.how]}: {_told(gaps)}")


_FILLED = {
    "median": "filled missing values with the median",
    "knn": "filled missing values from the nearest songs",
}


def _told(gaps: dict[str, int]) -> str:
    """List columns with how many values they lack."""
    return tallied(gaps.items())


def _gaps(frame: pl.DataFrame, names: tuple[str, ...] | list[str]) -> dict[str, int]:
    """Count the missing values of columns that lack some."""
    if not names:
        return {}
    counts = frame.select(pl.col(names).null_count()).row(0)
    return {name: lacks for name, lacks in zip(names, counts, strict=True) if lacks}


def _broken(collection: Collection, options: Options) -> NDArray[np.bool_]:
    """Tell which rows are no songs: almost no feature known, or neither title nor artist."""
    broken = np.zeros(len(collection), dtype=np.bool_)
    names = sound_features(collection)
    if len(names) >= _FEWEST_FEATURES:
        lacks = collection.frame.select(
            pl.sum_horizontal(pl.col(names).is_null()) >= options.row_share * len(names)
        )
        broken |= lacks.to_series().to_numpy()
    nameless = _nameless(collection)
    if nameless.mean() <= options.column_share:
        broken |= nameless
    return broken if broken.mean() <= options.column_share else np.zeros_like(broken)


def _nameless(collection: Collection) -> NDArray[np.bool_]:
    """Tell which rows have neither title nor artist; files without tags are still files."""
    frame, names = collection.frame, ("title", "artist")
    if collection.names(Role.FILE) or not set(names) <= set(frame.columns):
        return np.zeros(len(collection), dtype=np.bool_)
    lacks = frame.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    return lacks.to_numpy()


def _sparse(collection: Collection, options: Options, broken: NDArray[np.bool_]) -> dict[str, int]:
    """Count the missing values of the features that are missing too often to be used."""
    if options.features or options.how == "keep":
        return {}
    frame = collection.frame.filter(~pl.Series(broken))
    allowed = options.column_share * frame.height
    gaps = _gaps(frame, sound_features(collection))
    return {name: lacks for name, lacks in gaps.items() if lacks > allowed}


def _medians(
    collection: Collection, names: tuple[str, ...], gaps: dict[str, int], options: Options
) -> dict[str, pl.Series]:
    """Fill each column with its median, codes and cycles with their most frequent value."""
    del names, options
    return {
        name: series.fill_null(series.median())
        if collection.columns[name].kind is Kind.MEASURE
        else series.fill_null(series.drop_nulls().mode().sort()[0])
        for name in gaps
        if (series := _filling(collection, name)).count()
    }


def _filling(collection: Collection, name: str) -> pl.Series:
    """Return a column in a type that can hold what fills it."""
    series = collection.frame[name]
    whole = series.dtype.is_integer() and collection.columns[name].kind is Kind.MEASURE
    return series.cast(pl.Float64) if whole else series


def _neighbours(
    collection: Collection, names: tuple[str, ...], gaps: dict[str, int], options: Options
) -> dict[str, pl.Series]:
    """Fill each column from the nearest songs."""
    codes = [collection.columns[name].kind is not Kind.MEASURE for name in names]
    matrix = numbers(collection.frame, names)
    filled = filled_by_neighbours(matrix, np.array(codes), options.neighbours)
    return {
        name: pl.Series(name, filled[:, names.index(name)], nan_to_null=True).cast(
            _filling(collection, name).dtype
        )
        for name in gaps
    }


def _named(collection: Collection, rows: NDArray[np.bool_]) -> Iterator[str]:
    """Yield each row's title, or its id where it has none."""
    frame = collection.frame.filter(pl.Series(rows))
    ids = frame[collection.ids.name]
    titles = frame["title"] if "title" in frame.columns else ids
    for title, name in zip(titles, ids, strict=True):
        yield f"'{title}'" if title is not None and title != name else f"id {name}"


def _broken_findings(
    collection: Collection, broken: NDArray[np.bool_], options: Options
) -> Iterator[Finding]:
    """Yield one finding for all broken rows, by name."""
    total = int(broken.sum())
    if total:
        yield Finding(
            "broken-row",
            listed(_named(collection, broken), most=3),
            total,
            f"{count(total, 'row is', 'rows are')} broken: almost no feature, or neither title nor "
            "artist.",
            "nothing" if options.how == "keep" else "dropped",
            "--set clean.missing.how=keep",
            examples=tuple(_named(collection, broken))[:5],
        )


def _sparse_findings(sparse: dict[str, int], options: Options) -> Iterator[Finding]:
    """Yield one finding for the columns that leave the features."""
    if sparse:
        yield Finding(
            "mostly-missing",
            listed(sparse),
            len(sparse),
            f"{count(len(sparse), 'feature is', 'features are')} missing in more than "
            f"{options.column_share:.0%} of the songs: {tallied(sparse.items())}.",
            "left out, so that the songs stay",
            "--set clean.missing.column_share=1",
        )


def _missing_findings(frame: pl.DataFrame, names: list[str], options: Options) -> Iterator[Finding]:
    """Yield one finding for the features that lack values."""
    gaps = _gaps(frame, names)
    if gaps:
        songs = int(frame.select(pl.any_horizontal(pl.col(gaps).is_null()).sum()).item())
        yield Finding(
            "missing-feature",
            listed(gaps),
            songs,
            f"{count(songs, 'song lacks', 'songs lack')} a feature: {_told(gaps)}.",
            _WAYS[options.how],
            f"--set clean.missing.how={'median' if options.how == 'drop' else 'drop'}",
        )


def _elsewhere_findings(frame: pl.DataFrame, looked_at: tuple[str, ...]) -> Iterator[Finding]:
    """Yield one finding for what is missing in columns that are no features."""
    others = [name for name in frame.columns if name not in looked_at]
    gaps = _gaps(frame, others)
    if gaps:
        yield Finding(
            "missing-elsewhere",
            listed(gaps),
            sum(gaps.values()),
            f"Missing in columns that songs are not compared by: {_told(gaps)}.",
            "nothing: no song is dropped for it",
            "--set clean.missing.features=NAME,NAME (features that must be known)",
            severity=Severity.NOTE,
        )
