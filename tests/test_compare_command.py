import json

import numpy as np
import pytest
from tests.explain.test_compare import run
from typer.testing import CliRunner

import songscape
from songscape.cli import app
from songscape.core.errors import RecordError
from songscape.core.record import write


@pytest.fixture
def runs(tmp_path):
    old = np.repeat([0, 1, 2], [30, 20, 10])
    new = np.repeat([0, 1, 2], [30, 10, 20])
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, labels in zip(folders, (old, new), strict=True):
        write(run(labels), folder)
    return folders


def test_the_terminal_says_who_moved(runs):
    result = CliRunner().invoke(app, ["compare", *map(str, runs)])
    assert result.exit_code == 0
    assert "83 % stay in the same cluster" in " ".join(result.stdout.split())
    assert "10 songs moved: 1 group 1 → 2 group 2" in result.stdout
    assert "\x1b" not in result.stdout


def test_json_and_page(runs, tmp_path):
    page = tmp_path / "differences.html"
    result = CliRunner().invoke(app, ["compare", *map(str, runs), "--json", "--out", str(page)])
    told = json.loads(result.stdout)
    assert told["songs_in_both"] == 60
    assert told["stayed"] == pytest.approx(50 / 60, abs=1e-6)
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_from_python_by_folder_or_record(runs):
    by_folder = songscape.compare(*runs)
    by_record = songscape.compare(run(np.zeros(5)), run(np.zeros(5)))
    assert by_folder.summary["ari"] < 1 == by_record.summary["ari"]
    with pytest.raises(RecordError, match="is not a songscape run"):
        songscape.compare(runs[0], runs[0].parent / "nothing")
