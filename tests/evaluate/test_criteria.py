"""Criteria against scikit-learn and against values by hand."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.mixture import GaussianMixture

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate import (
    bic,
    calinski_harabasz,
    davies_bouldin,
    held_out_cost,
    held_out_likelihood,
    icl,
    inertia,
    silhouette,
)


def grouped(k=4, n=300):
    matrix = np.random.default_rng(1).normal(size=(n, 3))
    model = KMeans(k, n_init=2, random_state=0).fit(matrix)
    return Space(matrix, ("a", "b", "c")), Fit(model.labels_, model, k, 0)


def test_scikit_learn_agrees():
    space, fit = grouped()
    given = (space.matrix, fit.labels)
    assert silhouette.score(space, fit) == pytest.approx(metrics.silhouette_score(*given))
    assert davies_bouldin.score(space, fit) == pytest.approx(metrics.davies_bouldin_score(*given))
    expected = metrics.calinski_harabasz_score(*given)
    assert calinski_harabasz.score(space, fit) == pytest.approx(expected)
    assert inertia.score(space, fit) == pytest.approx(fit.estimator.inertia_)


def test_noise_and_labels_with_gaps_are_left_out():
    space, fit = grouped()
    holes = np.where(fit.labels == 1, -1, fit.labels).astype(np.int32)
    inside = holes >= 0
    expected = metrics.silhouette_score(space.matrix[inside], holes[inside])
    assert silhouette.score(space, Fit(holes, None, 4, 0)) == pytest.approx(expected)


def test_silhouette_by_hand():
    space = Space(np.array([[0.0], [1.0], [5.0]]), ("x",))
    fit = Fit(np.array([0, 0, 1], dtype=np.int32), None, 2, 0)
    values = silhouette.silhouettes(space.matrix, np.array([0, 0, 1]))
    assert values.tolist() == pytest.approx([0.8, 0.75, 0.0])
    assert silhouette.score(space, fit) == pytest.approx(1.55 / 3)


def test_sampled_silhouette_lies_within_its_error():
    space, fit = grouped(n=2_000)
    exact = silhouette.score(space, fit)
    estimates = [
        silhouette.estimate(space, Fit(fit.labels, None, 4, s), most=200) for s in range(40)
    ]
    apart = np.array([(value - exact) / error for value, error in estimates])
    assert (np.abs(apart) < 2).mean() > 0.85
    assert 0.6 < apart.std() < 1.5


def test_information_criteria():
    space, _ = grouped()
    model = GaussianMixture(2, random_state=0).fit(space.matrix)
    fit = Fit(model.predict(space.matrix).astype(np.int32), model, 2, 0)
    parameters = 2 * 3 + 2 * 6 + 1
    loss = -2 * model.score(space.matrix) * space.n + parameters * np.log(space.n)
    assert bic.score(space, fit) == pytest.approx(loss)
    posterior = model.predict_proba(space.matrix)
    entropy = -(posterior * np.log(posterior)).sum()
    assert icl.score(space, fit) == pytest.approx(loss + 2 * entropy)


def test_methods_without_a_likelihood_have_none():
    space, fit = grouped()
    for criterion in (bic, icl, held_out_likelihood):
        assert np.isnan(criterion.score(space, fit))


def test_held_out_cost_falls_where_there_is_nothing():
    costs = [held_out_cost.score(*grouped(k, n=1_000)) for k in (2, 8, 32)]
    assert costs[0] > costs[1] > costs[2]
