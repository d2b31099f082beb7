"""Fixtures shared by all tests, and the order in which their files are run."""

import os
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

# As many workers run at once as there are cores, so that each keeps to one thread.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    threadpool_limits(limits=1)  # of those that have been loaded by now


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take long, so that no worker is left alone with one at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: not slow[item.path])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real tables and audio, or skip the test where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SONGSCAPE_DATA", beside))
    if not (folder / "tables").is_dir():
        pytest.skip("the shared real data is not here; set SONGSCAPE_DATA to its folder")
    return folder


@pytest.fixture
def on_threads(monkeypatch):
    """Return a context for some number of threads: of our kernels, and of the libraries' pools."""

    @contextmanager
    def limited(count):
        monkeypatch.setenv("OMP_NUM_THREADS", str(count))
        with threadpool_limits(limits=count):
            yield

    return limited
