import polars as pl
import pytest

from songscape.clean._same_song import running_index
from songscape.clean.duplicates import Options, clean, examine, key_column
from songscape.core.collection import Column, Role


def kinds(collection, options=None):
    return {finding.what: finding for finding in examine(collection, options or Options())}


@pytest.fixture
def one_song_thrice(songs):
    return songs(
        track_id=["a", "b", "a", "a", "a"],
        title=["A", "B", "A", "A", "A"],
        artist=["x", "y", "x", "x", "x"],
        genre=["pop", "rock", "rock", "soul", "soul"],
        tempo=[100.0, 90.0, 100.0, 100.0, 100.0],
        year=[2001, 2002, 2003, 2004, 2004],
    )


def test_an_id_with_several_genres_is_one_song_with_several_labels(one_song_thrice):
    found = kinds(one_song_thrice)
    assert found["repeated-row"].count == 1
    assert found["repeated-id"].count == 3
    assert found["several-genres"].count == 1
    assert found["several-genres"].examples == ("a: pop, rock, soul",)
    cleaned = clean(one_song_thrice, Options(how="keys"))
    assert cleaned.ids.to_list() == ["s0", "s1"]
    assert cleaned.frame["genres"].to_list() == [["pop", "rock", "soul"], ["rock"]]
    assert cleaned.columns["genres"].role is Role.GENRE
    assert cleaned.frame["year"].to_list() == [2001, 2002]
    assert cleaned.history == (
        "dropped rows that repeat another: 5 → 4 songs",
        "made one song of rows with the same track_id: 4 → 2 songs",
        "`genres` lists the labels of 1 song with several",
    )


def test_the_genre_is_the_one_given_most_often_then_the_first(songs):
    collection = songs(
        track_id=list("aaabb"),
        title=list("12312"),
        genre=["pop", "rock", "rock", "soul", "funk"],
        tempo=[1.0, 2.0, 3.0, 4.0, 5.0],
    )
    assert clean(collection, Options()).frame["genre"].to_list() == ["rock", "soul"]


def test_lists_of_genres_are_joined(songs):
    collection = songs(
        track_id=["a", "a", "b"],
        genre=["pop", None, "rock"],
        genres=[["pop", "dance"], ["disco"], None],
    )
    cleaned = clean(collection, Options())
    assert cleaned.frame["genres"].to_list() == [["pop", "dance", "disco"], ["rock"]]


def test_levels_include_those_before(one_song_thrice):
    lengths = {how: len(clean(one_song_thrice, Options(how=how))) for how in ("keep", "rows")}
    assert lengths == {"keep": 5, "rows": 4}


def test_missing_keys_are_not_the_same_song(songs):
    collection = songs(track_id=[None, None], title=["a", "b"], tempo=[1.0, 2.0])
    assert clean(collection, Options()) is collection
    assert "repeated-id" not in kinds(collection)


def test_keys_of_albums_may_repeat(songs):
    collection = songs(album_id=["x", "x"], title=["a", "b"], tempo=[1.0, 2.0])
    assert key_column(collection) == ""
    assert len(clean(collection, Options())) == 2
    assert len(clean(collection, Options(key="album_id"))) == 1


def test_rows_that_differ_in_a_running_index_only_repeat(songs):
    roles = {"number": Column(Role.KEY)}
    collection = songs(roles=roles, number=[0, 1, 2], title=["a", "a", "b"], tempo=[1.0, 1.0, 1.0])
    assert kinds(collection)["repeated-row"].count == 1
    assert running_index(pl.Series([0, 1, 3])) is False


def test_a_table_that_names_no_song_loses_no_row(songs):
    collection = songs(x=[1.0, 1.0], y=[2.0, 2.0])
    assert clean(collection, Options(how="recordings")) is collection
    assert examine(collection, Options()) == ()


def test_the_same_recording_has_equal_features_and_nearly_equal_length(songs):
    collection = songs(
        title=["Song", "SONG ", "Song", "Song", "Other"],
        artist=["Band", "band", "Band", "Band", "Band"],
        tempo=[100.0, 100.0, 100.0, 101.0, 100.0],
        duration_ms=[180_000, 181_900, 184_000, 180_000, 180_000],
    )
    assert kinds(collection)["repeated-title"].count == 3
    assert len(clean(collection, Options())) == 5
    cleaned = clean(collection, Options(how="recordings"))
    assert cleaned.ids.to_list() == ["s0", "s2", "s3", "s4"]
    wide = clean(collection, Options(how="recordings", seconds=2.2))
    assert wide.ids.to_list() == ["s0", "s3", "s4"]


def test_the_spotify_table_has_the_counts_its_readme_tells(shared_table):
    collection = shared_table("spotify-tracks-114k.csv")
    found = kinds(collection)
    assert found["repeated-row"].count == 450
    assert found["repeated-id"].count == 24_259
    assert "89,741 distinct" in found["repeated-id"].says
    assert found["several-genres"].count == 16_299
    cleaned = clean(collection, Options())
    assert len(cleaned) == 89_741
    assert cleaned.history[-1] == "`genres` lists the labels of 16,299 songs with several"
    assert (cleaned.frame["genres"].list.first() == cleaned.frame["genre"]).mean() > 0.99


def test_the_playlist_table_has_the_counts_its_readme_tells(shared_table):
    found = kinds(shared_table("playlists-11-genres-3081.csv"))
    assert found["repeated-id"].count == 87
    assert found["repeated-title"].count == 142
    assert "repeated-row" not in found


@pytest.mark.parametrize(
    "name", ["organize-your-music-2000.csv", "geographical-origin-1059.txt", "fma-genres.csv"]
)
def test_tables_without_duplicates_keep_their_rows(shared_table, name):
    collection = shared_table(name)
    assert clean(collection, Options(how="recordings")) is collection
