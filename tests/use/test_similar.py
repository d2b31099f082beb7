import shutil

import numpy as np
import polars as pl
import pytest

from songscape.core.errors import (
    DegenerateDataError,
    InputError,
    RecipeError,
    RecordError,
    UnknownNameError,
)
from songscape.use import find, open_run, similar
from songscape.use.similar import neighbours


def test_nearest_first_and_itself_left_out(run):
    found = similar(run, 0, 15)
    away = np.linalg.norm(run.space.matrix - run.space.matrix[0], axis=1)
    assert found["row"].to_list() == np.argsort(away, kind="stable")[1:16].tolist()
    assert found["distance"].to_list() == pytest.approx(sorted(away)[1:16])


def test_weights_change_what_counts(run):
    names = run.space.names
    others = dict.fromkeys((name for name in names if name != "tempo"), 0.0)
    found = similar(run, 3, 5, weights=others)
    tempo = run.tracks["tempo"].to_numpy()
    apart = np.abs(tempo[found["row"].to_numpy()] - tempo[3])
    assert apart.tolist() == pytest.approx(np.sort(np.abs(tempo - tempo[3]))[1:6])
    with pytest.raises(UnknownNameError, match="Did you mean 'tempo'"):
        similar(run, 3, weights={"tmpo": 1})
    with pytest.raises(RecipeError, match="must be 0 or more"):
        similar(run, 3, weights={"tempo": -1})
    with pytest.raises(RecipeError, match="weight 0; leave one"):
        similar(run, 3, weights=dict.fromkeys(names, 0.0))


def test_one_per_artist(run):
    found = similar(run, 0, 59, one_per_artist=True)
    artists = found["artist"].to_list()
    assert len(set(artists)) == len(artists) == 59
    assert "Artist 0;Guest" not in artists


def test_only_songs_that_keep_a_rule(run):
    found = similar(run, 0, 10, where="genre = rock and tempo < 150")
    kept = (run.tracks["genre"] == "Rock") & (run.tracks["tempo"] < 150)
    away = np.linalg.norm(run.space.matrix - run.space.matrix[0], axis=1)
    away[~kept.to_numpy()] = np.inf
    away[0] = np.inf
    assert found["row"].to_list() == np.argsort(away, kind="stable")[:10].tolist()
    with pytest.raises(DegenerateDataError, match="is such that tempo > 999"):
        similar(run, 0, where="tempo > 999")


def test_the_same_recording_is_told_once(made):
    opened = made(
        [[0.0], [0.1], [0.2], [0.3], [5.0]],
        title=["Layla", "Layla - Remastered 2011", "Lay Down", "lay down (Live)", "Layla"],
        artist=["Clapton", "Clapton;X", "B", "B", "Other"],
    )
    assert similar(opened, 0)["row"].to_list() == [2, 4]


def test_what_is_alike_and_what_is_not(made):
    calm = [[-2.0, -2.0, 0], [-2.1, 2.0, 0]] + [[2.0, 0, 0]] * 3 + [[0, 0, 0.0]] * 3
    opened = made(calm, title=list("abcdefgh"), f1=[1.0, 5.0] + [3.0] * 6)
    found = similar(opened, 0, 7)
    (row,) = found.filter(found["row"] == 1).to_dicts()
    assert row["alike"] == ["low f0"]
    assert row["unlike"] == ["f1 1 → 5"]


def test_songs_by_id_title_and_both(made):
    opened = made(
        np.eye(5), title=["Yellow", "Yellow", "Jóga", "A - B", None],
        artist=["Coldplay", "Khen;Coldplay", "Björk", "C - D", None],
    )  # fmt: skip
    assert [find(opened, song) for song in ("s3", "jóga", "BJÖRK - Jóga", 4)] == [3, 2, 2, 4]
    assert find(opened, "Khen - Yellow") == 1
    assert find(opened, "c - d - a - b") == 3
    with pytest.raises(
        InputError, match=r"2 songs are called 'Yellow'.*s0 \(Coldplay - Yellow\), s1 "
    ):
        find(opened, "Yellow")
    with pytest.raises(InputError, match=r"no song 'Yell' .* Did you mean s0"):
        find(opened, "Yell")
    with pytest.raises(InputError, match=r"no row 5"):
        find(opened, 5)


def test_neighbours_of_all_songs(run):
    found = neighbours(run, 4)
    assert found.shape == (run.space.n, 4)
    for row in (0, 17, 399):
        away = np.linalg.norm(run.space.matrix - run.space.matrix[row], axis=1)
        away[row] = -1
        assert found[row].tolist() == np.argsort(away, kind="stable")[1:5].tolist()
    assert (neighbours(run, 4, exact=False) == found).mean() > 0.9


def test_a_run_whose_songs_do_not_fit_its_model_is_refused(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "run")
    pl.read_parquet(copy / "tracks.parquet").drop("tempo").write_parquet(copy / "tracks.parquet")
    with pytest.raises(RecordError, match="does not fit the songs"):
        open_run(copy)
