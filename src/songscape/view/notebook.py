"""A run in a notebook: its summary and its clusters as a small table, no script, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from songscape.core.wording import count

if TYPE_CHECKING:
    from songscape.core.record import Record

_ROW = Markup("<tr><td>{}</td><td>{}</td><td style='text-align:right'>{:,}</td><td>{}</td></tr>")
_PAGE = Markup(
    "<div><p><strong>{tracks} in {groups}</strong> ({method}). {reason}</p>"
    "<table><thead><tr><th>cluster</th><th>name</th><th>songs</th><th>genres</th></tr></thead>"
    "<tbody>{rows}</tbody></table></div>"
)


def summary(record: Record) -> str:
    """Return a run as a fragment of HTML; every text of the user is escaped."""
    rows = (
        _ROW.format(row["cluster"], row["name"], row["size"], row["top_genres"] or "")
        for row in record.clusters.iter_rows(named=True)
    )
    run = record.run
    return str(
        _PAGE.format(
            tracks=count(run["n_tracks"], "song"),
            groups=count(run["k"], "group"),
            method=run["method"],
            reason=(run.get("verdict") or {}).get("reason", ""),
            rows=Markup("").join(rows),
        )
    )
