"""One function chooses where networks are computed, and every network asks it."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.with_torch import needs_torch

from songscape._networks.torch_here import DEVICES, chosen_device, one_thread
from songscape.core import plugins


def see(monkeypatch, *, cuda, mps):
    """Let torch see such graphics processors."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends, "mps", SimpleNamespace(is_available=lambda: mps))


@needs_torch
@pytest.mark.parametrize(
    ("cuda", "mps", "device"),
    [(True, False, "cuda"), (True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_what_torch_sees(monkeypatch, cuda, mps, device):
    see(monkeypatch, cuda=cuda, mps=mps)
    assert chosen_device("auto") == device


@needs_torch
def test_a_processor_that_was_asked_for_is_taken_beside_a_gpu(monkeypatch):
    see(monkeypatch, cuda=True, mps=False)
    assert chosen_device("cpu") == "cpu"


@pytest.mark.parametrize(
    ("stage", "name"), [("reduce", "autoencoder"), ("cluster", "deep"), ("classify", "cnn")]
)
def test_every_network_in_torch_offers_the_same_devices(stage, name):
    from dataclasses import fields

    options = plugins.load(stage, name).Options
    device = next(field for field in fields(options) if field.name == "device")
    assert tuple(device.metadata["choices"]) == DEVICES
    assert device.default == "auto"


@needs_torch
def test_every_network_asks_the_one_function(monkeypatch):
    from songscape._networks import coder, picture

    asked = []

    def processor(wish):
        asked.append(wish)
        return "cpu"

    for module in (coder, picture):
        monkeypatch.setattr(module, "chosen_device", processor)
    rows = np.zeros((4, 3), np.float32)
    rng = np.random.default_rng(0)
    coder.Coder(coder.Build((3, 2)), rows, rows[:0], rng)
    album = picture.Album(np.zeros((4, 8, 8), np.float16), np.zeros(4, np.int64))
    parts = picture.begun((2,), 2, rng)
    picture.Picture(parts, 1e-3, album, None)
    picture.told(album.pictures, parts, "auto")
    assert asked == ["auto"] * 3


@needs_torch
def test_the_number_of_threads_is_given_back():
    import torch

    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), one_thread():
        assert torch.get_num_threads() == 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == before
