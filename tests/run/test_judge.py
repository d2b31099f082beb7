import json

import numpy as np
import polars as pl
import pytest
from tests.undrawn import mapped

from songscape.core.record import summary_text

OPTIONS = {"choose.use": "none", "judge.draws": 4, "map.use": "pca"}


def table(n=240, seed=0):
    """Two artists to a song, two genres to some, three groups, one feature that is left out."""
    rng = np.random.default_rng(seed)
    home = np.arange(n) % 3
    values = rng.normal(size=(n, 3)) + 4 * np.eye(3)[home]
    genres = np.array(["folk", "jazz", "techno"])[home]
    return pl.DataFrame(
        {
            "track_id": [f"t{i}" for i in range(n)],
            "title": [f"song {i}" for i in range(n)],
            "artist": [f"artist {i % 40};guest {i % 40 // 4}" for i in range(n)],
            "album": [f"album {i % 40}" for i in range(n)],
            "genre": genres,
            "energy": 0.5 + values[:, 0] / 20,
            "valence": 0.5 + values[:, 1] / 20,
            "danceability": 0.5 + values[:, 2] / 20,
            "duration_ms": rng.uniform(1e5, 3e5, n),
        }
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    rows = table()
    again = rows.filter(pl.int_range(pl.len()) % 6 == 0).with_columns(genre=pl.lit("pop"))
    file = tmp_path_factory.mktemp("judge") / "songs.csv"
    pl.concat([rows, again]).write_csv(file)
    return mapped(file, k=3, options=OPTIONS)


def test_agreement_has_intervals_and_every_name(run):
    told = run.record.run["agreement"]
    assert told["group"] == "artist, album"
    assert set(told["intervals"]) >= {"ami", "ari", "v_measure", "purity"}
    low, high = told["intervals"]["ami"]
    assert low <= told["ami"] <= high
    assert told["by_name"]["songs_with_several"] == 40
    assert told["by_name"]["plain_knn"] > told["plain_knn"] - 0.05
    json.loads(summary_text(run.record.run))


def test_the_same_clusters_again_in_three_ways(run):
    ways = run.record.run["stability"]["ways"]
    assert {name: way["draws"] for name, way in ways.items()} == {
        "resamples": 4,
        "seeds": 2,
        "subsets": 2,
    }
    assert min(way["lowest"] for way in ways.values()) > 0.8


def test_memberships_are_no_surer_than_repetition(run):
    told, tracks = run.record.run["membership"], run.tracks
    assert told["temperature"] >= 1
    assert told["mean"] <= max(told["kept"], told["mean_before"]) + 1e-6
    assert tracks["membership"].mean() == pytest.approx(told["mean"])
    assert (tracks["second"] != tracks["cluster"]).all()
    assert (tracks["membership"] + tracks["second_membership"]).max() <= 1 + 1e-9
    lead = (tracks["membership"] - tracks["second_membership"]).clip(0)
    assert tracks["margin"].to_numpy() == pytest.approx(lead.to_numpy())


def test_what_the_grouping_rests_on_is_in_the_folder(run, tmp_path):
    run.save(tmp_path / "run")
    table = pl.read_csv(tmp_path / "run" / "importance.csv")
    kinds = dict(table.select("feature", "kind").iter_rows())
    assert kinds == {
        "another start": "start",
        "energy": "without",
        "valence": "without",
        "danceability": "without",
        "duration_ms": "with",
    }


def test_held_out_songs_have_a_space_of_their_own(run):
    told = run.record.run["held_out"]
    assert told["space"] != run.record.run["space"]["fingerprint"]
    assert told["n_train"] + told["n_test"] == run.record.run["n_tracks"]


def test_a_method_that_finds_noise_is_not_tempered(tmp_path):
    file = tmp_path / "songs.csv"
    table().write_csv(file)
    found = mapped(file, method="dbscan", options=OPTIONS)
    told = found.record.run
    assert told["membership"]["temperature"] == 1
    assert told["held_out"] is None
    noise = found.tracks.filter(pl.col("cluster") == -1)
    assert (noise["membership"] == 0).all()
    assert noise["second"].null_count() == noise.height


def test_nothing_is_judged_where_nothing_is_asked(tmp_path):
    file = tmp_path / "songs.csv"
    table().write_csv(file)
    quiet = OPTIONS | {"judge.draws": 0, "judge.importance": False, "judge.label": "none"}
    told = mapped(file, k=3, options=quiet).record
    assert told.run["stability"] is None
    assert told.run["held_out"] is None
    assert told.run["agreement"] is None
    assert told.evidence["importance"].is_empty()
