import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.csv_text import csv_frame, csv_text

RISKY = ["=cmd()", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\nx", "'=x", "''-x"]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", RISKY)
def test_risky_texts_get_an_apostrophe(text):
    assert cells(csv_text(pl.DataFrame({"title": [text]})))[1] == ["'" + text]
    assert cells(csv_text(pl.DataFrame({"title": [text]}), raw=True))[1] == [text]


def test_numbers_and_harmless_texts_are_untouched():
    frame = pl.DataFrame({"z": [-1.5], "n": [-3], "title": ["it's 1-1=0"], "none": [None]})
    assert cells(csv_text(frame))[1] == ["-1.5", "-3", "it's 1-1=0", ""]


def test_headers_are_guarded():
    assert csv_text(pl.DataFrame({"=x": [1]})).startswith("'=x\n")


def test_a_column_that_begins_empty_keeps_its_type():
    frame = pl.DataFrame({"n": range(102), "late": [None] * 101 + [2.5]})
    assert csv_frame(csv_text(frame)).equals(frame)
    whole_at_first = "share\n" + "1\n" * 200 + "0.5\n"
    assert csv_frame(whole_at_first)["share"].to_list()[-1] == 0.5


def test_lists_and_paths_become_texts():
    frame = pl.DataFrame({"genre": [["rock", "-pop"]], "file": [b"a\xff.mp3"]})
    assert cells(csv_text(frame))[1] == ["rock; -pop", r"a\xff.mp3"]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@given(st.lists(texts.map(lambda text: "x" + text) | st.sampled_from(RISKY), min_size=1))
def test_round_trip(values):
    frame = pl.DataFrame({"title": values, "n": range(len(values))})
    assert csv_frame(csv_text(frame))["title"].to_list() == values
