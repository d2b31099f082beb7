import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from songscape.explain.axes import axes


def test_equals_scipy_with_ties_and_missing_values():
    rng = np.random.default_rng(0)
    feature = rng.integers(0, 5, 60).astype(float)
    feature[:4] = np.nan
    x = feature + rng.normal(size=60)
    x[:4] = 1.0
    expected = spearmanr(feature[4:], x[4:]).statistic
    table = axes(pl.DataFrame({"a": feature}), pl.DataFrame({"x": x}))
    assert table["correlation"][0] == pytest.approx(expected, abs=1e-11)


def test_strongest_first_and_constants_left_out():
    features = pl.DataFrame(
        {"weak": [1.0, 3.0, 2.0, 4.0], "down": [4.0, 3.0, 2.0, 1.0], "flat": [1.0] * 4}
    )
    table = axes(features, pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}))
    assert table.rows() == [("x", "down", -1.0), ("x", "weak", 0.8)]


def test_too_few_songs_say_nothing():
    assert axes(pl.DataFrame({"a": [1.0, 2.0]}), pl.DataFrame({"x": [1.0, 2.0]})).is_empty()
