"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real tables and audio, or skip the test where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SONGSCAPE_DATA", beside))
    if not (folder / "tables").is_dir():
        pytest.skip("the shared real data is not here; set SONGSCAPE_DATA to its folder")
    return folder
