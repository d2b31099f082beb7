"""A collection never loses a song or a meaning silently."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.collection import Collection, Column, Role, find_column
from songscape.core.errors import DegenerateDataError, InputError, UnknownNameError
from songscape.core.findings import Finding

COLUMNS = {
    "id": Column(Role.ID),
    "title": Column(Role.TEXT),
    "tempo": Column(Role.FEATURE, "BPM", 0, 300),
    "energy": Column(Role.FEATURE, "0..1", 0, 1),
}


def songs(n=4):
    return Collection(
        pl.DataFrame(
            {
                "id": [f"s{i}" for i in range(n)],
                "title": [f"Song {i}" for i in range(n)],
                "tempo": [60.0 + i for i in range(n)],
                "energy": [i / max(n, 1) for i in range(n)],
            },
            schema={"id": pl.String, "title": pl.String, "tempo": float, "energy": float},
        ),
        COLUMNS,
    )


def test_keep_says_how_many_went_and_why():
    kept = songs().keep(pl.col("tempo") > 61, "leave slow songs")
    assert kept.ids.to_list() == ["s2", "s3"]
    assert kept.history == ("leave slow songs: 4 → 2 songs",)


@given(st.lists(st.booleans(), max_size=30))
def test_keep_keeps_exactly_the_masked_rows_in_order(mask):
    before = songs(len(mask))
    kept = before.keep(np.array(mask, dtype=bool), "by mask")
    assert kept.ids.to_list() == [i for i, m in zip(before.ids, mask, strict=True) if m]
    assert f"{len(mask):,} → {sum(mask):,} songs" in kept.history[-1]


def test_add_changes_and_drop_removes_with_a_line_each():
    added = songs().add(
        {"tempo": Column(Role.FEATURE, "log2 BPM")}, pl.DataFrame({"tempo": [1.0] * 4}), "log tempo"
    )
    assert added.columns["tempo"].unit == "log2 BPM"
    assert added.frame["tempo"].to_list() == [1.0] * 4
    dropped = added.drop(["energy"], "leave energy")
    assert dropped.names(Role.FEATURE) == ("tempo",)
    assert dropped.history == ("log tempo", "leave energy")


def test_the_original_is_untouched():
    original = songs()
    original.keep(pl.col("tempo") > 61, "x").drop(["energy"], "y").note(Finding("a", "b", 1, "c"))
    assert len(original) == 4
    assert original.history == ()
    with pytest.raises(TypeError, match="does not support item assignment"):
        original.columns["tempo"] = Column(Role.TEXT)


def test_space_takes_the_features():
    space = songs().space()
    assert (space.n, space.d, space.names) == (4, 2, ("tempo", "energy"))


def test_space_refuses_missing_values_by_column():
    holed = songs().add(
        {"energy": COLUMNS["energy"]}, pl.DataFrame({"energy": [None, 0.1, 0.2, 0.3]}), "hole"
    )
    with pytest.raises(DegenerateDataError, match="missing or infinite values in energy"):
        holed.space()


@pytest.mark.parametrize(
    ("frame", "columns", "message"),
    [
        ({"id": ["a"], "x": [1.0]}, {"id": Column(Role.ID)}, "Every column needs one role; .* x"),
        ({"x": [1.0]}, {"x": Column(Role.FEATURE)}, "exactly one id column, not 0"),
        ({"id": ["a", "a"]}, {"id": Column(Role.ID)}, "1 of its values repeat, as 'a'"),
        ({"id": [1, 2]}, {"id": Column(Role.ID)}, "must hold a text in every row"),
        (
            {"id": ["a"], "x": ["1"]},
            {"id": Column(Role.ID), "x": Column(Role.FEATURE)},
            "Feature 'x' is String",
        ),
    ],
)
def test_broken_collections_are_refused(frame, columns, message):
    with pytest.raises(InputError, match=message):
        Collection(pl.DataFrame(frame), columns)


def test_find_column_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'tempo'"):
        find_column(COLUMNS, "temppo")
    assert find_column(COLUMNS, "tempo") == "tempo"
