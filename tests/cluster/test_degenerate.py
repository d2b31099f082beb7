"""No matrix makes a method hang, crash or give out numbers that are none."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.with_torch import DEEP, needs_torch

from songscape.core import plugins

SCRIPT = Path(__file__).with_name("degenerate.py")
SPEC = importlib.util.spec_from_file_location("degenerate", SCRIPT)
degenerate = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(degenerate)

LIMIT = 60
"""Seconds for all matrices together; the slowest method takes about ten."""

METHODS = [
    pytest.param(stage, name, marks=needs_torch if name in DEEP else ())
    for stage in ("cluster", "reduce")
    for name in plugins.names(stage)
]


@pytest.mark.parametrize(("stage", "name"), METHODS)
def test_outcomes(stage, name):
    ran = subprocess.run(
        [sys.executable, SCRIPT, stage, name],
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = dict(json.loads(line) for line in ran.stdout.splitlines())
    assert set(found) == set(degenerate.matrices())
    assert {found[what] for what in degenerate.REFUSED} == {"refused"}, found
    rest = {what: said for what, said in found.items() if what not in degenerate.REFUSED}
    assert set(rest.values()) <= {"done", "refused"}, rest
    refused = {what for what, said in rest.items() if said == "refused"}
    assert refused <= {"k above distinct rows"}, rest


@pytest.mark.parametrize("name", ["kmeans", "minibatch", "mixture", "agglomerative"])
def test_more_clusters_than_different_songs_is_one_error(name):
    songs = degenerate.matrices()["k above distinct rows"]
    assert degenerate.outcome("cluster", name, songs) == "refused"
