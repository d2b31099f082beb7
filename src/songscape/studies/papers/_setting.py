"""Where a study stands: its paper, its table, its seed, and the way through the ordinary stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from songscape import recipe as recipes
from songscape.core.seeds import child
from songscape.run import _stages as stages
from songscape.run import follow
from songscape.studies.papers._paper import in_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from songscape.core.collection import Collection
    from songscape.recipe import Recipe
    from songscape.run import Run


@dataclass(frozen=True)
class Setting:
    """One study about to be run.

    Parameters
    ----------
    name : name of the study.
    data : its table.
    paper : its TOML: recipes, protocol, words.
    seed : root of all randomness.
    tell : is given a line of progress now and then.
    mine : songs of the user's own to place on the study's map, where some are given.
    audio : folder of the audio of the table's tracks, where it is given.
    """

    name: str
    data: Path
    paper: Mapping[str, Any]
    seed: int
    tell: Callable[[str], None]
    mine: str = ""
    audio: Path | None = None

    def __getitem__(self, option: str) -> Any:
        """Return one option of the protocol."""
        return self.paper["protocol"][option]

    def child(self, name: str) -> int:
        """Return the seed that belongs to a part of the study."""
        return child(self.seed, f"study {self.name} {name}")

    def seeds(self, name: str, count: int) -> list[int]:
        """Return so many seeds for the repetitions of a part."""
        return [self.child(f"{name} {index}") for index in range(count)]

    def recipe(self, name: str) -> Recipe:
        """Return one of the study's recipes, resolved for its table."""
        values = self.paper["recipes"][name]
        source = {"path": str(self.data), **values.get("source", {})}
        return recipes.resolve({"seed": self.seed, **values, "source": source})

    def songs(self, name: str) -> Collection:
        """Return the songs of a recipe, read and cleaned."""
        recipe = self.recipe(name)
        return stages.cleaned(stages.load(recipe.source), recipe.clean).songs

    def prepared(self, name: str, songs: Collection) -> stages.Prepared:
        """Return songs as coordinates by a recipe's preparation and reduction."""
        return stages.prepared(songs, self.recipe(name))

    def run(self, name: str, songs: Collection | None = None) -> Run:
        """Follow a recipe through all stages."""
        return follow(self.recipe(name), songs, lambda line: self.tell(f"  {name}: {line}"))

    def beside(self, file: str) -> Path | None:
        """Return a companion of the table, if it is there."""
        places = (self.data.parent / file, *in_environment(file))
        return next((place for place in places if place.is_file()), None)
