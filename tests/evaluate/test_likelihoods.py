import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate import assigned_likelihood, inertia, round_likelihood
from songscape.evaluate._likelihood import log_density


def grouped(k, n=400, d=3):
    matrix = np.random.default_rng(0).normal(size=(n, d))
    model = KMeans(k, n_init=2, random_state=0).fit(matrix)
    return Space(matrix, tuple("abcdefg"[:d])), Fit(model.labels_, model, k, 0)


def test_the_published_form_is_the_inertia_on_another_scale():
    for k in (1, 3, 9):
        space, fit = grouped(k)
        variance = inertia.score(space, fit) / space.n
        expected = -space.d / 2 * np.log(2 * np.pi * variance) - 0.5
        assert assigned_likelihood.score(space, fit) == pytest.approx(expected)


def test_it_grows_with_every_cluster_where_there_is_none():
    values = [assigned_likelihood.score(*grouped(k)) for k in (1, 2, 4, 8, 16, 32)]
    assert values == sorted(values)


def test_the_comparable_form_is_a_mixture():
    space, fit = grouped(4)
    weights = fit.sizes / space.n
    centres = np.array([space.matrix[fit.labels == j].mean(axis=0) for j in range(4)])
    variance = inertia.score(space, fit) / space.n / space.d
    density = sum(
        weight * multivariate_normal(centre, variance).pdf(space.matrix)
        for weight, centre in zip(weights, centres, strict=True)
    )
    assert round_likelihood.score(space, fit) == pytest.approx(np.log(density).mean())


def test_one_cluster_is_the_spherical_gaussian_of_scikit_learn():
    space, fit = grouped(1)
    model = GaussianMixture(1, covariance_type="spherical", reg_covar=0).fit(space.matrix)
    found = log_density(space.matrix, fit.labels, space.matrix)
    assert found == pytest.approx(model.score_samples(space.matrix))


def test_a_mixture_answers_for_itself():
    space, _ = grouped(1)
    model = GaussianMixture(2, random_state=0).fit(space.matrix)
    fit = Fit(model.predict(space.matrix).astype(np.int32), model, 2, 0)
    assert round_likelihood.score(space, fit) == pytest.approx(model.score(space.matrix))
