"""Every known layout is recognised by its header and gives its columns their meaning."""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from songscape.core.collection import Kind, Role
from songscape.core.errors import UnknownNameError
from songscape.sources import table
from songscape.sources._layouts import layout_names, spelling

SAMPLES = tomllib.loads(Path(__file__).with_name("layouts.toml").read_text("utf-8"))["sample"]
TREE = "genre_id,#tracks,parent,title,top_level\n21,8389,0,Hip-Hop,21\n12,32923,0,Rock,12\n"


@pytest.fixture
def read(tmp_path):
    def load(text, **options):
        path = tmp_path / "songs.csv"
        path.write_text(text, "utf-8")
        return table.load(table.Options(path=str(path), **options))

    return load


def label(number):
    return f"{number}-{SAMPLES[number]['layout']}"


@pytest.mark.parametrize("sample", SAMPLES, ids=[label(n) for n in range(len(SAMPLES))])
def test_sample_gets_its_layout_and_meaning(sample, read):
    songs = read(sample["text"].lstrip())
    layout = next(each for each in songs.findings if each.what == "layout")
    assert layout.where == sample["layout"]
    assert list(songs.names(Role.FEATURE)) == sample["features"]
    roles = {name: str(songs.columns[name].role) for name in sample["roles"]}
    assert roles == sample["roles"]
    first = songs.frame.row(0, named=True)
    for name, value in sample["values"].items():
        assert first[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_every_layout_has_a_sample():
    headerless = {"uci-geographical-origin"}
    assert {sample["layout"] for sample in SAMPLES} >= set(layout_names()) - headerless


@pytest.mark.parametrize("name", ["vocabulary", *layout_names()])
def test_layout_files_spell_every_header_once_and_as_compared(name):
    text = files("songscape.sources").joinpath("schemas", f"{name}.toml").read_text("utf-8")
    headers = [each for item in tomllib.loads(text).get("column", ()) for each in item["headers"]]
    assert sorted(headers) == sorted(set(headers))
    assert headers == [spelling(header) for header in headers]


def test_origin_table_of_116_features_is_known_by_its_width(read):
    values = np.random.default_rng(0).normal(size=(4, 118)).round(3)
    values[:, 116:] = [[-15.75, -47.95], [-15.75, -47.95], [35.7, 139.7], [35.7, 139.7]]
    songs = read("\n".join(",".join(map(str, row)) for row in values) + "\n")
    assert songs.history[0].endswith("4 rows × 118 columns, layout uci-geographical-origin")
    assert len(songs.names(Role.FEATURE)) == 116
    assert songs.names(Role.PLACE) == ("latitude", "longitude")
    assert songs.frame["place"].to_list()[1:3] == ["15.75° S, 47.95° W", "35.7° N, 139.7° E"]
    assert songs.columns["place"].role is Role.GROUP


def test_columns_carry_units_ranges_sentinels_and_kinds(read):
    columns = read(SAMPLES[0]["text"].lstrip()).columns
    assert columns["tempo"].unit == "BPM"
    assert columns["tempo"].missing == (0,)
    assert columns["key"].missing == (-1,)
    assert columns["time_signature"].missing == (0,)
    assert (columns["loudness"].unit, columns["loudness"].low) == ("dB", -60)
    assert columns["key"].kind is Kind.CYCLE
    assert {columns[name].kind for name in ("mode", "explicit", "time_signature")} == {Kind.CODE}
    assert {columns[name].kind for name in ("popularity", "duration_ms")} == {Kind.ABOUT}
    assert columns["liveness"].kind is Kind.MEASURE
    assert columns["artist"].source == "artists"
    assert columns["tempo"].source == ""


def test_percents_and_seconds_are_told(read):
    songs = read(SAMPLES[4]["text"].lstrip())
    scale = next(each for each in songs.findings if each.what == "scale-0-100")
    assert scale.count == 6
    assert scale.where == "energy, danceability, liveness, valence, acousticness, speechiness"
    assert songs.history[1] == f"scale 0–100 to 0..1: {scale.where}"
    assert songs.history[2] == "scale 'Length (Duration)' by 1000 to duration_ms (ms)"
    assert songs.columns["duration_ms"].source == "Length (Duration)"


def test_ratios_above_100_are_left_alone(read):
    songs = read("title,energy,valence\nA,30,300\nB,40,500\n")
    assert songs.frame["valence"].to_list() == [300.0, 500.0]


def test_genre_ids_get_their_names_from_a_tree_beside(read, tmp_path):
    (tmp_path / "genres.csv").write_text(TREE, "utf-8")
    sample = next(each for each in SAMPLES if each["layout"] == "fma-tracks")
    songs = read(sample["text"].lstrip())
    assert songs.frame["genres"].to_list() == [["Hip-Hop"], ["Hip-Hop", "Rock"]]


def test_genre_ids_get_their_names_from_the_tree_given(read, tmp_path):
    tree = tmp_path / "tree.csv"
    tree.write_text(TREE, "utf-8")
    sample = next(each for each in SAMPLES if each["layout"] == "fma-tracks")
    songs = read(sample["text"].lstrip(), genres=str(tree))
    assert songs.frame["genres"].to_list()[1] == ["Hip-Hop", "Rock"]


def test_roles_overrule_by_header_and_by_canonical_name(read):
    text = "Titel,energy,mood,code\nA,0.1,4,007\nB,0.2,3,008\n"
    songs = read(text, roles={"Titel": "group", "energy": "text", "code": "feature"})
    assert songs.columns["title"].role is Role.GROUP
    assert songs.frame["energy"].to_list() == ["0.1", "0.2"]
    assert songs.frame["code"].to_list() == [7.0, 8.0]
    again = read(text, roles={"title": "genre"})
    assert again.columns["title"].role is Role.GENRE


def test_role_id_names_the_songs(read):
    songs = read("code,tempo\nx,1\ny,2\n", roles={"code": "id"})
    assert songs.frame["id"].to_list() == ["x", "y"]
    assert songs.columns["id"].source == "code"
    twice = read("code,tempo\nx,1\nx,2\n", roles={"code": "id"})
    assert twice.frame["id"].to_list() == ["x", "x~2"]
    assert twice.columns["source_id"].role is Role.KEY


def test_unknown_names_are_refused(read):
    with pytest.raises(UnknownNameError, match=r"no column 'tempi'\. Did you mean 'tempo'"):
        read("title,tempo\nA,1\n", roles={"tempi": "text"})
    with pytest.raises(UnknownNameError, match=r"no role 'featur'\. Did you mean 'feature'"):
        read("title,tempo\nA,1\n", roles={"tempo": "featur"})
    with pytest.raises(UnknownNameError, match=r"no layout 'exportfy'\. Did you mean 'exportify'"):
        read("title,tempo\nA,1\n", layout="exportfy")


def test_layout_none_trusts_no_name(read):
    songs = read("title,energy\nA,30\nB,40\n", layout="none")
    assert songs.frame["energy"].to_list() == [30.0, 40.0]
    assert songs.columns["title"].role is Role.TEXT
    assert songs.history == ("read songs.csv: 2 rows × 2 columns, no known layout",)


def test_guesses_are_told_by_role_with_the_way_to_overrule(read):
    songs = read("Künstler,brightness\nBjörk,0.5\nMúm,0.2\n")
    guesses = {each.where: each for each in songs.findings if each.what == "role-guessed"}
    assert guesses["artist"].does == "used as group"
    assert guesses["brightness"].overrule == "--set source.roles.brightness=ROLE"


def test_the_one_column_of_labels_is_taken_for_genre(read):
    rows = [f"{0.1 * n},{'east' if n % 2 else 'west'}" for n in range(10)]
    songs = read("\n".join(["shape,side", *rows]) + "\n")
    assert songs.names(Role.GENRE) == ("side",)


def test_numbers_promised_by_a_name_but_not_there_are_text(read):
    songs = read("title,energy\nA,high\nB,low\n")
    assert songs.columns["energy"].role is Role.TEXT


@pytest.mark.parametrize(
    ("name", "rows", "columns", "layout", "features"),
    [
        ("spotify-tracks-114k.csv", 114_000, 21, "spotify-kaggle", 15),
        ("organize-your-music-2000.csv", 1_994, 14, "organize-your-music", 11),
        ("fma-echonest-13129.csv", 13_129, 19, "fma-cleaned", 10),
        ("fma-genres.csv", 163, 5, "fma-genres", 1),
        ("geographical-origin-1059.txt", 1_059, 70, "uci-geographical-origin", 68),
        ("playlists-11-genres-3081.csv", 3_081, 48, "playlists-mfcc", 40),
    ],
)
def test_real_tables_load_right(shared_data, name, rows, columns, layout, features):
    songs = table.load(table.Options(path=str(shared_data / "tables" / name)))
    assert songs.history[0] == f"read {name}: {rows:,} rows × {columns} columns, layout {layout}"
    assert len(songs) == rows
    assert len(songs.names(Role.FEATURE)) == features
    assert not [each for each in songs.findings if each.what == "unreadable-value"]


def test_dirt_of_the_real_tables_is_kept_and_counted(shared_data):
    tables = shared_data / "tables"
    songs = table.load(table.Options(path=str(tables / "spotify-tracks-114k.csv")))
    assert songs.frame["track_id"].n_unique() == 89_741
    assert (songs.frame["tempo"] == 0).sum() == 157
    assert (songs.frame["time_signature"] == 0).sum() == 163
    assert songs.frame["title"].null_count() == 1
    music = table.load(table.Options(path=str(tables / "organize-your-music-2000.csv")))
    found = {each.what: each for each in music.findings}
    assert found["thousands-separator"].count == 4
    assert {"encoding", "delimiter", "line-ends", "scale-0-100"} <= found.keys()
    assert music.frame.filter(pl.col("tempo").is_null())["title"].to_list() == ["Layla - Acoustic"]
    assert music.frame["genre"].n_unique() - 1 == 149
    origin = table.load(table.Options(path=str(tables / "geographical-origin-1059.txt")))
    assert origin.frame["place"].n_unique() == 33
