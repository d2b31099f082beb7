"""Genres as a tree: where it lies, and how far clusters agree with it at every level.

A song's genres are taken together, and of a genre and one below it only the lower: the list ``Rock,
Punk, Post-Punk`` says Post-Punk. At level 1 a song has the roots of its genres, at level 2 their
children, and so on; a genre whose branch ends earlier stays itself.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.clean._labels import label_key, labels_of
from songscape.clean._tree import is_tree, read_paths
from songscape.clean.genres import Options as GenreOptions
from songscape.core.seeds import child
from songscape.evaluate.agreement import by_name
from songscape.explain.genres import cluster_genres, genre_homes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.recipe import Recipe

COVERED = 0.95
"""Share of a table's labels that must be in a tree found beside it for the tree to be meant."""

LARGEST = 1_000_000
"""Bytes of the largest file that is looked at as a tree."""

_LEVELS = {
    "level": pl.Int64,
    "genres": pl.Int64,
    "songs": pl.Int64,
    "ami": pl.Float64,
    "v_measure": pl.Float64,
    "homogeneity": pl.Float64,
    "completeness": pl.Float64,
    "purity": pl.Float64,
}


def with_tree(recipe: Recipe, songs: Collection) -> tuple[Recipe, Collection]:
    """Return the recipe with the tree of genres that lies beside the source, and songs that say so.

    A tree is taken where ``clean.genres`` is a step, names none, may use one, and nearly all labels
    of the songs are in it.
    """
    step = next((step for step in recipe.clean if step.use == "genres"), None)
    path = Path(str(getattr(recipe.source.options, "path", "") or ""))
    if step is None or not isinstance(step.options, GenreOptions) or not path.is_file():
        return recipe, songs
    if step.options.tree or not {"auto", "tree"} & set(step.options.how):
        return recipe, songs
    tree = _beside(path, songs)
    if tree is None:
        return recipe, songs
    options = replace(step.options, tree=str(tree))
    steps = tuple(replace(one, options=options) if one is step else one for one in recipe.clean)
    line = f"found the tree of genres {tree.name} beside the source"
    return replace(recipe, clean=steps), replace(songs, history=(*songs.history, line))


def tree_of(recipe: Recipe) -> Path | None:
    """Return the tree of genres a recipe names, if any."""
    paths = (getattr(step.options, "tree", "") for step in recipe.clean if step.use == "genres")
    return next((Path(path) for path in paths if path), None)


def levels(
    songs: Collection, labels: NDArray[np.int32], tree: Path, seed: int
) -> dict[str, pl.DataFrame]:
    """Return agreement at every level of a tree, and what became of the genres there.

    Returns
    -------
    ``genre_levels`` with one row per level, and ``genre_level_homes`` with one row per level and
    genre: where most of its songs are, whether it is kept, merged or split.
    """
    ways = _lowest(songs, read_paths(tree))
    deepest = max((len(way) for own in ways for way in own), default=0)
    rows, homes = [], []
    for level in range(1, deepest + 1):
        given = np.empty(len(ways), dtype=object)
        given[:] = [sorted({way[min(level, len(way)) - 1] for way in own}) for own in ways]
        found = by_name(labels, given, child(seed, f"level {level}"))
        if not found:
            continue
        count = len({name for own in given for name in own})
        rows.append({"level": level, "genres": count, "songs": sum(map(bool, given)), **found})
        listed = pl.Series("genre", given.tolist(), dtype=pl.List(pl.String))
        home = genre_homes(cluster_genres(listed, labels))
        homes.append(home.select(pl.lit(level, pl.Int64).alias("level"), pl.all()))
    return {
        "genre_levels": pl.DataFrame(rows, schema=_LEVELS),
        "genre_level_homes": pl.concat(homes) if homes else pl.DataFrame(),
    }


def _beside(path: Path, songs: Collection) -> Path | None:
    """Return the tree in the folder of a source that nearly all labels are in."""
    labels = labels_of(songs)["genre"].to_list()
    if not labels:
        return None
    for file in sorted(path.parent.glob("*.csv")):
        if file.is_file() and file.stat().st_size <= LARGEST and is_tree(file):
            known = read_paths(file)
            inside = sum(label in known or label_key(label) in known for label in labels)
            if inside >= COVERED * len(labels):
                return file
    return None


def _lowest(songs: Collection, known: dict[str, tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Return the ways to a song's genres, without those another leads through."""
    ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(songs))]
    for row, label in labels_of(songs).iter_rows():
        way = known.get(label) or known.get(label_key(label))
        if way is not None and way not in ways[row]:
            ways[row].append(way)
    return [
        [one for one in own if not any(one == other[: len(one)] != other for other in own)]
        for own in ways
    ]
