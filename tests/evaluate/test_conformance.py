"""What holds for every criterion."""

import numpy as np
import pytest

from songscape.cluster.mixture import GaussianMixture
from songscape.core import plugins
from songscape.core.fit import Fit
from songscape.core.space import Space

NAMES = plugins.names("evaluate")


def grouped(k=3, n=240, seed=0):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 3)) + 8 * np.eye(3)[np.arange(n) % 3]
    model = GaussianMixture(k, random_state=0)
    labels = np.asarray(model.fit_predict(matrix), dtype=np.int32)
    return Space(matrix, ("a", "b", "c")), Fit(labels, model, k, 0)


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_is(name):
    module = plugins.load("evaluate", name)
    assert module.BETTER in {"high", "low", "never"}
    assert set(module.NEEDS) <= {"model", "truth"}
    assert any(year.isdigit() for year in module.CITATION.replace(",", "").split())
    if module.BETTER == "never":
        assert "best k is the" in module.WHY_NEVER


@pytest.mark.parametrize("name", NAMES)
def test_gives_one_finite_number_twice_the_same(name):
    space, fit = grouped()
    truth = np.arange(space.n) % 3
    module = plugins.load("evaluate", name)
    first, second = (module.score(space, fit, truth) for _ in range(2))
    assert isinstance(first, float)
    assert np.isfinite(first)
    assert first == second


@pytest.mark.parametrize(
    "name", [n for n in NAMES if plugins.load("evaluate", n).BETTER != "never"]
)
def test_prefers_true_groups_to_shuffled_ones(name):
    space, fit = grouped()
    module = plugins.load("evaluate", name)
    if "model" in module.NEEDS:
        pytest.skip("what is scored is the model, which shuffled labels do not have")
    truth = np.arange(space.n) % 3
    shuffled = Fit(np.random.default_rng(0).permutation(fit.labels), None, 3, 0)
    good, bad = (module.score(space, one, truth) for one in (fit, shuffled))
    assert good > bad if module.BETTER == "high" else good < bad


@pytest.mark.parametrize(
    "name",
    [
        "silhouette",
        "simplified_silhouette",
        "davies_bouldin",
        "calinski_harabasz",
        "valley",
        "stability",
    ],
)
def test_one_cluster_is_undefined_and_noise_is_none(name):
    space, fit = grouped()
    module = plugins.load("evaluate", name)
    one = np.zeros(space.n, dtype=np.int32)
    some_noise = np.where(np.arange(space.n) < 20, -1, 0).astype(np.int32)
    for labels in (one, some_noise, one - 1):
        assert np.isnan(module.score(space, Fit(labels, fit.estimator, 1, 0)))


@pytest.mark.parametrize("name", ["silhouette", "davies_bouldin", "calinski_harabasz"])
def test_identical_songs_in_two_clusters_are_undefined(name):
    space = Space(np.ones((10, 2)), ("a", "b"))
    fit = Fit((np.arange(10) % 2).astype(np.int32), None, 2, 0)
    assert np.isnan(plugins.load("evaluate", name).score(space, fit))
