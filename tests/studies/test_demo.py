"""The demonstration table has the truth it says, and no more."""

import polars as pl

from songscape.studies import demo


def test_the_planted_truth_is_there():
    table, truth = demo.make_table(), demo.truth()
    assert table.height == truth.rows
    assert table["track_id"].n_unique() == truth.songs + 1
    assert table["Unnamed: 0"].to_list() == list(range(truth.rows))
    assert table.filter(pl.col("artists").is_null()).height == 1
    repeated = table.drop("Unnamed: 0").is_duplicated().sum()
    assert repeated >= 2 * demo.REPEATED_ROWS


def test_the_same_seed_gives_the_same_table():
    assert demo.make_table(3).equals(demo.make_table(3))
    assert not demo.make_table(3).equals(demo.make_table(4))


def test_every_number_is_in_its_range():
    table = demo.make_table().drop_nulls()
    for name in ("danceability", "energy", "acousticness", "valence", "speechiness"):
        assert table[name].is_between(0, 1).all()
    assert table["loudness"].is_between(-40, 0).all()
    assert (table["tempo"].eq(0) | table["tempo"].is_between(50, 210)).all()


def test_an_artist_keeps_to_one_style():
    table = demo.make_table().drop_nulls()
    heads = table.with_columns(style=pl.col("track_genre").str.split(" ").list.get(-1))
    assert heads["artists"].n_unique() > 100
