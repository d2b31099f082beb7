import numpy as np
import polars as pl
import pytest

from songscape.explain.genres import cluster_genres, genre_homes


def labels(*values):
    return np.array(values, dtype=np.int32)


def test_hand_values():
    genre = pl.Series(["rock", "rock", "jazz", "jazz", "jazz", None])
    table = cluster_genres(genre, labels(0, 0, 0, 1, 1, 1))
    rows = {row[:2]: row[2:] for row in table.iter_rows()}
    assert rows[0, "rock"] == (2, pytest.approx(2 / 3), pytest.approx(2 / 3 / 0.4), 1)
    assert rows[0, "jazz"] == (1, pytest.approx(1 / 3), pytest.approx(1 / 3 / 0.6), 2)
    # the unlabelled song does not count
    assert rows[1, "jazz"] == (2, 1.0, pytest.approx(1 / 0.6), 1)


def test_songs_with_several_labels_count_under_each_once():
    genre = pl.Series([["rock", "pop", "rock"], ["pop"], []], dtype=pl.List(pl.String))
    table = cluster_genres(genre, labels(0, 0, 1))
    assert table.select("genre", "songs", "share").rows() == [("pop", 2, 1.0), ("rock", 1, 0.5)]


def test_no_labels_at_all():
    table = cluster_genres(pl.Series([None, ""], dtype=pl.String), labels(0, 1))
    assert table.is_empty()
    assert genre_homes(table).is_empty()


def test_merged_split_and_alone():
    genre = pl.Series(["folk"] * 3 + ["jazz"] * 2 + ["pop"] * 4 + ["metal"] * 2)
    table = genre_homes(cluster_genres(genre, labels(0, 0, 0, 0, 0, 0, 1, 2, 3, 2, 2)))
    fate = dict(table.select("genre", "fate").iter_rows())
    assert fate == {"folk": "merged", "jazz": "merged", "pop": "split", "metal": "alone"}
    row = table.row(by_predicate=pl.col("genre") == "folk", named=True)
    assert (row["home"], row["home_share"], row["together"]) == (0, 1.0, "jazz")
    pop = table.row(by_predicate=pl.col("genre") == "pop", named=True)
    assert pop["clusters"] == pytest.approx(4)


def test_lifts_weighted_by_size_give_one():
    rng = np.random.default_rng(0)
    genre = pl.Series(rng.choice(["a", "b", "c"], 200))
    groups = rng.integers(0, 3, 200).astype(np.int32)
    table = cluster_genres(genre, groups).filter(pl.col("genre") == "a").sort("cluster")
    weights = np.bincount(groups) / 200
    assert np.dot(table["lift"].to_numpy(), weights) == pytest.approx(1)


def test_a_genre_that_lies_outside_is_not_kept_together():
    genre = pl.Series(["drone"] * 10 + ["folk"] * 4)
    table = genre_homes(cluster_genres(genre, labels(0, *[-1] * 9, 0, 0, 0, -1)))
    rows = {row["genre"]: row for row in table.to_dicts()}
    assert (rows["drone"]["home_share"], rows["drone"]["fate"]) == (0.1, "split")
    assert rows["drone"]["songs"] == 10
    assert (rows["folk"]["home_share"], rows["folk"]["fate"]) == (0.75, "alone")
