"""New songs find their place on an old map, and old ones keep theirs."""

import polars as pl
import pytest

import songscape
from songscape.core.errors import InputError, RecordError
from songscape.run import place_songs, write_songs
from songscape.studies import demo

QUICK = {"choose.use": "none", "judge.draws": 0, "map.use": "pca"}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return demo.write_table(tmp_path_factory.mktemp("place") / "songs.csv")


@pytest.mark.parametrize("method", ["kmeans", "mixture", "agglomerative"])
def test_songs_of_the_run_land_where_they_were(table, tmp_path, method):
    run = songscape.map(table, k=6, method=method, options=QUICK)
    folder = run.save(tmp_path / "run")
    placed = place_songs(folder, str(table))
    both = placed.unique("track_id", keep="first").join(run.tracks, on="track_id", suffix="_run")
    assert both.height == run.tracks.height
    assert (both["cluster"] == both["cluster_run"]).mean() > 0.99
    if method == "kmeans":
        assert both["cluster"].equals(both["cluster_run"])


@pytest.mark.parametrize("layout", ["pca", "auto"])
def test_new_songs_are_placed_without_moving_the_old(table, tmp_path, layout):
    run = songscape.map(table, k=6, options=QUICK | {"map.use": layout})
    folder = run.save(tmp_path / "run")
    placed = place_songs(folder, str(table))
    both = placed.unique("track_id", keep="first").join(run.tracks, on="track_id", suffix="_run")
    far = (both["x"] - both["x_run"]) ** 2 + (both["y"] - both["y_run"]) ** 2
    assert (far < 1e-12).mean() > 0.99
    few = pl.read_csv(table).head(7)
    few.write_csv(tmp_path / "few.csv")
    again = place_songs(folder, str(tmp_path / "few.csv"))
    assert again["x"].to_list() == pytest.approx(placed["x"].head(7).to_list())


def test_what_the_preparation_drops_new_songs_need_not_have(table, tmp_path):
    folder = songscape.map(table, k=6, options=QUICK).save(tmp_path / "run")
    pl.read_csv(table).drop("key", "mode", "time_signature").write_csv(tmp_path / "less.csv")
    whole, less = (place_songs(folder, str(one)) for one in (table, tmp_path / "less.csv"))
    assert less["cluster"].to_list() == whole["cluster"].to_list()
    assert less["x"].to_list() == pytest.approx(whole["x"].to_list())


def test_a_table_without_the_features_is_refused_by_name(table, tmp_path):
    folder = songscape.map(table, k=6, options=QUICK).save(tmp_path / "run")
    pl.read_csv(table).drop("tempo").write_csv(tmp_path / "less.csv")
    with pytest.raises(InputError, match="lack tempo, which the run was made of"):
        place_songs(folder, str(tmp_path / "less.csv"))


def test_a_damaged_model_is_refused(table, tmp_path):
    folder = songscape.map(table, k=6, options=QUICK).save(tmp_path / "run")
    (folder / "model.skops").write_bytes(b"\x80\x04not a model")
    with pytest.raises(RecordError, match=r"model.skops cannot be read as a model"):
        place_songs(folder, str(table))


@pytest.mark.parametrize("name", ["placed.csv", "placed.parquet"])
def test_placed_songs_are_written_whole(tmp_path, name):
    songs = pl.DataFrame({"id": ["a", "=b"], "cluster": [0, 1]})
    write_songs(songs, tmp_path / name)
    read = pl.read_parquet if name.endswith("parquet") else pl.read_csv
    assert read(tmp_path / name)["cluster"].to_list() == [0, 1]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_ending_in_capitals_is_parquet_too(tmp_path):
    songs = pl.DataFrame({"id": ["a"], "cluster": [0]})
    write_songs(songs, tmp_path / "placed.PARQUET")
    assert pl.read_parquet(tmp_path / "placed.PARQUET").equals(songs)
