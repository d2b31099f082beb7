"""Real audio, damaged or killed: the runs of `mutants.py` and `kills.py`, shortened."""

import importlib.util
import sys
from pathlib import Path

import pytest


def script(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_same_seed_makes_the_same_mutants(tmp_path):
    mutants = script("mutants")
    contents = []
    for name in "ab":
        (tmp_path / name).mkdir()
        mutants.mutate(tmp_path / name, 30, seed=1)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]
    assert len(set(contents[0].values())) == 30


@pytest.mark.slow
def test_mutated_files_end_as_described_or_failed(tmp_path):
    ends, _ = script("mutants").described(tmp_path, 60, seed=7)
    assert ends["ok"] > 0
    assert ends["InputError"] > 0
    assert set(ends) <= {
        "ok",
        "InputError",
        "MissingExtraError",
        "Crashed",
        "TimedOut",
        "MemoryError",
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_descriptions_lose_and_repeat_nothing(tmp_path):
    known, midway, count = script("kills").trials(tmp_path, 4)
    assert 0 < known <= count
    assert midway > 0
