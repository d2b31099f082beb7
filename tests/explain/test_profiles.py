import numpy as np
import polars as pl
import pytest

from songscape.explain.profiles import profiles


def labels(*values):
    return np.array(values, dtype=np.int32)


def test_hand_values():
    features = pl.DataFrame({"tempo": [100.0, 110.0, 120.0, 150.0], "flat": [0.1] * 4})
    table = profiles(features, labels(0, 0, 1, 1), {"tempo": "BPM"})
    # mean 120, deviations −20 −10 0 30, population standard deviation √350
    spread = 350**0.5
    tempo = table.filter(pl.col("feature") == "tempo")
    assert tempo["z"].to_list() == pytest.approx([-15 / spread, 15 / spread])
    assert tempo["median"].to_list() == [105.0, 135.0]
    assert tempo["collection_median"].to_list() == [115.0, 115.0]
    assert tempo["unit"].to_list() == ["BPM", "BPM"]
    assert table.filter(pl.col("feature") == "flat")["z"].to_list() == [0.0, 0.0]


def test_missing_values_and_noise():
    features = pl.DataFrame({"a": [1.0, None, 3.0, float("nan"), 8.0]})
    table = profiles(features, labels(0, 0, 1, 2, -1))
    assert table["cluster"].to_list() == [0, 1, 2]
    # the collection is 1, 3 and 8: noise counts there, but gets no profile
    assert table["collection_median"].to_list() == [3.0] * 3
    assert table["median"].to_list() == [1.0, 3.0, None]
    assert table["z"].to_list()[2] is None


def test_sizes_weigh_the_differences_to_zero():
    rng = np.random.default_rng(0)
    features = pl.DataFrame({"a": rng.normal(size=90)})
    groups = rng.integers(0, 4, 90).astype(np.int32)
    z = profiles(features, groups).sort("cluster")["z"].to_numpy()
    assert np.dot(z, np.bincount(groups)) == pytest.approx(0, abs=1e-9)


def test_no_songs_and_only_noise():
    assert profiles(pl.DataFrame({"a": [1.0]}), labels(-1)).is_empty()
    empty = profiles(pl.DataFrame({"a": []}, schema={"a": pl.Float64}), labels())
    assert empty.columns == ["cluster", "feature", "z", "median", "collection_median", "unit"]
