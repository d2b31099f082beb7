"""The exceptions songscape raises on purpose.

::

    SongscapeError
    ├── InputError           a file or table cannot be used as it is
    ├── RecipeError          a recipe or option says something impossible
    │   └── UnknownNameError a name that is not known, with the nearest that is
    ├── MissingExtraError    an optional dependency is not installed
    ├── DegenerateDataError  the numbers do not allow what was asked
    ├── SpaceMismatchError   scores taken in different spaces were about to be compared
    ├── RecordError          a run folder is missing, foreign or damaged
    ├── LibraryError         a library is foreign, damaged, too new, or cannot be written
    │   └── LockedError      another process is writing to it
    └── WorkerError          the processes that describe files cannot do their work

Every message is one sentence for a person: what is wrong, where, and the way out.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SongscapeError(Exception):
    """Base of every error songscape raises on purpose."""


class InputError(SongscapeError):
    """A file or table cannot be used as it is; the message names file, line and column."""


class RecipeError(SongscapeError):
    """A recipe or an option says something impossible."""


class UnknownNameError(RecipeError):
    """A name is not known.

    Parameters
    ----------
    kind : what the name was meant to name, as in "option of cluster.kmeans".
    name : the name given.
    known : the names that would have been right.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, sorted(known)
        nearest = get_close_matches(name, self.known, n=1, cutoff=0.5)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(f"There is no {kind} {name!r}.{hint} Known: {', '.join(self.known)}.")


class MissingExtraError(SongscapeError):
    """An optional dependency is not installed.

    Parameters
    ----------
    feature : what needs it, as in "reduce.umap".
    extra : the songscape extra that brings it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'songscape[{extra}]'.")


class DegenerateDataError(SongscapeError, ValueError):
    """The numbers do not allow what was asked, as k clusters from fewer distinct rows."""


class SpaceMismatchError(SongscapeError):
    """Scores taken in different spaces were about to be compared or ranked."""


class RecordError(SongscapeError):
    """A run folder is missing, foreign or damaged."""


class LibraryError(SongscapeError):
    """A library is foreign, damaged, made by a newer songscape, or cannot be written."""


class LockedError(LibraryError):
    """Another process is writing to the library.

    Parameters
    ----------
    library : the library, as people write its path.
    holder : the process id of the writer, None where it is not known.
    """

    def __init__(self, library: str, holder: int | None) -> None:
        self.library, self.holder = library, holder
        who = "another process" if holder is None else f"process {holder}"
        super().__init__(
            f"The library {library} is being written by {who}; wait for it to end, or name "
            "another library with --library."
        )


class WorkerError(SongscapeError):
    """The processes that describe files cannot do their work at all."""
