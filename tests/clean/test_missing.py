import numpy as np
import pytest

from songscape.clean import sentinels
from songscape.clean._neighbours import filled_by_neighbours
from songscape.clean.missing import Options, clean, examine
from songscape.core.collection import Column, Role
from songscape.core.errors import UnknownNameError


def kinds(collection, options=None):
    return {finding.what: finding for finding in examine(collection, options or Options())}


def test_songs_with_a_missing_feature_are_dropped_and_counted(songs):
    collection = songs(tempo=[120.0, None, 90.0, 80.0, 70.0], energy=[0.1, 0.2, 0.3, 0.4, 0.5])
    assert kinds(collection)["missing-feature"].count == 1
    cleaned = clean(collection, Options())
    assert cleaned.ids.to_list() == ["s0", "s2", "s3", "s4"]
    assert cleaned.history == ("dropped songs with missing features (tempo (1)): 5 → 4 songs",)


def test_a_missing_year_drops_no_song(songs):
    collection = songs(tempo=[120.0, 90.0], year=[None, 1999])
    assert clean(collection, Options()) is collection
    assert kinds(collection)["missing-elsewhere"].says.endswith("year (1).")


def test_a_mostly_missing_column_goes_and_its_songs_stay(songs):
    collection = songs(tempo=[1.0, 2.0, 3.0], energy=[None, None, 0.5])
    assert kinds(collection)["mostly-missing"].where == "energy"
    cleaned = clean(collection, Options())
    assert len(cleaned) == 3
    assert cleaned.names(Role.FEATURE) == ("tempo",)
    assert cleaned.history == ("left out columns that are mostly missing: energy (2)",)


def test_features_named_never_leave_and_others_do_not_count(songs):
    collection = songs(tempo=[1.0, 2.0, None], energy=[None, None, 0.5])
    cleaned = clean(collection, Options(features=("energy",)))
    assert cleaned.ids.to_list() == ["s2"]
    with pytest.raises(UnknownNameError, match="Did you mean 'energy'"):
        clean(collection, Options(features=("enrgy",)))


@pytest.mark.parametrize("how", ["drop", "median", "knn"])
def test_broken_rows_are_named_and_go_whatever_fills_the_rest(songs, how):
    collection = songs(
        title=["a", "Layla - Acoustic", None, "d", *list("efghij")],
        artist=["x", None, None, "y", *list("klmnop")],
        tempo=[120.0, None, 100.0, 90.0] + [95.0] * 6,
        energy=[0.1, None, 0.2, 0.3] + [0.5] * 6,
        valence=[0.1, None, 0.2, 0.3] + [0.5] * 6,
    )
    finding = kinds(collection, Options(how=how))["broken-row"]
    assert finding.examples == ("'Layla - Acoustic'", "id s2")
    cleaned = clean(collection, Options(how=how))
    assert cleaned.ids.to_list() == ["s0", *(f"s{row}" for row in range(3, 10))]
    assert cleaned.history[0] == ("dropped broken rows ('Layla - Acoustic', id s2): 10 → 8 songs")


def test_files_without_tags_are_songs(songs):
    columns = {"title": [None] + ["t"] * 9, "artist": [None] + ["a"] * 9, "tempo": [90.0] * 10}
    assert len(clean(songs(**columns), Options())) == 9
    roles = {"file": Column(Role.FILE)}
    assert len(clean(songs(roles=roles, file=[b"x"] * 10, **columns), Options())) == 10


def test_what_most_rows_lack_is_not_their_fault(songs):
    half = [None] * 5 + [0.1, 0.2, 0.3, 0.4, 0.5]
    cleaned = clean(songs(a=half, b=half, c=half, d=half), Options())
    assert len(cleaned) == 10
    assert cleaned.names(Role.FEATURE) == ()
    names = [None] * 5 + list("vwxyz")
    assert len(clean(songs(title=names, artist=names, tempo=[90.0] * 10), Options())) == 10


def test_median_fills_measures_and_codes_take_the_most_frequent(songs):
    options = Options(how="median", column_share=0.5)
    collection = songs(tempo=[100.0, 120.0, 140.0, None], key=[0, 11, 11, None], n=[1, 2, None, 4])
    cleaned = clean(collection, options)
    assert cleaned.frame["tempo"].to_list() == [100.0, 120.0, 140.0, 120.0]
    assert cleaned.frame["key"].to_list() == [0, 11, 11, 11]
    assert cleaned.frame["n"].to_list() == [1.0, 2.0, 2.0, 4.0]
    assert cleaned.history == ("filled missing values with the median: tempo (1), key (1), n (1)",)


def test_knn_fills_from_the_nearest_songs(songs):
    options = Options(how="knn", neighbours=2, column_share=0.5)
    collection = songs(
        energy=[0.1, 0.12, 0.9, 0.92, 0.11],
        tempo=[80.0, 84.0, 160.0, 170.0, None],
        key=[3, 4, 9, 9, None],
    )
    cleaned = clean(collection, options)
    assert cleaned.frame["tempo"][4] == pytest.approx(82.0)
    assert cleaned.frame["key"][4] in (3, 4)


def test_knn_compares_on_standardised_features():
    # On raw numbers the third row would be nearest to the first by tempo alone.
    songs = np.array([[100.0, 0.9, 1.0], [103.0, 0.1, 2.0], [101.0, 0.1, np.nan], [60.0, 0.5, 3.0]])
    filled = filled_by_neighbours(songs, np.zeros(3, dtype=bool), 1)
    assert filled[2, 2] == 2.0


def test_knn_without_a_whole_song_leaves_gaps(songs):
    collection = songs(a=[1.0, None, 3.0, None], b=[None, 2.0, None, 4.0])
    options = Options(how="knn", column_share=1.0)
    assert clean(collection, options) is collection


def test_keep_keeps(songs):
    collection = songs(tempo=[None, 1.0, 2.0], energy=[None, None, 0.5])
    assert clean(collection, Options(how="keep")) is collection


def test_the_broken_row_of_the_playlist_export_is_named(shared_table):
    collection = shared_table("organize-your-music-2000.csv")
    finding = kinds(collection)["broken-row"]
    assert (finding.count, finding.where) == (1, "'Layla - Acoustic'")
    assert len(clean(collection, Options())) == 1993


def test_nulls_of_the_archive_drop_nothing(shared_table):
    collection = shared_table("fma-echonest-13129.csv")
    finding = kinds(collection)["missing-elsewhere"]
    assert "year (3,817)" in finding.says
    assert "title (1)" in finding.says
    assert clean(collection, Options()) is collection


def test_the_spotify_table_loses_its_nameless_row_and_its_silences(shared_table):
    raw = shared_table("spotify-tracks-114k.csv")
    cleaned = clean(sentinels.clean(raw, sentinels.Options()), Options())
    assert cleaned.history[-2:] == (
        "dropped broken rows (id 1kR4gIb7nGxHPI3D2ifs59): 114,000 → 113,999 songs",
        (
            "dropped songs with missing features (danceability (157), speechiness (157), "
            "valence (157), tempo (157), time_signature (163)): 113,999 → 113,836 songs"
        ),
    )
