"""What another number of groups would cost."""

import dataclasses

import polars as pl

from songscape.core.record import Record
from songscape.view._otherwise import otherwise


def record(k, scores):
    return Record(
        recipe="", run={"k": k}, tracks=pl.DataFrame(), scores=scores, clusters=pl.DataFrame()
    )


def scores():
    rows = []
    for k in range(2, 11):
        rows += [(k, "stability", 1 - k / 20), (k, "inertia", 100.0 / k**2), (k, "valley", 0.0)]
    return pl.DataFrame(rows, schema=["k", "criterion", "value"], orient="row")


def test_half_and_twice_as_many_are_weighed():
    rows = {row["k"]: row for row in otherwise(record(4, scores()))}
    assert set(rows) == {"2", "3", "4", "5", "6", "8"}
    assert rows["4"]["chosen"]
    assert rows["4"]["distance"] == "the same"
    assert rows["2"]["distance"] == "100\u202f% farther"
    assert rows["8"]["distance"] == "50\u202f% nearer"
    assert rows["2"]["again"] == "0.90"
    assert rows["2"]["valley"] == "all of it"


def test_without_curves_nothing_is_said():
    assert otherwise(record(4, pl.DataFrame())) == []
    assert otherwise(record(40, scores())) == []
    assert otherwise(dataclasses.replace(record(4, scores()), run={})) == []
