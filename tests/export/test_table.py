import csv
import io

import polars as pl

from songscape.core.record import Record
from songscape.export.table import Options, export


def record() -> Record:
    tracks = pl.DataFrame({"id": ["a"], "title": ["=cmd()"], "z": [-2.5]})
    clusters = pl.DataFrame({"cluster": [0], "name": ["-fast"], "size": [1]})
    return Record("", {}, tracks, pl.DataFrame(), clusters)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_texts_are_guarded_and_numbers_are_not():
    files = export(record(), Options())
    assert rows(files["tracks.csv"]) == [["id", "title", "z"], ["a", "'=cmd()", "-2.5"]]
    assert rows(files["clusters.csv"])[1] == ["0", "'-fast", "1"]


def test_raw_leaves_texts_alone():
    assert rows(export(record(), Options(raw=True))["tracks.csv"])[1] == ["a", "=cmd()", "-2.5"]
