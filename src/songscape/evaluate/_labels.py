"""Labels given by people, one or several to a song."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray


def has_label(truth: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which songs have a label: not None, not NaN, not empty.

    Examples
    --------
    >>> has_label(np.array(["jazz", "", None], dtype=object)).tolist()
    [True, False, False]
    """
    return np.array([_says(value) for value in truth], dtype=np.bool_)


def shares(truth: NDArray[Any]) -> tuple[csr_array, list[str]]:
    """Return the share of every label (column) in every song (row), and the labels.

    Parameters
    ----------
    truth : shape (n,), labels or lists of labels. A song's shares sum to 1: with three labels each
        has a third; they sum to 0 for a song without a label.

    Examples
    --------
    >>> given = np.empty(2, dtype=object)
    >>> given[0], given[1] = ["jazz", "folk"], ["folk"]
    >>> table, labels = shares(given)
    >>> labels, table.toarray().tolist()
    (['folk', 'jazz'], [[0.5, 0.5], [1.0, 0.0]])
    """
    pairs = _pairs(truth)
    names = pairs["label"].unique().sort()
    column = pairs["label"].rank("dense").cast(pl.Int64).to_numpy() - 1
    row = pairs["song"].to_numpy()
    each = 1 / np.bincount(row, minlength=len(truth))[row] if len(row) else np.zeros(0)
    return csr_array((each, (row, column)), shape=(len(truth), len(names))), names.to_list()


def _pairs(truth: NDArray[Any]) -> pl.DataFrame:
    """Return one row for every song and label, each once."""
    given = [_given(value) for value in truth]
    songs = np.repeat(np.arange(len(given)), [len(labels) for labels in given])
    label = pl.Series(list(chain.from_iterable(given)), dtype=pl.String)
    return pl.DataFrame({"song": songs, "label": label}).unique(maintain_order=True)


def _given(value: Any) -> list[str]:
    """Return the labels of one song.

    >>> _given(["jazz", None]), _given("folk"), _given(float("nan"))
    (['jazz'], ['folk'], [])
    """
    labels = value if isinstance(value, list | tuple | np.ndarray) else [value]
    return [str(label) for label in labels if _says(label)]


def _says(label: Any) -> bool:
    """Tell whether a label says something: NaN is unlike itself."""
    return label is not None and label == label and label != ""  # noqa: PLR0124
