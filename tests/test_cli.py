"""The command line: thin, quiet where asked, and clear when it fails.

What concerns the process itself is tried in a process of its own, all else in this one.
"""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.in_process import songscape

from songscape.studies import demo

COMMAND = [sys.executable, "-c", "from songscape.cli import main; main()"]
QUICK = ("--k", "6", "--set", "choose.use=none", "--set", "map.use=pca", "--set", "judge.draws=0")


def process(*arguments, **options):
    """Run the command line as a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return demo.write_table(tmp_path_factory.mktemp("cli") / "songs.csv")


def test_map_writes_a_run_beneath_songscape_runs_and_says_where(table, tmp_path):
    done = process("map", table, *QUICK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    (folder,) = (tmp_path / "songscape-runs").iterdir()
    assert folder.name.startswith("songs-")
    assert f"{folder.relative_to(tmp_path)}/report.html" in done.stdout
    assert (folder / "run.json").is_file()


def test_json_is_exactly_the_summary(table, tmp_path):
    done = songscape("map", table, "--out", tmp_path / "run", *QUICK, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "run" / "run.json").read_text("utf-8")


def test_doctor_json_gives_findings_with_counts(table):
    done = songscape("doctor", table, "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 0
    assert all({"what", "where", "count", "says", "does", "overrule"} <= set(f) for f in findings)


def test_doctor_prints_findings_for_people(table):
    done = songscape("doctor", table)
    assert done.returncode == 0
    assert "index-column" in done.stdout


@pytest.mark.parametrize("run", [songscape, process])
def test_a_missing_file_is_one_sentence_and_a_code(run, tmp_path):
    done = run("map", "nowhere.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["songscape: There is no file nowhere.csv."]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("map",), "No source is given"),
        (("map", "x.csv", "--k", "many"), "--k wants auto"),
        (("map", "x.csv", "--k", ""), "--k wants auto"),
        (("map", "x.csv", "--set", "cluster.kk=3"), "no option of cluster 'kk'"),
        (("map", "x.csv", "--method", "kmean"), "Did you mean 'kmeans'"),
        (("map", "x.csv", "--bogus"), "No such option"),
        (("map", ""), "it is empty; name a file or a folder"),
        (("map", "x.csv", "--out", ""), "it is empty; name a file or a folder"),
        (("describe", ""), "it is empty; name a file or a folder"),
        (("describe", ".", "--workers", "1000000"), "workers must be a whole number from 0 to 256"),
        (("place", "", "x.csv"), "it is empty; name a file or a folder"),
        (("similar", "", "song"), "it is empty; name a file or a folder"),
        (("tag", ""), "it is empty; name a file or a folder"),
        (("list", "claen"), "Did you mean 'clean'"),
    ],
)
def test_wrong_usage_is_one_sentence_and_a_code(arguments, message, tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text("tempo\n120\n")
    monkeypatch.setenv("COLUMNS", "200")
    done = songscape(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_foreign_folder_is_left_alone(table, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = songscape("map", table, "--out", tmp_path)
    assert done.returncode == 1
    assert "holds other files" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_list_names_plugins_and_options():
    assert "kmeans" in songscape("list").stdout
    assert "number of clusters" in songscape("list", "cluster").stdout


@pytest.mark.slow
@pytest.mark.parametrize("files", [1, 4])
def test_killing_map_as_it_writes_leaves_no_half_written_run(table, tmp_path, files):
    out = tmp_path / "run"
    words = [*COMMAND, "map", str(table), "--out", str(out), *QUICK]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as ran:
        assert any(line.startswith("report") for line in ran.stderr)
        while ran.poll() is None and len(list(tmp_path.glob(".run.*/*"))) < files:
            time.sleep(0.001)
        ran.kill()
    assert not out.exists() or {"run.json", "report.html"} <= {path.name for path in out.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_with_130_and_leaves_nothing(table, tmp_path, number):
    with subprocess.Popen(
        [*COMMAND, "map", str(table), "--out", str(tmp_path / "run")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr:
            if line.startswith("prepare"):
                process.send_signal(number)
                break
        process.stderr.read()
        assert process.wait() == 130
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def finished(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "run"
    assert songscape("map", table, "--out", folder, *QUICK).returncode == 0
    return folder


@pytest.mark.parametrize(
    ("command", "more", "out"),
    [
        ("export", ("--format", "csv"), "folder"),
        ("place", ("songs.csv",), "songs.csv/inside.csv"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(finished, table, tmp_path, command, more, out):
    (tmp_path / "songs.csv").write_bytes(table.read_bytes())
    (tmp_path / "folder").mkdir()
    done = songscape(command, finished, *more, "--out", out, cwd=tmp_path)
    assert done.returncode == 1
    assert f"songscape: {out}: " in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "songs.csv"]


def test_a_place_for_a_run_is_tried_before_the_songs_are_read(table, tmp_path):
    (tmp_path / "file").write_text("")
    done = songscape("map", table, "--out", tmp_path / "file" / "run", *QUICK)
    assert done.returncode == 1
    assert done.stderr.startswith("songscape: No folder can be made in ")


def test_a_place_for_a_model_is_tried_before_the_songs_are_read(table, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = songscape("classify", "fit", table, "--target", "genre", "--out", tmp_path)
    assert done.returncode == 1
    assert "holds other files than a model" in done.stderr
    assert "reading the source" not in done.stderr


def test_an_error_writes_no_signs_to_the_terminal(finished):
    done = songscape("similar", finished, "\x1b[2J")
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    rule = songscape("playlist", finished, "--where", "tempo ?\x1b[2J")
    assert "\x1b" not in rule.stderr
    assert len(rule.stderr.splitlines()) == 3


def test_songs_are_placed_in_a_table_of_the_kind_its_name_says(finished, table, tmp_path):
    done = songscape("place", finished, table, "--out", tmp_path / "x.json")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "must end in .csv, .parquet, not 'x.json'" in done.stderr
    done = songscape("place", finished, table, "--out", tmp_path / "x.parquet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x.parquet").read_bytes().startswith(b"PAR1")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--relative",), "--relative writes paths as seen from the folder of --out"),
        (("--relative", "--out", "x.csv"), "--relative is for m3u8 and xspf"),
        (("--out", "x.txt"), "There is no format of playlists 'txt'"),
        (("--out", "x"), "There is no format of playlists"),
    ],
)
def test_wishes_for_a_playlist_that_contradict_each_other_are_refused(
    finished, tmp_path, words, says
):
    done = songscape("playlist", finished, "--cluster", 0, *words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_two_runs_is_a_page(finished, tmp_path):
    done = songscape("compare", finished, finished, "--out", tmp_path / "x.json")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "must end in .html" in done.stderr


@pytest.mark.parametrize("out", [".", "/"])
def test_the_demonstration_needs_a_name(out, tmp_path):
    done = songscape("demo", "--table", "--out", out, cwd=tmp_path)
    assert done.returncode == 1
    assert "has no name to put the songs beside" in done.stderr


def test_a_study_tries_its_places_before_it_works(tmp_path):
    (tmp_path / "file").write_text("")
    done = songscape("study", "origins", "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("songscape: No folder can be made in ")
