"""The autoencoder learns a code it can rebuild songs from."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.with_torch import needs_torch

from songscape.core.errors import DegenerateDataError, MissingExtraError
from songscape.reduce.autoencoder import Autoencoder
from songscape.reduce.pca import PCA

pytestmark = needs_torch


@pytest.fixture(scope="module")
def songs():
    """Return songs that lie near a plane of 8 features."""
    rng = np.random.default_rng(4)
    return rng.normal(size=(400, 2)) @ rng.normal(size=(2, 8)) + 0.1 * rng.normal(size=(400, 8))


@pytest.fixture(scope="module")
def bent():
    """Return songs on a bent line in 3 dimensions."""
    angle = np.random.default_rng(5).uniform(0, 4, 600)
    return np.column_stack([np.cos(angle), np.sin(angle), 0.3 * angle])


@parametrize_with_checks([Autoencoder(epochs=20)])
def test_common_checks(estimator, check):
    check(estimator)


def test_without_hidden_layers_it_keeps_what_principal_components_keep(songs):
    kept = PCA(2).fit(songs).explained_variance_ratio_.sum()
    code = Autoencoder(2, hidden=(), epochs=400, random_state=0).fit(songs)
    assert code.score(songs) == pytest.approx(kept, abs=0.01)


def test_hidden_layers_follow_a_bent_line_better_than_a_straight_one(bent):
    straight = PCA(1).fit(bent)
    lost = ((bent - straight.inverse_transform(straight.transform(bent))) ** 2).sum()
    kept = 1 - lost / ((bent - bent.mean(axis=0)) ** 2).sum()
    code = Autoencoder(1, epochs=150, random_state=1).fit(bent)
    assert code.score(bent) > kept + 0.05


def test_training_stops_early_and_keeps_the_best_epoch(songs):
    code = Autoencoder(2, epochs=500, patience=5, random_state=0).fit(songs)
    curve = code.history_["validation_loss"]
    assert code.n_iter_ == len(curve) < 500
    assert code.best_epoch_ == code.n_iter_ - 5
    assert curve[code.best_epoch_ - 1] == pytest.approx(curve.min(), rel=1e-3)


def test_without_songs_held_out_it_trains_to_the_end(songs):
    code = Autoencoder(2, epochs=7, validation_fraction=0, random_state=0).fit(songs)
    assert set(code.history_) == {"loss"}
    assert code.n_iter_ == code.best_epoch_ == 7


def test_the_seed_decides_and_torchs_own_generator_is_left_alone(songs):
    import torch

    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    found = [
        Autoencoder(2, epochs=5, noise=0.2, random_state=seed).fit_transform(songs)
        for seed in (3, 3, 4)
    ]
    assert torch.equal(torch.rand(3), expected)
    assert np.array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])


def test_any_number_of_threads_gives_the_same_code(songs):
    import torch

    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(Autoencoder(2, epochs=5, random_state=0).fit_transform(songs))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(*found)


def test_the_published_shape_has_its_parameters(songs):
    code = Autoencoder(
        5, hidden=(), code_activation="relu", output_activation="relu", scale=False,
        validation_fraction=0, epochs=3, random_state=0,
    ).fit(np.abs(songs))  # fmt: skip
    assert code.n_parameters_ == 8 * 5 + 5 + 5 * 8 + 8
    assert (code.transform(np.abs(songs)) >= 0).all()
    assert (code.inverse_transform(np.ones((1, 5))) >= 0).all()


def test_every_epoch_is_told(songs):
    told = []
    Autoencoder(2, epochs=4, random_state=0).fit(
        songs, progress=lambda epoch, measures: told.append((epoch, sorted(measures)))
    )
    assert told == [(epoch, ["loss", "validation_loss"]) for epoch in (1, 2, 3, 4)]


def test_without_torch_the_way_to_install_it_is_told(monkeypatch, songs):
    monkeypatch.setattr("songscape._networks.torch_here.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"reduce.autoencoder .*songscape\[deep\]"):
        Autoencoder().fit(songs)


def test_diverging_training_is_an_error(songs):
    code = Autoencoder(2, epochs=50, learning_rate=1e30, activation="linear", random_state=0)
    with pytest.raises(DegenerateDataError, match="Training diverged in epoch"):
        code.fit(songs)


def test_what_is_fitted_is_used_without_torch(monkeypatch, songs):
    code = Autoencoder(2, epochs=5, random_state=0).fit(songs)
    monkeypatch.setattr("songscape._networks.torch_here.find_spec", lambda _: None)
    assert code.inverse_transform(code.transform(songs)).shape == songs.shape
