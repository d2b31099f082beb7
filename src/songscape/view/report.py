"""The report: one HTML file that tells a run from its verdict down to its parameters.

Everything is inside the file: style, charts, pictures, the live map. It asks for nothing from
anywhere and runs no script but the map's, which a Content-Security-Policy names by its hash, so
that even a title which slipped through as markup could do nothing. All texts are escaped, and
isolated (``<bdi>``) so that one right-to-left name does not turn the line around.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from songscape.core import wording
from songscape.view import (
    _cards,
    _judging,
    _lessons,
    _parts,
    _summary,
    _text,
    charts,
    live_map,
)
from songscape.view._otherwise import otherwise
from songscape.view._style import ACCENT, GREY, INK, LINE, MUTED, PALETTE, PAPER, WARM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.record import Record

_THEME = {
    INK: "ink", MUTED: "muted", LINE: "line", PAPER: "card", ACCENT: "accent", WARM: "warm",
    GREY: "grey",
} | {colour: f"c{index}" for index, colour in enumerate(PALETTE)}  # fmt: skip
# What the template asks of run.json directly; the rest goes through functions that ask themselves.
_ABSENT = dict.fromkeys(("songscape", "n_tracks", "seed", "date", "warnings", "history"))
_COLOUR = re.compile(rf"(fill|stroke): ({'|'.join(_THEME)})(?=[;\"])")


def render(record: Record, figures: Mapping[str, str] | None = None) -> bytes:
    """Return the report of a run as a self-contained HTML file, UTF-8.

    Parameters
    ----------
    record : the run; parts it does not have are left out of the report.
    figures : its charts as :func:`songscape.view.charts.figures` returns them; drawn if not given.
    """
    drawn = charts.figures(record) if figures is None else figures
    style = files("songscape.view").joinpath("static/report.css").read_text("utf-8")
    live = live_map.parts(record) if "map" in drawn else None
    style += live_map.style() if live else ""
    text = environment().get_template("report.html.j2").render(
        run=_ABSENT | dict(record.run),
        recipe=record.recipe,
        figures={name: themed(svg) for name, svg in drawn.items()},
        # Markup: our own style sheet and charts are the only texts that go in unescaped.
        style=Markup(style),  # noqa: S704
        policy=policy(style, live["script"] if live else ""),
        live=live,
        name=_summary.title(record),
        headline=_summary.headline(record),
        tiles=_summary.tiles(record),
        verdict=_summary.verdict(record),
        scores=_summary.scores(record),
        otherwise=otherwise(record),
        lessons=_lessons.LESSONS,
        agreement=_summary.agreement(record),
        methods=_summary.methods(record),
        timings=_summary.timings(record),
        cards=_cards.cards(record),
        more_clusters=_cards.more(_parts.cluster_names(record)),
        song_lists=_cards.song_lists(record),
        axes=_cards.axes(record),
        findings=_cards.findings(record),
        columns=_cards.columns(record),
        fates=_cards.genre_fates(record),
        features=_parts.features(record),
        again=_judging.again(record),
        sureness=_judging.sureness(record),
        between=_judging.between(record),
        by_name=_judging.by_name(record),
        held_out=_judging.held_out(record),
        tried=_judging.tried(record),
        level_fates=_judging.level_fates(record),
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def policy(style: str, script: str = "") -> str:
    """Return a Content-Security-Policy that allows this style, this script and nothing else.

    Parameters
    ----------
    style, script : the text between the tags; without a script none may run.
    """
    rules = [
        "default-src 'none'",
        "img-src data:",
        f"style-src '{_digest(style)}'",
        # Charts carry colours in style attributes, which cannot load or run anything here.
        "style-src-attr 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules + ([f"script-src '{_digest(script)}'"] if script else []))


def themed(svg: str) -> Markup:
    """Return a chart whose ink follows the page's light or dark theme."""
    changed = _COLOUR.sub(lambda part: f"{part[1]}: var(--{_THEME[part[2]]})", svg)
    return Markup(changed)  # noqa: S704 - our own chart, its texts escaped when it was written


def _digest(content: str) -> str:
    """Return the hash by which a policy names a text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def environment() -> Environment:
    """Return the template environment: escaping always on, unknown names an error."""
    environment = Environment(
        loader=PackageLoader("songscape.view"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "bound": _text.bound,
        "count": _text.count,
        "counted": wording.count,
        "percent": _text.percent,
        "decimal": _text.decimal,
        "shown": _text.shown,
        "themed": themed,
    }
    return environment
