"""What is known of a path before the work begins: whether it is there, whether it can be written.

Commands ask first, and nothing heavy is imported for it, so that a slip in a path costs no waiting.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from songscape.core.errors import InputError, RecipeError, RecordError

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLES = (".csv", ".parquet")
"""What the name of a table of songs may end in, where it is written."""

DESCRIPTIONS = (*TABLES, ".json")
"""The same for descriptions, which are also written in the shape of Spotify's answers."""

PLAYLISTS = ("m3u8", "xspf", "csv")
"""The formats of a playlist."""

FOLDERS = ("m3u", "xspf")
"""Exports that are a folder of files."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class Made(NamedTuple):
    """A kind of folder that songscape makes: the file it is known by, its name, what writes it."""

    mark: str
    what: str
    by: str


RUN = Made("run.json", "a songscape run", "songscape map")
STUDY = Made("study.json", "a songscape study", "songscape study")
MODEL = Made("classify.json", "a model of songscape classify", "songscape classify fit")


def check_source(path: str) -> None:
    """Raise unless something is there to be read; ``spotify:…`` and the like are no paths.

    Raises
    ------
    InputError
        If there is nothing; the message names the file whose name is nearest.
    """
    place = Path(path)
    if not _ADDRESS.match(path) and not place.expanduser().exists():
        raise missing(place)


def missing(path: Path) -> InputError:
    """Return the one sentence about a file that is not there."""
    return InputError(f"There is no file {path}.{_nearest(path)}")


def _nearest(path: Path) -> str:
    """Suggest the file of that folder whose name is nearest."""
    if not path.parent.is_dir():
        return f" The folder {path.parent} does not exist either."
    near = get_close_matches(path.name, [file.name for file in path.parent.iterdir()], n=1)
    return f" Did you mean {near[0]}?" if near else ""


def check_made(folder: Path, kind: Made) -> None:
    """Raise unless a folder is one that songscape made.

    Raises
    ------
    RecordError
        If it is not.
    """
    if not (folder / kind.mark).is_file():
        raise RecordError(
            f"{folder} is not {kind.what}: it has no {kind.mark}; give a folder that {kind.by} "
            "wrote."
        )


def check_target(folder: Path, kind: Made) -> None:
    """Raise unless a folder may be written: it is not there, is empty, or is one of its kind.

    Raises
    ------
    RecordError
        If it holds anything else, or no folder can be made there.
    """
    above = _above(folder)
    if not _takes_files(above):
        raise RecordError(f"No folder can be made in {above}; give --out another place.")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RecordError(f"{folder} is a file; give --out a folder that does not exist yet.")
    if any(folder.iterdir()) and not (folder / kind.mark).is_file():
        raise RecordError(
            f"{folder} holds other files than {kind.what} and is left alone; "
            "give --out a folder that does not exist yet."
        )


def check_file(path: Path, endings: Sequence[str] = ()) -> None:
    """Raise unless a file can be written.

    Parameters
    ----------
    path : the file.
    endings : what its name may end in, in small letters; empty for anything.

    Raises
    ------
    RecipeError
        If its name ends otherwise.
    InputError
        If there is a folder in its place, or none to put it in.
    """
    if endings and path.suffix.lower() not in endings:
        raise RecipeError(f"What is written must end in {', '.join(endings)}, not {path.name!r}.")
    if path.is_dir():
        raise InputError(f"{path}: this is a folder; name a file to write.")
    if not _takes_files(above := _above(path)):
        raise InputError(f"{path}: no file can be made in {above}; name another place.")


def _above(path: Path) -> Path:
    """Return the nearest folder above a path that is there."""
    return next(one for one in path.absolute().parents if one.exists())


def _takes_files(folder: Path) -> bool:
    """Tell whether files can be made in a folder."""
    return folder.is_dir() and os.access(folder, os.W_OK)
