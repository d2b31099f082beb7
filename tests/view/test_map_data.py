"""The block of the live map, read back as its script reads it."""

import gzip
import json
import re
from collections import Counter

import numpy as np
import polars as pl
import pytest

from songscape.core.record import Record
from songscape.view import live_map, map_data


def read(block):
    """Read a block as static/map/data.js does, in few lines of NumPy."""
    raw = gzip.decompress(block)
    size = int.from_bytes(raw[:4], "little")
    header = json.loads(raw[4 : 4 + size])
    at = 4 + size
    parts = {}
    lengths = [(a["name"], 2 * header["n"]) for a in header["axes"]]
    for name, length in lengths + [(c["name"], c["bytes"]) for c in header["columns"]]:
        parts[name] = np.frombuffer(raw[at : at + length], np.uint8)
        at += length
    assert at == len(raw)
    return header, parts


def joined(planes):
    low, high = planes.reshape(2, -1).astype(np.uint16)
    return low | high << 8


def test_places_come_back_to_a_part_in_sixty_thousand(record):
    header, parts = read(map_data.block(record))
    drawn = map_data.songs(record)
    for axis in header["axes"]:
        steps = np.cumsum(joined(parts[axis["name"]]), dtype=np.uint16)
        width = axis["high"] - axis["low"]
        places = axis["low"] + steps / 65_535 * width
        truth = record.tracks[axis["name"]].to_numpy()[drawn]
        assert np.abs(places - truth).max() <= width / 65_535
    assert len({round(a["high"] - a["low"], 9) for a in header["axes"]}) == 1


def test_columns_come_back(record):
    header, parts = read(map_data.block(record, rows=True))
    tracks = record.tracks[map_data.songs(record)]
    columns = {column["name"]: column for column in header["columns"]}
    labels = np.array(columns["cluster"]["labels"])
    names = dict(record.clusters.select("cluster", "name").rows())
    assert labels[joined(parts["cluster"])].tolist() == [names[c] for c in tracks["cluster"]]
    genres = np.array(columns["genre"]["labels"])
    assert genres[joined(parts["genre"])].tolist() == tracks["genre"].to_list()
    tempo = columns["tempo"]
    step = (tempo["high"] - tempo["low"]) / 254
    told = tempo["low"] + parts["tempo"] * step
    inside = np.clip(tracks["tempo"].to_numpy(), tempo["low"], tempo["high"])
    assert np.abs(told - inside).max() <= step
    assert parts["title"].tobytes().decode().split("\n") == tracks["title"].to_list()
    rows = parts["row"].reshape(4, -1).T.copy().view("<u4").ravel()
    assert record.tracks[rows]["id"].to_list() == tracks["id"].to_list()


def test_missing_numbers_and_genres_are_told_apart(make_record):
    def change(tracks):
        gone = pl.int_range(pl.len()) % 3 == 0
        return tracks.with_columns(
            tempo=pl.when(gone).then(None).otherwise("tempo"),
            genre=pl.when(gone).then(pl.lit("")).otherwise("genre"),
        )

    record = make_record(90, change)
    header, parts = read(map_data.block(record))
    tracks = record.tracks[map_data.songs(record)]
    assert ((parts["tempo"] == 255) == tracks["tempo"].is_null().to_numpy()).all()
    labels = next(c["labels"] for c in header["columns"] if c["name"] == "genre")
    told = np.array(labels)[joined(parts["genre"])]
    assert ((told == "no genre") == (tracks["genre"] == "").to_numpy()).all()


def test_songs_off_the_map_are_left_out_and_a_sample_is_always_the_same(make_record):
    def change(tracks):
        lost = pl.int_range(pl.len()) < 5
        return tracks.with_columns(x=pl.when(lost).then(float("nan")).otherwise("x"))

    record = make_record(200, change)
    assert len(map_data.songs(record)) == 195
    sample = map_data.songs(record, 50)
    assert len(sample) == len(set(sample.tolist())) == 50
    assert sample.tolist() == map_data.songs(record, 50).tolist()
    header, _ = read(map_data.block(record, 50))
    assert (header["n"], header["total"]) == (50, 200)


def test_a_third_axis_has_its_own_scale(make_record):
    record = make_record(60, lambda tracks: tracks.with_columns(z=100 * pl.col("x")))
    header, _ = read(map_data.block(record))
    widths = [axis["high"] - axis["low"] for axis in header["axes"]]
    assert widths[2] == pytest.approx(100 * np.ptp(record.tracks["x"].to_numpy()))


def test_a_line_stays_a_line(make_record):
    odd = ["two\nlines", "\u202eturned", "", "x" * 500]

    def change(tracks):
        titles = [odd[i % 4] for i in range(len(tracks))]
        return tracks.with_columns(title=pl.Series(titles))

    record = make_record(40, change)
    _, parts = read(map_data.block(record))
    titles = parts["title"].tobytes().decode().split("\n")
    assert len(titles) == 40
    ids = set(record.tracks["id"].to_list())
    assert {t for t in titles if t not in ids} == {"two lines", "turned", "x" * 79 + "…"}


def test_no_positions_no_block(record):
    bare = Record("", {}, record.tracks.drop("x", "y"), record.scores, record.clusters)
    assert map_data.block(bare) is None
    assert live_map.parts(bare) is None


def test_modules_come_in_the_order_of_their_imports_and_share_no_name():
    seen, names = set(), Counter()
    for module in live_map.MODULES:
        text = live_map.module(module)
        needed = set(re.findall(r'^import [^;]*"\./(\w+)\.js";', text, re.MULTILINE))
        assert needed <= seen, module
        seen.add(module)
        defined = r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)"
        names.update(re.findall(defined, text, re.MULTILINE))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_joined_script_can_stand_in_a_page():
    script = live_map.script()
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    assert "</script" not in script
    assert "<!--" not in script
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert danger not in script
