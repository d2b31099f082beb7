"""The convolutional network hears what it should, and pieces of sound are cut as they say."""

import os

import numpy as np
import polars as pl
import pytest
import soundfile
from tests.with_torch import needs_torch

from songscape.classify import Care, Wish, fit, load, method
from songscape.classify._patches import BANDS, Cut, pieces
from songscape.classify.cnn import SoundNetwork
from songscape.core.collection import Collection, Column, Role
from songscape.core.errors import InputError, MissingExtraError

RATE = 22_050


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write 24 short sounds, low tones and high ones; return their paths and kinds."""
    root = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    paths, kinds = [], []
    for index in range(24):
        kind = ("low", "high")[index % 2]
        hertz = rng.uniform(150, 300) if kind == "low" else rng.uniform(3000, 6000)
        time = np.arange(RATE // 2) / RATE
        sound = 0.4 * np.sin(2 * np.pi * hertz * time) + 0.01 * rng.normal(size=len(time))
        path = root / f"{index:02}.wav"
        soundfile.write(path, sound, RATE)
        paths.append(os.fsencode(path))
        kinds.append(kind)
    return paths, np.array(kinds)


def test_pieces_show_the_pitch(folder):
    paths, kinds = folder
    found = pieces(paths, Cut(frames=16, count=2))
    assert found.shape == (24, 2, BANDS, 16)
    assert found.min() >= 0
    assert found.max() == 1
    loudest = found.astype(float).mean(axis=(1, 3)).argmax(axis=1)
    assert loudest[kinds == "low"].max() < loudest[kinds == "high"].min()


def test_a_cache_spares_decoding(folder, tmp_path, monkeypatch):
    paths, _ = folder
    cut = Cut(frames=16, count=2, cache=str(tmp_path / "kept"))
    first = pieces(paths[:3], cut)
    assert len(list((tmp_path / "kept").glob("*.npy"))) == 3
    monkeypatch.setattr("songscape.classify._patches._cut", None)
    assert np.array_equal(pieces(paths[:3], cut), first)


def test_a_short_sound_is_repeated_and_a_damaged_cache_told(folder, tmp_path):
    cut = Cut(frames=100, count=1, cache=str(tmp_path))
    assert pieces(folder[0][:1], cut).shape == (1, 1, BANDS, 100)
    next(tmp_path.glob("*.npy")).write_bytes(b"nothing")
    with pytest.raises(InputError, match="is damaged; delete it"):
        pieces(folder[0][:1], cut)


def test_too_much_memory_is_refused_before_decoding():
    with pytest.raises(InputError, match=r"would take .* MB and 1 are allowed"):
        pieces([b"absent.wav"] * 100, Cut(megabytes=1))


def test_what_is_no_file_is_told():
    with pytest.raises(InputError, match=r"absent\.wav cannot be read"):
        pieces([b"absent.wav"], Cut())


def test_without_torch_the_way_to_install_it_is_told(folder, monkeypatch):
    monkeypatch.setattr("songscape._networks.torch_here.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"classify\.cnn .*songscape\[deep\]"):
        SoundNetwork().fit(*folder)


@needs_torch
def test_it_learns_to_hear_and_is_read_back(folder, tmp_path):
    paths, kinds = folder
    frame = pl.DataFrame({"id": [str(i) for i in range(24)], "kind": kinds, "path": paths})
    roles = {"id": Column(Role.ID), "kind": Column(Role.GENRE), "path": Column(Role.FILE)}
    songs = Collection(frame, roles)
    options = {"widths": (4,), "frames": 16, "pieces": 1, "epochs": 25, "learning_rate": 0.05}
    model = fit(songs, Wish("kind"), method("cnn", options), Care(folds=0))
    assert (model.predict(songs)["told"] == frame["kind"]).mean() > 0.9
    for name, content in model.files().items():
        (tmp_path / name).write_bytes(content)
    assert load(tmp_path).predict(songs).equals(model.predict(songs))


@needs_torch
def test_the_seed_decides(folder):
    paths, kinds = folder
    found = [
        SoundNetwork((3,), (16, 1, 30.0), epochs=2, random_state=seed).fit(paths, kinds)
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(found[0].weights_[0], found[1].weights_[0])
    assert not np.array_equal(found[0].weights_[0], found[2].weights_[0])
    assert found[0].n_parameters_ == 3 * 9 + 3 + 2 * 3 + 2
    assert set(found[0].history_) == {
        "loss", "accuracy", "validation_loss", "validation_accuracy"
    }  # fmt: skip
