"""Marks for tests of what runs in torch, which is an extra."""

from importlib.util import find_spec

import pytest

DEEP = ("autoencoder", "deep", "cnn")
"""Plug-ins that are fitted by torch."""

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def marked(names):
    """Return names of plug-ins, those that need torch with a mark that skips without it."""
    return [pytest.param(name, marks=needs_torch) if name in DEEP else name for name in names]
