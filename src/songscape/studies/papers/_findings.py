"""What a study finds: numbers, charts and tables by name, and verdicts on the paper's claims."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from songscape.run import Run

MINUS = "−"
_NUMERIC = re.compile(rf"[{MINUS}+–]?\d|–$")
_SENTENCE = re.compile(r"(?<=[.)]) (?=[A-Z])")
_EVIDENCE = ("Share of collections", "The criteria alone", "By the criteria")
"""How the sentences begin that list a verdict's evidence."""


class Verdict(StrEnum):
    """What became of a claim."""

    HOLDS = "holds"
    ARTEFACT = "artefact"
    UNCLEAR = "cannot tell"


class Number(float):
    """A number that a sentence shows with a true minus sign.

    >>> f"{Number(-6.656):.2f}"
    '−6.66'
    """

    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec).replace("-", MINUS)


class Interval(NamedTuple):
    """A number with the interval that holds it, as a rule in 95 of 100 repetitions.

    >>> f"{Interval(0.5, 0.25, 0.75):.2f}"
    '0.50 [0.25, 0.75]'
    """

    value: Number
    low: Number
    high: Number

    def __format__(self, spec: str) -> str:
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    @property
    def positive(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def negative(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0

    def holds(self, number: float) -> bool:
        """Tell whether a number lies inside."""
        return bool(self.low <= number <= self.high)


def spread(values: ArrayLike, middle: float | None = None) -> Interval:
    """Return the mean of repetitions and the range of the middle 95 % of them.

    Parameters
    ----------
    values : one number for each repetition; those that are not finite are left out.
    middle : the number to show, where it is not the mean.

    >>> spread([1.0, 2.0, 3.0]).value
    2.0
    """
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found)]
    low, high = np.quantile(found, [0.025, 0.975])
    shown = float(found.mean()) if middle is None else middle
    return Interval(Number(shown), Number(low), Number(high))


def mean_of(values: ArrayLike) -> Interval:
    """Return the mean of independent repetitions with the 95 % interval of the mean (Student's t).

    >>> f"{mean_of([1.0, 2.0, 3.0]):.1f}"
    '2.0 [−0.5, 4.5]'
    """
    from scipy.stats import t

    found = np.asarray(values, dtype=np.float64)
    half = float(t.ppf(0.975, found.size - 1) * found.std(ddof=1) / np.sqrt(found.size))
    mean = float(found.mean())
    return Interval(Number(mean), Number(mean - half), Number(mean + half))


def either(texts: list[str]) -> str:
    """Join texts as a sentence does.

    >>> either(["20", "50", "100"])
    '20, 50 or 100'
    """
    return " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


@dataclass(frozen=True)
class Table:
    """A table of the report: texts as they are shown.

    Parameters
    ----------
    head : name of every column.
    rows : the rows, each as long as the head.
    strong : numbers of the rows that are to stand out.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()

    @property
    def words(self) -> tuple[int, ...]:
        """The columns that hold words, most of their cells beginning with no number.

        >>> Table(("song", "genre", "tempo"), (("a", "folk", "120"), ("b", "", "–"))).words
        (0, 1)
        """
        columns = ([cell for cell in column if cell] for column in zip(*self.rows, strict=True))
        return tuple(
            index
            for index, cells in enumerate(columns)
            if 2 * sum(bool(_NUMERIC.match(cell)) for cell in cells) < max(len(cells), 1)
        )

    def frame(self) -> pl.DataFrame:
        """Return the table as texts, for a file."""
        names = [name or "what" for name in self.head]
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in names)
        return pl.DataFrame(
            dict(zip(names, map(list, columns), strict=True)),
            schema=dict.fromkeys(names, pl.String),
        )


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything the words of a study may speak of, by name.

    Parameters
    ----------
    numbers : numbers, intervals and short texts.
    charts : SVG texts.
    tables : tables.
    verdicts : what became of each claim.
    runs : whole runs, which are written beside the report.
    """

    numbers: Mapping[str, Any] = field(default_factory=dict)
    charts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)

    def __or__(self, other: Self) -> Findings:
        return Findings(
            {**self.numbers, **other.numbers},
            {**self.charts, **other.charts},
            {**self.tables, **other.tables},
            {**self.verdicts, **other.verdicts},
            {**self.runs, **other.runs},
        )


def reasons(run: Run) -> dict[str, Any]:
    """Return what a run says of the number of groups: in short, at length, and the evidence."""
    reason, natural = str(run.verdict["reason"]), bool(run.verdict["natural"])
    sentences = _SENTENCE.split(reason)
    evidence = [one for one, text in enumerate(sentences) if text.startswith(_EVIDENCE)]
    cut = min(evidence, default=len(sentences))
    said, rest = sentences[:cut], sentences[cut:]
    return {
        "reason": "\n\n".join(" ".join(said[i : i + 2]) for i in range(0, len(said), 2)),
        "evidence": " ".join(rest) or "There is none beside it.",
        "verdict_short": sentences[0],
        "natural": natural,
        "natural_k": f"natural, k = {run.verdict['k']}" if natural else "no natural number",
        "found_k": int(run.verdict["k"]) if natural else 1,
    }


def shown_numbers(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers as sentences show them."""
    return {
        name: Number(value) if isinstance(value, float | np.floating) else value
        for name, value in numbers.items()
    }


def plain(value: Any) -> Any:
    """Return a number, interval or text as JSON can hold it; None for what is not defined."""
    if isinstance(value, Interval):
        return {name: plain(number) for name, number in value._asdict().items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else None
    return value
