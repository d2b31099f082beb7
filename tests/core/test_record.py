"""A run folder is written whole, read back, and never overwrites what is not a run."""

from dataclasses import replace

import polars as pl
import pytest

from songscape.core.errors import RecordError
from songscape.core.record import Record, read, write


def record(k=2):
    return Record(
        recipe="seed = 0\n",
        run={"k": k, "source": {"path": "x.csv"}},
        tracks=pl.DataFrame({"id": ["a", "b"], "cluster": [0, 1]}),
        scores=pl.DataFrame({"k": [2], "criterion": ["silhouette"], "value": [0.5]}),
        clusters=pl.DataFrame({"cluster": [0, 1], "name": ["fast", "=slow()"]}),
        evidence={"findings": pl.DataFrame({"what": ["x"], "examples": [["a", "b"]]})},
        files={"figures/map.svg": b"<svg/>", "report.html": b"<!doctype html>"},
    )


def test_what_is_written_is_read_back(tmp_path):
    write(record(), tmp_path / "run")
    again = read(tmp_path / "run")
    assert again.run == record().run
    assert again.tracks.equals(record().tracks)
    assert again.evidence["findings"].equals(record().evidence["findings"])
    assert (tmp_path / "run" / "figures" / "map.svg").read_bytes() == b"<svg/>"


def test_a_run_may_replace_a_run_but_nothing_else(tmp_path):
    write(record(2), tmp_path / "run")
    write(record(3), tmp_path / "run")
    assert read(tmp_path / "run").run["k"] == 3
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(RecordError, match="holds other files than a songscape run"):
        write(record(), tmp_path / "mine")
    with pytest.raises(RecordError, match="is a file"):
        write(record(), tmp_path / "mine" / "thesis.txt")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_reading_what_is_no_run_or_damaged_says_so(tmp_path):
    with pytest.raises(RecordError, match="is not a songscape run"):
        read(tmp_path)
    write(record(), tmp_path / "run")
    (tmp_path / "run" / "tracks.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(RecordError, match="is a damaged run"):
        read(tmp_path / "run")


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("recipe.toml", "[clean]\n[clean]\n", "Cannot declare"),
        ("run.json", "[1]", "run.json holds no object"),
        ("clusters.csv", "name,size\ncalm,3\n", "clusters.csv has no column cluster"),
    ],
)
def test_a_damaged_part_is_told(tmp_path, file, content, says):
    write(record(), tmp_path / "run")
    (tmp_path / "run" / file).write_text(content)
    with pytest.raises(RecordError, match=f"is a damaged run: .*{says}"):
        read(tmp_path / "run")


def test_names_of_digits_stay_texts(tmp_path):
    names = pl.DataFrame({"cluster": [0, 1], "name": ["007", "1984"], "size": [2, 3]})
    write(replace(record(), clusters=names), tmp_path / "run")
    assert read(tmp_path / "run").clusters.equals(names)
