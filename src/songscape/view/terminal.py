"""Findings and finished runs for the terminal, wrapped to its width; plain text in pipes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from songscape.core.findings import Severity
from songscape.core.wording import count
from songscape.view._parts import NOISE, cluster_names, clusters
from songscape.view._summary import tiles, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from songscape.core.findings import Finding
    from songscape.core.record import Record

_WIDTH = 100
"""Columns beyond which a line of words is hard to read."""

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold"}


def print_findings(findings: Iterable[Finding], history: tuple[str, ...]) -> None:
    """Print how a table was read, what the doctor found in it, and how many of each kind.

    Parameters
    ----------
    findings : what was found.
    history : the collection's lines; the first tells how it was read.
    """
    console = Console()
    found = list(findings)
    for line in history[:1]:
        console.print(Text(line))
    for finding in found:
        _print(finding, console)
    console.print(Text(f"\n{_sum(found)}"))


def print_run(record: Record, folder: Path) -> None:
    """Print what a person wants to know after a run: how many groups, why, which, how sure.

    Parameters
    ----------
    record : the run.
    folder : where it was saved.
    """
    console = Console()
    run, told = record.run, verdict(record)
    asked = ", as asked" if told and told["natural"] and told["k"] != run["k"] else ""
    groups = f"{count(run['k'], 'group')}{asked}"
    console.print(f"{count(run['n_tracks'], 'song')} in {groups} ({run['method']}).")
    if told:
        end = "" if told["title"].endswith(".") else "."
        _wrap(Text(f"{told['title']}{end} {told['reason']}"), console)
    console.print()
    names, labels = cluster_names(record), clusters(record)
    sizes = [(int((labels == cluster).sum()), name) for cluster, name in names.items()]
    alone = int((labels < 0).sum())
    for size, name in [*sorted(sizes, reverse=True), *([(alone, NOISE)] if alone else [])]:
        _wrap(Text(f"{size:7,}  {name}"), console)
    console.print()
    for tile in tiles(record)[1:]:
        _wrap(Text(f"{tile['label']}: {tile['value']}. {tile['note']}"), console)
    console.print(Text(f"report: {folder / 'report.html'}"), soft_wrap=True)


def _print(finding: Finding, console: Console) -> None:
    """Print one finding: its name, what it is, what is done, how to have it otherwise."""
    name = (finding.what, _STYLES[finding.severity])
    head = Text.assemble(f"{finding.severity}: ", name, f", {finding.where} ({finding.count:,})")
    console.print()
    _wrap(head, console)
    _wrap(Text(finding.says), console, "  ")
    _wrap(Text(f"→ {finding.does}"), console, "  ")
    if finding.overrule:
        # Never broken into lines, so that it can be copied.
        console.print(Text(f"  otherwise: {finding.overrule}", "dim"), soft_wrap=True)


def _wrap(words: Text, console: Console, indent: str = "") -> None:
    """Print words as Text, so that brackets in a song's title are no markup."""
    for line in words.wrap(console, min(console.width, _WIDTH) - len(indent)):
        line.rstrip()
        console.print(Text(indent) + line)


def _sum(findings: list[Finding]) -> str:
    """Count the findings by severity.

    >>> _sum([])
    'Nothing was found.'
    """
    if not findings:
        return "Nothing was found."
    by = Counter(finding.severity for finding in findings)
    kinds = ", ".join(count(by[kind], kind) for kind in _STYLES if by[kind])
    return f"{kinds}. Nothing was changed."
