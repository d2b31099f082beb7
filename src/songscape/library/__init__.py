"""The library: which files were heard, and what was found in them.

One SQLite file holds one row per audio file ever seen, failures included, and one description per
*sound*: files are known by a fingerprint of their audio, so that renaming, moving or retagging one
costs nothing. A description belongs to a *setup*, the options and versions it was made with, so
that values of different definitions never mix unseen.

The library is trusted with days of work, so it is written the slow, safe way (rollback journal,
``synchronous=FULL``, ``BEGIN IMMEDIATE``): what was acknowledged survives a killed process. One
process writes, any number read. Nothing is ever deleted: a file that is not there any more is
marked missing.

>>> from songscape.library import Setup
>>> Setup({"excerpt": 30}, {"tempo": 1}).digest != Setup({"excerpt": 30}, {"tempo": 2}).digest
True
"""

from songscape.library.entries import (
    Descriptor,
    Failure,
    Finished,
    Outcome,
    Seen,
    Setup,
    Song,
    Values,
)
from songscape.library.fingerprint import file_identity, fingerprint, id_text
from songscape.library.place import SUFFIX, default_path, is_library, shown
from songscape.library.reading import Library
from songscape.library.writing import Writer

__all__ = [
    "SUFFIX",
    "Descriptor",
    "Failure",
    "Finished",
    "Library",
    "Outcome",
    "Seen",
    "Setup",
    "Song",
    "Values",
    "Writer",
    "default_path",
    "file_identity",
    "fingerprint",
    "id_text",
    "is_library",
    "shown",
]
