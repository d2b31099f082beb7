"""Collections to clean: made in code, and the shared real tables."""

from functools import cache

import polars as pl
import pytest

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.sources import table

ROLES = {
    "track_id": Column(Role.KEY),
    "album_id": Column(Role.KEY),
    "title": Column(Role.TEXT),
    "artist": Column(Role.GROUP),
    "album": Column(Role.GROUP),
    "genre": Column(Role.GENRE),
    "genres": Column(Role.GENRE),
    "tempo": Column(Role.FEATURE, "BPM", 40, 260, (0,)),
    "loudness": Column(Role.FEATURE, "dB", -60, 0),
    "energy": Column(Role.FEATURE, "0..1", 0, 1),
    "valence": Column(Role.FEATURE, "0..1", 0, 1),
    "key": Column(Role.FEATURE, "pitch class", 0, 11, (-1,), Kind.CYCLE),
    "mode": Column(Role.FEATURE, "", 0, 1, kind=Kind.CODE),
    "duration_ms": Column(Role.FEATURE, "ms", 0, None, (0,), Kind.ABOUT),
    "year": Column(Role.FEATURE, "year", 1860, 2100, (0,), Kind.ABOUT),
    "latitude": Column(Role.PLACE, "°", -90, 90),
    "longitude": Column(Role.PLACE, "°", -180, 180),
}


@pytest.fixture(scope="session")
def songs():
    """Make a collection of columns by name; unknown names are features without a unit."""

    def make(roles=None, **columns):
        height = len(next(iter(columns.values())))
        given = {"id": [f"s{row}" for row in range(height)], **columns}
        known = {"id": Column(Role.ID), **ROLES, **(roles or {})}
        frame = pl.DataFrame(given, strict=False)
        meaning = {name: known.get(name, Column(Role.FEATURE)) for name in frame.columns}
        numeric = (Role.FEATURE, Role.PLACE)
        unknown = {
            name: pl.Float64 if meaning[name].role in numeric else pl.String
            for name, dtype in frame.schema.items()
            if dtype == pl.Null
        }
        return Collection(frame.cast(unknown), meaning)

    return make


@pytest.fixture(scope="session")
def shared_table(shared_data):
    """Read a shared table once, by file name."""

    @cache
    def read(name):
        return table.load(table.Options(path=str(shared_data / "tables" / name)))

    return read


@pytest.fixture(scope="session")
def by_kind():
    """Return findings by their kind; two of one kind are an error here."""

    def index(findings):
        kinds = {finding.what: finding for finding in findings}
        assert len(kinds) == len(findings), "two findings of one kind"
        return kinds

    return index
