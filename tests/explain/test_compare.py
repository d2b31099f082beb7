import json

import numpy as np
import polars as pl
import pytest

from songscape.core.errors import InputError
from songscape.core.record import Record
from songscape.explain._matching import matched
from songscape.explain.compare import compare


def run(labels, *, start=0, space="aaaa", recipe="seed = 0\n", **columns):
    labels = np.asarray(labels, dtype=np.int32)
    names = [str(start + i) for i in range(len(labels))]
    tracks = pl.DataFrame(
        {"id": names, "title": [f"title {name}" for name in names], "cluster": labels}
    ).with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    found = sorted(set(labels[labels >= 0].tolist()))
    clusters = pl.DataFrame({"cluster": found, "name": [f"group {one}" for one in found]})
    told = {
        "name": "songs", "k": len(found), "method": "kmeans", "seed": 0, "noise": 0,
        "features": ["tempo"], "space": {"fingerprint": space}, "scores": {"silhouette": 0.5},
    }  # fmt: skip
    return Record(recipe, told, tracks, pl.DataFrame(), clusters)


def test_renumbered_clusters_are_the_same():
    old = np.repeat([0, 1, 2], [30, 20, 10])
    found = compare(run(old), run(np.array([2, 0, 1])[old]))
    told = found.summary
    assert (told["ari"], told["ami"], told["stayed"]) == (1, 1, 1)
    assert told["variation_of_information_bits"] == 0
    assert found.clusters["jaccard"].to_list() == [1, 1, 1]
    assert found.clusters["second"].to_list() == [2, 0, 1]
    assert not found.songs["moved"].any()
    assert told["recipe"] == []
    json.dumps(told, allow_nan=False)


def test_who_moved_from_where_to_where():
    old = np.repeat([0, 1], [30, 20])
    new = old.copy()
    new[:4] = 1
    found = compare(run(old), run(new))
    assert found.summary["stayed"] == pytest.approx(46 / 50)
    moved = found.moves.filter(pl.col("first") != pl.col("second"))
    assert moved.rows() == [(0, 1, 4)]
    assert found.songs.filter(pl.col("moved"))["id"].to_list() == ["0", "1", "2", "3"]
    assert found.clusters["jaccard"].to_list() == pytest.approx([26 / 30, 20 / 24], abs=1e-4)


def test_a_cluster_that_split_keeps_its_number_in_the_larger_part():
    old, new = np.repeat([0, 1], [40, 20]), np.repeat([1, 2, 0], [30, 10, 20])
    found = compare(run(old), run(new))
    assert found.clusters["cluster"].to_list() == [0, 1, 2]
    assert found.clusters["second"].to_list() == [1, 0, 2]
    assert found.clusters["size"].to_list() == [40, 20, None]
    assert found.clusters["stayed"].to_list() == [30, 20, None]


def test_songs_that_are_gone_and_songs_that_are_new():
    found = compare(run(np.zeros(10)), run(np.zeros(12), start=4))
    told = found.summary
    assert (told["songs_in_both"], told["only_in_first"], told["only_in_second"]) == (6, 4, 6)
    assert found.songs.height == 16
    assert found.songs["second"].null_count() == 4
    assert found.songs["first"].null_count() == 6
    assert found.songs["title"].null_count() == 0


def test_noise_is_told_and_not_counted():
    old, new = np.repeat([0, 1], 10), np.repeat([0, 1, -1], [10, 5, 5])
    found = compare(run(old), run(new))
    assert found.summary["ari"] == 1
    assert (1, -1, 5) in found.moves.rows()
    assert found.summary["stayed"] == 0.75
    assert found.clusters["size"].to_list() == [10, 10]
    assert found.clusters["second_size"].to_list() == [10, 5]
    assert found.clusters["jaccard"].to_list() == [1.0, 0.5]


def test_scores_of_different_spaces_are_refused():
    labels = np.repeat([0, 1], 10)
    same = compare(run(labels), run(labels)).summary
    assert same["scores"][0] == {"score": "silhouette", "first": 0.5, "second": 0.5}
    other = compare(run(labels), run(labels, space="bbbb")).summary
    assert other["scores"] is None
    assert "aaaa and bbbb" in other["scores_refused"]


def test_what_was_done_otherwise():
    labels = np.repeat([0, 1], 10)
    second = run(labels, recipe='seed = 1\n[cluster]\nuse = "mixture"\n')
    assert compare(run(labels), second).summary["recipe"] == [
        {"option": "seed", "first": 0, "second": 1},
        {"option": "cluster.use", "first": None, "second": "mixture"},
    ]


def test_strangers_cannot_be_compared():
    with pytest.raises(InputError, match="no song in common"):
        compare(run(np.zeros(5)), run(np.zeros(5), start=100))


def test_row_numbers_do_not_pair_strangers():
    first = run(np.zeros(5), artist=["A"] * 5).tracks
    second = run(np.zeros(5), artist=["A"] * 5).tracks.with_columns(
        title=pl.Series(["title 4", "title 3", "x", "y", "z"])
    )
    way, pairs = matched(first, second)
    assert way == "artist and title"
    assert sorted(pairs.rows()) == [(3, 1), (4, 0)]


def test_songs_named_twice_are_left_out():
    twice = pl.DataFrame({"artist": ["A", "a ", "B"], "title": ["x", "X", "y"]})
    assert matched(twice, twice)[1].rows() == [(2, 2)]


def test_files_pair_songs_by_their_bytes():
    tracks = pl.DataFrame({"file": [b"/music/\xff.mp3", b"/music/b.mp3"], "id": ["1", "2"]})
    other = tracks.reverse().with_columns(id=pl.Series(["8", "9"]))
    assert matched(tracks, other)[0] == "file"
    assert sorted(matched(tracks, other)[1].rows()) == [(0, 1), (1, 0)]
