"""What a run says first, in words: the sentence, the three numbers, the verdict, the methods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from songscape.core.wording import count as counted
from songscape.view._choice_charts import spoken
from songscape.view._parts import cluster_names, clusters, divided
from songscape.view._text import bound, count, decimal, listing, percent, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.record import Record

AGREEMENT = ((0.05, "hardly at all"), (0.2, "weakly"), (0.45, "partly"), (0.7, "largely"))
STABILITY = (
    (0.5, "mostly different groups come back"),
    (0.75, "about half of each group comes back"),
    (0.9, "most of each group comes back"),
)


# No line breaks within a range.
_FROM_TO = "0\u00a0to\u00a01"
_TITLES = {
    True: "There is a natural number of groups",
    False: "There is no natural number of groups",
    None: "The number of groups was not examined",
}


def headline(record: Record) -> str:
    """Say in one or two sentences what was found."""
    run, names, labels = record.run, cluster_names(record), clusters(record)
    these = f"These {counted(run.get('n_tracks') or record.tracks.height, 'song')}"
    if len(names) < 2:
        return _undivided(record, these)
    order = sorted(names, key=lambda cluster: -int((labels == cluster).sum()))
    largest = listing([f"“{names[cluster]}”" for cluster in order[:3]], 3)
    told = f"{'They' if len(names) <= 3 else 'The largest'} are {largest}.{_alone(record)}"
    natural, number = _natural(run)
    if natural is None:
        return f"{these}, in {len(names)} groups. {told}"
    if natural and number not in (None, len(names)):
        cut = f"Cut into {len(names)}, as asked, t{told[1:]}"
        return f"{these} fall into {counted(number or 0, 'natural group')}. {cut}"
    if natural:
        return f"{these} fall into {len(names)} groups. {told}"
    return (
        f"{these} shade into one another; there is no natural number of groups. "
        f"{len(names)} regions help to talk about them. {told}"
    )


def _undivided(record: Record, these: str) -> str:
    """Say what was found where there is one group or none."""
    labels = clusters(record)
    natural, number = _natural(record.run)
    if not (labels >= 0).any():
        return f"No group was found: t{these[1:]} lie in none."
    if (labels < 0).any():
        return f"Of t{these[1:]} {count(int((labels >= 0).sum()))} form one group.{_alone(record)}"
    if natural and number not in (None, 1):
        return f"{these} fall into {number} natural groups; as asked, they are kept in one."
    if natural is None:
        return f"{these} are in one group; whether there are more was not examined."
    return f"{these} form one group; nothing in their features parts them."


def _alone(record: Record) -> str:
    """Say how many songs lie in no cluster; nothing where all have one."""
    alone = int((clusters(record) < 0).sum())
    return f" {counted(alone, 'song lies', 'songs lie')} in no group." if alone else ""


def tiles(record: Record) -> list[dict[str, str]]:
    """Return the three numbers: how many groups, agreement with labels, stability."""
    run = record.run
    natural, number = _natural(run)
    found = len(cluster_names(record))
    kinds = {True: "groups, a natural number", False: "regions, no natural number"}
    label = "group" if found == 1 else "groups" if natural is None else kinds[natural]
    if natural and number not in (None, found):
        label = f"{'group' if found == 1 else 'groups'}, as asked; {number} are natural"
    note = f"{_spread(run)}{_alone(record)}".strip()
    parts = [{"value": str(found), "label": label, "note": note}]
    agreement = run.get("agreement") or {}
    if agreement.get("ami") is not None:
        parts.append(_agreement(agreement))
    stability = (run.get("stability") or {}).get("mean_ari")
    if stability is not None and divided(record):
        parts.append(
            {
                "value": decimal(stability),
                "label": f"stability, {_FROM_TO}",
                "note": f"With other songs of the same kind, {_word(stability, STABILITY)}.",
            }
        )
    return parts


def _natural(run: Mapping[str, Any]) -> tuple[bool | None, int | None]:
    """Return whether there is a natural number of groups, and the verdict's number.

    It is not the number of clusters where the user asked for another.
    """
    verdict = run.get("verdict") or {}
    return verdict.get("natural"), verdict.get("k")


def _spread(run: Mapping[str, Any]) -> str:
    """Say how large the clusters are."""
    sizes = [int(size) for size in run.get("cluster_sizes") or ()]
    if len(sizes) < 2:
        return ""
    if min(sizes) == max(sizes):
        return f"Each holds {counted(sizes[0], 'song')}."
    return f"They hold from {count(min(sizes))} to {counted(max(sizes), 'song')}."


def _agreement(agreement: Mapping[str, Any]) -> dict[str, str]:
    """Return the tile that compares the clusters with people's labels."""
    ami, chance = agreement.get("ami"), agreement.get("permuted_ami")
    label = shown(agreement.get("label") or "genre", 30).replace("_", " ")
    beside = f" Shuffled labels reach {decimal(chance)}." if chance is not None else ""
    word = _word(float(ami or 0.0), AGREEMENT, "almost exactly")
    return {
        "value": decimal(ami),
        "label": f"agreement with {label} (AMI), {_FROM_TO}",
        "note": f"The groups follow {label} {word}.{beside}",
    }


def _word(
    value: float, scale: tuple[tuple[float, str], ...], top: str = "the same groups come back"
) -> str:
    """Return the word of the first step above a value."""
    return next((word for limit, word in scale if value < limit), top)


def verdict(record: Record) -> dict[str, Any] | None:
    """Return the verdict on the number of groups, with every criterion's own answer."""
    given = record.run.get("verdict")
    if not given:
        return None
    better = {}
    if {"criterion", "better"} <= set(record.scores.columns):
        pairs = record.scores.select("criterion", "better").unique(maintain_order=True).rows()
        better = dict(pairs)
    rows = [
        {
            "name": spoken(str(name)),
            "k": answer.get("k"),
            "value": _figure(answer.get("value")),
            "never": better.get(name) == "never",
            "remark": _remark(str(name), answer.get("k"), record.run.get("k")),
        }
        for name, answer in (given.get("criteria") or {}).items()
    ]
    rows.sort(key=lambda row: row["never"])
    title, text, more = _told(
        _TITLES[given.get("natural")], bound(shown(given.get("reason"), 4000))
    )
    return {
        "natural": given.get("natural"),
        "title": title,
        "reason": text,
        "more": more,
        "k": given.get("k"),
        "criteria": rows,
    }


REMARKS = {
    "valley": "decides",
    "inertia": "falls with every group; only an elbow counts",
    "held_out_cost": "falls with every group; shown, never used to choose",
    "silhouette": "cannot say one",
    "davies_bouldin": "cannot say one",
    "calinski_harabasz": "cannot say one",
    "bic": "counts Gaussians, not groups",
    "icl": "counts Gaussians, not groups",
    "held_out_likelihood": "judges a density, not a grouping",
    "prediction_strength": "any cut along the longest direction comes out again",
    "stability": "any cut along the longest direction comes out again",
}


def _remark(criterion: str, wanted: int | None, chosen: int | None) -> str:
    """Say what a criterion's answer is worth, and whether it is the choice."""
    parts = [REMARKS.get(criterion, "")]
    if wanted is not None and wanted == chosen:
        parts.append("agrees with the choice")
    return "; ".join(part for part in parts if part)


def _told(title: str, reason: str) -> tuple[str, str, str]:
    """Return title, beginning and rest of a reason, so that a long one is no wall of text.

    >>> _told("No.", "A b. C d. E f. G h.")
    ('No.', 'A b. C d.', 'E f. G h.')
    >>> _told("There is none", "There is none: it is one whole. C d.")
    ('There is none: it is one whole', 'C d.', '')
    """
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z0-9])", reason)
    if len(sentences) > 1 and sentences[0].startswith(title):
        title, sentences = sentences[0].rstrip("."), sentences[1:]
    shown_first = 2 if len(sentences) > 3 else 3
    return title, " ".join(sentences[:shown_first]), " ".join(sentences[shown_first:])


def title(record: Record) -> str:
    """Return what the collection is called: its name, or its file's without the ending."""
    path = str((record.run.get("source") or {}).get("path") or "")
    stem = re.split(r"[\\/]", path.rstrip("/\\"))[-1].partition(".")[0]
    return shown(record.run.get("name") or stem or "songs", 120)


def _figure(value: float | None) -> str:
    """Return a score with digits to match its size."""
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return count(value).replace("-", "−")
    return decimal(value, 3 if abs(value) < 10 else 1)


def scores(record: Record) -> list[tuple[str, str, str]]:
    """Return the scores of the chosen grouping: name, value, what it means."""
    says = {
        "silhouette": "−1 to 1; above 0.5 is clear, below 0.25 is weak separation",
        "davies_bouldin": "from 0; lower is better separated",
        "calinski_harabasz": "only to be compared within this space",
    }
    given = record.run.get("scores") or {}
    return [
        (spoken(name), _figure(given[name]), text)
        for name, text in says.items()
        if given.get(name) is not None
    ]


def agreement(record: Record) -> list[tuple[str, str, str, str]]:
    """Return the scores against people's labels: name, value, interval, what it means."""
    says = {
        "ami": ("AMI", "shared information, chance taken off; 1 is the same partition"),
        "permuted_ami": ("AMI, labels shuffled", "what chance gives"),
        "ari": ("ARI", "pairs of songs put together or apart alike, chance taken off"),
        "v_measure": ("V-measure", "homogeneity and completeness together"),
        "homogeneity": ("Homogeneity", "1 if every group has one label only"),
        "completeness": ("Completeness", "1 if every label lies in one group"),
        "purity": ("Purity", "songs that carry the most frequent label of their group"),
        "plain_knn": ("Nearest songs", "the ten nearest songs give its label by majority"),
        "artist_filtered_knn": (
            "Nearest songs by others",
            "the same, when songs that share an artist or album do not count",
        ),
    }
    given = record.run.get("agreement") or {}
    shares = ("purity", "plain_knn", "artist_filtered_knn")
    spans = given.get("intervals") or {}
    rows = []
    for key, (name, text) in says.items():
        if given.get(key) is not None:
            written = percent if key in shares else decimal
            interval = " to ".join(written(end) for end in spans.get(key) or ())
            rows.append((name, written(given[key]), interval, text))
    return rows


def methods(record: Record) -> list[tuple[str, str]]:
    """Return the facts that make the run repeatable, as pairs of name and value."""
    run = record.run
    source, space = run.get("source") or {}, run.get("space") or {}
    facts = {
        "Source": source.get("path"),
        "SHA-256 of the source": source.get("sha256"),
        "Songs read, songs mapped": f"{count(run['n_read'])}, {count(run['n_tracks'])}"
        if run.get("n_read") and run.get("n_tracks")
        else None,
        "Method": run.get("method"),
        "Seed": run.get("seed"),
        "Space": f"{space.get('name')}: {counted(space['n'], 'song')} × "
        f"{counted(space.get('d') or 0, 'coordinate')}, fingerprint {space.get('fingerprint')}"
        if space.get("n")
        else None,
        "Features": ", ".join(shown(name, 60) for name in run.get("features") or ()),
        "Threads": run.get("threads"),
        "Versions": _versions(run),
    }
    return [(name, shown(fact, 4000)) for name, fact in facts.items() if fact not in (None, "")]


def _versions(run: Mapping[str, Any]) -> str:
    """Return songscape's version and those of what it stands on."""
    versions = {"songscape": run.get("songscape"), **(run.get("versions") or {})}
    return ", ".join(f"{name} {version}" for name, version in versions.items() if version)


def timings(record: Record) -> list[tuple[str, float, float]]:
    """Return stage, seconds and share of the longest stage."""
    given = {str(name): float(s) for name, s in (record.run.get("timings") or {}).items()}
    longest = max(given.values(), default=0.0) or 1.0
    return [(name, seconds, seconds / longest) for name, seconds in given.items()]
