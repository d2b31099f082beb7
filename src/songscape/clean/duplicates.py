"""Keep one row per song: repeated rows, repeated keys, and one recording on several releases.

A song that stands in a table nine times pulls a cluster nine times as hard and is its own nearest
neighbour. Three levels, each of which includes those before it:

rows
    Rows that repeat another in every column but the id and a running index.
keys
    Rows with the same key (a service's track id). They are one song with several labels: `genres`
    then lists them all in the order seen, and `genre` is the one given most often to this song,
    the first seen among equals. All other values are those of the first row.
recordings
    Rows with the same artist and title (ignoring case and spacing), equal features, and durations
    within ``seconds``. It is the same recording on several releases. By default only reported:
    nothing but the numbers says so.

A table that names no song (no key, no text, no artist) loses no row: equal numbers alone may well
be two songs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._features import sound_features
from songscape.clean._labels import GROUP
from songscape.clean._same_song import folded, leaders, merged, running_index
from songscape.core.collection import Collection, Role, find_column
from songscape.core.findings import Finding, Severity
from songscape.core.options import option
from songscape.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS = ("keep", "rows", "keys", "recordings")
_MADE_BY_US = (Role.ID, Role.MAP, Role.LABEL, Role.DOUBT)
_OF_OTHERS = {"album", "artist", "artists", "label", "playlist", "genre", "user"}
_OF_SONGS = {"track", "song", "recording", "isrc", "spotify", "uri", "filename", "file"}
_UNITS_PER_SECOND = {"ms": 1000.0, "s": 1.0}


@dataclass(frozen=True)
class Options:
    """What counts as the same song."""

    how: str = option(
        "keys", "the rows that become one song; each level includes those before", choices=_LEVELS
    )
    key: str = option("", "the column that names a recording; empty: track_id, uri or the like")
    seconds: float = option(
        2.0, "how far durations of one recording may lie apart, in seconds", low=0
    )


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report repeated rows, repeated keys, keys with several genres, and repeated recordings."""
    return (
        *_row_findings(collection, options),
        *_key_findings(collection, options),
        *_recording_findings(collection, options),
    )


def clean(collection: Collection, options: Options) -> Collection:
    """Make one song of the rows that are the same at the level asked for."""
    level = _LEVELS.index(options.how)
    if level >= 1:
        same = same_rows(collection)
        collection = merged(collection, same, "dropped rows that repeat another")
    key = key_column(collection, options.key)
    if level >= 2 and key:
        same = leaders(collection.frame, [key], whole=True)
        collection = merged(collection, same, f"made one song of rows with the same {key}")
    if level >= 3:
        same = same_recordings(collection, options.seconds)
        collection = merged(collection, same, "made one song of the same recordings")
    return collection


def key_column(collection: Collection, named: str = "") -> str:
    """Return the key column that names a recording, or an empty text.

    Albums and artists have keys too, and these rightly repeat.

    Raises
    ------
    UnknownNameError
        If `named` is not a column.
    """
    if named:
        return find_column(collection.frame.columns, named)
    songs = [name for name in collection.names(Role.KEY) if _OF_SONGS & _words(name)]
    whole = [name for name in songs if not _OF_OTHERS & _words(name)]
    return (whole or [""])[0]


def _words(name: str) -> set[str]:
    """Return the words of a column's name."""
    return set(name.lower().replace("-", "_").replace(" ", "_").split("_"))


def same_rows(collection: Collection) -> pl.Series:
    """Return for every row the first row equal to it but for the id and a running index."""
    frame = collection.frame
    told = collection.names(Role.KEY, Role.TEXT, Role.GROUP, Role.FILE)
    content = [
        name
        for name in frame.columns
        if collection.columns[name].role not in _MADE_BY_US and not running_index(frame[name])
    ]
    if not any(frame[name].null_count() < frame.height for name in told if name in content):
        return pl.int_range(frame.height, eager=True)
    return leaders(frame, content)


def same_titles(collection: Collection) -> pl.Series:
    """Return for every row the first row with its artist and title, where both are known."""
    if not {"title", "artist"} <= set(collection.frame.columns):
        return pl.int_range(len(collection), eager=True)
    return leaders(_names(collection), ["artist", "title"], whole=True)


def same_recordings(collection: Collection, seconds: float) -> pl.Series:
    """Return for every row the first row that is the same recording.

    Durations are compared along a chain: each lies within `seconds` of the next longer one.
    """
    rows = pl.int_range(len(collection), eager=True)
    features = sound_features(collection)
    if not features or not {"title", "artist"} <= set(collection.frame.columns):
        return rows
    compared = _names(collection).with_columns(collection.frame.select(features))
    alike = leaders(compared, compared.columns)
    named = compared.select(pl.all_horizontal(pl.col("artist", "title").is_not_null()))
    repeated = alike.is_duplicated() & named.to_series()
    if not repeated.any():
        return rows
    return _chained(alike, _seconds(collection), repeated, seconds)


def _names(collection: Collection) -> pl.DataFrame:
    """Return artist and title, ignoring case and spacing."""
    return collection.frame.select(folded(pl.col("artist")), folded(pl.col("title")))


def _seconds(collection: Collection) -> pl.Series:
    """Return the durations in seconds, null where none is known."""
    for name in collection.names(Role.FEATURE):
        per_second = _UNITS_PER_SECOND.get(collection.columns[name].unit)
        if per_second and "duration" in name:
            return collection.frame[name].cast(pl.Float64) / per_second
    return pl.Series([None] * len(collection), dtype=pl.Float64)


def _chained(
    alike: pl.Series, lasting: pl.Series, repeated: pl.Series, seconds: float
) -> pl.Series:
    """Split rows that are alike where two successive durations lie too far apart."""
    row = pl.int_range(pl.len())
    table = pl.DataFrame({"alike": alike, "lasting": lasting, "repeated": repeated})
    chains = (
        table.with_columns(row.alias("row"))
        .filter("repeated")
        .sort("alike", "lasting", "row", nulls_last=True)
        .with_columns(
            far=(pl.col("lasting").diff() > seconds).fill_null(value=False).cum_sum().over("alike")
        )
        .with_columns(leader=pl.col("row").min().over("alike", "far"))
    )
    return (
        table.select(row.alias("row"))
        .join(chains.select("row", "leader"), on="row", how="left", maintain_order="left")
        .select(pl.coalesce("leader", "row"))
        .to_series()
    )


def _row_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield a finding for rows that repeat another."""
    again = len(collection) - same_rows(collection).n_unique()
    if again:
        yield Finding(
            "repeated-row",
            "whole rows",
            again,
            f"{count(again, 'row repeats', 'rows repeat')} another in all but the index.",
            "nothing" if options.how == "keep" else "one of each is kept",
            "--set clean.duplicates.how=keep",
        )


def _key_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield findings for keys that repeat, and for those that carry several genres."""
    key = key_column(collection, options.key)
    if not key:
        return
    known = collection.frame[key].drop_nulls()
    distinct = known.n_unique()
    if distinct == known.len():
        return
    merges = _LEVELS.index(options.how) >= 2
    twice = known.filter(known.is_duplicated()).unique(maintain_order=True)
    again = known.len() - distinct
    yield Finding(
        "repeated-id",
        key,
        again,
        f"{count(again, 'row repeats', 'rows repeat')} a {key}: {known.len():,} rows, "
        f"{distinct:,} distinct.",
        "the rows become one song with all their labels" if merges else "nothing",
        f"--set clean.duplicates.how={'rows' if merges else 'keys'}",
        examples=tuple(map(str, twice[:3])),
    )
    yield from _several_genres(collection, key, merges=merges)


def _several_genres(collection: Collection, key: str, *, merges: bool) -> Iterator[Finding]:
    """Yield a finding for keys that carry more than one genre."""
    genres = [
        name
        for name in collection.names(Role.GENRE)
        if collection.frame.schema[name] == pl.String and name != GROUP
    ]
    if not genres:
        return
    pairs = collection.frame.select(key, genres[0]).drop_nulls().unique(maintain_order=True)
    several = pairs.filter(pl.col(key).is_duplicated())
    if several.height:
        total = several[key].n_unique()
        first = several.filter(pl.col(key) == several[key][0])[genres[0]]
        yield Finding(
            "several-genres",
            f"{key} and {genres[0]}",
            total,
            f"{count(total, key + ' carries', key + ' values carry')} more than one {genres[0]}: "
            "one song with several labels.",
            "`genres` lists them; `genre` is the one given most often, then the first"
            if merges
            else "nothing",
            "--set clean.duplicates.how=rows",
            examples=(f"{several[key][0]}: {', '.join(first)}",),
        )


def _recording_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield a finding for repeated artist and title, with how many are the same recording."""
    repeated = len(collection) - same_titles(collection).n_unique()
    if not repeated:
        return
    same = len(collection) - same_recordings(collection, options.seconds).n_unique()
    merges = options.how == "recordings"
    apart = f"{options.seconds:g} s"
    yield Finding(
        "repeated-title",
        "artist and title",
        repeated,
        f"{count(repeated, 'row repeats', 'rows repeat')} artist and title of another; {same:,} of "
        f"them have equal features and lengths within {apart} too: the same recording.",
        "the same recordings become one song" if merges else "nothing beyond repeated ids",
        f"--set clean.duplicates.how={'keys' if merges else 'recordings'}",
        Severity.NOTE,
    )
