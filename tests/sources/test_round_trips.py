"""What is written as CSV is read back the same, whatever the texts, the delimiter, the encoding."""

import csv
import io

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from songscape.core.csv_text import csv_text
from songscape.core.errors import SongscapeError
from songscape.sources import _records, table
from songscape.sources._identity import ids_of

LETTERS = st.characters(
    blacklist_categories=("Cs", "Cc", "Co"), blacklist_characters="\ufeff\ufffd"
) | st.sampled_from("\t\n\r")
TEXTS = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip() == text)
LATIN = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, blacklist_categories=("Cc",)),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=64)


# A busy machine is no fault of the reader.
PATIENT = settings(deadline=None)


def tables(texts):
    row = st.tuples(texts, NUMBERS, NUMBERS)
    return st.lists(row, min_size=2, max_size=12).filter(
        lambda rows: any(r[1] is not None for r in rows) and any(r[2] is not None for r in rows)
    )


def written(rows, dialect):
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, **dialect)
    writer.writerow(["title", "shape", "tempo"])
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return lines.getvalue()


def load(data, folder, **options):
    path = folder / "songs.csv"
    path.write_bytes(data)
    return table.load(table.Options(path=str(path), **options))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round")


DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    }
)


@PATIENT
@given(tables(TEXTS), DIALECTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_tables_come_back(folder, rows, dialect, encoding):
    assume(not any(cell.startswith("'") for cell, _, _ in rows))
    songs = load(
        written(rows, dialect).encode(encoding),
        folder,
        delimiter=dialect["delimiter"],
        encoding="auto" if encoding != "utf-8" else "utf-8",
        roles={"shape": "feature"},
    )
    assert songs.frame["title"].to_list() == [row[0] for row in rows]
    assert songs.frame["shape"].to_list() == [row[1] for row in rows]
    assert songs.frame["tempo"].to_list() == [row[2] for row in rows]


@PATIENT
@given(tables(LATIN), st.sampled_from(["latin-1", "cp1252"]))
def test_eight_bit_tables_come_back(folder, rows, encoding):
    assume(not any(cell.startswith("'") for cell, _, _ in rows))
    text = written(rows, {"quoting": csv.QUOTE_ALL})
    songs = load(text.encode(encoding), folder, encoding=encoding, delimiter=",")
    assert songs.frame["title"].to_list() == [row[0] for row in rows]


@PATIENT
@given(st.lists(TEXTS, min_size=2, max_size=8))
def test_our_own_tables_come_back_from_behind_their_guard(folder, titles):
    frame = pl.DataFrame({"title": titles, "tempo": [1.5 * n for n in range(len(titles))]})
    songs = load(csv_text(frame).encode(), folder, delimiter=",", encoding="utf-8")
    assert songs.frame["title"].to_list() == titles
    assert songs.frame["tempo"].to_list() == frame["tempo"].to_list()


CELLS = st.text(st.sampled_from('ab,;"\n\r\t 1é'), max_size=5)
GRIDS = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=6)
)


# Where lines end in "\n", Python's own writer leaves "\r" without quotes if it may, and a cell "\r"
# before "\n" can no more be told from a line end.
ENDS = st.sampled_from(
    [
        {"lineterminator": "\r\n", "quoting": csv.QUOTE_MINIMAL},
        {"lineterminator": "\r\n", "quoting": csv.QUOTE_ALL},
        {"lineterminator": "\n", "quoting": csv.QUOTE_ALL},
    ]
)


@PATIENT
@given(GRIDS, ENDS)
def test_both_roads_give_the_same_cells(rows, ends):
    lines = io.StringIO(newline="")
    csv.writer(lines, **ends).writerows(rows)
    fast = _records._regular(lines.getvalue().encode(), ",")
    slow, starts, _ = _records._parsed(lines.getvalue(), _records.Reading("songs.csv", ","))
    assert slow == rows
    if fast is not None:
        frame, lines_of_rows = fast
        assert [[cell or "" for cell in row] for row in frame.rows()] == rows
        if "\r" not in lines.getvalue().replace("\r\n", ""):
            assert np.array_equal(lines_of_rows, starts)


@PATIENT
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=30))
def test_the_fast_road_takes_nothing_irregular(text):
    fast = _records._regular(text.encode(), ",") if text.strip() else None
    if fast is not None:
        parsed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert [[cell or "" for cell in row] for row in fast[0].rows()] == parsed


def test_regular_tables_take_the_fast_road():
    assert _records._regular(b'a,b\n"x,y",1\n"say ""hi""",2\n', ",") is not None
    assert _records._regular(b"a,b\n1\n", ",") is None


@PATIENT
@given(st.lists(st.none() | st.sampled_from(["a", "b", "a~2", "a~2~2", "row-1"]), min_size=1))
def test_ids_are_unique_and_first_keys_stay(keys):
    ids = ids_of(pl.Series("key", keys, pl.String)).to_list()
    assert len(set(ids)) == len(ids)
    assert all(new == old for new, old in zip(ids[:1], keys[:1], strict=True) if old)


@PATIENT
@given(st.binary(max_size=200))
def test_any_bytes_give_songs_or_a_sentence(folder, data):
    says = ""
    try:
        songs = load(data, folder)
    except SongscapeError as error:
        says = str(error)
    assert "songs.csv" in says or len(songs) > 0
