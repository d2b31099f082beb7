import numpy as np
import pytest

from songscape.clean.sentinels import Options, clean, examine

RISING = list(np.linspace(60.0, 180.0, 40))


def test_declared_codes_become_null_and_are_counted(songs, by_kind):
    collection = songs(tempo=[0.0, 120.0, 0.0], key=[-1, 3, 11])
    finding = by_kind(examine(collection, Options()))["missing-code"]
    assert finding.count == 2
    assert finding.examples == ("tempo 0 (2)", "key -1 (1)")
    cleaned = clean(collection, Options())
    assert cleaned.frame["tempo"].to_list() == [None, 120.0, None]
    assert cleaned.frame["key"].to_list() == [None, 3, 11]
    assert cleaned.history == ("read as missing: tempo 0 (2), key -1 (1)",)


def test_nan_and_infinity_are_missing(songs):
    cleaned = clean(songs(x=[1.0, float("nan"), float("inf")]), Options())
    assert cleaned.frame["x"].to_list() == [1.0, None, None]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        pytest.param([0.0] * 3 + RISING, 0.0, id="zero below a gap"),
        pytest.param([-1.0] * 3 + RISING, -1.0, id="minus one among positives"),
        pytest.param([-999.0] * 3 + RISING, -999.0, id="far below"),
        pytest.param([9999.0] * 3 + RISING, 9999.0, id="far above"),
    ],
)
def test_codes_nobody_declared_are_recognised_by_distribution(songs, values, code):
    collection = songs(bpm=values)
    (finding,) = examine(collection, Options())
    assert (finding.what, finding.count) == ("suspected-missing-code", 3)
    assert clean(collection, Options()).frame["bpm"].null_count() == 3
    assert code not in clean(collection, Options()).frame["bpm"].drop_nulls()
    assert clean(collection, Options(guess=False)) is collection


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([0.0] * 2 + RISING, id="only twice"),
        pytest.param([0] * 30 + list(range(1, 101)), id="0 of a 0–100 scale"),
        pytest.param([0.0] * 30 + list(np.linspace(1e-6, 0.9, 40)), id="0 next to small shares"),
        pytest.param([-1.0] * 5 + list(np.linspace(-2, 2, 40)), id="standardised"),
        pytest.param([0] * 3 + list(range(10, 400, 10)), id="0 one step below 10"),
        pytest.param([0.0] * 3 + list(np.linspace(0.5, 100, 900)), id="0 near the median's 0"),
        pytest.param([0, 1, 1, 0] * 10, id="two codes"),
    ],
)
def test_values_that_belong_to_their_column_stay(songs, values):
    collection = songs(x=values)
    assert examine(collection, Options()) == ()
    assert clean(collection, Options()) is collection


def test_two_codes_in_one_column_are_both_found(songs):
    collection = songs(x=[-1.0] * 3 + [0.0] * 4 + RISING)
    assert clean(collection, Options()).frame["x"].null_count() == 7


def test_a_value_in_company_of_codes_goes_and_stays_elsewhere(songs):
    nothing = [0.0] * 4
    valence = [*nothing, 0.0, *list(np.linspace(0.001, 1, 399))]
    tempo = nothing + list(np.linspace(60, 180, 400))
    energy = nothing + list(np.linspace(0.2, 1.0, 400))
    cleaned = clean(songs(tempo=tempo, energy=energy, valence=valence), Options())
    assert cleaned.frame["valence"].null_count() == 4
    assert (cleaned.frame["valence"] == 0).sum() == 1
    assert "valence 0 (4 of 5)" in cleaned.history[0]


def test_texts_that_say_nothing_are_missing_in_genres_and_artists_not_in_titles(songs):
    collection = songs(
        title=["Unknown", "n/a", "c"],
        artist=["Unknown Artist", "Unknown", "?"],
        genre=["unknown", "rock", "?"],
        genres=[["unknown", "rock"], ["n/a"], ["pop"]],
    )
    frame = clean(collection, Options()).frame
    assert frame["title"].null_count() == 0
    assert frame["artist"].to_list() == [None, "Unknown", "?"]
    assert frame["genre"].to_list() == [None, "rock", None]
    assert frame["genres"].to_list() == [["rock"], None, ["pop"]]


def test_texts_can_be_added(songs):
    cleaned = clean(songs(genre=["kein genre", "rock"]), Options(texts=("Kein Genre",)))
    assert cleaned.frame["genre"].to_list() == [None, "rock"]


def test_report_says_but_does_nothing_and_keep_is_silent(songs):
    collection = songs(tempo=[0.0, 120.0])
    (finding,) = examine(collection, Options(how="report"))
    assert finding.does == "nothing"
    assert clean(collection, Options(how="report")) is collection
    assert examine(collection, Options(how="keep")) == ()


def test_the_spotify_table_has_the_counts_its_readme_tells(shared_table, by_kind):
    kinds = by_kind(examine(shared_table("spotify-tracks-114k.csv"), Options()))
    assert set(kinds["missing-code"].examples) == {
        "duration_ms 0 (1)",
        "danceability 0 (157)",
        "tempo 0 (157)",
        "time_signature 0 (163)",
    }
    assert set(kinds["suspected-missing-code"].examples) == {
        "speechiness 0 (157)",
        "valence 0 (157 of 176)",
    }


@pytest.mark.parametrize(
    "name",
    [
        "fma-echonest-13129.csv",
        "geographical-origin-1059.txt",
        "organize-your-music-2000.csv",
        "playlists-11-genres-3081.csv",
    ],
)
def test_tables_without_codes_are_left_alone(shared_table, name):
    assert examine(shared_table(name), Options()) == ()
