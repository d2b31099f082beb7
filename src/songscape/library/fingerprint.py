"""Know a file by its sound: the same after renaming, moving and retagging.

The fingerprint is BLAKE2b of the length of the stretch that holds the sound, the header that says
how to read it, and its first and last 64 KiB; at most 128 KiB are read of any file. Two different
recordings that share all of these are not met in practice; an edit in the middle of a raw file
that keeps its length is not seen.

References
----------
Aumasson, J.-P., Neves, S., Wilcox-O'Hearn, Z., Winnerlein, C. (2013). BLAKE2: simpler, smaller,
fast as MD5. ACNS. (RFC 7693.)
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from songscape.core.errors import InputError
from songscape.library.containers import ogg_bodies, sound_span

if TYPE_CHECKING:
    from typing import BinaryIO

SIZE = 16
"""Bytes of a fingerprint: 22 characters in base 62, as long as the ids of streaming services."""

EDGE = 1 << 16
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def fingerprint(path: bytes | str | os.PathLike[str]) -> bytes:
    """Return the 16 bytes that name the sound of a file.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - paths are bytes, which pathlib has not
        return _digest(file)


def unreadable(path: bytes) -> bytes:
    """Return the 16 bytes that stand for a file that cannot be read, by its path."""
    return hashlib.blake2b(path, digest_size=SIZE, person=b"path").digest()


def file_identity(path: str) -> str:
    """Name a file by its name and the SHA-256 of its content, wherever it lies.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    return f"{os.path.basename(path)} sha256:{digest}"  # noqa: PTH119


def id_text(name: bytes) -> str:
    """Return a fingerprint as 22 letters and digits.

    >>> id_text(bytes(15) + b">")
    '0000000000000000000010'
    """
    number, digits = int.from_bytes(name, "big"), []
    for _ in range(22):
        number, rest = divmod(number, 62)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))


def _digest(file: BinaryIO) -> bytes:
    """Hash the length, the header and both edges of the sound."""
    span = sound_span(file)
    length = span.end - span.start
    edges = [_read(file, span.start, min(EDGE, length))]
    if length > EDGE:
        edges.append(_read(file, span.end - min(EDGE, length - EDGE), min(EDGE, length - EDGE)))
    if edges[0][:4] == b"OggS":
        edges = [ogg_bodies(edge) for edge in edges]
    digest = hashlib.blake2b(digest_size=SIZE, person=b"sound")
    digest.update(length.to_bytes(8, "big") + len(span.header).to_bytes(4, "big") + span.header)
    for edge in edges:
        digest.update(edge)
    return digest.digest()


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
