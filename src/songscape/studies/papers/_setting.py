"""Where a study stands: its TOML, its table, its seed, and the way through the ordinary stages."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape import recipe as recipes
from songscape.core.errors import InputError, RecipeError, UnknownNameError
from songscape.core.seeds import child
from songscape.run import _stages as stages
from songscape.run import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from songscape.core.collection import Collection
    from songscape.recipe import Recipe
    from songscape.run import Run

ENVIRONMENT = "SONGSCAPE_DATA"


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
        places = (self.data.parent / file, *_in_environment(file))
        return next((place for place in places if place.is_file()), None)


def names() -> list[str]:
    """Return the names of the studies."""
    folder = files("songscape.studies.papers")
    found = [item.name for item in folder.iterdir() if item.name.endswith(".toml")]
    return sorted(name[:-5].replace("_", "-") for name in found if name[0] != "_")


def paper(name: str, sets: Sequence[str] = ()) -> dict[str, Any]:
    """Return the TOML of a study with ``path=value`` assignments on top.

    Raises
    ------
    UnknownNameError
        If there is no such study, or an assignment names no option of its protocol.
    """
    if name not in names():
        raise UnknownNameError("study named", name, names())
    file = files("songscape.studies.papers").joinpath(f"{name.replace('-', '_')}.toml")
    values = tomllib.loads(file.read_text("utf-8"))
    known = {f"protocol.{option}" for option in values["protocol"]}
    for assignment in sets:
        path = assignment.partition("=")[0].strip()
        if path.startswith("protocol.") and path not in known:
            raise UnknownNameError(f"option of the study {name} named", path, known)
        values = recipes.override(values, assignment)
    return values


def check_taken(name: str, given: Mapping[str, Any]) -> None:
    """Raise if a study is given what only others have a use for."""
    for option in given:
        if option not in paper(name).get("takes", ()):
            able = [one for one in names() if option in paper(one).get("takes", ())]
            raise RecipeError(f"The study {name} has no use for --{option}; {', '.join(able)} has.")


def table(paper: Mapping[str, Any], name: str, data: Path | None) -> Path:
    """Return the table of a study.

    Raises
    ------
    InputError
        If it is not there; the message tells where it can be had.
    """
    if data is not None:
        if not data.is_file():
            raise InputError(f"There is no table {data} for the study {name}.")
        return data
    file = paper["data"]["file"]
    found = next((place for place in _in_environment(file) if place.is_file()), None)
    if found is None:
        raise InputError(
            f"The study {name} needs {file} ({paper['data']['says']}): get it from "
            f"{paper['data']['obtain']}, and give it with --data FILE, or name its folder in the "
            f"environment variable {ENVIRONMENT}."
        )
    return found


def _in_environment(file: str) -> list[Path]:
    """Return where a file may lie in the user's data folder."""
    root = os.environ.get(ENVIRONMENT, "")
    return [Path(root) / "tables" / file, Path(root) / file] if root else []
