"""A grouping of labels in the making: every label, its songs, its group and who decided.

Each way takes a grouping and returns the next. What a mapping or a tree has decided, later ways
leave alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._labels import label_key
from songscape.clean._mapping import read_mapping
from songscape.clean._nearest import nearest_groups
from songscape.clean._rules import grouped_by_name
from songscape.clean._tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from songscape.core.collection import Collection

OTHER = "other"


@dataclass(frozen=True)
class _Label:
    """One label: its songs, its group (None: its songs are dropped) and who decided."""

    name: str
    songs: int
    group: str | None
    decided: str = "itself"

    def into(self, group: str, decided: str) -> _Label:
        """Return the label in a group."""
        return replace(self, group=group, decided=decided if group != self.name else "itself")

    @property
    def open(self) -> bool:
        """Tell whether neither mapping nor tree has spoken."""
        return self.decided not in ("mapping", "tree", "root")


@dataclass(frozen=True)
class Grouping:
    """All labels of a collection and their groups."""

    labels: tuple[_Label, ...]

    @classmethod
    def start(cls, counts: pl.DataFrame) -> Grouping:
        """Return every label as its own group; `counts` has `genre` and `songs`."""
        return cls(tuple(_Label(name, songs, name) for name, songs in counts.iter_rows()))

    def table(self) -> pl.DataFrame:
        """Return one row per label: `genre`, `songs`, `group`, `decided`."""
        rows = [
            (label.name, label.songs, label.group, _WORDS.get(label.decided, label.decided))
            for label in self.labels
        ]
        schema = {"genre": pl.String, "songs": pl.Int64, "group": pl.String, "decided": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def by_mapping(self, path: Path) -> Grouping:
        """Give labels the group a file says."""
        groups = read_mapping(path)
        return self._decided(
            (
                replace(label, group=groups[label_key(label.name)], decided="mapping")
                if label_key(label.name) in groups
                else label
            )
            for label in self.labels
        )

    def by_tree(self, path: Path) -> Grouping:
        """Give labels the root of a tree of genres."""
        roots = read_tree(path)
        return self._decided(
            replace(label, group=root, decided="root" if root == label.name else "tree")
            if label.open and (root := roots.get(label_key(label.name)))
            else label
            for label in self.labels
        )

    def by_rules(self, minimum: int) -> Grouping:
        """Give labels the group their name says."""
        open_labels = [label for label in self.labels if label.open]
        songs = _added((label_key(label.name), label.songs) for label in open_labels)
        heads = grouped_by_name(songs, minimum)
        shown = _spellings(open_labels)
        return self._decided(
            label.into(
                shown.get(head.key, head.key),
                "spelling" if head.decided == "itself" else head.decided,
            )
            if label.open and (head := heads[label_key(label.name)])
            else label
            for label in self.labels
        )

    def by_nearest(self, collection: Collection, songs: pl.Series, minimum: int) -> Grouping:
        """Give labels of groups below the minimum the frequent group that sounds most alike."""
        totals = self._totals()
        frequent = [group for group, total in totals.items() if total >= minimum]
        rare = [group for group in self._rare(minimum) if group in totals]
        nearest = nearest_groups(collection, songs, frequent, rare)
        return self._decided(
            label.into(nearest[label.group], "nearest") if label.group in nearest else label
            for label in self.labels
        )

    def with_rest(self, rest: str, minimum: int) -> Grouping:
        """Deal with the groups still below the minimum: "other", "drop" or "keep"."""
        if rest == "keep":
            return self
        rare = set(self._rare(minimum))
        group = OTHER if rest == "other" else None
        return self._decided(
            replace(label, group=group, decided="rest") if label.group in rare else label
            for label in self.labels
        )

    def _decided(self, labels: Iterable[_Label]) -> Grouping:
        """Return a grouping of other labels."""
        return Grouping(tuple(labels))

    def _totals(self) -> dict[str, int]:
        """Count the songs of each group."""
        return _added((label.group, label.songs) for label in self.labels if label.group)

    def _rare(self, minimum: int) -> list[str]:
        """Return the groups below the minimum; what a mapping says is never too rare."""
        wanted = {label.group for label in self.labels if label.decided == "mapping"}
        totals = self._totals()
        return [name for name, total in totals.items() if total < minimum and name not in wanted]


# A root of the tree is decided, so later ways leave it alone, but nothing became of it.
_WORDS: Mapping[str, str] = {"root": "itself"}


def _added(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up numbers by name, in the order the names are first seen."""
    totals: dict[str, int] = {}
    for name, number in pairs:
        totals[name] = totals.get(name, 0) + number
    return totals


def _spellings(labels: Iterable[_Label]) -> dict[str, str]:
    """Return for each key the most frequent spelling; labels come most frequent first."""
    shown: dict[str, str] = {}
    for label in labels:
        shown.setdefault(label_key(label.name), label.name)
    return shown
