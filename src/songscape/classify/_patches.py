"""Pictures of sound: short pieces of a file's mel spectrum, cut on the fly and kept.

A file is decoded and its mel spectrum taken by :mod:`songscape.describe`, as for every descriptor:
128 bands, 43 frames a second, decibels below the file's loudest. From the middle part that is
heard, pieces of equal length are cut, evenly spread. They are kept in memory as half-precision
numbers (those of a thousand files also from one fold to the next), or in a folder, one NumPy file
per sound named by the sound's path, size and time of change, so that nothing is decoded twice.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.atomic import replacing_file
from songscape.core.errors import InputError
from songscape.describe._decode import Extent, opened
from songscape.describe._frames import TOP_DB, analyse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pieces = NDArray[np.float16]

BANDS = 128
VERSION = 2


@dataclass(frozen=True)
class Cut:
    """How pieces are cut.

    Parameters
    ----------
    frames : length of a piece; 43 are a second.
    count : pieces of a file.
    seconds : of the middle of a file that are heard.
    cache : folder to keep pieces in; empty for none.
    megabytes : most memory that pieces of all files may take.
    """

    frames: int = 128
    count: int = 4
    seconds: float = 30.0
    cache: str = ""
    megabytes: int = 1024


def pieces(paths: Sequence[bytes | str], cut: Cut) -> Pieces:
    """Return the pieces of files, values 0 (80 dB below the loudest) to 1.

    Returns
    -------
    float16 array of shape (files, count, bands, frames).

    Raises
    ------
    InputError
        If a file cannot be decoded, or the pieces would take more memory than allowed.
    """
    need = 2 * len(paths) * cut.count * BANDS * cut.frames / 1e6
    if need > cut.megabytes:
        raise InputError(
            f"The sound of {len(paths):,} files would take {need:,.0f} MB and {cut.megabytes:,} "
            "are allowed; take fewer or shorter pieces (classify.cnn.pieces, frames), or allow "
            "more (classify.cnn.megabytes)."
        )
    found = np.empty((len(paths), cut.count, BANDS, cut.frames), np.float16)
    for index, path in enumerate(paths):
        found[index] = _kept(path, cut)
    return found


def _kept(path: bytes | str, cut: Cut) -> Pieces:
    """Return the pieces of a file, from the cache where they are there."""
    key = _key(path, cut)
    if not cut.cache:
        return _remembered(key, path, cut)
    file = Path(cut.cache) / f"{key}.npy"
    if not file.is_file():
        made = _cut(path, cut)
        with replacing_file(file) as temporary, temporary.open("wb") as stream:
            np.save(stream, made, allow_pickle=False)
        return made
    try:
        kept: Pieces = np.load(file, allow_pickle=False)
    except (OSError, ValueError):
        raise InputError(f"{file} is damaged; delete it and it is made again.") from None
    if kept.shape != (cut.count, BANDS, cut.frames) or kept.dtype != np.float16:
        raise InputError(
            f"{file} holds something else; give classify.cnn.cache a folder of its own."
        )
    return kept


def _key(path: bytes | str, cut: Cut) -> str:
    """Return a name that changes when the file or the way of cutting does."""
    file = Path(os.fsdecode(path))
    try:
        state = file.stat()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from None
    said = (VERSION, cut.frames, cut.count, cut.seconds, state.st_size, state.st_mtime_ns)
    digest = hashlib.blake2b(os.fsencode(file.absolute()), digest_size=16)
    digest.update(repr(said).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _remembered(key: str, path: bytes | str, cut: Cut) -> Pieces:
    """Return the pieces of a file, remembered for the next fold while they are few."""
    del key
    return _cut(path, cut)


def _cut(path: bytes | str, cut: Cut) -> Pieces:
    """Decode a file and cut its pieces; what is shorter than one is repeated."""
    with opened(path, Extent(excerpt=cut.seconds)) as sound:
        decibels = analyse(sound, tonal=False, native=False).decibels
        if not sound.decoded:
            raise InputError(f"{os.fsdecode(path)} holds no sound that can be decoded.")
    level = np.clip((decibels - decibels.max()) / TOP_DB + 1, 0, 1).T
    if level.shape[1] < cut.frames:
        level = np.tile(level, (1, -(-cut.frames // level.shape[1])))
    starts = np.linspace(0, level.shape[1] - cut.frames, cut.count).round().astype(int)
    return np.stack([level[:, start : start + cut.frames] for start in starts]).astype(np.float16)
