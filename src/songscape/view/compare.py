"""The page that sets two runs side by side: one HTML file, as complete and quiet as the report."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from songscape.core.wording import count as counted
from songscape.view import _parts
from songscape.view._choice_charts import spoken
from songscape.view._flow_chart import flow
from songscape.view._style import colour
from songscape.view._text import count, decimal, percent, shown
from songscape.view.report import environment, policy, themed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from songscape.explain.compare import Comparison

AGREE = ((0.2, "hardly"), (0.5, "partly"), (0.8, "largely"), (0.95, "nearly"))
SONGS, MOVES = 12, 24
"""Songs named of every move, and moves told."""


def headline(summary: Mapping[str, Any]) -> str:
    """Say in a sentence or two whether the same clusters came again.

    >>> headline({"ari": 1.0, "stayed": 1.0, "songs_in_both": 10, "first": {}, "second": {}})
    'The two runs group the 10 songs they share in the same way.'
    """
    ari, songs = summary["ari"], counted(summary["songs_in_both"], "song")
    if ari is None:
        return f"The two runs share {songs}, but no song is in a cluster of both."
    if ari >= 1:
        return f"The two runs group the {songs} they share in the same way."
    word = next((word for limit, word in AGREE if ari < limit), "very nearly")
    told = (
        f"The two runs share {songs} and {word} agree: {percent(summary['stayed'])} stay in "
        f"the same cluster (ARI {decimal(ari)})."
    )
    own = [run.get("seeds_ari") for run in (summary["first"], summary["second"])]
    known = [value for value in own if value is not None]
    if not known:
        return told
    return (
        f"{told} Grouped again from another start, they agree with themselves by "
        f"{' and '.join(decimal(value) for value in known)}."
    )


def render(comparison: Comparison) -> bytes:
    """Return a comparison as a self-contained HTML file, UTF-8."""
    summary = comparison.summary
    style = files("songscape.view").joinpath("static/report.css").read_text("utf-8")
    text = environment().get_template("compare.html.j2").render(
        run={"songscape": version("songscape")},
        # Markup: our own style sheet and chart are the only texts that go in unescaped.
        style=Markup(style),  # noqa: S704
        policy=policy(style),
        told=summary,
        names=[shown(summary[side]["name"] or "songs", 80) for side in ("first", "second")],
        headline=headline(summary),
        tiles=tiles(summary),
        figures={"flow": themed(flow(comparison))},
        clusters=[row | {"colour": colour(row["cluster"])} for row in summary["clusters"]],
        moves=moves(comparison),
        facts=facts(summary),
        recipe=[
            {"option": row["option"]} | {side: _value(row[side]) for side in ("first", "second")}
            for row in summary["recipe"]
        ],
        gone=_listed(comparison.songs, "second"),
        fresh=_listed(comparison.songs, "first"),
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def tiles(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the three numbers: songs that stayed, ARI, variation of information."""
    return [
        {
            "value": percent(summary["stayed"]),
            "label": "stay in the same cluster",
            "note": "Clusters are paired so that as many songs as possible stay.",
        },
        {
            "value": decimal(summary["ari"]),
            "label": "adjusted Rand index",
            "note": f"1 is the same grouping, 0 what chance gives. AMI {decimal(summary['ami'])}.",
        },
        {
            "value": decimal(summary["variation_of_information_bits"]),
            "label": "bits apart",
            "note": "Variation of information: 0 is the same grouping.",
        },
    ]


def moves(comparison: Comparison) -> list[dict[str, Any]]:
    """Return where songs went that did not stay, most first, with some of them by name."""
    left = dict(comparison.clusters.select("cluster", "name").rows())
    right = dict(comparison.clusters.select("cluster", "second_name").rows())
    rows = comparison.moves.filter(comparison.moves["first"] != comparison.moves["second"])
    return [
        {
            "first": _cluster(first, left),
            "second": _cluster(second, right),
            "songs": songs,
            "some": _titles(
                comparison.songs.filter(
                    (comparison.songs["first"] == first) & (comparison.songs["second"] == second)
                )
            ),
        }
        for first, second, songs in rows.head(MOVES).rows()
    ]


def facts(summary: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what each run is: name, first, second."""
    words = {
        "songs": "Songs", "k": "Clusters", "method": "Method", "seed": "Seed",
        "noise": "Songs in no cluster",
        "mean_ari": "Stability on resamples (ARI)", "seeds_ari": "Stability over starts (ARI)",
        "space": "Space",
    }  # fmt: skip
    rows = []
    for key, word in words.items():
        # A seed is a name, not a quantity.
        write = shown if key == "seed" else _value
        one, other = (write(summary[side].get(key)) for side in ("first", "second"))
        rows.append((word, one, other))
    for row in summary["scores"] or ():
        word = spoken(str(row["score"]))
        rows.append((word, decimal(row["first"], 3), decimal(row["second"], 3)))
    return rows


def _value(value: Any) -> str:
    """Return a value of a recipe or a summary as people write it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return decimal(value)
    return count(value) if isinstance(value, int) and not isinstance(value, bool) else shown(value)


def _cluster(number: int, names: Mapping[int, str | None]) -> str:
    """Return a cluster by its number and name."""
    return "no cluster" if number < 0 else f"{number} {shown(names.get(number) or '', 60)}".strip()


def _titles(songs: pl.DataFrame) -> list[dict[str, str]]:
    """Return some songs by title and artist."""
    return [_parts.song(row) for row in songs.head(SONGS).to_dicts()]


def _listed(songs: pl.DataFrame, absent: str) -> list[dict[str, str]]:
    """Return some of the songs that one run does not have."""
    return _titles(songs.filter(songs[absent].is_null()))
