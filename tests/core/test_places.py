"""Paths are asked about before the work begins, and nothing heavy is imported for it."""

import os
import subprocess
import sys

import pytest

from songscape.core.errors import InputError, RecipeError, RecordError
from songscape.core.places import MODEL, RUN, check_file, check_made, check_source, check_target


def test_a_source_that_is_not_there_is_told_with_the_nearest(tmp_path):
    (tmp_path / "songs.csv").write_text("a\n1\n")
    check_source(str(tmp_path / "songs.csv"))
    check_source(str(tmp_path))
    with pytest.raises(InputError, match=r"There is no file .*song\.csv\. Did you mean songs\.csv"):
        check_source(str(tmp_path / "song.csv"))
    with pytest.raises(InputError, match=r"The folder .*nowhere does not exist either"):
        check_source(str(tmp_path / "nowhere" / "song.csv"))


def test_an_address_is_no_path():
    check_source("spotify:liked")


def test_a_folder_is_known_by_its_mark(tmp_path):
    with pytest.raises(RecordError, match=r"is not a songscape run: it has no run\.json"):
        check_made(tmp_path, RUN)
    (tmp_path / "run.json").write_text("{}")
    check_made(tmp_path, RUN)
    with pytest.raises(RecordError, match=r"give a folder that songscape classify fit wrote"):
        check_made(tmp_path, MODEL)


def test_only_folders_of_ones_own_kind_are_written_over(tmp_path):
    check_target(tmp_path / "new" / "run", RUN)
    check_target(tmp_path, RUN)
    (tmp_path / "run.json").write_text("{}")
    check_target(tmp_path, RUN)
    with pytest.raises(RecordError, match="holds other files than a model"):
        check_target(tmp_path, MODEL)
    with pytest.raises(RecordError, match="is a file"):
        check_target(tmp_path / "run.json", RUN)
    with pytest.raises(RecordError, match="No folder can be made in"):
        check_target(tmp_path / "run.json" / "run", RUN)


def test_files_are_refused_by_ending_and_by_place(tmp_path):
    check_file(tmp_path / "new" / "songs.CSV", (".csv", ".parquet"))
    with pytest.raises(RecipeError, match=r"must end in \.csv, \.parquet, not 'x\.json'"):
        check_file(tmp_path / "x.json", (".csv", ".parquet"))
    with pytest.raises(InputError, match="this is a folder"):
        check_file(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no file can be made in"):
        check_file(tmp_path / "file" / "inside.csv")


COMMANDS = [
    ("map", "nowhere.csv"),
    ("map", "--recipe", "nowhere.toml"),
    ("doctor", "nowhere.csv"),
    ("describe", "nowhere"),
    ("place", "nowhere", "songs.csv"),
    ("explore", "nowhere"),
    ("compare", "nowhere", "nowhere"),
    ("similar", "nowhere", "song"),
    ("path", "nowhere", "one", "other"),
    ("playlist", "nowhere"),
    ("export", "nowhere", "--format", "csv", "--out", "x.csv"),
    ("tag", "nowhere"),
    ("tag", "--undo", "nowhere.json"),
    ("calibrate", "nowhere.csv", "nowhere.csv"),
    ("accuracy", "--truth", "nowhere.csv"),
    ("classify", "fit", "nowhere.csv", "--target", "genre"),
    ("classify", "predict", "nowhere", "nowhere.csv"),
    ("classify", "report", "nowhere"),
]
SCRIPT = """
import sys
from songscape.cli import main
heavy = {"sklearn", "scipy", "polars", "matplotlib", "numpy"}
try:
    main()
except SystemExit as left:
    print(left.code, sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_tells_of_a_path_before_anything_heavy_is_imported(words, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        capture_output=True, text=True, check=True, cwd=tmp_path, env=os.environ,
    )  # fmt: skip
    assert done.stdout.split(maxsplit=1)[1].strip() == "[]"
    assert done.stdout[0] in "12"
    assert "nowhere" in done.stderr
    assert len(done.stderr.splitlines()) == 1
