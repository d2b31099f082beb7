"""What was found in a table, and what is done about it.

A :class:`Finding` is one remark of the table doctor or of a reader: what, where, how many, what
songscape does, and how to overrule it. It is data: the terminal table, ``--json`` and the report
all show the same findings.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One remark about a table.

    Parameters
    ----------
    what : short stable name of the kind of finding in kebab-case, as in "index-column".
    where : the columns or lines concerned, as people write them.
    count : how many rows, values or columns are concerned.
    says : one sentence that says what was found.
    does : what songscape does about it, as in "left out of the features".
    overrule : how to have it otherwise, as in "--set clean.duplicates.how=keep".
    severity : note, warning or error.
    examples : a few of the values or lines concerned.
    """

    what: str
    where: str
    count: int
    says: str
    does: str = "nothing"
    overrule: str = ""
    severity: Severity = Severity.WARNING
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON-ready values."""
        return asdict(self) | {"severity": str(self.severity), "examples": list(self.examples)}
