"""What there is to say of a library's songs: files left out, values that are not there, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from songscape.core.findings import Finding, Severity
from songscape.library import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from songscape.library import Descriptor, Song

FAILED = "failed-files"
WITHHELD = "withheld-estimate"
UNMEASURED = "values-not-measured"
ESTIMATES = "estimates"
ENDS = ("_low", "_high")
EXAMPLES = 20
_REMARKS = {
    "failed": (
        FAILED,
        "files could not be described",
        "left out",
        "songscape describe --retry-failed",
    ),
    "missing": ("missing-files", "files are not where they were", "left out", ""),
    "waiting": ("waiting-files", "files are not described yet", "left out", "songscape describe"),
}


def of_files(songs: Sequence[Song], setups: Mapping[int, Mapping[str, int]]) -> Iterator[Finding]:
    """Yield what there is to say about files that are not among the songs, or unlike the others."""
    by_status: dict[str, list[Song]] = {}
    for song in songs:
        by_status.setdefault(song.status, []).append(song)
    for status, (what, says, does, overrule) in _REMARKS.items():
        if concerned := by_status.get(status, []):
            examples = tuple(map(_example, concerned[:EXAMPLES]))
            count = len(concerned)
            yield Finding(what, "path", count, says, does, overrule, examples=examples)
    used = Counter(song.setup for song in by_status["ok"])
    if len({str(setups[number]) for number in used}) > 1:
        rest = used.total() - max(used.values())
        yield Finding(
            "mixed-versions",
            "features",
            rest,
            "songs were described by other versions of the descriptors than most",
            overrule="songscape describe --refresh",
        )


def _example(song: Song) -> str:
    """Name a file, and why it failed if it did."""
    return f"{shown(song.path)}: {song.reason}" if song.reason else shown(song.path)


def of_values(
    songs: Sequence[Song], asked: Collection[str], descriptors: Mapping[str, Descriptor]
) -> Iterator[Finding]:
    """Yield why values are not there: estimates that no song has, then what single songs lack."""
    lacking = Counter(
        (name, reason)
        for song in songs
        if song.values
        for name, reason in song.values.reasons.items()
        if name in asked
    )
    single = Counter[str]()
    for (name, reason), count in lacking.items():
        estimate = is_estimate(name, descriptors)
        if estimate and name.endswith(ENDS):
            continue
        if estimate and count == len(songs):
            yield withheld(name, reason, count)
        else:
            single[f"{name}: {reason}"] += count
    if single:
        examples = [f"{says} ({count:,})" for says, count in single.most_common(EXAMPLES)]
        yield Finding(
            UNMEASURED,
            "features",
            single.total(),
            "values could not be measured and are missing, each for a reason",
            severity=Severity.NOTE,
            examples=tuple(examples),
        )


def is_estimate(name: str, descriptors: Mapping[str, Descriptor]) -> bool:
    """Tell whether a descriptor is an estimate on Spotify's scale or an end of its interval."""
    return name in descriptors and descriptors[name].family == ESTIMATES


def withheld(name: str, reason: str, count: int) -> Finding:
    """Return the remark that no song has an estimate."""
    return Finding(
        WITHHELD,
        name,
        count,
        f"songs have no {name}: {reason}",
        "left empty",
        "--set source.weak=true",
        Severity.NOTE,
    )
