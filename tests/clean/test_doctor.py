import ast
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from songscape.clean import doctor, duplicates, missing, sentinels
from songscape.clean.doctor import ORDER, Options, clean, examine, examine_steps
from songscape.core.collection import Column, Kind, Role

RNG = np.random.default_rng(0)
A, B, C = (RNG.normal(5, 2, 60).tolist() for _ in range(3))


def kinds(collection, options=None):
    return {finding.what: finding for finding in examine(collection, options or Options())}


def test_constant_and_duplicate_and_collinear_and_dependent_columns(songs):
    noisy = (np.array(A) + RNG.normal(0, 0.1, 60)).tolist()
    sums = (np.array(A) + 2 * np.array(B) - np.array(C)).tolist()
    minus = (3 - 2 * np.array(B)).tolist()
    found = kinds(songs(a=A, b=B, c=C, near_a=noisy, minus_b=minus, abc=sums, one=[1.0] * 60))
    assert found["constant-column"].where == "one"
    assert found["duplicate-column"].where == "b, minus_b"
    assert found["collinear-columns"].where == "a, near_a"
    assert found["linear-dependence"].count == 1
    assert (
        kinds(songs(a=A, b=B, c=C, near_a=noisy), Options(collinear=1.0))
        .keys()
        .isdisjoint(
            {"collinear-columns", "linear-dependence", "constant-column", "duplicate-column"}
        )
    )


def test_ids_among_the_features(songs):
    found = kinds(songs(number=list(range(60)), album_id=None or [float(7 * x) for x in range(60)]))
    assert found["id-as-feature"].where == "number"
    roles = {"song_no": Column(Role.FEATURE)}
    found = kinds(songs(roles=roles, a=A, song_no=[7 * row % 61 for row in range(60)]))
    assert found["id-as-feature"].where == "song_no"


def test_milliseconds_are_told_apart_from_seconds_that_were_multiplied(songs):
    ms = Column(Role.FEATURE, "ms", kind=Kind.ABOUT)
    seconds = Column(Role.FEATURE, "ms", kind=Kind.ABOUT, source="Length (Duration)")
    durations = [200_000 + row for row in range(0, 600, 10)]
    assert "milliseconds" in kinds(songs(roles={"duration_ms": ms}, duration_ms=durations))
    assert "milliseconds" not in kinds(songs(roles={"duration_ms": seconds}, duration_ms=durations))
    used = kinds(songs(roles={"t_ms": Column(Role.FEATURE)}, t_ms=durations, a=A))["milliseconds"]
    assert str(used.severity) == "warning"


def test_columns_without_a_value_are_no_standardised_ones(songs):
    """All values may be codes for "not found", and `missing` may be told to keep the columns."""
    none = [None] * len(A)
    collection = songs(a=A, b=B, c=C, d=pl.Series(none, dtype=pl.Float64))
    found = examine_steps(collection, [("missing", missing.Options(how="keep"))], Options())
    assert "already-standardised" not in {finding.what for finding in found}


def test_a_standardised_table(songs):
    z = {
        name: ((np.array(x) - np.mean(x)) / np.std(x)).tolist()
        for name, x in zip("abc", (A, B, C), strict=True)
    }
    assert kinds(songs(**z))["already-standardised"].count == 3
    assert "already-standardised" not in kinds(songs(a=A, b=B, c=C))


def test_codes_among_the_features(songs):
    rows = 120
    collection = songs(
        a=(A * 2), mode=[row % 2 for row in range(rows)], rating=[row % 5 for row in range(rows)]
    )
    assert kinds(collection)["code-as-feature"].where == "mode, rating"


def test_labels_in_several_spellings(songs):
    found = kinds(songs(a=A, genre=["hip hop", "Hip-Hop", "hip-hop"] * 20))
    assert found["label-spelling"].count == 3
    assert "label-language" not in found


@pytest.mark.parametrize(
    ("labels", "count"),
    [(["classical", "Klassik"], 1), (["рок", "jazz"], 1), (["ロック", "ポップ", "jazz"], 2)],
)
def test_labels_in_several_languages(songs, labels, count):
    genre = (labels * 60)[:60]
    assert kinds(songs(a=A, genre=genre))["label-language"].count == count


def test_one_artist_owning_a_label_or_a_place(songs):
    found = kinds(
        songs(
            a=A,
            genre=["taiwanese"] * 12 + ["pop"] * 48,
            artist=["one"] * 12 + [f"artist {row}" for row in range(48)],
            latitude=[24.0] * 12 + [-16.0] * 48,
            longitude=[121.0] * 12 + [-48.0] * 48,
        )
    )
    assert found["owned-genre"].examples == ("taiwanese: one (12 of 12)",)
    assert found["owned-place"].examples == ("24.0° N, 121.0° E: one (12 of 12)",)
    assert found["few-places"].count == 2


def test_several_artists_in_one_cell(songs):
    assert kinds(songs(a=A, artist=["x;y", "z"] * 30))["joined-artists"].count == 30


def test_what_the_reader_said_is_not_said_again_and_nothing_else_changes(songs):
    collection = songs(tempo=[0.0, 120.0], title=["a", "b"])
    once = clean(collection, Options())
    assert {finding.what for finding in once.findings} >= {"missing-code"}
    assert once.frame is collection.frame
    assert once.history == collection.history
    assert clean(once, Options()).findings == once.findings


def test_steps_are_asked_with_the_options_they_will_run_with(songs):
    collection = songs(tempo=[0.0, 120.0, 100.0, 90.0, 80.0], x=[1.0, 2.0, 3.0, 4.0, 5.0])
    steps = [
        ("doctor", Options()),
        ("sentinels", sentinels.Options()),
        ("missing", missing.Options(how="median")),
    ]
    found = {finding.what: finding for finding in examine_steps(collection, steps, Options())}
    assert found["missing-feature"].does == "filled with the median of the column"
    without = examine_steps(collection, [("missing", missing.Options())], Options())
    assert "missing-feature" not in {finding.what for finding in without}


def test_each_step_sees_what_those_before_have_left(songs):
    collection = songs(
        track_id=["a"] * 5 + ["b", "c", "d"],
        title=list("aaaaabcd"),
        tempo=[0.0] * 5 + [100.0, 90.0, 80.0],
    )
    found = kinds(collection)
    assert found["missing-code"].count == 5
    assert found["missing-feature"].count == 1
    assert ORDER.index("duplicates") < ORDER.index("missing")


def test_a_table_without_songs_or_features_is_examined_too(songs):
    empty = songs(tempo=pl.Series([], dtype=pl.Float64), genre=pl.Series([], dtype=pl.String))
    assert examine(empty, Options()) == ()
    assert examine(songs(title=["a", "b"]), Options()) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "spotify-tracks-114k.csv",
            {
                "missing-code": 164,
                "suspected-missing-code": 157,
                "repeated-row": 450,
                "repeated-id": 24_259,
                "several-genres": 16_299,
                "broken-row": 1,
                "missing-feature": 162,
                "unusually-high": 90,
                "unusually-low": 17,
                "repeated-title": 32_794,
                "far-song": 1472,
                "about-the-release": 2,
                "milliseconds": 1,
                "code-as-feature": 4,
                "joined-artists": 22_521,
            },
        ),
        (
            "organize-your-music-2000.csv",
            {
                "broken-row": 1,
                "rare-genre": 114,
                "owned-genre": 10,
                "unusually-low": 1,
                "far-song": 78,
                "about-the-release": 3,
            },
        ),
        (
            "fma-echonest-13129.csv",
            {
                "owned-genre": 1,
                "unusually-low": 30,
                "unusually-high": 2,
                "repeated-title": 170,
                "missing-elsewhere": 3818,
                "far-song": 569,
                "about-the-release": 2,
                "joined-artists": 57,
            },
        ),
        (
            "geographical-origin-1059.txt",
            {"far-song": 26, "already-standardised": 68, "few-places": 33},
        ),
        (
            "playlists-11-genres-3081.csv",
            {
                "repeated-id": 87,
                "several-genres": 86,
                "repeated-title": 142,
                "unusually-high": 1,
                "far-song": 18,
                "about-the-release": 1,
                "milliseconds": 1,
                "code-as-feature": 3,
            },
        ),
        ("fma-genres.csv", {"about-the-release": 1}),
    ],
)
def test_every_shared_table_gets_exactly_these_findings(shared_table, by_kind, name, expected):
    found = by_kind(examine(shared_table(name), Options()))
    assert {what: finding.count for what, finding in found.items()} == expected


def kinds_in_code():
    """Return the kind of every finding that cleaning can make, from the calls that make them."""
    makers = {"Finding", "_finding", "_pairs"}
    for path in Path(doctor.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"unusually-\w+", str(node.value)):
                yield node.value
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield first.value
                elif isinstance(first, ast.JoinedStr):
                    yield from (f"owned-{noun}" for noun in ("genre", "place"))


def test_the_page_of_the_doctor_tells_every_kind():
    page = Path(__file__).parents[2].joinpath("docs", "doctor.md").read_text("utf-8")
    told = re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.MULTILINE)
    assert len(set(told)) == len(told)
    assert set(kinds_in_code()) <= set(told)
    assert len(set(kinds_in_code())) > 20


def test_what_the_doctor_counts_is_what_the_steps_drop(shared_table):
    collection = shared_table("spotify-tracks-114k.csv")
    found = kinds(collection)
    for step in (sentinels, duplicates, missing):
        collection = step.clean(collection, step.Options())
    told = found["repeated-id"].count + found["broken-row"].count + found["missing-feature"].count
    assert len(collection) == 114_000 - told
