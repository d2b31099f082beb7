import numpy as np
import polars as pl

from songscape.explain.prototypes import centre_distances, prototypes

DISTANCE = np.array([3.0, 1.0, 2.0, 4.0, 5.0, 0.5])
TRACKS = pl.DataFrame(
    {
        "id": list("abcdef"),
        "title": [f"Title {letter}" for letter in "abcdef"],
        "artist": ["A", "B", "B;C", "D", "E", "F"],
        "cluster": [0, 0, 0, 0, 0, -1],
        "membership": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
        "margin": [0.5, 0.4, 0.3, 0.01, 0.2, 0.0],
    }
)


def ids(table: pl.DataFrame, kind: str) -> list[str]:
    return table.filter(pl.col("kind") == kind).sort("rank")["id"].to_list()


def test_central_songs_by_distance_one_per_artist():
    table = prototypes(TRACKS, DISTANCE, central=3, borderline=2)
    # c is nearer than a and d, but its lead artist B is there already
    assert ids(table, "central") == ["b", "a", "d"]


def test_an_artist_repeats_only_where_nothing_else_is_left():
    table = prototypes(TRACKS, DISTANCE, central=5)
    assert sorted(ids(table, "central")) == ["a", "b", "c", "d", "e"]
    assert ids(table, "borderline") == []


def test_borderline_songs_have_the_smallest_margin_and_are_not_central():
    table = prototypes(TRACKS, DISTANCE, central=2, borderline=2)
    assert ids(table, "central") == ["b", "a"]
    assert ids(table, "borderline") == ["d", "e"]


def test_noise_has_no_songs_and_columns_may_be_missing():
    table = prototypes(TRACKS.select("id", "cluster"), DISTANCE)
    assert "f" not in table["id"].to_list()
    assert table["title"].null_count() == table.height
    assert ids(table, "borderline") == []


def test_lists_of_genres_become_text():
    tracks = TRACKS.with_columns(genre=pl.Series([["rock", "pop"]] * 6))
    assert prototypes(tracks, DISTANCE)["genre"][0] == "rock; pop"


def test_no_cluster_at_all():
    table = prototypes(TRACKS.with_columns(cluster=pl.lit(-1)), DISTANCE)
    assert table.is_empty()
    assert table.columns[:4] == ["cluster", "kind", "rank", "id"]


def test_centre_distances_by_hand():
    matrix = np.array([[0.0, 0.0], [2.0, 0.0], [7.0, 7.0], [1.0, 3.0]])
    labels = np.array([0, 0, -1, 1], dtype=np.int32)
    np.testing.assert_allclose(centre_distances(matrix, labels), [1, 1, np.nan, 0])
