"""One pass over the songs serves several criteria."""

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score
from sklearn.mixture import GaussianMixture as Reference

from songscape.cluster.kmeans import KMeansSweep
from songscape.cluster.mixture import GaussianMixture
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate import (
    _statistics,
    bic,
    calinski_harabasz,
    davies_bouldin,
    icl,
    simplified_silhouette,
)

RNG = np.random.default_rng(0)
SONGS = RNG.normal(size=(400, 3)) + 4 * RNG.integers(0, 3, 400)[:, None]
SPACE = Space(SONGS, ("a", "b", "c"))


def fit_of(labels, model=None):
    return Fit(labels.astype(np.int32), model, int(labels.max()) + 1, 0)


@pytest.mark.parametrize("k", [2, 5])
def test_scores_of_a_sweep_are_scikit_learns(k):
    labels = KMeansSweep(5, random_state=0).fit(SONGS).labels(k)
    fit = fit_of(labels)
    assert davies_bouldin.score(SPACE, fit) == pytest.approx(davies_bouldin_score(SONGS, labels))
    expected = calinski_harabasz_score(SONGS, labels)
    assert calinski_harabasz.score(SPACE, fit) == pytest.approx(expected)


def test_sums_are_taken_once(monkeypatch):
    passes = []
    take = _statistics._moments
    monkeypatch.setattr(_statistics, "_moments", lambda *given: passes.append(1) or take(*given))
    fit = fit_of(RNG.integers(0, 3, 400))
    for criterion in (davies_bouldin, calinski_harabasz, simplified_silhouette):
        assert np.isfinite(criterion.score(SPACE, fit))
    assert len(passes) == 1


def test_sums_of_another_space_are_others():
    fit = fit_of(RNG.integers(0, 3, 400))
    wider = Space(SONGS * [1, 1, 9], ("a", "b", "c"))
    assert davies_bouldin.score(SPACE, fit) != davies_bouldin.score(wider, fit)


@pytest.mark.parametrize("kind", [GaussianMixture, Reference])
def test_likelihoods_are_those_of_the_model(kind, monkeypatch):
    model = kind(3, random_state=0).fit(SONGS)
    fit = fit_of(model.predict(SONGS), model)
    shares = model.predict_proba(SONGS)
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum()
    assert bic.score(SPACE, fit) == pytest.approx(model.bic(SONGS))
    assert icl.score(SPACE, fit) == pytest.approx(model.bic(SONGS) + 2 * entropy)


def test_a_method_without_likelihood_has_none():
    assert np.isnan(bic.score(SPACE, fit_of(RNG.integers(0, 3, 400))))
