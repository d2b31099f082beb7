"""Checks of feature columns against each other and against what a feature should be.

All look at the whole table at once: means, deviations and correlations come from one pass over an
(n, d) matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.linalg import qr

from songscape.clean._features import sound_features, standardised
from songscape.clean._same_song import running_index
from songscape.core.collection import Collection, Column, Kind, Role, numbers
from songscape.core.findings import Finding, Severity
from songscape.core.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_IDENTIFYING = {"id", "ids", "index", "idx", "number", "no", "nr", "row", "unnamed", "uri"}


def column_findings(collection: Collection, collinear: float) -> Iterator[Finding]:
    """Yield what is odd about the feature columns."""
    yield from _identifiers(collection)
    yield from _about(collection)
    names = sound_features(collection)
    if not names or len(collection) < 3:
        return
    matrix = numbers(collection.frame, names)
    flat = _constant(matrix)
    yield from _constants([name for name, is_flat in zip(names, flat, strict=True) if is_flat])
    varying = tuple(name for name, is_flat in zip(names, flat, strict=True) if not is_flat)
    yield from _related(varying, standardised(matrix[:, ~flat]), collinear)
    yield from _already_standardised(matrix)
    yield from _codes(collection)


def _constant(matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which columns hold one value only, or none."""
    known = np.isfinite(matrix)
    low = np.where(known, matrix, np.inf).min(axis=0)
    high = np.where(known, matrix, -np.inf).max(axis=0)
    flat: NDArray[np.bool_] = high <= low
    return flat


def _identifiers(collection: Collection) -> Iterator[Finding]:
    """Yield a finding for features that count or name rows."""
    frame = collection.frame
    found = [
        name
        for name in collection.names(Role.FEATURE)
        if running_index(_whole(frame[name]))
        or (_is_named_id(name) and frame[name].n_unique() == frame.height > 2)
    ]
    if found:
        yield Finding(
            "id-as-feature",
            listed(found),
            len(found),
            f"{count(len(found), 'feature counts', 'features count')} or names rows: "
            f"{listed(found)}. Distances by it mean nothing.",
            "nothing: give it the role key",
            f"--set source.roles.{found[0]}=key",
            Severity.ERROR,
        )


def _whole(column: pl.Series) -> pl.Series:
    """Return a column of whole numbers as integers, another as it is."""
    if column.dtype.is_float() and not column.null_count() and (column == column.round()).all():
        return column.cast(pl.Int64, strict=False)
    return column


def _is_named_id(name: str) -> bool:
    """Tell whether a header says that its column identifies rows."""
    words = name.lower().replace(":", "_").replace(" ", "_").replace("-", "_").split("_")
    return bool(_IDENTIFYING & set(words))


def _about(collection: Collection) -> Iterator[Finding]:
    """Yield findings for columns that tell of the release, and for milliseconds among them."""
    columns = collection.columns
    features = collection.names(Role.FEATURE)
    about = [name for name in features if columns[name].kind is Kind.ABOUT]
    if about:
        yield Finding(
            "about-the-release",
            listed(about),
            len(about),
            f"{listed(about)} {'tells' if len(about) == 1 else 'tell'} of the release rather than "
            "of the sound.",
            "kept in the table, left out of the features",
            "--set prepare.pick.leave=NAME,NAME (columns left out)",
            Severity.NOTE,
        )
    in_ms = [name for name in features if _is_in_ms(name, columns[name])]
    if in_ms:
        left_out = set(in_ms) <= set(about)
        largest = np.nanmax(numbers(collection.frame, in_ms), initial=0.0)
        yield Finding(
            "milliseconds",
            listed(in_ms),
            len(in_ms),
            f"{listed(in_ms)} {'is' if len(in_ms) == 1 else 'are'} in milliseconds, up to "
            f"{largest:,.0f}: unscaled, it would decide alone.",
            "left out of the features" if left_out else "standardised with the other features",
            "--set prepare.pick.leave=NAME,NAME (columns left out)",
            Severity.NOTE if left_out else Severity.WARNING,
        )


def _is_in_ms(name: str, column: Column) -> bool:
    """Tell whether a column came in milliseconds, not in seconds that the reader multiplied."""
    header = (column.source or name).lower()
    return column.unit in ("ms", "") and ("_ms" in header or "(ms)" in header)


def _constants(names: list[str]) -> Iterator[Finding]:
    """Yield a finding for columns with one value."""
    if names:
        yield Finding(
            "constant-column",
            listed(names),
            len(names),
            f"{count(len(names), 'feature has', 'features have')} the same value in every song: "
            f"{listed(names)}.",
            "left out when the features are prepared",
            "leave drop_constant out of the recipe's [prepare] steps",
        )


def _related(
    names: tuple[str, ...], space: NDArray[np.float64], collinear: float
) -> Iterator[Finding]:
    """Yield findings for equal, nearly collinear and linearly dependent columns."""
    correlations = space.T @ space / max(len(space), 1)
    upper = np.triu(np.abs(correlations), k=1)
    same = [
        (int(at), int(other))
        for at, other in np.argwhere(upper > 1 - 1e-12)
        if np.allclose(space[:, at], np.sign(correlations[at, other]) * space[:, other])
    ]
    yield from _pairs("duplicate-column", names, same, "say the same up to unit and sign")
    close = [
        (int(at), int(other))
        for at, other in np.argwhere(upper >= collinear)
        if (int(at), int(other)) not in same
    ]
    strength = tuple(
        f"{names[at]} × {names[other]}: r = {correlations[at, other]:.3f}" for at, other in close
    )
    yield from _pairs(
        "collinear-columns", names, close, f"are correlated with |r| ≥ {collinear:g}", strength
    )
    yield from _dependent(names, space, {other for _, other in same})


def _pairs(
    what: str,
    names: tuple[str, ...],
    pairs: list[tuple[int, int]],
    says: str,
    examples: tuple[str, ...] = (),
) -> Iterator[Finding]:
    """Yield a finding for pairs of columns."""
    if pairs:
        told = [f"{names[at]} and {names[other]}" for at, other in pairs]
        yield Finding(
            what,
            listed(dict.fromkeys(names[at] for pair in pairs for at in pair)),
            len(pairs),
            f"{count(len(pairs), 'pair')} of features {says}: {listed(told, most=4)}.",
            "one of each pair is left out where correlated features are pruned",
            "--set prepare.drop_correlated.threshold=1",
            examples=examples[:5],
        )


def _dependent(
    names: tuple[str, ...], space: NDArray[np.float64], known: set[int]
) -> Iterator[Finding]:
    """Yield a finding for columns that others add up to exactly.

    A pivoted QR decomposition orders the columns by what each adds to those before it; those that
    add nothing are dependent.
    """
    left = [at for at in range(len(names)) if at not in known]
    if len(left) < 3 or len(space) <= len(left):
        return
    # Of the matrix only its triangle is needed, of the same rank and much smaller.
    triangle, order = qr(space[:, left], mode="r", pivoting=True)
    adds = np.abs(np.diag(triangle[: len(left)]))
    found = [names[left[at]] for at in order[adds < 1e-10 * adds[0]]]
    if found:
        yield Finding(
            "linear-dependence",
            listed(found),
            len(found),
            f"{count(len(found), 'feature is', 'features are')} an exact sum of multiples of "
            f"others: {listed(found)}.",
            "nothing: covariance models are regularised",
            "--set prepare.drop_correlated.threshold=0.95",
        )


def _already_standardised(matrix: NDArray[np.float64]) -> Iterator[Finding]:
    """Yield a finding where nearly every feature has mean 0 and standard deviation 1.

    The bounds leave room for tables standardised before some rows were taken out.
    """
    matrix = matrix[:, np.isfinite(matrix).any(axis=0)]
    if matrix.shape[1] < 3:
        return
    means, spreads = np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0)
    done = (np.abs(means) < 0.1) & (np.abs(spreads - 1) < 0.15)
    if done.mean() >= 0.9:
        yield Finding(
            "already-standardised",
            "features",
            int(done.sum()),
            f"{count(int(done.sum()), 'feature')} of {done.size:,} have mean 0 and standard "
            "deviation 1 already: their units are lost.",
            "used as they are; standardising again changes next to nothing",
            severity=Severity.NOTE,
        )


def _codes(collection: Collection) -> Iterator[Finding]:
    """Yield a finding for features that stand for categories or run in a circle."""
    columns = collection.columns
    codes = [
        name
        for name in sound_features(collection)
        if columns[name].kind is not Kind.MEASURE or _looks_coded(collection, name)
    ]
    if codes:
        yield Finding(
            "code-as-feature",
            listed(codes),
            len(codes),
            f"{listed(codes)} {'holds a code' if len(codes) == 1 else 'hold codes'}, not a "
            "measure: half-way between two means nothing, and mixture models collapse on them.",
            "key, mode, time_signature and explicit are left out unless picked; others stay",
            f"--set prepare.pick.leave={','.join(codes)}",
            Severity.NOTE,
        )


def _looks_coded(collection: Collection, name: str) -> bool:
    """Tell whether a feature of unknown meaning holds few whole numbers."""
    column, series = collection.columns[name], collection.frame[name]
    if column.unit or len(collection) < 100 or not _whole(series).dtype.is_integer():
        return False
    return series.n_unique() <= 12
