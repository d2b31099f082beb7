"""Mixtures on the kernel, against scikit-learn's."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture as Reference

from songscape.cluster._em import factors
from songscape.cluster.mixture import GaussianMixture, Options, sweep
from songscape.core.errors import DegenerateDataError

KINDS = ("full", "tied", "diag", "spherical")


def planted(n=900, d=3, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=5.0, size=(3, d))
    shape = rng.normal(size=(d, d))
    return rng.normal(size=(n, d)) @ shape + centres[np.arange(n) % 3]


@pytest.mark.parametrize("kind", KINDS)
def test_one_more_pass_of_scikit_learn_changes_nothing(kind):
    matrix = planted()
    ours = GaussianMixture(3, covariance_type=kind, tol=1e-9, max_iter=2_000, random_state=0)
    ours.fit(matrix)
    theirs = Reference(
        3, covariance_type=kind, tol=1e-9, max_iter=2_000,
        means_init=ours.means_, weights_init=ours.weights_, precisions_init=ours.precisions_,
    ).fit(matrix)  # fmt: skip
    assert ours.lower_bound_ == pytest.approx(theirs.lower_bound_, abs=1e-6)
    assert ours.means_ == pytest.approx(theirs.means_, abs=1e-3)
    assert ours.covariances_ == pytest.approx(theirs.covariances_, abs=1e-2)
    assert ours.bic(matrix) == pytest.approx(theirs.bic(matrix), abs=1e-2)
    assert ours.aic(matrix) == pytest.approx(theirs.aic(matrix), abs=1e-2)
    assert ours.predict_proba(matrix) == pytest.approx(theirs.predict_proba(matrix), abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_is_that_many_equal_songs(kind):
    matrix = planted(n=300)
    weights = np.random.default_rng(1).integers(1, 5, len(matrix))
    one = GaussianMixture(3, covariance_type=kind, tol=1e-8, max_iter=500, random_state=0)
    many = GaussianMixture(3, covariance_type=kind, tol=1e-8, max_iter=500, random_state=0)
    one.fit(matrix, sample_weight=weights)
    many.fit(np.repeat(matrix, weights, axis=0))
    order = [np.argsort(model.means_[:, 0]) for model in (one, many)]
    assert one.means_[order[0]] == pytest.approx(many.means_[order[1]], abs=1e-3)
    assert one.lower_bound_ == pytest.approx(many.lower_bound_, abs=1e-6)


def test_same_seed_same_mixture_on_any_thread_count(on_threads):
    matrix = planted(n=40_000, d=6)
    found = []
    for threads in (1, 2):
        with on_threads(threads):
            found.append(GaussianMixture(4, tol=1e-2, random_state=0).fit(matrix))
    assert np.array_equal(found[0].means_, found[1].means_)
    assert np.array_equal(found[0].covariances_, found[1].covariances_)


@pytest.mark.filterwarnings("ignore:Columns with few different values")
def test_no_component_shrinks_onto_a_discrete_column():
    matrix = np.random.default_rng(0).normal(size=(2_000, 3))
    matrix[:, 2] = 9 * (np.arange(2_000) % 4)
    model = GaussianMixture(4, random_state=0).fit(matrix)
    assert model.covariances_[:, 2, 2].min() >= 9**2 / 12
    free = Reference(4, random_state=0).fit(matrix)
    assert free.covariances_[:, 2, 2].min() < 1e-3


def test_the_names_of_discrete_columns_are_told():
    pl = pytest.importorskip("polars")
    matrix = planted()
    frame = pl.DataFrame({"energy": matrix[:, 0], "mode": np.arange(len(matrix)) % 2})
    with pytest.warns(UserWarning, match=r"few different values \(mode\)"):
        GaussianMixture(2, random_state=0).fit(frame)


@pytest.mark.parametrize("kind", KINDS)
def test_the_prior_is_songs_of_unit_variance(kind):
    matrix = np.random.default_rng(0).normal(scale=3.0, size=(50, 2))
    prior, n = 10.0, len(matrix)
    model = GaussianMixture(1, covariance_type=kind, variance_prior=prior, reg_covar=0.0)
    found = model.fit(matrix).covariances_
    scatter = (matrix - matrix.mean(axis=0)).T @ (matrix - matrix.mean(axis=0))
    expected = (prior * np.eye(2) + scatter) / (prior + n)
    if kind == "spherical":
        assert found[0] == pytest.approx(np.trace(expected) / 2)
    elif kind == "diag":
        assert found[0] == pytest.approx(np.diag(expected))
    else:
        assert found.reshape(2, 2) == pytest.approx(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_are_of_the_mixture(kind):
    model = GaussianMixture(3, covariance_type=kind, random_state=0).fit(planted())
    songs, components = model.sample(6_000)
    assert np.bincount(components) / 6_000 == pytest.approx(model.weights_, abs=0.03)
    again = GaussianMixture(3, covariance_type=kind, random_state=0).fit(songs)
    assert again.score(songs) == pytest.approx(model.score(songs), abs=0.02)


def test_a_component_without_width_is_refused():
    with pytest.raises(DegenerateDataError, match="too few different songs"):
        factors(np.array([[[1.0, 1.0], [1.0, 1.0]]]), "full")
    with pytest.raises(DegenerateDataError, match="too few different songs"):
        factors(np.array([1.0, 0.0]), "spherical")


def test_a_sweep_is_as_likely_as_single_fits():
    matrix = planted()
    swept = sweep(Options(restarts=1), matrix, [1, 3, 6], seed=0)
    assert [model.n_components for model in swept] == [1, 3, 6]
    for model in swept:
        alone = Reference(model.n_components, random_state=0, max_iter=200).fit(matrix)
        assert model.lower_bound_ >= alone.lower_bound_ - 0.02
        assert model.predict(matrix).max() < model.n_components
