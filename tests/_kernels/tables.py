"""Tables for the kernels' tests: random ones of every layout, and degenerate ones."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

steady = settings(deadline=None, max_examples=60)  # shared machines make any deadline flaky
DIMENSIONS = (1, 2, 7, 13, 16, 32, 64, 128)


@st.composite
def tables(draw, *, least=1, most=200):
    """Draw points (n, d): float32 or float64, contiguous, strided, or Fortran-ordered."""
    n, d = draw(st.integers(least, most)), draw(st.integers(1, 20))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    points = (rng.normal(size=(n, d)) + draw(st.sampled_from([0, 3, 1000]))).astype(dtype)
    if draw(st.booleans()):  # ties and duplicates
        points = points.round()
    match draw(st.sampled_from(["c", "rows", "columns", "fortran", "reversed"])):
        case "rows":
            points = np.repeat(points, 3, axis=0)[::3]
        case "columns":
            points = np.hstack([points, np.full((n, 3), np.nan, dtype)])[:, :d]
        case "fortran":
            points = np.asfortranarray(points)
        case "reversed":
            points = points[::-1]
    return points


def some(points, count, seed=0):
    """Take distinct row numbers as centres, as float64."""
    rng = np.random.default_rng(seed)
    return points[rng.choice(len(points), min(count, len(points)), replace=False)].astype(float)


def blobs(n, d, seed=0, scale=1.0):
    """Draw rows around ten centres."""
    rng = np.random.default_rng(seed)
    return scale * (rng.normal(size=(10, d))[rng.integers(0, 10, n)] * 3 + rng.normal(size=(n, d)))
