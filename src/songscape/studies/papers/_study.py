"""Run a study: find its table, let its module find things, and write the folder.

::

    report.html     as published, what went wrong, repaired: one file, offline
    study.json      every number, and every claim with its verdict
    figures/ tables/ runs/   what the report shows, one by one; whole runs with their own reports
"""

from __future__ import annotations

import importlib
import json
import time
import warnings
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from songscape.core import record as records
from songscape.core.atomic import replacing_folder
from songscape.core.csv_text import csv_text
from songscape.core.places import STUDY, check_target
from songscape.studies.papers import _paper, _report
from songscape.studies.papers._findings import Findings, Verdict, plain, shown_numbers
from songscape.studies.papers._setting import Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SUMMARY = STUDY.mark


def run_study(
    name: str,
    *,
    data: Path | None = None,
    seed: int = 0,
    sets: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> tuple[Setting, Findings, dict[str, Any]]:
    """Run a study; nothing is written.

    Parameters
    ----------
    name : as :func:`songscape.studies.papers._paper.names` has them.
    data : its table; else it is looked for in the folder $SONGSCAPE_DATA.
    seed : root of all randomness.
    sets : ``protocol.option=value`` assignments.
    more : further fields of :class:`Setting`, ``mine`` and ``audio``, where they are given.
    tell : is given a line of progress now and then.

    Returns
    -------
    The setting, what was found, and the summary that becomes ``study.json``.

    Raises
    ------
    InputError
        If the table or the folder of audio is not there.
    RecipeError
        If something is given that the study has no use for, or an option is wrong.
    """
    paper, table, given = _paper.asked(name, data, sets, more)
    setting = Setting(name, table, paper, seed, tell, **given)
    module = importlib.import_module(f"songscape.studies.papers.{name.replace('-', '_')}")
    start = time.perf_counter()
    # Many small fits: linear algebra on several threads waits more than it works.
    with warnings.catch_warnings(), threadpool_limits(limits=1, user_api="blas"):
        # What a protocol of somebody else's provokes (no convergence, discrete columns) is told
        # in the study's own words.
        warnings.simplefilter("ignore")
        findings: Findings = module.study(setting)
    seconds = round(time.perf_counter() - start, 1)
    return setting, findings, _summary(setting, findings, seconds)


def save(study: tuple[Setting, Findings, dict[str, Any]], folder: Path) -> Path:
    """Write the folder of a study, whole or not at all, and return its path.

    Raises
    ------
    RecordError
        If `folder` holds anything but an earlier study, which would be replaced.
    """
    check_target(folder, STUDY)
    setting, findings, summary = study
    with replacing_folder(folder) as temporary:
        for name, run in findings.runs.items():
            records.write(run.record, temporary / "runs" / name)
        for path, content in _files(setting, findings, summary).items():
            target = temporary / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return folder


def summary_text(summary: Mapping[str, Any]) -> str:
    """Return the summary as the JSON text that ``study.json`` holds."""
    return json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def claims(setting: Setting, findings: Findings) -> list[dict[str, str]]:
    """Return every claim of the paper with what was found and its verdict, as texts."""
    numbers = shown_numbers(findings.numbers)
    found = []
    for claim in setting.paper["claims"]:
        verdict = findings.verdicts.get(claim["verdict"], Verdict.UNCLEAR)
        why = claim.get("why", {}).get(verdict.name.lower(), "")
        found.append(
            {
                "claim": claim["claim"],
                "published": claim["published"],
                "reproduced": claim["reproduced"].format_map(numbers),
                "verdict": verdict.value,
                "why": why.format_map(numbers),
            }
        )
    return found


def markdown(summary: Mapping[str, Any]) -> str:
    """Return the claims as rows of a Markdown table."""
    command = f"`songscape study {summary['study']}`"
    rows = [
        [
            summary["title"],
            one["claim"],
            one["published"],
            one["reproduced"],
            one["verdict"],
            command,
        ]
        for one in summary["claims"]
    ]
    return "".join(f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |\n" for row in rows)


def _summary(setting: Setting, findings: Findings, seconds: float) -> dict[str, Any]:
    """Return what other programs read."""
    return {
        "songscape": version("songscape"),
        "study": setting.name,
        "title": setting.paper["title"],
        "paper": setting.paper["paper"],
        "data": setting.data.name,
        "seed": setting.seed,
        "protocol": setting.paper["protocol"],
        "claims": claims(setting, findings),
        "numbers": {name: plain(value) for name, value in findings.numbers.items()},
        "seconds": seconds,
    }


def _files(setting: Setting, findings: Findings, summary: Mapping[str, Any]) -> dict[str, bytes]:
    """Return every file of the folder; the summary comes last, as its presence says all is well."""
    report = _report.render(setting, findings, summary)
    figures = {f"figures/{name}.svg": svg.encode() for name, svg in findings.charts.items()}
    tables = {
        f"tables/{name}.csv": csv_text(table.frame()).encode()
        for name, table in findings.tables.items()
    }
    return {
        "report.html": report,
        **figures,
        **tables,
        SUMMARY: summary_text(summary).encode(),
    }
