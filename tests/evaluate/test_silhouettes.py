"""Silhouettes of whole sweeps, and simplified ones."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from songscape.cluster.kmeans import KMeansSweep
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate import silhouette, simplified_silhouette


def swept(n=400, most=8):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(n, 3)) + 4 * np.eye(3)[np.arange(n) % 3]
    matrix = np.vstack([matrix, matrix[:50]])
    sweep = KMeansSweep(most, random_state=0).fit(matrix)
    space = Space(matrix, ("a", "b", "c"))
    return space, [Fit(sweep.labels(k), None, k, 0) for k in range(1, most + 1)]


def test_a_sweep_is_scored_as_scikit_learn_scores_each():
    space, fits = swept()
    found = silhouette.scores(space, fits)
    assert np.isnan(found[0])
    expected = [silhouette_score(space.matrix, fit.labels) for fit in fits[1:]]
    assert found[1:] == pytest.approx(expected, abs=1e-6)
    assert found[1:] == pytest.approx([silhouette.score(space, fit) for fit in fits[1:]], abs=1e-7)


def test_noise_is_left_out_of_a_sweep():
    space, fits = swept()
    labels = fits[2].labels.copy()
    labels[::7] = -1
    inside = labels >= 0
    found = silhouette.scores(space, [Fit(labels, None, 3, 0), fits[1]])
    expected = silhouette_score(space.matrix[inside], labels[inside])
    assert found[0] == pytest.approx(expected, abs=1e-6)


def test_beyond_the_limit_a_sample_is_taken_with_its_error(monkeypatch):
    space, fits = swept()
    exact, none = silhouette.estimate(space, fits[2])
    monkeypatch.setattr(silhouette, "EXACT", 100)
    monkeypatch.setattr(silhouette, "SAMPLED", 90)
    about, error = silhouette.estimate(space, fits[2])
    assert none == 0.0
    assert 0.0 < error < 0.1
    assert abs(about - exact) < 4 * error
    assert silhouette.scores(space, fits[2:3]) == [about]


def test_simplified_by_hand():
    space = Space(np.array([[0.0], [2.0], [9.0], [11.0]]), ("x",))
    fit = Fit(np.array([0, 0, 1, 1], dtype=np.int32), None, 2, 0)
    # Centres 1 and 10: songs at 1 from their own, and at 10, 8, 8 and 10 from the other.
    expected = np.mean([9 / 10, 7 / 8, 7 / 8, 9 / 10])
    assert simplified_silhouette.score(space, fit) == pytest.approx(expected)


def test_simplified_is_negative_in_the_wrong_cluster():
    space = Space(np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]]), ("x",))
    fit = Fit(np.array([0, 1, 0, 1, 0, 1], dtype=np.int32), None, 2, 0)
    assert simplified_silhouette.score(space, fit) < 0.2
