"""Checks of labels, and of who stands behind them.

A label all of whose songs are one artist's is learned as that artist, the album or the studio: the
*album effect*. A clustering that "finds Taiwan" may have found one performer.

References
----------
Flexer and Schnitzer (2010), "Effects of album and artist filters in audio similarity computed for
very large music databases".
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._labels import genre_columns, label_key, labels_of, main_labels
from songscape.clean._rules import in_english
from songscape.core.collection import Collection, Role
from songscape.core.findings import Finding, Severity
from songscape.core.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def label_findings(collection: Collection) -> Iterator[Finding]:
    """Yield what is odd about the texts of labels."""
    labels = labels_of(collection)["genre"].unique().sort().to_list()
    where = listed(genre_columns(collection))
    yield from _spellings(labels, where)
    yield from _languages(labels, where)


def owner_findings(collection: Collection, share: float, minimum: int) -> Iterator[Finding]:
    """Yield labels and places that one artist owns, and say how few places there are."""
    if "artist" in collection.frame.columns:
        yield from _joined_artists(collection.frame["artist"])
        table = collection.frame.select("artist", label=main_labels(collection))
        yield from _owned(table, "genre", share, minimum)
    places = collection.names(Role.PLACE)
    if len(places) == 2:
        table = collection.frame.select(place=pl.concat_str(places, separator="° N, ") + "° E")
        yield from _few_places(table)
        if "artist" in collection.frame.columns:
            owned = table.select(collection.frame["artist"], label="place")
            yield from _owned(owned, "place", share, minimum)


def _spellings(labels: Iterable[str], where: str) -> Iterator[Finding]:
    """Yield a finding for labels that differ in case, hyphens or spaces only."""
    alike = [group for group in _grouped(labels, label_key) if len(group) > 1]
    if alike:
        yield Finding(
            "label-spelling",
            where,
            sum(map(len, alike)),
            f"{count(len(alike), 'genre is', 'genres are')} written in several ways: "
            f"{listed((' = '.join(group) for group in alike), most=4)}.",
            "made one where labels are grouped by rules",
            "--set clean.genres.how=rules",
            examples=tuple(" = ".join(group) for group in alike[:5]),
        )


def _languages(labels: Iterable[str], where: str) -> Iterator[Finding]:
    """Yield a finding for labels in several languages, told by their letters or by known names."""
    texts = list(labels)
    scripts = sorted({script for label in texts for script in _scripts(label)})
    foreign = [label for label in texts if in_english(label_key(label)) != label_key(label)]
    alike = [
        " = ".join(group)
        for group in _grouped(texts, lambda label: in_english(label_key(label)))
        if len(group) > 1 and set(group) & set(foreign)
    ]
    if len(scripts) > 1 or alike:
        letters = f" in {listed(scripts)} letters" if len(scripts) > 1 else ""
        names = f": {listed(alike, most=4)}" if alike else ""
        yield Finding(
            "label-language",
            where,
            len(foreign) or len(texts),
            f"Labels are in several languages{letters}{names}.",
            "names known in several languages are made one where labels are grouped by rules",
            "--set clean.genres.how=rules, or a mapping",
            examples=tuple(alike or foreign)[:5],
        )


def _grouped(labels: Iterable[str], key: Callable[[str], str]) -> list[list[str]]:
    """Put labels with the same key together, in the order given."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(key(label), []).append(label)
    return list(groups.values())


def _scripts(label: str) -> set[str]:
    """Return the scripts of a label's letters, by the first word of their Unicode names."""
    return {
        unicodedata.name(sign, "OTHER").split()[0].capitalize() for sign in label if sign.isalpha()
    }


def _owned(table: pl.DataFrame, noun: str, share: float, minimum: int) -> Iterator[Finding]:
    """Yield a finding for the labels of which one artist has at least a share of the songs."""
    songs = (
        table.drop_nulls()
        .group_by("label", "artist")
        .agg(pl.len().alias("own"))
        .with_columns(pl.col("own").sum().over("label").alias("all"))
        .filter((pl.col("all") >= minimum) & (pl.col("own") >= share * pl.col("all")))
        .sort(["own", "label", "artist"], descending=[True, False, False])
        .unique("label", keep="first", maintain_order=True)
    )
    if songs.height:
        told = [
            f"{label}: {artist} ({own} of {every})"
            for label, artist, own, every in songs.iter_rows()
        ]
        yield Finding(
            f"owned-{noun}",
            listed(songs["label"], most=4),
            songs.height,
            f"{count(songs.height, noun + ' belongs', noun + 's belong')} to one artist by "
            f"{share:.0%} or more: {listed(told, most=3)}.",
            "nothing: agreement there may be with the artist; the scores show it filtered",
            f"--set clean.doctor.owner_share={min(1.0, share + 0.25):g}",
            examples=tuple(told[:5]),
        )


def _joined_artists(artists: pl.Series) -> Iterator[Finding]:
    """Yield a finding for cells that name several artists."""
    if artists.dtype != pl.String:
        return
    joined = artists.filter(artists.str.contains(r"\S\s*;\s*\S").fill_null(value=False))
    if joined.len():
        yield Finding(
            "joined-artists",
            "artist",
            joined.len(),
            f"{count(joined.len(), 'song names', 'songs name')} several artists, joined by a "
            "semicolon.",
            "together they count as one artist",
            severity=Severity.NOTE,
            examples=tuple(joined.unique(maintain_order=True)[:3]),
        )


def _few_places(table: pl.DataFrame) -> Iterator[Finding]:
    """Yield a finding where many songs share few places."""
    songs = table["place"].drop_nulls().value_counts(sort=True, name="songs")
    if songs.height and songs["songs"].sum() >= 5 * songs.height:
        low, high = songs["songs"][-1], songs["songs"][0]
        yield Finding(
            "few-places",
            "latitude and longitude",
            songs.height,
            f"{songs['songs'].sum():,} songs come from {songs.height:,} places only, "
            f"{low:,} to {high:,} each: a place may be one artist or one recording.",
            "nothing: points are drawn apart, and places are no independent samples",
            severity=Severity.NOTE,
            examples=tuple(f"{place}: {number}" for place, number in songs.head(3).iter_rows()),
        )
