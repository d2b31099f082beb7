"""A name for every cluster in plain words: "fast, loud, not acoustic".

The name is made of the cluster's strongest traits, read from its profile
(:mod:`songscape.explain.profiles`) and put into words by the table ``words.toml``. Two thresholds
keep it honest: a trait counts from half a standard deviation away from the collection; if there is
none, the strongest from a quarter on is named with "slightly"; below that the cluster is "average
in everything". Names are unique within a run, made so by telling more traits, never by chance.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STRONG, SLIGHT = 0.5, 0.25
AVERAGE = "average in everything"
_ENDINGS = re.compile(r"_(mean|median|avg|ms|s|sec|seconds|db|bpm|hz|0_1|score)$")

Trait = tuple[str, float]
"""A feature and its z."""


@dataclass(frozen=True)
class Words:
    """How one feature is spoken of: its word when high and when low; both empty means never."""

    high: str
    low: str


def names(profile: pl.DataFrame, most: int = 3) -> pl.DataFrame:
    """Name every cluster of a run.

    Parameters
    ----------
    profile : a frame with ``cluster, feature, z`` as :func:`songscape.explain.profiles.profiles`
        returns it.
    most : the number of traits in a name; more are used where two clusters would be called alike.

    Returns
    -------
    frame with ``cluster, name, traits``: `traits` is the name with numbers, for the curious, as in
    "tempo +1.2, acousticness −0.8" (in collection standard deviations).

    Examples
    --------
    >>> rows = {"cluster": [0, 0, 1, 1], "feature": ["tempo", "energy"] * 2}
    >>> names(pl.DataFrame(rows | {"z": [1.1, 0.9, -0.8, 0.1]}))["name"].to_list()
    ['fast, energetic', 'slow']
    """
    traits = {
        int(cluster): _spoken(rows)
        for (cluster,), rows in sorted(profile.group_by("cluster", maintain_order=True))
    }
    given = _unique({cluster: _name(rows, most) for cluster, rows in traits.items()}, traits, most)
    return pl.DataFrame(
        {
            "cluster": list(traits),
            "name": [given[cluster] for cluster in traits],
            "traits": [_figures(rows[: most + 2]) for rows in traits.values()],
        },
        schema={"cluster": pl.Int32, "name": pl.String, "traits": pl.String},
    )


def word(feature: str, z: float) -> str:
    """Return the word for a feature that lies `z` standard deviations from the collection.

    >>> word("loudness_dB", -1.0), word("mfcc_3", 2.0), word("key", 1.0)
    ('quiet', 'high mfcc_3', '')
    """
    known = _lookup(feature)
    if known is None:
        return f"{'high' if z > 0 else 'low'} {feature}"
    return known.high if z > 0 else known.low


def _spoken(rows: pl.DataFrame) -> list[Trait]:
    """Return the traits that have a word, the strongest first; ties go by name."""
    pairs = rows.drop_nulls("z").select("feature", "z").rows()
    able = [(str(feature), float(z)) for feature, z in pairs if word(feature, z)]
    return sorted(able, key=lambda trait: (-round(abs(trait[1]), 9), trait[0]))


def _name(traits: Sequence[Trait], most: int) -> str:
    """Return the name made of the `most` strongest traits that stand out."""
    strong = [trait for trait in traits if abs(trait[1]) >= STRONG][:most]
    if strong:
        return ", ".join(_without_repeats(word(*trait) for trait in strong))
    if traits and abs(traits[0][1]) >= SLIGHT:
        return f"slightly {word(*traits[0])}"
    return AVERAGE


def _unique(
    given: dict[int, str], traits: Mapping[int, Sequence[Trait]], most: int
) -> dict[int, str]:
    """Return names of which no two are alike: more traits, then weak ones, then numbers."""
    longer = dict(given)
    for extra in range(most + 1, most + 4):
        for cluster in _twins(longer):
            longer[cluster] = _name(traits[cluster], extra)
    for cluster in _twins(longer):
        longer[cluster] = _told_apart(cluster, longer[cluster], traits)
    return _numbered(longer)


def _twins(given: Mapping[int, str]) -> list[int]:
    """Return the clusters that share their name with another."""
    texts = list(given.values())
    return [cluster for cluster, text in given.items() if texts.count(text) > 1]


def _told_apart(cluster: int, name: str, traits: Mapping[int, Sequence[Trait]]) -> str:
    """Add the strongest weak trait that the name does not tell, with "slightly"."""
    for feature, z in traits[cluster]:
        text = word(feature, z)
        if text not in name and abs(z) >= SLIGHT / 2:
            return f"{name}, slightly {text}"
    return name


def _numbered(given: Mapping[int, str]) -> dict[int, str]:
    """Number the names that are still alike, the first one left as it is."""
    seen: set[str] = set()
    result = {}
    for cluster, name in given.items():
        text, number = name, 2
        while text in seen:
            text, number = f"{name} ({number})", number + 1
        seen.add(text)
        result[cluster] = text
    return result


def _without_repeats(texts: object) -> list[str]:
    """Return texts in order, each once."""
    return list(dict.fromkeys(texts))  # type: ignore[call-overload]


def _figures(traits: Sequence[Trait]) -> str:
    """Write traits with their numbers."""
    return ", ".join(f"{feature} {z:+.1f}".replace("-", "−") for feature, z in traits)


def _lookup(feature: str) -> Words | None:
    """Find the words of a feature under its name, with or without its ending."""
    key = re.sub(r"[^a-z0-9]+", "_", feature.casefold()).strip("_")
    table = _table()
    while key not in table and _ENDINGS.search(key):
        key = _ENDINGS.sub("", key)
    return table.get(key)


@cache
def _table() -> dict[str, Words]:
    """Read ``words.toml``: every feature name, and every other name it goes by, to its words."""
    content = tomllib.loads(files("songscape.explain").joinpath("words.toml").read_text("utf-8"))
    table = {}
    for feature, entry in content.items():
        words = Words("", "") if entry.get("silent") else Words(entry["high"], entry["low"])
        table.update(dict.fromkeys((feature, *entry.get("also", ())), words))
    return table
