"""What holds for every clusterer."""

import dataclasses

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from tests.with_torch import marked

from songscape.cluster import margin, membership
from songscape.core import plugins
from songscape.core.fit import Fit
from songscape.core.options import fill, knobs
from songscape.core.space import Space

NAMES = marked(plugins.names("cluster"))


def songs(n=300):
    rng = np.random.default_rng(5)
    centres = np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0]])
    return rng.normal(size=(n, 3)) + centres[np.arange(n) % 3]


def made(name, seed=0):
    module = plugins.load("cluster", name)
    sized = {"k": 3} if "k" in {knob.name for knob in knobs(module.Options)} else {}
    return module.make(fill(module.Options, sized, f"cluster.{name}"), seed)


@pytest.mark.parametrize("name", NAMES)
def test_options_are_frozen_and_documented(name):
    options = plugins.load("cluster", name).Options
    assert dataclasses.is_dataclass(options)
    assert options.__dataclass_params__.frozen
    assert all(knob.says for knob in knobs(options))


@pytest.mark.parametrize("name", NAMES)
def test_makes_a_clonable_estimator(name):
    estimator = made(name)
    assert isinstance(estimator, BaseEstimator)
    assert clone(estimator).get_params() == estimator.get_params()


@pytest.mark.parametrize("name", NAMES)
def test_finds_the_planted_groups(name):
    labels = made(name).fit_predict(songs())
    truth = np.arange(300) % 3
    inside = labels >= 0
    assert inside.mean() > 0.8
    for group in range(3):
        found = labels[inside & (truth == group)]
        assert (found == np.bincount(found).argmax()).mean() > 0.95


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_labels_on_any_thread_count(on_threads, name):
    found = []
    for threads in (1, 2):
        with on_threads(threads):
            found.append(made(name, seed=7).fit_predict(songs()))
    assert np.array_equal(*found)


@pytest.mark.parametrize("name", NAMES)
def test_membership_is_a_share(name):
    estimator = made(name)
    labels = np.asarray(estimator.fit_predict(songs()), dtype=np.int32)
    fit = Fit(labels, estimator, int(labels.max()) + 1, 0)
    shares = membership(Space(songs(), ("a", "b", "c")), fit)
    assert shares.shape == (300, fit.k)
    assert np.isfinite(shares).all()
    assert np.allclose(shares.sum(axis=1), labels >= 0)
    assert ((margin(shares) >= 0) & (margin(shares) <= 1)).all()
    assert (shares.argmax(axis=1) == labels)[labels >= 0].mean() > 0.97
