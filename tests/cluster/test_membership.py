import numpy as np
from sklearn.linear_model import LogisticRegression

from songscape.cluster import margin, membership
from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space


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
