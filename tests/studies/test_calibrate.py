import numpy as np
import polars as pl
import pytest

from songscape.core.errors import DegenerateDataError, InputError, UnknownNameError
from songscape.describe._estimates import TIMBRE, estimate, shipped_model
from songscape.studies.calibrate import calibrate, matched, open_model, save


def library(n=240, artists=60, seed=0):
    """Return described songs with a spread of timbres."""
    rng = np.random.default_rng(seed)
    scale = shipped_model().scale
    values = scale.centre + scale.spread * rng.normal(0, 0.8, (n, len(TIMBRE)))
    names = {"file": [f"/music/{i:03d} song.flac" for i in range(n)]}
    names["artist"] = [f"Artist {i % artists}" for i in range(n)]
    names["title"] = [f"Song {i}" for i in range(n)]
    return pl.DataFrame(names | dict(zip(TIMBRE, values.T, strict=True)))


def references(described, seed=1):
    """Return reference values: the shipped estimate, 0.1 lower in loudness's decibels times 60."""
    rng = np.random.default_rng(seed)
    rows = described.to_dicts()
    loud = [estimate(row)["loudness"].value - 6 + rng.normal(0, 1) for row in rows]
    lively = [1 / (1 + np.exp(-(row["mfcc_02_mean"] - 90) / 15)) for row in rows]
    return described.select("artist", "title").with_columns(
        pl.Series("loudness", loud), pl.Series("energy", lively)
    )


@pytest.fixture(scope="module")
def calibration():
    described = library()
    return calibrate(described, references(described), source={"table": "mine.csv"})


def test_calibration_learns_what_the_shipped_mapping_does_not_know(calibration):
    report = {row["value"]: row for row in calibration.report.iter_rows(named=True)}
    assert report["loudness"]["error_before"] > 5
    assert report["loudness"]["error"] < 1.5
    assert report["energy"]["r2"] > report["energy"]["r2_before"] + 0.2
    assert report["energy"]["songs"] == 240
    assert report["energy"]["artists"] == 60


def test_mapping_says_where_it_comes_from_and_survives_the_disk(calibration, tmp_path):
    assert calibration.model.source == {"songs": 240, "table": "mine.csv"}
    save(calibration.model, tmp_path / "mine.json")
    again = open_model(tmp_path / "mine.json")
    row = library(1, seed=9).to_dicts()[0]
    assert estimate(row, again)["loudness"].value == pytest.approx(
        estimate(row, calibration.model)["loudness"].value, abs=0.05
    )


def test_intervals_of_the_new_mapping_cover(calibration):
    assert calibration.report["coverage"].min() > 0.8


def test_values_may_be_ones_own():
    described = library()
    mine = described.select(
        "artist", "title", rating=(pl.col("mfcc_05_mean") > 0).cast(pl.Int64) * 4 + 1
    )
    model = calibrate(described, mine, values=["rating"]).model
    assert model.targets["rating"].link == "identity"
    assert model.targets["rating"].quality.r2 > 0.3


def test_per_cent_is_brought_to_the_scale_of_the_mapping():
    described = library()
    whole = references(described)
    hundred = whole.with_columns(pl.col("energy") * 100)
    a, b = (calibrate(described, one, values=["energy"]).model for one in (whole, hundred))
    np.testing.assert_allclose(
        a.targets["energy"].coefficients, b.targets["energy"].coefficients, rtol=1e-6, atol=1e-8
    )


def test_songs_that_were_not_described_are_left_out():
    described = library().with_columns(
        pl.when(pl.int_range(pl.len()) > 9).then("mfcc_01_mean").alias("mfcc_01_mean")
    )
    found = calibrate(described, references(library()))
    assert found.matches.height == 230
    assert found.matches["described"].min() == 10


def test_matching_by_path_name_isrc_artist_and_title():
    described = pl.DataFrame(
        {
            "file": ["/a/one.flac", "C:\\b\\two.mp3", "/c/x.ogg", "/d/y.ogg", "/e/z.ogg"],
            "isrc": [None, None, "GB-AYE-67-00001", None, None],
            "artist": ["A", "B", "C", "Björk feat. Someone", "E"],
            "title": ["1", "2", "3", "Jóga - 2003 Remaster", "5"],
        }
    )
    reference = pl.DataFrame(
        {
            "path": ["/a/one.flac", "/elsewhere/two.wav", None, None],
            "isrc": [None, None, "gbaye6700001", None],
            "artists": [None, None, None, "bjork;Other"],
            "track_name": [None, None, None, "Joga (Live)"],
        }
    )
    assert matched(described, reference).rows() == [
        (0, 0, "path"),
        (1, 1, "file name"),
        (2, 2, "ISRC"),
        (3, 3, "artist and title"),
    ]


def test_file_names_that_repeat_tell_nothing():
    described = pl.DataFrame({"file": ["/a/01.mp3", "/b/01.mp3", "/c/02.mp3"]})
    reference = pl.DataFrame({"file": ["/x/01.mp3", "/x/02.mp3"]})
    assert matched(described, reference).rows() == [(2, 1, "file name")]


def test_paths_as_bytes_and_artists_as_lists_are_read():
    described = pl.DataFrame(
        {"file": [b"/m/a\xff.mp3", b"/m/b.mp3"], "artist": [["A", "B"], ["C"]]}
    )
    described = described.with_columns(title=pl.Series(["One", "Two"]))
    reference = pl.DataFrame({"artist": ["a", "c"], "title": ["one!", "TWO"]})
    assert matched(described, reference)["reference"].to_list() == [0, 1]


def test_a_song_listed_twice_takes_the_first_reference():
    described = pl.DataFrame({"artist": ["A", "A"], "title": ["x", "x"]})
    reference = pl.DataFrame({"artist": ["A", "A"], "title": ["x", "x"]})
    assert matched(described, reference)["reference"].to_list() == [0, 0]


def test_strangers_are_refused():
    with pytest.raises(
        InputError, match=r"No song is in both tables.*artist, title and track_name"
    ):
        matched(
            pl.DataFrame({"artist": ["A"], "title": ["x"]}), pl.DataFrame({"track_name": ["x"]})
        )


def test_missing_values_columns_are_refused():
    described = library()
    with pytest.raises(InputError, match="name the columns to map to"):
        calibrate(described, described.select("artist", "title"))
    with pytest.raises(UnknownNameError, match=r"'enrgy'.*Did you mean 'energy'"):
        calibrate(described, references(described), values=["enrgy"])
    with pytest.raises(UnknownNameError, match="mfcc_01_mean"):
        calibrate(described.drop("mfcc_01_mean"), references(described))


def test_a_dozen_songs_are_too_few():
    described = library(12)
    with pytest.raises(DegenerateDataError, match="at least 20 songs of 5 artists"):
        calibrate(described, references(described))


def test_unreadable_mappings_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read as a mapping"):
        open_model(tmp_path / "none.json")


def test_what_is_no_isrc_pairs_nobody():
    mine = pl.DataFrame({"file": ["a.mp3", ""], "isrc": ["n/a", "GB-AYE-06-01477"]})
    theirs = pl.DataFrame({"file": ["b.mp3", ""], "isrc": ["N/A", "gbaye0601477"]})
    assert matched(mine, theirs).rows() == [(1, 1, "ISRC")]


def test_a_reference_without_any_value_is_refused_in_a_sentence():
    described = library(60)
    known = described.select("artist", "title").with_columns(energy=pl.lit(None, pl.Float64))
    with pytest.raises(DegenerateDataError):
        calibrate(described, known)
