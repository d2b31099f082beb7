import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from songscape.cluster import margin, membership
from songscape.cluster._membership import own_and_second, temperature, tempered
from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate._align import crossed, partners
from songscape.evaluate._reliability import calibration_error, reliability
from songscape.evaluate.stability import stability


def grouped(matrix, k):
    model = KMeans(k, n_init=5, random_state=0).fit(matrix)
    space = Space(matrix, tuple(f"x{i}" for i in range(matrix.shape[1])))
    return space, Fit(model.labels_, model, k, 0)


def test_the_largest_membership_of_kmeans_is_its_label():
    space, fit = grouped(np.random.default_rng(0).normal(size=(400, 4)), 5)
    assert np.array_equal(membership(space, fit).argmax(axis=1), fit.labels)


def test_a_song_in_the_middle_belongs_to_both():
    rng = np.random.default_rng(1)
    sides = np.vstack([rng.normal(-3, 1, (200, 2)), rng.normal(3, 1, (200, 2)), [[0, 0]]])
    space, fit = grouped(sides, 2)
    lead = margin(membership(space, fit))
    assert lead[-1] < 0.6
    assert np.median(lead) > 0.99


def test_memberships_are_calibrated_where_the_model_holds():
    rng = np.random.default_rng(2)
    side = rng.integers(2, size=4_000)
    matrix = rng.normal(size=(4_000, 3))
    matrix[:, 0] += np.where(side, 1.5, -1.5)
    space, fit = grouped(matrix, 2)
    own = membership(space, fit).max(axis=1)
    swap = (fit.labels == side).mean() < 0.5
    right = (fit.labels == side) != swap
    # Expected and observed error agree within sampling error, which hard labels would miss by all.
    assert abs((1 - own).mean() - (~right).mean()) < 0.02
    unsure = (own > 0.6) & (own < 0.9)
    assert abs(own[unsure].mean() - right[unsure].mean()) < 0.06


def test_without_groups_memberships_are_blurred():
    space, fit = grouped(np.random.default_rng(3).normal(size=(1_000, 8)), 6)
    assert np.median(margin(membership(space, fit))) < 0.5


def test_noise_belongs_to_nothing():
    space, fit = grouped(np.random.default_rng(4).normal(size=(60, 2)), 3)
    labels = fit.labels.copy()
    labels[:5] = -1
    shares = membership(space, Fit(labels, None, 3, 0))
    assert not shares[:5].any()
    assert np.allclose(shares[5:].sum(axis=1), 1)


def test_mixtures_give_their_posterior():
    space, fit = grouped(np.random.default_rng(5).normal(size=(90, 2)), 2)
    model = LogisticRegression().fit(space.matrix, fit.labels)
    expected = model.predict_proba(space.matrix)
    assert np.array_equal(membership(space, Fit(fit.labels, model, 2, 0)), expected)


def wide(seed, n=120, d=40, k=5):
    """Few songs in many dimensions that all say the same few things."""
    rng = np.random.default_rng(seed)
    centres, loadings = 1.2 * rng.normal(size=(k, 5)), rng.normal(size=(5, d))
    home = rng.integers(k, size=n)
    hidden = centres[home] + rng.normal(size=(n, 5))
    return hidden @ loadings + 0.6 * rng.normal(size=(n, d)), home


def refound(labels, home, k):
    table = crossed(labels, home.astype(np.int32), (k, k))
    return partners(table)[home] == labels


def test_tempering_mends_memberships_in_many_dimensions():
    before, after = [], []
    for seed in range(5):
        matrix, home = wide(seed)
        space, fit = grouped(matrix, 5)
        raw = membership(space, fit)
        steady = stability(space, kmeans, fit, 10, seed)
        soft = tempered(raw, temperature(raw, float(np.nanmean(steady.kept))))
        right = refound(fit.labels, home, 5).astype(float)
        before.append(calibration_error(reliability(raw.max(axis=1), right)))
        after.append(calibration_error(reliability(soft.max(axis=1), right)))
        assert np.array_equal(soft.argmax(axis=1), fit.labels)
    assert np.mean(before) > 0.2
    assert np.mean(after) < 0.6 * np.mean(before)


def kmeans(space, k, seed):
    model = KMeans(k, n_init=2, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def test_tempering_never_sharpens_and_keeps_noise():
    given = np.array([[0.6, 0.4], [0.0, 0.0], [0.9, 0.1]])
    assert temperature(given, 0.99) == 1.0
    hot = temperature(given, 0.6)
    soft = tempered(given, hot)
    assert soft[[0, 2]].max(axis=1).mean() == pytest.approx(0.6, abs=1e-5)
    assert soft.sum(axis=1).tolist() == pytest.approx([1, 0, 1])
    assert temperature(given[:, :1], 0.5) == 1.0
    assert temperature(given, float("nan")) == 1.0


def test_certainty_itself_can_be_tempered():
    sure = np.array([[1.0, 0.0, 0.0]] * 5)
    assert tempered(sure, temperature(sure, 0.5)).max(axis=1) == pytest.approx([0.5] * 5, abs=1e-4)


def test_the_second_cluster_is_another():
    given = np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 0.0], [0.6, 0.4, 0.0]])
    own, second, there = own_and_second(given, np.array([1, -1, 1], dtype=np.int32))
    assert own.tolist() == [0.5, 0.0, 0.4]
    assert second.tolist() == [2, -1, 0]
    assert there.tolist() == [0.3, 0.0, 0.6]
    alone = own_and_second(np.ones((2, 1)), np.zeros(2, dtype=np.int32))
    assert alone[1].tolist() == [-1, -1]
    assert own_and_second(np.zeros((2, 0)), np.full(2, -1, dtype=np.int32))[0].tolist() == [0, 0]
