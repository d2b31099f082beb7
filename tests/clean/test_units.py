import pytest

from songscape.clean.units import Options, clean, examine
from songscape.core.collection import Column, Role


def kinds(collection, options=None):
    return {finding.what: finding for finding in examine(collection, options or Options())}


def test_shares_in_per_cent_are_brought_to_0_1(songs):
    collection = songs(energy=[30, 79, 0, 100], valence=[0.1, 0.2, 0.3, 1.0])
    assert kinds(collection)["other-scale"].where == "energy"
    cleaned = clean(collection, Options())
    assert cleaned.frame["energy"].to_list() == [0.3, 0.79, 0.0, 1.0]
    assert cleaned.history == ("brought to their unit: energy (was 0–100)",)
    assert cleaned.frame["valence"].equals(collection.frame["valence"])


def test_shares_of_zero_and_one_are_no_per_cent(songs):
    collection = songs(energy=[0, 1, 1, 0])
    assert clean(collection, Options()) is collection


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("ms", [201.0, 1412.0, 180.0], [201e3, 1412e3, 180e3]),
        ("s", [201e3, 1412e3, 180e3], [201.0, 1412.0, 180.0]),
        ("ms", [201e3, 1412e3, 180e3], [201e3, 1412e3, 180e3]),
    ],
)
def test_durations_follow_their_unit(songs, unit, values, expected):
    roles = {"duration": Column(Role.FEATURE, unit)}
    cleaned = clean(songs(roles=roles, duration=values), Options())
    assert cleaned.frame["duration"].to_list() == pytest.approx(expected)


def test_a_mixed_scale_is_an_error_and_its_odd_part_becomes_missing(songs):
    collection = songs(energy=[0.1, 0.2, 0.35, 0.4, 0.55, 62.0, 70.0, 81.0])
    finding = kinds(collection)["mixed-scale"]
    assert (finding.count, str(finding.severity)) == (3, "error")
    assert clean(collection, Options()).frame["energy"].null_count() == 3


def test_impossible_values_become_missing(songs):
    collection = songs(
        tempo=[-3.0, 700.0, 120.0, 90.0],
        energy=[0.5, 1.005, 1.4, -0.2],
        latitude=[99.0, 10.0, -90.0, None],
        longitude=[0.0, 10.0, 500.0, None],
    )
    assert kinds(collection)["impossible-value"].count == 6
    cleaned = clean(collection, Options())
    assert cleaned.frame["tempo"].to_list() == [None, None, 120.0, 90.0]
    assert cleaned.frame["energy"].to_list() == [0.5, 1.005, None, None]
    assert cleaned.frame["latitude"].to_list() == [None, 10.0, -90.0, None]
    assert cleaned.history == (
        "made missing what is impossible: tempo (2), energy (2), latitude (1), longitude (1)",
    )
    assert clean(collection, Options(impossible="keep")) is collection


def test_no_tempo_and_no_length_is_zero(songs):
    roles = {"bpm": Column(Role.FEATURE, "BPM"), "length": Column(Role.FEATURE, "s")}
    cleaned = clean(songs(roles=roles, bpm=[0.0, 90.0], length=[0.0, 200.0]), Options())
    assert cleaned.frame.select("bpm", "length").rows() == [(None, None), (90.0, 200.0)]


def test_unusual_values_are_reported_and_stay(songs):
    collection = songs(tempo=[30.0, 120.0], loudness=[4.53, -8.0])
    found = kinds(collection)
    assert set(found) == {"unusually-low", "unusually-high"}
    assert clean(collection, Options()) is collection
    cleaned = clean(collection, Options(unusual="null"))
    assert cleaned.frame["tempo"].to_list() == [None, 120.0]
    assert cleaned.frame["loudness"].to_list() == [None, -8.0]


def test_declared_codes_are_not_called_impossible(songs):
    assert examine(songs(tempo=[0.0, 120.0], key=[-1, 3]), Options()) == ()


def test_a_layout_widens_the_range_and_never_narrows_it(songs):
    roles = {"bpm": Column(Role.FEATURE, "BPM", 60, 700)}
    assert clean(songs(roles=roles, bpm=[45.0, 650.0]), Options()).history == ()


@pytest.mark.parametrize(
    ("name", "what", "where", "count"),
    [
        ("spotify-tracks-114k.csv", "unusually-high", "loudness", 90),
        ("fma-echonest-13129.csv", "unusually-low", "tempo", 30),
    ],
)
def test_the_shared_tables_have_the_counts_their_readme_tells(
    shared_table, name, what, where, count
):
    found = kinds(shared_table(name))[what]
    assert (found.where, found.count) == (where, count)
