from dataclasses import replace

import polars as pl
import pytest

from songscape.core.findings import Finding, Severity
from songscape.view.terminal import print_findings, print_run

LONG = "--set clean.duplicates.how=recordings,one,two,three,four"
FINDINGS = [
    Finding("repeated-id", "track_id", 1595, "1,595 rows repeat a [bold]track_id[/bold].", "merged", LONG),
    Finding("layout", "tempo", 1, "A word " * 20, severity=Severity.NOTE),
]  # fmt: skip


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")


def test_a_finding_is_a_block_of_what_it_says_does_and_how_to_overrule_it(narrow, capsys):
    print_findings(FINDINGS, ("read songs.csv", "dropped 3"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["read songs.csv", "", "warning: repeated-id, track_id (1,595)"]
    assert "  1,595 rows repeat a" in lines
    assert "  → merged" in lines
    assert "dropped 3" not in lines


def test_lines_keep_to_the_width_but_what_is_to_be_copied_stays_whole(narrow, capsys):
    print_findings(FINDINGS, ())
    lines = capsys.readouterr().out.splitlines()
    assert f"  otherwise: {LONG}" in lines
    assert all(len(line) <= 40 and line == line.rstrip() for line in lines if LONG not in line)


def test_brackets_are_shown_as_they_are(capsys):
    print_findings(FINDINGS, ())
    assert "[bold]track_id[/bold]" in capsys.readouterr().out


def test_the_last_line_counts_by_severity(capsys):
    print_findings(FINDINGS, ())
    assert capsys.readouterr().out.endswith("\n1 warning, 1 note. Nothing was changed.\n")
    print_findings([], ())
    assert capsys.readouterr().out == "\nNothing was found.\n"


def test_a_run_is_told_in_order_of_size_with_its_verdict_and_where_the_report_is(
    record, capsys, tmp_path
):
    print_run(record, tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[0]
        == f"{record.run['n_tracks']} songs in {record.run['k']} groups ({record.run['method']})."
    )
    sizes = [int(line.split()[0]) for line in lines if line.startswith("    ")]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == record.tracks.filter(pl.col("cluster") >= 0).height
    assert lines[-1] == f"report: {tmp_path / 'report.html'}"


def test_another_number_than_the_natural_one_was_asked_for(record, capsys, tmp_path):
    verdict = record.run["verdict"] | {"natural": True, "k": record.run["k"] + 1}
    print_run(replace(record, run={**record.run, "verdict": verdict}), tmp_path)
    assert " groups, as asked (" in capsys.readouterr().out.splitlines()[0]
