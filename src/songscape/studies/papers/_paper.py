"""A study as data: which there are, its TOML with options on top, what it takes, its table."""

from __future__ import annotations

import math
import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape import recipe as recipes
from songscape.core.errors import InputError, RecipeError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENVIRONMENT = "SONGSCAPE_DATA"


def names() -> list[str]:
    """Return the names of the studies."""
    folder = files("songscape.studies.papers")
    found = [item.name for item in folder.iterdir() if item.name.endswith(".toml")]
    return sorted(name[:-5].replace("_", "-") for name in found if name[0] != "_")


def asked(
    name: str,
    data: Path | None = None,
    sets: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    """Return the paper, the table and whatever else is given; wrong wishes are refused at once.

    Parameters
    ----------
    name, data, sets, more : as :func:`songscape.studies.papers._study.run_study` takes them.

    Raises
    ------
    InputError
        If the table or the folder of audio is not there.
    RecipeError
        If there is no such study, if it has no use for something, or if an option is wrong.
    """
    words = paper(name, sets)
    given = {field: value for field, value in (more or {}).items() if value}
    check_taken(name, given)
    if "audio" in given and not given["audio"].is_dir():
        raise InputError(f"There is no folder of audio {given['audio']} for the study {name}.")
    return words, table(words, name, data), given


def paper(name: str, sets: Sequence[str] = ()) -> dict[str, Any]:
    """Return the TOML of a study with ``path=value`` assignments on top.

    Raises
    ------
    UnknownNameError
        If there is no such study, or an assignment names no option of its protocol.
    RecipeError
        If an option's value is of the wrong kind.
    """
    if name not in names():
        raise UnknownNameError("study named", name, names())
    file = files("songscape.studies.papers").joinpath(f"{name.replace('-', '_')}.toml")
    values = tomllib.loads(file.read_text("utf-8"))
    known = {f"protocol.{option}": value for option, value in values["protocol"].items()}
    for assignment in sets:
        path = assignment.partition("=")[0].strip()
        if path not in known and not path.startswith("recipes."):
            raise UnknownNameError(f"option of the study {name} named", path, known)
        values = recipes.override(values, assignment)
        if path in known:
            option = path.removeprefix("protocol.")
            _check_option(path, values["protocol"][option], known[path])
    return values


def _check_option(path: str, value: Any, default: Any) -> None:
    """Raise unless an option of a protocol is of the kind of its default."""
    if not _like(value, default):
        raise RecipeError(f"{path} must be {_wanted(default)}, as {default!r}, not {value!r}.")


def _like(value: Any, default: Any) -> bool:
    """Tell whether a value may stand for a default: counts from 1 on, numbers, texts, or lists."""
    if isinstance(default, list):
        return isinstance(value, list) and bool(value) and all(_like(v, default[0]) for v in value)
    if isinstance(default, str):
        return isinstance(value, str)
    number = not isinstance(value, bool) and isinstance(value, int | float)
    if isinstance(default, int):
        return number and isinstance(value, int) and value >= 1
    return number and math.isfinite(value)


def _wanted(default: Any) -> str:
    """Say in words what an option wants."""
    if isinstance(default, list):
        return f"a list, each {_wanted(default[0])}"
    if isinstance(default, str):
        return "a text"
    return "a whole number of at least 1" if isinstance(default, int) else "a number"


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
    found = next((place for place in in_environment(file) if place.is_file()), None)
    if found is None:
        raise InputError(
            f"The study {name} needs {file} ({paper['data']['says']}): get it from "
            f"{paper['data']['obtain']}, and give it with --data FILE, or name its folder in the "
            f"environment variable {ENVIRONMENT}."
        )
    return found


def in_environment(file: str) -> list[Path]:
    """Return where a file may lie in the user's data folder."""
    root = os.environ.get(ENVIRONMENT, "")
    return [Path(root) / "tables" / file, Path(root) / file] if root else []
