"""Findings for the terminal: a table that folds to its width, plain text in pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from songscape.core.findings import Finding

_HEADS = ("what", "where", "count", "finding", "songscape does", "overrule")


def print_findings(findings: Iterable[Finding], history: tuple[str, ...]) -> None:
    """Print how a table was read and what the doctor found in it.

    Parameters
    ----------
    findings : what was found.
    history : the collection's lines; the first tells how it was read.
    """
    console = Console()
    for line in history[:1]:
        console.print(Text(line))
    table = Table(pad_edge=False)
    for head in _HEADS:
        table.add_column(head, overflow="fold", justify="right" if head == "count" else "left")
    for finding in findings:
        # Text, so that brackets in a song's title are no markup.
        cells = (finding.what, finding.where, f"{finding.count:,}", finding.says, finding.does)
        table.add_row(*map(Text, (*cells, finding.overrule)))
    console.print(table)
