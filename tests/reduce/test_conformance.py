"""What holds for every reducer, and what is particular to one."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from sklearn import decomposition
from sklearn.neighbors import NearestNeighbors
from tests.with_torch import marked

from songscape.core import plugins
from songscape.core.errors import MissingExtraError
from songscape.core.options import fill, knobs
from songscape.reduce.pca import PCA
from songscape.reduce.tsne import TSNE
from songscape.reduce.umap import UMAP

NAMES = marked(plugins.names("reduce"))


def songs(n=120, d=5):
    rng = np.random.default_rng(2)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d))


def made(name):
    module = plugins.load("reduce", name)
    return module.make(fill(module.Options, {}, f"reduce.{name}"), 3)


def neighbours_kept(matrix, place):
    high, low = (
        NearestNeighbors(n_neighbors=10).fit(m).kneighbors(return_distance=False)
        for m in (matrix, place)
    )
    return np.mean([len(set(a) & set(b)) / 10 for a, b in zip(high, low, strict=True)])


@pytest.mark.parametrize("name", NAMES)
def test_options_are_frozen_and_documented(name):
    options = plugins.load("reduce", name).Options
    assert dataclasses.is_dataclass(options)
    assert options.__dataclass_params__.frozen
    assert all(knob.says for knob in knobs(options))


@pytest.mark.parametrize("name", NAMES)
def test_names_match_columns(name):
    frame = pl.DataFrame(songs(), schema=list("abcde"))
    reducer = made(name).set_output(transform="polars")
    out = reducer.fit_transform(frame)
    assert out.columns == reducer.get_feature_names_out().tolist()
    assert np.isfinite(out.to_numpy()).all()


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_place_on_any_thread_count(on_threads, name):
    found = []
    for threads in (1, 2):
        with on_threads(threads):
            found.append(made(name).fit_transform(songs()))
    assert np.allclose(*found, rtol=1e-9, atol=1e-9)


def test_pca_is_scikit_learns_but_for_the_sign():
    ours, theirs = PCA(3).fit(songs()), decomposition.PCA(3).fit(songs())
    assert np.allclose(np.abs(ours.components_), np.abs(theirs.components_))
    assert np.allclose(ours.explained_variance_ratio_, theirs.explained_variance_ratio_)
    largest = np.abs(ours.components_).argmax(axis=1)
    assert (ours.components_[range(3), largest] > 0).all()


def test_pca_keeps_the_variance_asked_for():
    ratio = decomposition.PCA().fit(songs()).explained_variance_ratio_
    kept = PCA(variance=0.9).fit(songs()).explained_variance_ratio_
    assert kept.sum() >= 0.9
    assert len(kept) == 1 or kept[:-1].sum() < 0.9
    assert np.allclose(kept, ratio[: len(kept)])


def test_pca_gives_all_songs_back():
    model = PCA(5).fit(songs())
    assert np.allclose(model.inverse_transform(model.transform(songs())), songs())


def test_pca_warns_where_there_are_fewer_components():
    with pytest.warns(UserWarning, match=r"reduce\.pca\.k is 9 but there are only 5"):
        PCA(9).fit(songs())


def test_layouts_keep_neighbours():
    matrix = songs(200)
    for model in (TSNE(random_state=0), TSNE(engine="scikit-learn"), UMAP()):
        assert neighbours_kept(matrix, model.fit_transform(matrix)) > 0.4


def test_tsne_survives_identical_songs():
    twice = np.repeat(songs(8), 20, axis=0)
    assert np.isfinite(TSNE(iterations=250, random_state=0).fit_transform(twice)).all()


def test_open_tsne_asks_for_its_extra(monkeypatch):
    monkeypatch.setattr("songscape.reduce.tsne.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"songscape\[maps\]"):
        TSNE(engine="openTSNE").fit(songs())
    assert np.isfinite(TSNE(iterations=250).fit_transform(songs(20))).all()


def test_umap_asks_for_its_extra(monkeypatch):
    monkeypatch.setattr("songscape.reduce.umap.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"songscape\[maps\]"):
        UMAP().fit(songs())
