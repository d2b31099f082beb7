"""torch, where it is installed: found, put on a device, kept to one thread."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from songscape.core.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEVICES = ("auto", "cpu")


def require_torch(feature: str) -> None:
    """Raise unless torch is installed.

    Parameters
    ----------
    feature : what needs it, as in "reduce.autoencoder".

    Raises
    ------
    MissingExtraError
        With the line that installs it.
    """
    if find_spec("torch") is None:
        raise MissingExtraError(feature, "deep")


def chosen_device(wish: str = "auto") -> str:
    """Return the device to compute on: a GPU if torch sees one and `wish` is "auto"."""
    import torch

    if wish != "auto":
        return wish
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: sums in another order would end in other weights."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
