import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from songscape.describe._statistics import STATISTICS, statistics, summary


def test_the_seven_statistics_are_those_of_scipy():
    columns = np.random.default_rng(0).gamma(2.0, size=(501, 4)).astype(np.float32)
    exact = columns.astype(np.float64)
    expected = [
        exact.mean(0), exact.std(0), stats.skew(exact), stats.kurtosis(exact),
        np.median(exact, axis=0), exact.min(0), exact.max(0),
    ]  # fmt: skip
    np.testing.assert_allclose(statistics(columns), expected, rtol=1e-6)


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.integers(1, 3)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_order_and_bounds(columns):
    mean, std, skew, kurtosis, median, low, high = statistics(columns)
    slack = 1e-6 * np.abs(columns).max() + 1e-9
    assert (low <= median).all()
    assert (median <= high).all()
    assert (low - slack <= mean).all()
    assert (mean <= high + slack).all()
    assert (std >= 0).all()
    flat = low == high
    assert (np.isnan(skew) == flat).all()
    assert (np.isnan(kurtosis) == flat).all()


def test_a_constant_column_has_no_skewness_and_says_why():
    estimates = summary({"rms": np.full(9, 0.5, np.float32)})
    assert list(estimates) == [f"rms_{name}" for name in STATISTICS]
    assert estimates["rms_skew"][:3] == (None, None, "constant")
    assert estimates["rms_std"].value == 0


def test_wide_blocks_are_numbered_from_one():
    names = list(summary({"mfcc": np.zeros((3, 12), np.float32)}))
    assert names[0] == "mfcc_01_mean"
    assert names[-1] == "mfcc_12_max"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_frames(count):
    table = statistics(np.arange(count, dtype=np.float32)[:, None])
    assert table[0, 0] == pytest.approx((count - 1) / 2)
    assert table[4, 0] == pytest.approx((count - 1) / 2)
