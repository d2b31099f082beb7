"""The fitted model of a run, stored so that loading it runs no code.

The file holds the pipeline from raw features to the clustered space, the clusterer, and the order
that turns the clusterer's own numbers into the run's. It is written by skops, whose files name
every type they hold; only the types listed here are accepted on reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.core.errors import RecordError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "model.skops"
_TRUSTED: list[str] = []


def stored(model: dict[str, Any]) -> bytes:
    """Return a model as the bytes of a skops file."""
    import skops.io

    content: bytes = skops.io.dumps(model)
    return content


def restored(folder: Path) -> dict[str, Any]:
    """Read the model of a run.

    Raises
    ------
    RecordError
        If the file is missing, damaged, or holds a type that is not of scikit-learn, NumPy, SciPy
        or songscape.
    """
    import skops.io

    path = folder / FILE
    try:
        model: dict[str, Any] = skops.io.load(path, trusted=_TRUSTED)
    except Exception as error:  # noqa: BLE001 - skops raises whatever a broken archive provokes
        raise RecordError(f"{path} cannot be read as a model: {error}") from None
    return model
