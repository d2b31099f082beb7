"""A small finished run, on disk and opened."""

import numpy as np
import polars as pl
import pytest

import songscape
from songscape.core.record import Record
from songscape.core.space import Space
from songscape.use import Opened

QUICK = {"choose.use": "none", "judge.draws": 0, "map.use": "pca"}
SONGS = 400


@pytest.fixture(scope="session")
def table():
    rng = np.random.default_rng(7)
    energy = rng.random(SONGS)
    return pl.DataFrame(
        {
            "track_id": [f"t{i:021d}" for i in range(SONGS)],
            "track_name": [f"Song {i}" for i in range(SONGS)],
            "artists": [f"Artist {i % 60};Guest" for i in range(SONGS)],
            "track_genre": [("Jazz", "Rock", "Hip Hop")[i % 3] for i in range(SONGS)],
            "energy": energy,
            "valence": np.clip(energy + rng.normal(0, 0.2, SONGS), 0.01, 1),
            "danceability": np.clip(rng.random(SONGS), 0.01, 1),
            "acousticness": rng.random(SONGS),
            "tempo": rng.uniform(70, 180, SONGS),
            "key": rng.integers(0, 12, SONGS),
            "mode": rng.integers(0, 2, SONGS),
            "duration_ms": rng.integers(100_000, 300_000, SONGS),
        }
    )


@pytest.fixture(scope="session")
def folder(table, tmp_path_factory):
    return songscape.map(table, k=3, options=QUICK).save(tmp_path_factory.mktemp("use") / "run")


@pytest.fixture(scope="session")
def run(folder):
    return songscape.open(folder)


@pytest.fixture
def made(tmp_path):
    """Return a function that opens a run made of columns, compared by `points`."""

    def opened(points, **columns):
        points = np.asarray(points, dtype=float)
        ids = pl.Series("id", [f"s{i}" for i in range(len(points))])
        tracks = pl.DataFrame(
            {"id": ids, "cluster": pl.Series([0] * len(points), dtype=pl.Int32), **columns}
        )
        clusters = pl.DataFrame({"cluster": [0], "name": ["calm"]})
        names = tuple(f"f{i}" for i in range(points.shape[1]))
        record = Record("", {}, tracks, pl.DataFrame(), clusters)
        return Opened(tmp_path, record, Space(points, names))

    return opened
