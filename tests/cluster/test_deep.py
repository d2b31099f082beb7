"""Deep k-means learns code and clusters together, and says so when it makes the clusters up."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.with_torch import needs_torch

from songscape.cluster.deep import DeepKMeans
from songscape.core.errors import MissingExtraError

pytestmark = needs_torch


@pytest.fixture(scope="module")
def groups():
    """Return songs in 4 groups that 6 of 12 features tell, and their groups."""
    rng = np.random.default_rng(0)
    truth = np.arange(480) % 4
    centres = np.hstack([rng.normal(0, 3, (4, 6)), np.zeros((4, 6))])
    return centres[truth] + rng.normal(size=(480, 12)), truth


@pytest.fixture(scope="module")
def cloud():
    """Return songs without groups."""
    return np.random.default_rng(1).normal(size=(500, 6))


@parametrize_with_checks([DeepKMeans(epochs=10)])
@pytest.mark.filterwarnings("ignore:The code has collapsed")
def test_common_checks(estimator, check):
    check(estimator)


def test_finds_groups_and_no_cluster_is_empty(groups):
    songs, truth = groups
    model = DeepKMeans(4, 3, epochs=40, random_state=0).fit(songs)
    assert adjusted_rand_score(truth, model.labels_) > 0.95
    assert set(model.labels_) == {0, 1, 2, 3}
    assert model.cluster_centers_.shape == (4, 3)


def test_labels_are_the_nearest_centre_in_the_code(groups):
    songs, _ = groups
    model = DeepKMeans(4, 3, epochs=15, random_state=0).fit(songs)
    distances = ((model.transform(songs)[:, None] - model.cluster_centers_) ** 2).sum(axis=2)
    assert np.array_equal(distances.argmin(axis=1), model.labels_)
    assert np.array_equal(model.predict(songs), model.labels_)
    shares = model.predict_proba(songs)
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.array_equal(shares.argmax(axis=1), model.labels_)


def test_the_clustering_loss_draws_songs_to_their_centres(cloud):
    share = []
    for weight in (0.0, 1.0):
        model = DeepKMeans(3, 4, weight=weight, epochs=40, random_state=0).fit(cloud)
        codes = model.transform(cloud)
        share.append(model.inertia_ / ((codes - codes.mean(axis=0)) ** 2).sum())
    assert share[1] < share[0] - 0.05


def test_a_moderate_weight_does_not_collapse(cloud):
    model = DeepKMeans(3, 4, epochs=40, random_state=0).fit(cloud)
    assert model.kept_ > 0.5 * model.kept_alone_ > 0.1


def test_a_collapsed_code_is_told(cloud):
    with pytest.warns(UserWarning, match=r"collapsed onto its 3 centres.*cluster\.deep\.weight"):
        model = DeepKMeans(3, 4, weight=30.0, epochs=60, random_state=0).fit(cloud)
    assert model.kept_ < 0.2 * model.kept_alone_


def test_curves_tell_both_parts_of_the_loss(groups):
    model = DeepKMeans(4, 3, epochs=12, patience=3, random_state=0).fit(groups[0])
    parts = {"loss", "reconstruction", "clustering"}
    assert set(model.history_) == parts | {f"validation_{part}" for part in parts}
    assert set(model.pretraining_history_) == {"loss", "validation_loss"}
    total = model.history_["reconstruction"] + model.weight * model.history_["clustering"]
    assert np.allclose(model.history_["loss"], total, rtol=1e-4)
    assert model.best_epoch_ <= model.n_iter_ <= 12


def test_without_torch_the_way_to_install_it_is_told(monkeypatch, cloud):
    monkeypatch.setattr("songscape._networks.torch_here.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"cluster.deep .*songscape\[deep\]"):
        DeepKMeans(2).fit(cloud)
