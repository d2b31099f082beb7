"""Every kernel test runs on the twin and on each instruction set of this machine."""

import importlib

import pytest

from songscape._kernels import COMPILED, _engine, _twin


def _engines():
    yield pytest.param("twin", id="twin")
    if COMPILED:
        for name in ("baseline", "avx2", "avx512"):
            yield pytest.param(name, id=name)


@pytest.fixture(params=_engines(), scope="module")
def engine(request):
    """Compute with the twin, or hold the compiled kernels to one instruction set."""
    before = _engine._module
    if request.param == "twin":
        _engine._module = _twin
    else:
        _engine._module = importlib.import_module("songscape._kernels._compiled")
        if not _engine._module.use_cpu(request.param):
            _engine._module = before
            pytest.skip(f"this CPU has no {request.param}")
    yield request.param
    _engine._module = before
    if before is not None and before is not _twin:
        for name in ("baseline", "avx2", "avx512"):
            before.use_cpu(name)
