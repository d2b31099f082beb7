import numpy as np
import pytest

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.stability import stability


def fitter(space, k, seed):
    model = KMeans(k, n_init=3, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def spaces():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(300, 2))
    apart = Space(noise + 20 * np.eye(3, 2)[np.arange(300) % 3], ("a", "b"))
    return apart, Space(noise, ("a", "b"))


def test_planted_groups_come_out_again():
    apart, _ = spaces()
    found = stability(apart, fitter, fitter(apart, 3, 0), 5, 0)
    assert found.mean_ari == pytest.approx(1)
    assert found.per_cluster == pytest.approx([1, 1, 1])
    assert found.per_song == pytest.approx(np.ones(300))


def test_slices_of_one_cloud_do_not():
    _, cloud = spaces()
    found = stability(cloud, fitter, fitter(cloud, 7, 0), 5, 0)
    assert found.mean_ari < 0.75
    assert found.per_cluster.min() < 0.7


def test_a_border_song_is_less_stable_than_a_core():
    rng = np.random.default_rng(1)
    sides = rng.normal(size=(400, 2)) + np.where(np.arange(400) % 2, 4, -4)[:, None] * [1, 0]
    between = np.column_stack([rng.uniform(-0.5, 0.5, 20), rng.normal(size=20)])
    space = Space(np.vstack([sides, between]), ("a", "b"))
    found = stability(space, fitter, fitter(space, 2, 0), 20, 0)
    assert found.per_song[400:].mean() < found.per_song[:400].mean()


def test_noise_has_no_stability():
    apart, _ = spaces()
    fit = fitter(apart, 3, 0)
    labels = fit.labels.copy()
    labels[:10] = -1
    found = stability(apart, fitter, Fit(labels, fit.estimator, 3, 0), 2, 0)
    assert np.isnan(found.per_song[:10]).all()
    assert np.isfinite(found.per_song[10:]).all()


def test_the_seed_decides():
    _, cloud = spaces()
    fit = fitter(cloud, 5, 0)
    same = [stability(cloud, fitter, fit, 3, 4).mean_ari for _ in range(2)]
    assert same[0] == same[1]
    assert stability(cloud, fitter, fit, 3, 5).mean_ari != same[0]
