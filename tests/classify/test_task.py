"""From the name of a target to arrays."""

import numpy as np
import polars as pl
import pytest
from tests.classify.songs import songs

import songscape
from songscape.classify import Wish, task
from songscape.core.errors import DegenerateDataError, InputError, RecipeError, UnknownNameError


def table(**columns):
    frame = pl.DataFrame({"energy": np.arange(12) / 12, **columns})
    return songscape.read(frame, roles=dict.fromkeys(columns, "genre"))


def test_a_column_of_texts_is_a_label_grouped_by_artist():
    found = task(songs(), Wish("genre"))
    assert found.kind == "label"
    assert found.group == "artist"
    assert set(found.truth) == {"rock", "folk", "pop"}
    assert "energy" in found.names
    assert len(np.unique(found.groups)) == 24


def test_a_column_of_numbers_is_a_number_and_no_feature_of_its_own():
    found = task(songs(), Wish("energy"))
    assert found.kind == "number"
    assert "energy" not in found.names
    assert found.truth.dtype == float


def test_an_unknown_value_is_no_third_value_of_a_number():
    mode = pl.Series([0.0, 1.0] * 5 + [None, None])
    found = task(
        songscape.read(pl.DataFrame({"energy": np.arange(12) / 12, "mode": mode})), Wish("mode")
    )
    assert found.kind == "label"
    assert len(found) == 10


def test_two_columns_of_degrees_are_a_place():
    found = task(songs(), Wish("latitude,longitude"))
    assert found.kind == "place"
    assert found.truth.shape == (240, 2)
    assert np.allclose(np.linalg.norm(found.wanted, axis=1), 1)


def test_a_column_against_a_number_is_two_labels():
    found = task(songs(), Wish("latitude>40"))
    assert set(found.truth) == {"latitude > 40", "latitude ≤ 40"}


def test_the_features_asked_for_and_no_others():
    assert task(songs(), Wish("genre", features=("valence",))).names == ("valence",)


def test_a_header_of_the_source_is_as_good_as_the_name_of_the_column(tmp_path):
    rows = [f"t{i},{'rock' if i % 2 else 'folk'},{i / 12},{i / 20}" for i in range(12)]
    header = "track_id,track_genre,energy,valence"
    (tmp_path / "songs.csv").write_text("\n".join([header, *rows]), "utf-8")
    found = songscape.read(str(tmp_path / "songs.csv"))
    assert found.columns["genre"].source == "track_genre"
    assert task(found, Wish("track_genre")).truth.tolist() == ["folk", "rock"] * 6


def test_only_the_first_of_several_artists_counts():
    found = songscape.read(
        pl.DataFrame(
            {
                "artist": ["A;B", "a", "C", "C", "", ""],
                "energy": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
                "genre": ["x", "y"] * 3,
            }
        ),
        roles={"artist": "group", "genre": "genre"},
    )
    groups = task(found, Wish("genre", least=2)).groups
    assert groups[0] == groups[1]
    assert groups[2] == groups[3]
    assert groups[4] != groups[5]


def test_unknown_labels_and_rare_classes_are_left_out_and_told():
    found = task(table(mood=["a"] * 5 + ["b"] * 4 + ["c"] * 2 + [None]), Wish("mood", least=3))
    assert set(found.truth) == {"a", "b"}
    assert found.notes == (
        "mood is unknown for 1 songs, which are left out.",
        "1 classes of fewer than 3 songs are left out, 2 songs: c.",
    )


def test_a_class_of_one_group_cannot_be_learned_and_tested():
    collection = songscape.read(
        pl.DataFrame(
            {
                "artist": ["a", "b", "c"] * 2 + ["d"] * 6,
                "energy": np.arange(12) / 12,
                "mood": ["x", "y", "x", "y", "x", "y"] + ["z"] * 6,
            }
        ),
        roles={"artist": "group", "mood": "genre"},
    )
    found = task(collection, Wish("mood", least=2))
    assert set(found.truth) == {"x", "y"}
    assert "all of one group" in found.notes[0]


@pytest.mark.parametrize(
    ("target", "error", "says"),
    [
        ("gnere", UnknownNameError, "Did you mean 'genre'"),
        ("latitude,longitude,energy", RecipeError, "two columns"),
        ("latitude>north", RecipeError, "latitude>20"),
        ("genre,artist", RecipeError, "no numbers"),
        ("longitude,latitude", InputError, "latitude first"),
    ],
)
def test_what_cannot_be_a_target_is_told(target, error, says):
    with pytest.raises(error, match=says):
        task(songs(), Wish(target))


def test_one_class_is_an_error():
    with pytest.raises(DegenerateDataError, match="All songs have the label 'a'"):
        task(table(mood=["a"] * 12), Wish("mood"))


def test_too_few_songs_of_all_but_one_class_is_an_error():
    with pytest.raises(DegenerateDataError, match=r"Fewer than two classes.*fewer folds"):
        task(table(mood=["a"] * 10 + ["b", "c"]), Wish("mood"))


def test_audio_is_asked_for_where_there_is_none():
    with pytest.raises(InputError, match="no audio files"):
        task(songs(), Wish("genre", reads="audio"))
