"""What the reader refuses and how, kinds of files other than CSV, and what it promises to others."""

import json
import sys
from datetime import timedelta

import numpy as np
import openpyxl
import polars as pl
import pytest

from songscape.core import plugins
from songscape.core.collection import Role
from songscape.core.errors import (
    InputError,
    MissingExtraError,
    RecipeError,
    UnknownNameError,
)
from songscape.core.options import fill, knobs
from songscape.sources import table
from songscape.sources._frames import collection

FRAME = pl.DataFrame(
    {
        "track_name": ["Jóga", "Unravel", "Army of Me"],
        "artists": ["Björk", "Björk", None],
        "tempo": [87.9, 60.0, float("nan")],
        "key": [1, 2, -1],
        "explicit": [True, False, None],
        "genres": [["pop", "rock"], ["pop"], None],
    }
)


def load(path, **options):
    return table.load(table.Options(path=str(path), **options))


def test_it_is_a_plug_in():
    assert "table" in plugins.names("sources")
    assert plugins.load("sources", "table") is table
    assert knobs(table.Options)[0].name == "path"


def test_options_come_from_a_recipe():
    given = {"path": "a.csv", "header": "2", "roles": {"x": "text"}}
    options = fill(table.Options, given, "source")
    assert (options.header, options.roles) == (2, {"x": "text"})
    with pytest.raises(RecipeError, match=r"source\.decimal must be one of auto, \., ,"):
        fill(table.Options, {"decimal": ":"}, "source")


@pytest.mark.parametrize(
    ("path", "claimed"),
    [("a.csv", True), ("a.TSV", True), ("a.parquet", True), ("a.mp3", False), ("folder", False)],
)
def test_claims(path, claimed):
    assert table.claims(path) is claimed


def test_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "songs.csv").write_text("a,b\n1,2\n")
    with pytest.raises(
        InputError, match=r"There is no file .*sons\.csv\. Did you mean songs\.csv\?"
    ):
        load(tmp_path / "sons.csv")


def test_missing_folder(tmp_path):
    with pytest.raises(InputError, match="does not exist either"):
        load(tmp_path / "nowhere" / "songs.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder; a table must be a file"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n", "is an image, no table"),
        (b"%PDF-1.7 stuff", "is a PDF; copy its table"),
        (b"ID3\x04\x00", "is a piece of audio"),
        (b"\x1f\x8b\x08\x00", "is compressed; unpack it first"),
        (b"SQLite format 3\x00", "is a database; export its table"),
        (b"<!doctype html><html></html>", "is a web page; save the table itself"),
        (b"PAR1junk", "is a damaged Parquet file"),
        (b"PK\x03\x04junk", "is no workbook"),
    ],
)
def test_other_kinds_of_files_are_refused_by_name(tmp_path, content, says):
    (tmp_path / "songs.csv").write_bytes(content)
    with pytest.raises(InputError, match=rf"songs\.csv {says}"):
        load(tmp_path / "songs.csv")


@pytest.mark.parametrize("name", ["ID3 title", "id3_title", "riff", "flac", "gif8"])
def test_a_header_is_not_taken_for_the_mark_of_another_kind(tmp_path, name):
    (tmp_path / "songs.csv").write_text(f"{name},tempo\nJ,1\nK,2\n")
    assert load(tmp_path / "songs.csv").frame["tempo"].to_list() == [1.0, 2.0]


def test_wrong_encoding_names_the_line(tmp_path):
    (tmp_path / "songs.csv").write_bytes("title,tempo\nJóga,1\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"Line 2 of songs\.csv is not utf-8"):
        load(tmp_path / "songs.csv", encoding="utf-8")


def test_unknown_encoding(tmp_path):
    (tmp_path / "songs.csv").write_text("title,tempo\nJ,1\n")
    with pytest.raises(UnknownNameError, match="encoding 'latin-77'"):
        load(tmp_path / "songs.csv", encoding="latin-77")


@pytest.mark.parametrize("encoding", ["hex", "rot13", "undefined", "a\0b"])
def test_an_encoding_that_is_none_of_text(tmp_path, encoding):
    (tmp_path / "songs.csv").write_text("title,tempo\nJ,1\n")
    with pytest.raises(UnknownNameError, match="There is no encoding"):
        load(tmp_path / "songs.csv", encoding=encoding)


@pytest.mark.parametrize("width", ["16", "32"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_the_mark_tells_the_order_of_bytes(tmp_path, width, order):
    text = "\ufefftitle,tempo\nJóga,1\n"
    (tmp_path / "songs.csv").write_bytes(text.encode(f"utf-{width}-{order}"))
    songs = load(tmp_path / "songs.csv", encoding=f"utf-{width}")
    assert songs.frame["title"].to_list() == ["Jóga"]


def test_wrong_delimiter_is_refused(tmp_path):
    (tmp_path / "songs.csv").write_text("title,tempo\nJ,1\n")
    with pytest.raises(RecipeError, match=r"source\.delimiter must be one character or tab"):
        load(tmp_path / "songs.csv", delimiter="::")


def test_what_is_asked_for_overrules_what_was_found_out(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("a;b\n1,5;2,5\n3,5;4,5\n")
    assert load(path, decimal=",", roles={"a": "feature"}).frame["a"].to_list() == [1.5, 3.5]
    assert load(path, header=0, delimiter=",").frame.width == 4
    assert load(path, delimiter="tab").frame.columns == ["id", "a;b"]


def test_any_character_may_part_cells(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text('title│tempo\n "Jóga"│1\n"Unravel"│2\n', "utf-8")
    assert load(path, delimiter="│").frame["title"].to_list() == ["Jóga", "Unravel"]


def test_delimiter_is_one_the_header_has(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("title;tempo\n" + "".join(f"s{n};{n},5\n" for n in range(30)))
    assert load(path).frame["tempo"].to_list() == [n + 0.5 for n in range(30)]


def test_decimal_point_asked_for_makes_commas_unreadable(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("a;tempo\nx;1,5\ny;2.5\nz;3.5\n")
    songs = load(path, decimal=".")
    assert songs.frame["tempo"].to_list() == [None, 2.5, 3.5]


def test_a_role_that_cannot_be_is_refused(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("title,mood\nA,sad\nB,gay\n")
    with pytest.raises(InputError, match="Column 'mood' cannot be feature: none of its cells"):
        load(path, roles={"mood": "feature"})


def test_late_type_change_is_reported_by_line(tmp_path):
    lines = [f"song {n},{n % 97 + 0.5}" for n in range(5_000)]
    lines[4_321] = "song 4321,fast"
    path = tmp_path / "songs.csv"
    path.write_text("\n".join(["title,brightness", *lines]) + "\n")
    songs = load(path)
    found = next(each for each in songs.findings if each.what == "unreadable-value")
    assert found.examples == ("line 4323, column brightness: 'fast'",)
    assert songs.frame["brightness"].null_count() == 1


def test_only_five_examples_are_shown(tmp_path):
    lines = [f"s{n},{'x' if n < 9 else n}" for n in range(200)]
    path = tmp_path / "songs.csv"
    path.write_text("\n".join(["title,tempo", *lines]) + "\n")
    found = next(each for each in load(path).findings if each.what == "unreadable-value")
    assert found.count == 9
    assert len(found.examples) == 5
    assert found.where == "tempo, lines 2, 3, 4, 5, 6 and 4 more"


def test_parquet(tmp_path):
    path = tmp_path / "songs.parquet"
    FRAME.write_parquet(path)
    songs = load(path)
    assert songs.frame["tempo"].to_list() == [87.9, 60.0, None]
    assert songs.frame["explicit"].to_list() == [1.0, 0.0, None]
    assert songs.frame["genres"].to_list() == [["pop", "rock"], ["pop"], None]
    assert songs.columns["artist"].role is Role.GROUP
    assert songs.frame["id"].to_list() == ["1", "2", "3"]


def test_parquet_of_any_types(tmp_path):
    """A frame means the same as the Parquet file of it, whatever its columns hold."""
    odd = FRAME.select("track_name", "tempo").with_columns(
        pl.Series("raw", [b"caf\xe9", b"", None]),
        pl.Series("took", [timedelta(seconds=3)] * 3),
        pl.Series("nested", [[[1]], [], None]),
        pl.Series("pair", [[1, 2]] * 3, pl.Array(pl.Int64, 2)),
        pl.Series("mood", ["", "calm", None]),
    )
    odd.write_parquet(tmp_path / "songs.parquet")
    songs = load(tmp_path / "songs.parquet")
    assert songs.frame.equals(collection(odd).frame)
    assert songs.frame["raw"].to_list() == ["caf\ufffd", None, None]


def test_parquet_without_rows(tmp_path):
    FRAME.clear().write_parquet(tmp_path / "songs.parquet")
    with pytest.raises(InputError, match=r"songs\.parquet has columns but no rows"):
        load(tmp_path / "songs.parquet")


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Songs")
    sheet.append(["Title", "Artist", "Tempo", "Code", "Explicit"])
    sheet.append(["Jóga", "Björk", 87.9, 1, True])
    sheet.append([None, None, None, None, None])
    sheet.append(["1979", "Pumpkins", "oops", 2, False])
    sheet.append(["Unravel", "Björk", 60, 9, False])
    path = tmp_path / "songs.xlsx"
    book.save(path)
    return path


def test_workbook(workbook):
    songs = load(workbook)
    assert songs.frame["title"].to_list() == ["Jóga", "1979", "Unravel"]
    assert songs.frame["tempo"].to_list() == [87.9, None, 60.0]
    assert songs.frame["explicit"].to_list() == [1.0, 0.0, 0.0]
    found = next(each for each in songs.findings if each.what == "unreadable-value")
    assert found.where == "Tempo, line 4"


def test_workbook_sheets(workbook):
    assert len(load(workbook, sheet="Songs")) == 3
    with pytest.raises(
        UnknownNameError, match=r"sheet of songs\.xlsx 'Song'\. Did you mean 'Songs'"
    ):
        load(workbook, sheet="Song")
    with pytest.raises(InputError, match=r"songs\.xlsx holds no cells in sheet Notes"):
        load(workbook, sheet="Notes")


def test_workbook_without_the_extra(workbook, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"songscape\[excel\]"):
        load(workbook)


SONG = {
    "id": "a",
    "name": "Jóga",
    "artists": [{"name": "Björk"}, {"name": "Ann"}],
    "album": {"name": "Homogenic", "images": []},
    "audio_features": {"tempo": 87.9, "key": -1, "danceability": 0.4},
}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([SONG]),
        json.dumps({"items": [{"track": SONG}]}),
        json.dumps(SONG) + "\n",
    ],
    ids=["list", "answer", "one"],
)
def test_json(tmp_path, content):
    path = tmp_path / "songs.json"
    path.write_text(content, "utf-8")
    songs = load(path)
    assert songs.frame["title"].to_list() == ["Jóga"]


def test_json_lines_of_audio_features(tmp_path):
    path = tmp_path / "songs.jsonl"
    rows = [{"id": "a", "tempo": 87.9, "key": -1}, {"id": "b", "tempo": None, "key": 3}]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    songs = load(path)
    assert songs.frame["tempo"].to_list() == [87.9, None]
    assert songs.frame["track_id"].to_list() == ["a", "b"]


def test_json_lines_may_hold_other_ends_of_lines(tmp_path):
    path = tmp_path / "songs.jsonl"
    path.write_text(
        '{"title": "a\u2028b", "tempo": 1.5}\r\n{"title": "c\x85", "tempo": 2}\r\n', "utf-8"
    )
    assert load(path).frame["title"].to_list() == ["a\u2028b", "c\x85"]


def test_json_answer_of_audio_features(tmp_path):
    path = tmp_path / "songs.json"
    path.write_text(json.dumps({"audio_features": [{"id": "a", "tempo": 1.5}, None]}))
    assert load(path).frame["tempo"].to_list() == [1.5]


def test_json_nested_names(tmp_path):
    path = tmp_path / "songs.json"
    path.write_text(json.dumps([SONG]), "utf-8")
    songs = load(path)
    row = songs.frame.row(0, named=True)
    assert (row["artist"], row["album"], row["tempo"]) == ("Björk;Ann", "Homogenic", 87.9)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[{"a": 1},\n {"b" 2}]', r"Line 2 of songs\.json is no JSON, column 7"),
        ('{"a": 1}\n\n{"a" 2}', r"Line 3 of songs\.json is no JSON, column 6: .*; mend that line"),
        ("[1, 2]", r"songs\.json holds no list of songs"),
        (f'[{{"a": {"9" * 5000}}}]', r"songs\.json holds a number of thousands of digits"),
        ('{"a": 1}\n' + "[" * 100_000, r"songs\.json is nested too deeply"),
        ("[" * 100_000, r"songs\.json (is nested too deeply|is no JSON)|Line 1 of songs\.json"),
    ],
)
def test_json_refused(tmp_path, content, says):
    (tmp_path / "songs.json").write_text(content)
    with pytest.raises(InputError, match=says):
        load(tmp_path / "songs.json")


def test_a_tree_that_is_none_is_refused(tmp_path):
    (tmp_path / "tree.csv").write_text("a,b\nx,1\n")
    path = tmp_path / "songs.csv"
    path.write_text(",track,track\n,genres_all,title\ntrack_id,,\n1,[21],A\n2,[12],B\n")
    options = {"layout": "fma-tracks", "genres": str(tmp_path / "tree.csv")}
    with pytest.raises(InputError, match=r"tree\.csv is no tree of genres"):
        load(path, **options)


def test_the_source_is_left_as_it_was(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("title,tempo\nA,1\nB,2\n")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    load(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [each.name for each in tmp_path.iterdir()] == ["songs.csv"]


def test_features_are_floats(tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("title,year,key,explicit\nA,1999,3,true\nB,2001,4,false\n")
    songs = load(path)
    assert {songs.frame.schema[name] for name in songs.names(Role.FEATURE)} == {pl.Float64}
    assert np.isfinite(songs.space().matrix).all()
