"""Maps lie the same way round, and take new songs without moving."""

import warnings

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from songscape.core import plugins
from songscape.reduce._layout import aligned, beside
from songscape.reduce.auto import Auto
from songscape.reduce.pca import PCA
from songscape.reduce.tsne import TSNE
from songscape.reduce.umap import UMAP

from .test_conformance import neighbours_kept, songs


def test_a_turned_and_mirrored_map_is_turned_back():
    rng = np.random.default_rng(0)
    for k in (2, 3):
        places = rng.normal(size=(50, k)) * [3, 2, 1][:k]
        turn = Rotation.from_euler("xyz", [0.3, 1.1, 2.0]).as_matrix()
        turn = turn if k == 3 else np.array([[0.6, 0.8], [0.8, -0.6]])
        centred = places - places.mean(axis=0)
        assert np.allclose(aligned(places @ turn + 7, places), centred)


@pytest.mark.parametrize("model", [TSNE, UMAP])
def test_seeds_lie_the_same_way_round(model):
    matrix = songs(150)
    first, second = (model(random_state=seed).fit_transform(matrix) for seed in (1, 2))
    for axis in range(2):
        assert np.corrcoef(first[:, axis], second[:, axis])[0, 1] > 0.7


@pytest.mark.parametrize("name", ["auto", "none", "pca", "tsne", "umap"])
def test_songs_of_the_map_find_their_own_place(name):
    module = plugins.load("reduce", name)
    model = module.make(module.Options(), 0)
    matrix = songs(90)
    place = model.fit_transform(matrix)
    assert np.allclose(model.transform(matrix), place, atol=1e-9)
    assert np.allclose(model.transform(matrix[[5]]), place[5], atol=1e-9)


def test_a_new_song_goes_near_the_song_it_is_like():
    matrix = songs(300)
    place = TSNE(random_state=0).fit_transform(matrix)
    new = matrix + np.random.default_rng(1).normal(0, 1e-3, matrix.shape)
    spread = place.std()
    assert np.linalg.norm(beside(new, matrix, place) - place, axis=1).max() < 0.2 * spread


def test_a_song_between_two_goes_between_them():
    line = np.arange(4.0)[:, None]
    places = np.hstack([line, 0 * line])
    ((x, y),) = beside(np.array([[1.4]]), line, places)
    assert 1 < x < 2
    assert y == 0


def test_many_songs_are_put_beside_landmarks():
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(900, 6)) + 6 * rng.integers(0, 2, (900, 6))
    model = Auto(limit=300, landmarks=300, random_state=0)
    place = model.fit_transform(matrix)
    assert len(model.layout_.songs_) == 300
    assert neighbours_kept(matrix, place) > 2 * neighbours_kept(
        matrix, PCA(2).fit_transform(matrix)
    )


def test_without_the_fast_engine_large_maps_are_components_and_say_so(monkeypatch):
    monkeypatch.setattr("songscape.reduce.tsne.find_spec", lambda _: None)
    monkeypatch.setattr("songscape.reduce.auto.SLOW_LIMIT", 50)
    matrix = songs(60)
    with pytest.warns(UserWarning, match=r"60 songs shows their principal.*songscape\[maps\]"):
        place = Auto().fit_transform(matrix)
    assert np.allclose(place, PCA(2).fit_transform(matrix))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(Auto(limit=0).fit(matrix).layout_, PCA)


def test_landmarks_differ_even_among_copies():
    matrix = np.repeat(songs(6), 100, axis=0)
    place = Auto(limit=100, landmarks=100).fit_transform(matrix)
    assert np.isfinite(place).all()
