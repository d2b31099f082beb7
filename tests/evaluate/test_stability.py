import numpy as np
import pytest

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.evaluate.stability import _half, other_ways, stability


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


def planted(seed, songs=900, between=90, d=6, k=4):
    """Groups six deviations apart, and songs half way between two of them."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(k, d))
    apart = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(axis=2)) + 1e9 * np.eye(k)
    centres *= 6 / apart.min()
    home = np.arange(songs) % k
    cores = centres[home] + rng.normal(size=(songs, d))
    first = rng.integers(k, size=between)
    middle = (centres[first] + centres[apart.argmin(axis=1)[first]]) / 2
    matrix = np.vstack([cores, middle + 0.25 * rng.normal(size=(between, d))])
    inner = np.linalg.norm(cores - centres[home], axis=1) < np.sqrt(d)
    return Space(matrix, tuple("abcdefgh"[:d])), inner, songs


@pytest.mark.parametrize("seed", range(4))
def test_planted_borders_are_less_stable_than_planted_cores(seed):
    space, inner, songs = planted(seed)
    found = stability(space, fitter, fitter(space, 4, seed), 10, seed)
    cores, borders = found.per_song[:songs][inner], found.per_song[songs:]
    auc = (cores[:, None] > borders[None]).mean() + (cores[:, None] == borders[None]).mean() / 2
    assert auc >= 0.9


def test_songs_are_kept_only_where_they_were_not_drawn():
    apart, cloud = spaces()
    sure = stability(apart, fitter, fitter(apart, 3, 0), 6, 0).kept
    tried = sure[np.isfinite(sure)]
    assert (tried == 1).all()
    assert 0.8 < len(tried) / 300 < 1
    unsure = stability(cloud, fitter, fitter(cloud, 7, 0), 6, 0).kept
    assert np.nanmean(unsure) < 0.9


def test_other_starts_and_halves():
    apart, cloud = spaces()
    artists = np.repeat(np.arange(60), 5)
    found = other_ways(apart, fitter, fitter(apart, 3, 0), 3, 0, artists)
    assert set(found) == {"seeds", "subsets"}
    assert found["subsets"].tolist() == pytest.approx([1, 1, 1])
    again = [other_ways(cloud, fitter, fitter(cloud, 7, 0), 3, 5)["subsets"] for _ in range(2)]
    assert again[0].tolist() == again[1].tolist()
    assert again[0].max() < 0.9


def test_halves_keep_artists_whole():
    block = np.repeat(np.arange(20), 10)
    rows = _half(block, 0)
    assert len(rows) == 100
    assert all(np.isin(np.flatnonzero(block == one), rows).all() for one in np.unique(block[rows]))


def test_all_noise_is_survived():
    apart, _ = spaces()
    nothing = Fit(np.full(300, -1, dtype=np.int32), None, 0, 0)

    def silent(space, k, seed):
        return Fit(np.full(space.n, -1, dtype=np.int32), None, 0, seed)

    found = stability(apart, silent, nothing, 2, 0)
    assert np.isnan(found.per_song).all()
    assert np.isnan(found.kept).all()
