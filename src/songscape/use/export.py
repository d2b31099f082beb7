"""Write a finished run by one of the export plug-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.core import plugins
from songscape.core.atomic import write_bytes
from songscape.core.errors import InputError, UnknownNameError
from songscape.core.places import FOLDERS
from songscape.core.record import read

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {
    "csv": ("table", "tracks.csv"),
    "spotify-json": ("spotify", "tracks.json"),
    "spotify-csv": ("spotify", "tracks.csv"),
}
"""Formats that are one of several files a plug-in makes."""


def write_export(folder: Path, form: str, out: Path) -> list[Path]:
    """Write the songs of a run; return the files that were written.

    Parameters
    ----------
    folder : the finished run.
    form : ``csv``, ``spotify-json``, ``spotify-csv``, or the name of an export plug-in.
    out : the file; the folder, where a plug-in makes several.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    InputError
        If the run holds nothing this format can tell.
    """
    known = [name for name in plugins.names("export") if name not in ("table", "spotify")]
    name, wanted = _FILES.get(form, (form, ""))
    if form not in _FILES and form not in known:
        raise UnknownNameError("format", form, [*known, *_FILES])
    plugin = plugins.load("export", name)
    made = plugin.export(read(folder), plugin.Options())
    if wanted:
        made = {wanted: made[wanted]}
    if not made:
        raise InputError(
            f"{folder} holds no song with a file or an address for {form} to point to."
        )
    single = len(made) == 1 and form not in FOLDERS
    files = {out if single else out / file: content for file, content in made.items()}
    for file, content in files.items():
        write_bytes(file, content)
    return list(files)
