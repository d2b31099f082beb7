"""Frames of polars, pandas and pyarrow come in by the same door and mean the same."""

import subprocess
import sys
from datetime import timedelta

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from songscape.core.collection import Role
from songscape.core.errors import InputError, UnknownNameError
from songscape.sources._frames import collection

COLUMNS = {
    "track_id": ["a", "b", "a"],
    "track_name": ["Jóga", None, "NaN"],
    "artists": ["Björk", "Múm", "Björk"],
    "tempo": [87.9, None, 120.0],
    "explicit": [True, False, True],
    "genre": ["pop", "rock", "pop"],
}


def frames():
    yield pytest.param(pl.DataFrame(COLUMNS), id="polars")
    yield pytest.param(pl.LazyFrame(COLUMNS), id="lazy")
    yield pytest.param(pa.table(COLUMNS), id="arrow")
    yield pytest.param(pd.DataFrame(COLUMNS), id="pandas")
    yield pytest.param(pd.DataFrame(COLUMNS).set_index("track_id"), id="pandas-index")
    yield pytest.param(pd.DataFrame(COLUMNS).convert_dtypes(), id="pandas-nullable")
    yield pytest.param(pd.DataFrame(COLUMNS).astype({"genre": "category"}), id="pandas-category")


@pytest.mark.parametrize("frame", list(frames()))
def test_frames_mean_the_same(frame):
    songs = collection(frame)
    assert songs.frame["id"].to_list() == ["a", "b", "a~2"]
    assert songs.frame["title"].to_list() == ["Jóga", None, "NaN"]
    assert songs.frame["tempo"].to_list() == [87.9, None, 120.0]
    assert songs.frame["explicit"].to_list() == [1.0, 0.0, 1.0]
    assert songs.frame["genre"].to_list() == ["pop", "rock", "pop"]
    assert songs.columns["artist"].role is Role.GROUP
    assert songs.history[0] == "read frame: 3 rows × 6 columns, no known layout"


WITHOUT_PYARROW = """
import sys


class Blocked:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Blocked)
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "pyarrow" else real(name, *rest)
import pandas as pd
from songscape.sources._frames import collection

frame = pd.DataFrame({"title": ["A", None, "NaN"], "tempo": [1.5, None, 2.0]}, dtype=object)
frame.loc[1, "title"] = float("nan")
songs = collection(frame)
print(songs.frame["title"].to_list(), songs.frame["tempo"].to_list())
"""


def test_pandas_without_pyarrow():
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW], capture_output=True, text=True, check=False
    )
    assert found.stdout == "['A', None, 'NaN'] [1.5, None, 2.0]\n", found.stderr


def test_names_in_several_parts_are_joined():
    frame = pd.DataFrame([[1.5, 2.5], [3.5, 4.5]])
    frame.columns = pd.MultiIndex.from_tuples([("mfcc", "mean"), ("mfcc", "std")])
    assert collection(frame).names(Role.FEATURE) == ("mfcc.mean", "mfcc.std")


def test_numbered_columns():
    assert collection(pd.DataFrame([[1.5, "a"], [2.5, "b"]])).names(Role.FEATURE) == ("0",)


def test_roles_and_layout():
    frame = pl.DataFrame({"energy": [30, 40], "code": ["1", "2"]})
    songs = collection(frame, roles={"code": "key"}, layout="none")
    assert songs.frame["energy"].to_list() == [30.0, 40.0]
    assert songs.columns["code"].role is Role.KEY
    with pytest.raises(UnknownNameError, match="no column 'cod'"):
        collection(frame, roles={"cod": "key"})


def test_all_types_come_in():
    frame = pl.DataFrame(
        {
            "when": ["2020-01-02"],
            "how": ["a"],
            "much": [3],
            "nested": [[[1]]],
            "inner": [{"a": 1}],
            "raw": [b"caf\xe9"],
            "took": [timedelta(seconds=3)],
            "longs": [[timedelta(seconds=3)]],
            "raws": [[b"\xff"]],
        }
    ).with_columns(
        pl.col("when").str.to_date(),
        pl.col("how").cast(pl.Categorical),
        pl.col("much").cast(pl.Decimal(10, 2)),
    )
    songs = collection(frame)
    assert songs.frame["when"].to_list() == ["2020-01-02"]
    assert songs.frame["much"].to_list() == [3.0]
    assert songs.frame["raw"].to_list() == ["caf\ufffd"]
    assert songs.frame["took"].to_list() == ["0:00:03"]


@pytest.mark.parametrize("nothing", [3, "songs", [1, 2], None])
def test_what_is_no_frame_is_refused(nothing):
    with pytest.raises(InputError, match="is no table; give a path, or a polars"):
        collection(nothing)


def test_frame_without_rows():
    with pytest.raises(InputError, match="The frame has no rows"):
        collection(pl.DataFrame({"tempo": []}))
