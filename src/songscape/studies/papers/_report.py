"""The report of a study: the words of its TOML around the charts and tables its module found."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from songscape.core.errors import RecipeError
from songscape.studies.papers._findings import shown_numbers
from songscape.view.report import policy, themed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.studies.papers._findings import Findings
    from songscape.studies.papers._setting import Setting

PARTS = ("published", "wrong", "repaired")
_CODE = re.compile(r"`([^`]+)`")
_TIES = (
    (re.compile(r"(?<=\d) ?%"), "\N{NARROW NO-BREAK SPACE}%"),
    (re.compile(r"\b([kK]) = (?=\d)"), "\\1\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"),
)
"""What may not be torn apart at the end of a line: a number and its unit, a name and its value."""


def render(setting: Setting, findings: Findings, summary: Mapping[str, Any]) -> bytes:
    """Return the report as a self-contained HTML file, UTF-8."""
    paper, numbers = setting.paper, shown_numbers(findings.numbers)
    sheet = files("songscape.view").joinpath("static/report.css").read_text("utf-8")
    own = files("songscape.studies.papers").joinpath("templates/study.css").read_text("utf-8")
    style = sheet + own
    text = _environment().get_template("study.html.j2").render(
        title=paper["title"],
        paper=paper["paper"],
        data=paper["data"],
        summary=summary,
        headline=paper["headline"].format_map(numbers),
        beside=[_beside(row, numbers) for row in paper.get("beside", [])],
        parts={name: [_block(b, findings, numbers) for b in paper[name]] for name in PARTS},
        runs=sorted(findings.runs),
        # Markup: our own style sheet is the only text that goes in unescaped beside our charts.
        style=Markup(style),  # noqa: S704
        policy=policy(style),
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def _beside(row: Mapping[str, str], numbers: Mapping[str, Any]) -> dict[str, str]:
    """Return one row of the table of their numbers beside ours."""
    ours, note = (row.get(key, "").format_map(numbers) for key in ("ours", "note"))
    return {"what": row["what"], "theirs": row["theirs"], "ours": ours, "note": note}


def _block(
    block: Mapping[str, Any], findings: Findings, numbers: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a block of a part with its words filled in and its chart or table in place.

    Raises
    ------
    RecipeError
        If a block names a chart or a table the study has not.
    """
    filled = {
        key: value.format_map(numbers) if key in ("text", "caption", "heading") else value
        for key, value in block.items()
    }
    if "text" in filled:
        filled["text"] = [_marked(text) for text in filled["text"].strip().split("\n\n")]
    if "chart" in block:
        filled["svg"] = themed(_chart(block["chart"], findings))
    if "table" in block:
        if block["table"] not in findings.tables:
            raise RecipeError(f"The study has no table {block['table']!r}.")
        filled["cells"] = findings.tables[block["table"]]
    return filled


def _chart(name: str, findings: Findings) -> str:
    """Return a chart of the study, or one of a run's own as ``run/chart``."""
    run, slash, chart = name.partition("/")
    if not slash:
        if name not in findings.charts:
            raise RecipeError(f"The study has no chart {name!r}.")
        return findings.charts[name]
    svg = findings.runs[run].record.files[f"figures/{chart}.svg"].decode()
    # Two runs may show the same chart: ids in one page must differ.
    return re.sub(rf'(?<=["#\s]){chart}-', f"{run}-{chart}-", svg)


def _marked(text: str) -> Markup:
    """Return words with `code` marked as code, everything else escaped."""
    parts = _CODE.split(_tied(" ".join(text.split())))
    pieces = (
        Markup("<code>{}</code>").format(part) if index % 2 else Markup("{}").format(part)
        for index, part in enumerate(parts)
    )
    return Markup("").join(pieces)


def _tied(value: Any) -> Any:
    """Return a text with numbers and their units in one piece; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    for pattern, instead in _TIES:
        value = pattern.sub(instead, value)
    return value


def _ranged(cell: str) -> Markup:
    """Return a cell whose interval may go to a line of its own but is not torn apart."""
    value, bracket, interval = cell.partition(" [")
    if not bracket or not interval.endswith("]"):
        return Markup("{}").format(_tied(cell))
    return Markup('{} <span class="range">[{}</span>').format(_tied(value), _tied(interval))


def _environment() -> Environment:
    """Return the template environment: escaping always on, unknown names an error."""
    environment = Environment(
        loader=PackageLoader("songscape.studies.papers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_tied,
    )
    environment.filters["ranged"] = _ranged
    return environment
