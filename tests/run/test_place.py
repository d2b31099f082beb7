"""New songs find their place on an old map, and old ones keep theirs."""

import json
import shutil
from functools import cache

import polars as pl
import pytest
from tests.undrawn import mapped

from songscape.core.errors import InputError, RecordError
from songscape.run import place_songs, write_songs
from songscape.studies import demo

QUICK = {"choose.use": "none", "judge.draws": 0, "map.use": "pca"}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return demo.write_table(tmp_path_factory.mktemp("place") / "songs.csv")


@pytest.fixture(scope="module")
def run(table, tmp_path_factory):
    """Return a function that maps the table once per method and layout: the run and its folder."""

    @cache
    def made(method="kmeans", layout="pca"):
        run = mapped(table, k=6, method=method, options=QUICK | {"map.use": layout})
        return run, run.save(tmp_path_factory.mktemp("runs") / "run")

    return made


def placed_beside(run, folder, table):
    """Return the songs as they are placed and, under the same names with `_run`, as they were."""
    placed = place_songs(folder, str(table))
    return placed.unique("track_id", keep="first").join(run.tracks, on="track_id", suffix="_run")


@pytest.mark.parametrize("method", ["kmeans", "mixture", "agglomerative"])
def test_songs_of_the_run_land_where_they_were(run, table, method):
    mapped_run, folder = run(method)
    both = placed_beside(mapped_run, folder, table)
    assert both.height == mapped_run.tracks.height
    assert (both["cluster"] == both["cluster_run"]).mean() > 0.99
    if method == "kmeans":
        assert both["cluster"].equals(both["cluster_run"])


@pytest.mark.parametrize("layout", ["pca", "auto"])
def test_new_songs_are_placed_without_moving_the_old(run, table, tmp_path, layout):
    mapped_run, folder = run(layout=layout)
    both = placed_beside(mapped_run, folder, table)
    far = (both["x"] - both["x_run"]) ** 2 + (both["y"] - both["y_run"]) ** 2
    assert (far < 1e-12).mean() > 0.99
    few = pl.read_csv(table).head(7)
    few.write_csv(tmp_path / "few.csv")
    whole, again = (place_songs(folder, str(one)) for one in (table, tmp_path / "few.csv"))
    assert again["x"].to_list() == pytest.approx(whole["x"].head(7).to_list())


def test_what_the_preparation_drops_new_songs_need_not_have(run, table, tmp_path):
    _, folder = run()
    pl.read_csv(table).drop("key", "mode", "time_signature").write_csv(tmp_path / "less.csv")
    whole, less = (place_songs(folder, str(one)) for one in (table, tmp_path / "less.csv"))
    assert less["cluster"].to_list() == whole["cluster"].to_list()
    assert less["x"].to_list() == pytest.approx(whole["x"].to_list())


def test_a_table_without_the_features_is_refused_by_name(run, table, tmp_path):
    _, folder = run()
    pl.read_csv(table).drop("tempo").write_csv(tmp_path / "less.csv")
    with pytest.raises(InputError, match="lack tempo, which the run was made of"):
        place_songs(folder, str(tmp_path / "less.csv"))


def test_a_run_that_does_not_tell_its_features_still_places(run, table, tmp_path):
    mapped_run, whole = run()
    folder = shutil.copytree(whole, tmp_path / "cut")
    told = {**mapped_run.record.run}
    del told["features"], told["verdict"]
    (folder / "run.json").write_text(json.dumps(told), "utf-8")
    placed = place_songs(folder, str(table))
    assert placed["cluster"].to_list() == place_songs(whole, str(table))["cluster"].to_list()


def test_a_damaged_model_is_refused(run, table, tmp_path):
    folder = shutil.copytree(run()[1], tmp_path / "run")
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
