import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture
from tests._kernels.tables import DIMENSIONS, blobs, steady

from songscape._kernels import Mixture, _engine, mixture_log_prob, mixture_step, moments
from songscape._kernels._gaussians import FORMS
from songscape.core.errors import DegenerateDataError

KINDS = ("full", "tied", "diag", "spherical")
REG = 1e-6


def fitted(points, k, kind, steps=2):
    """Take scikit-learn's parameters after a few EM steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GaussianMixture(
            k, covariance_type=kind, max_iter=steps, tol=0, random_state=0, reg_covar=REG
        ).fit(points)
    return model, Mixture(
        np.log(model.weights_), model.means_, model.precisions_cholesky_, model.covariance_type
    )


def ridge(kind, d):
    return REG * np.eye(d) if kind in {"full", "tied"} else REG


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("d", DIMENSIONS)
def test_a_step_is_scikit_learns(kind, d):
    points = blobs(1500, d) + 5.0
    model, mixture = fitted(points, 4, kind)
    joint = mixture_log_prob(points, mixture)
    np.testing.assert_allclose(joint, model._estimate_weighted_log_prob(points), rtol=1e-9)
    found = mixture_step(points, mixture)
    bound, log_resp = model._e_step(points)
    assert found.bound == pytest.approx(bound, rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(found.resp, np.exp(log_resp).sum(axis=0), rtol=1e-8)
    weights, means, covariances = moments(found, kind)
    model._m_step(points, log_resp)
    np.testing.assert_allclose(weights, model.weights_, rtol=1e-8)
    np.testing.assert_allclose(means, model.means_, rtol=1e-8)
    np.testing.assert_allclose(covariances + ridge(kind, d), model.covariances_, atol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_counts_as_identical_rows(kind):
    points = blobs(300, 3)
    weights = np.random.default_rng(0).integers(0, 4, 300)
    _, mixture = fitted(points, 3, kind)
    weighed = mixture_step(points, mixture, weights)
    for a, b in zip(
        weighed, mixture_step(np.repeat(points, weights, axis=0), mixture), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_neither_threads_nor_layout_change_a_bit(kind):
    points = blobs(40_000, 4)
    _, mixture = fitted(points[:500], 3, kind)
    alone = mixture_step(points, mixture)
    for other in (
        mixture_step(points, mixture, threads=3),
        mixture_step(np.asfortranarray(points), mixture),
    ):
        assert all(np.array_equal(a, b) for a, b in zip(alone, other, strict=True))


@pytest.mark.parametrize("block", [1, 17, 5000])
def test_block_size_does_not_matter(block):
    points = blobs(700, 5)
    _, mixture = fitted(points, 3, "full")
    for a, b in zip(
        mixture_step(points, mixture), mixture_step(points, mixture, block=block), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_and_constant_data(kind):
    _, mixture = fitted(blobs(100, 2), 2, kind)
    for points in (np.ones((1, 2)), np.ones((50, 2))):
        found = mixture_step(points, mixture)
        assert found.resp.sum() == pytest.approx(len(points))
        weights, means, covariances = moments(found, kind)
        np.testing.assert_allclose(weights @ means, [1.0, 1.0])
        np.testing.assert_allclose(covariances, 0.0, atol=1e-12)


def test_a_component_without_rows_has_no_covariance():
    mixture = Mixture(np.log([0.5, 0.5]), np.array([[0.0], [1e6]]), np.ones((2, 1)), "diag")
    weights, means, covariances = moments(mixture_step(blobs(50, 1), mixture), "diag")
    assert weights.tolist() == [1.0, 0.0]
    assert np.isfinite(means).all()
    assert covariances[1] == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_are_not_finite_are_refused(kind, bad):
    points = blobs(100, 3)
    _, mixture = fitted(points, 2, kind)
    points[70, 1] = bad
    with pytest.raises(DegenerateDataError, match="NaN, infinite"):
        mixture_step(points, mixture)


def test_arguments_that_do_not_fit_are_refused():
    points = blobs(100, 3)
    _, mixture = fitted(points, 2, "full")
    with pytest.raises(DegenerateDataError, match="arrays of shapes"):
        mixture_step(points[:, :2], mixture)
    with pytest.raises(DegenerateDataError, match="no covariance type 'round'"):
        mixture_step(points, mixture._replace(covariance_type="round"))
    with pytest.raises(DegenerateDataError, match="No row has any weight"):
        mixture_step(points, mixture, np.zeros(100))
    with pytest.raises(DegenerateDataError, match="at least one row"):
        mixture_step(points[:0], mixture)


@steady
@given(n=st.integers(1, 70), k=st.integers(1, 40), spread=st.sampled_from([1e-3, 1.0, 50.0, 1e5]))
def test_responsibilities_are_normalised(engine, n, k, spread):
    rng = np.random.default_rng(n * k)
    logs = rng.normal(size=(n, k)) * spread
    logs[rng.random((n, k)) < 0.1] = -np.inf
    logs[:, 0] = rng.normal(size=n)
    expected, sums = logsumexp(logs, axis=1), np.empty(n)
    resp = logs.T.copy()
    _engine.engine().normalise(resp, sums)
    np.testing.assert_allclose(sums, expected, rtol=1e-14, atol=1e-14)
    exact = np.exp(logs - expected[:, None]).T
    np.testing.assert_allclose(resp, exact, rtol=1e-10, atol=1e-290)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_products_are_the_definition(d):
    x = blobs(9, d).T.copy()
    i, j = np.triu_indices(d)
    for kind, expected in (("full", x[i] * x[j]), ("diag", x**2), ("spherical", (x**2).sum(0))):
        out = np.empty((FORMS[kind].width(d), 9))
        FORMS[kind].fill(x, out)
        np.testing.assert_allclose(out, np.atleast_2d(expected), rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_the_same_on_every_engine(engine, kind):
    points = blobs(3000, 4) + 5.0
    model, mixture = fitted(points, 4, kind)
    assert mixture_step(points, mixture).bound == pytest.approx(model._e_step(points)[0], rel=1e-12)
