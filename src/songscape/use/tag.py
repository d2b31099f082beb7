"""Write what was found into the files' tags: tempo, key and the name of the cluster.

Nothing is written until it is asked for: :func:`plan` says what would change, :func:`write` changes
it. Before the first file is touched, the old values stand in a backup that :func:`undo` restores.
Each file is copied, the copy is tagged, its decoded sound is compared with the original's, and only
if both are the same to the last sample does the copy take the original's place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core.atomic import replacing_file, write_text
from songscape.core.errors import InputError, MissingExtraError, SongscapeError, UnknownNameError
from songscape.describe._decode import Extent
from songscape.describe._decode import opened as decoded
from songscape.export._songs import file_column, key_text, path_of
from songscape.library import fingerprint, shown
from songscape.use._keys import key_names
from songscape.use._tags import FIELDS, tagged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from songscape.use.opened import Opened

FORM = "songscape-tags-1"
DEFAULT = ("bpm", "key", "grouping")
_EVER = Extent(longest=1e9)


@dataclass(frozen=True)
class Change:
    """What changes in one file.

    Parameters
    ----------
    path : the file.
    old, new : the values of every field that changes, before and after.
    """

    path: bytes
    old: Mapping[str, list[str]]
    new: Mapping[str, list[str]]

    def __str__(self) -> str:
        parts = (
            f"{field} {'; '.join(self.old[field]) or '—'} → {'; '.join(values) or '—'}"
            for field, values in self.new.items()
        )
        return f"{shown(self.path)}: {', '.join(parts)}"


@dataclass(frozen=True)
class Outcome:
    """What was, or would be, changed, and which files could not be, each with the reason."""

    changes: tuple[Change, ...]
    failures: tuple[tuple[bytes, str], ...] = ()


def plan(
    run: Opened, fields: Sequence[str] = DEFAULT, *, overwrite: bool = False, camelot: bool = False
) -> Outcome:
    """Say what would change in the files of a run; nothing is written.

    Parameters
    ----------
    run : the finished run.
    fields : of bpm, key, grouping, mood; the last two hold the cluster's name.
    overwrite : also change fields that have a value.
    camelot : write keys as DJs' wheel numbers them (8A) instead of as musicians do (Am).

    Raises
    ------
    UnknownNameError
        If there is no such field.
    InputError
        If the run has no files.
    """
    for field in fields:
        if field not in FIELDS:
            raise UnknownNameError("tag", field, FIELDS)
    column = file_column(run.record)
    if column is None:
        raise InputError(f"{run.folder} was not made of files, so there are no tags to write.")
    wheel = key_names(run.tracks) if camelot else None
    changes, failures = [], []
    for row, song in enumerate(run.tracks.iter_rows(named=True)):
        path = path_of(song, column)
        if path is None:
            continue
        key = (wheel[row] or "") if wheel is not None else key_text(song)
        wanted = {field: text for field, text in _wanted(run, song, key).items() if field in fields}
        try:
            change = _change(path, wanted, overwrite=overwrite)
        except InputError as error:
            failures.append((path, str(error)))
        else:
            changes += [change] if change.new else []
    return Outcome(tuple(changes), tuple(failures))


def write(
    changes: Iterable[Change], backup: Path, tell: Callable[[Change], None] = lambda _: None
) -> Outcome:
    """Write changes into files, after the backup stands.

    Parameters
    ----------
    changes : what to change, from :func:`plan`.
    backup : the JSON file for the old values; it must not exist yet.
    tell : is given every change once it is done.

    Raises
    ------
    InputError
        If the backup exists.
    """
    listed = tuple(changes)
    if backup.exists():
        raise InputError(f"{backup} exists and is left alone; name another --backup.")
    files = [
        {"path": os.fsdecode(change.path), "old": change.old, "new": change.new}
        for change in listed
    ]
    write_text(backup, json.dumps({"form": FORM, "files": files}, indent=1) + "\n")
    return _applied(listed, tell)


def undoing(backup: Path) -> Outcome:
    """Say what would bring the old values back; nothing is written.

    A field that somebody changed since is left as it is now, and the file is told as a failure.

    Raises
    ------
    InputError
        If the backup cannot be read.
    """
    try:
        said = json.loads(backup.read_text("utf-8"))
        listed = {said["form"]: said["files"]}[FORM]
        files = [(os.fsencode(f["path"]), _fields(f["old"]), _fields(f["new"])) for f in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{backup} is no backup of tags: {error}.") from None
    changes, failures = [], []
    for path, old, new in files:
        try:
            now = _values(path, new)
        except InputError as error:
            failures.append((path, str(error)))
            continue
        was = {field: old.get(field, []) for field in new}
        back = {field: was[field] for field in new if now[field] == new[field] != was[field]}
        others = [field for field in new if now[field] not in (new[field], was[field])]
        if others:
            failures.append((path, f"{', '.join(others)} was changed since and is left as it is"))
        if back:
            changes.append(Change(path, {field: now[field] for field in back}, back))
    return Outcome(tuple(changes), tuple(failures))


def _fields(said: Any) -> dict[str, list[str]]:
    """Return the values of a backup; one that somebody wrote over may hold anything."""
    if not isinstance(said, dict) or not said.keys() <= set(FIELDS):
        raise ValueError(f"fields must be some of {', '.join(FIELDS)}")
    return {field: [str(value) for value in values] for field, values in said.items()}


def undo(changes: Iterable[Change], tell: Callable[[Change], None] = lambda _: None) -> Outcome:
    """Bring old values back as :func:`undoing` says."""
    return _applied(tuple(changes), tell)


def sound_digest(path: Path) -> bytes:
    """Return a digest of every decoded sample of a file, its rate and its channels.

    Where no decoder for the format is installed, the encoded sound itself is hashed.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with decoded(path, _EVER) as sound:
            for block in sound.blocks():
                digest.update(block.tobytes())
            digest.update(f"{sound.rate} {sound.decoded}".encode())
    except MissingExtraError:
        return fingerprint(path)
    return digest.digest()


def _wanted(run: Opened, song: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return the texts a song's tags should hold, those that are not known left out."""
    tempo = song.get("tempo")
    name = run.names.get(song["cluster"], "")
    bpm = f"{tempo:.0f}" if isinstance(tempo, int | float) and tempo > 0 else ""
    texts = {"bpm": bpm, "key": key, "grouping": name, "mood": name}
    return {field: text for field, text in texts.items() if text}


def _change(path: bytes, wanted: Mapping[str, str], *, overwrite: bool) -> Change:
    """Return what changes in a file."""
    now = _values(path, wanted)
    new = {
        field: [text]
        for field, text in wanted.items()
        if now[field] != [text] and (overwrite or not any(map(_says, now[field])))
    }
    return Change(path, {field: now[field] for field in new}, new)


def _says(value: str) -> bool:
    """Tell whether a value says something; some programs write 0 for a tempo they do not know."""
    return value.strip() not in ("", "0")


def _values(path: bytes, fields: Iterable[str]) -> dict[str, list[str]]:
    """Return what the tags of a file hold."""
    place = Path(os.fsdecode(path))
    if not place.is_file():
        raise InputError("the file is not there any more")
    tags = tagged(place, place.suffix)
    return {field: tags.get(field) for field in fields}


def _applied(changes: tuple[Change, ...], tell: Callable[[Change], None]) -> Outcome:
    """Change file after file; one that fails is left as it was."""
    done, failures = [], []
    for change in changes:
        try:
            _retagged(Path(os.path.realpath(os.fsdecode(change.path))), change.new)
        except (SongscapeError, OSError) as error:
            failures.append((change.path, str(error)))
        else:
            done.append(change)
            tell(change)
    return Outcome(tuple(done), tuple(failures))


def _retagged(path: Path, new: Mapping[str, list[str]]) -> None:
    """Replace a file by a copy with other tags, if the copy sounds the same."""
    import mutagen

    status = path.stat()
    with replacing_file(path) as copy:
        shutil.copyfile(path, copy)
        tags = tagged(copy, path.suffix)
        for field, values in new.items():
            tags.put(field, values)
        try:
            tags.save()
        except (mutagen.MutagenError, ValueError) as error:
            raise InputError(f"the tags cannot be written: {error}") from None
        if sound_digest(copy) != sound_digest(path):
            raise InputError("the sound would have changed, so the file was left as it was")
        again = path.stat()
        if (again.st_size, again.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            raise InputError("another program wrote to the file meanwhile, so it was left alone")
    path.chmod(status.st_mode & 0o7777)
