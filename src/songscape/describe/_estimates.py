"""Estimates on Spotify's scale, from how a song sounds.

Values such as energy or valence have no published formula: they came out of a closed model. What
can be done openly is to *map* descriptors that do have a definition to values that were published,
and to say how well that works for artists the mapping never met. The mapping that ships reads the
timbre of a song (:data:`TIMBRE`); ``songscape calibrate`` makes another one from reference values
of one's own.

An estimate has an interval that holds nine in ten true values and a confidence: how much narrower
that interval is than the one without listening, 0 for no narrower. A value is withheld, with the
reason, where timbre says too little about it: where R² is not above 0.2 in 97.5 % of resamples of
the artists. Ask with ``weak=True`` to get it all the same.

The training songs were described by a 30 s excerpt at 22,050 Hz; describe yours in the same way
(``excerpt=30``) where values are to be compared with published ones.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.errors import InputError
from songscape.describe._description import Estimate
from songscape.describe._estimates_model import Model, Target, read_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TIMBRE = tuple(f"mfcc_{i:02d}_mean" for i in range(1, 21)) + tuple(
    f"spectral_contrast_{i:02d}_mean" for i in range(1, 5)
)
"""The descriptors that the shipped mapping reads: MFCC and the contrast below 1600 Hz.

Higher bands of contrast are left out. Their valleys lie below −80 dB in sparse music, where our
definition has a floor and librosa's, which the training table follows, measures what a codec left:
the two differ by up to 16 dB on the same recording. The highest measures the resampler as well.
"""

FLOOR = 0.2
"""A value is withheld unless its R² is known to be above this."""


@cache
def shipped_model() -> Model:
    """Return the mapping that ships with songscape."""
    text = files(__package__).joinpath("estimates.json").read_text("utf-8")
    return read_model(text, "estimates.json")


def open_model(path: Path) -> Model:
    """Read a mapping of one's own, as ``songscape calibrate`` wrote it.

    Raises
    ------
    InputError
        If the file cannot be read or is no mapping.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a mapping: {error}") from None
    return read_model(text, str(path))


def estimate(
    values: Mapping[str, float | str | None], model: Model | None = None, *, weak: bool = False
) -> dict[str, Estimate]:
    """Estimate every value of a mapping for one song.

    Parameters
    ----------
    values : descriptor to value; those the mapping does not read are ignored.
    model : the mapping; default the shipped one.
    weak : also give values of which timbre says too little.

    Examples
    --------
    >>> sound = dict(zip(TIMBRE, shipped_model().scale.centre.tolist(), strict=True))
    >>> energy = estimate(sound)["energy"]
    >>> energy.low < energy.value < energy.high
    True
    >>> estimate(sound)["liveness"].reason
    'too little of liveness can be heard in these descriptors (R² 0.01)'
    """
    model = model or shipped_model()
    given = [values.get(name) for name in model.scale.features]
    sound = np.array([value if isinstance(value, int | float) else np.nan for value in given])
    if not np.isfinite(sound).all():
        lacking = model.scale.features[int(np.argmin(np.isfinite(sound)))]
        return {name: Estimate(None, reason=f"no {lacking}") for name in model.targets}
    reasons = {} if weak else withheld(model)
    odd = _oddness(int(model.scale.outside(sound[None])[0]), model)
    return {
        name: Estimate(None, reason=reasons[name]) if name in reasons else _made(column, odd)
        for name, column in _estimated(sound[None], model).items()
    }


def estimate_table(
    sounds: pl.DataFrame, model: Model | None = None, *, weak: bool = False
) -> pl.DataFrame:
    """Estimate every value of a mapping for many songs.

    Parameters
    ----------
    sounds : one row per song, with at least the mapping's descriptors; gaps allowed.
    model : the mapping; default the shipped one.
    weak : also give values of which timbre says too little.

    Returns
    -------
    One row per song; per value the columns NAME, NAME_confidence, NAME_low and NAME_high, null
    where a descriptor is missing.

    Raises
    ------
    InputError
        If the table lacks a descriptor.
    """
    # Workers estimate one song at a time and start faster without a frame library.
    import polars as pl

    model = model or shipped_model()
    lacking = [name for name in model.scale.features if name not in sounds.columns]
    if lacking:
        raise InputError(f"The mapping reads {len(lacking)} columns that are not there: {lacking}.")
    matrix = sounds.select(pl.col(model.scale.features).cast(pl.Float64)).to_numpy()
    whole = np.isfinite(matrix).all(axis=1)
    columns = _estimated(matrix[whole], model)
    suffixes = ("", "_confidence", "_low", "_high")
    return pl.DataFrame(
        {
            name + suffix: _spread(columns[name][part], whole)
            for name, target in model.targets.items()
            if weak or not _is_weak(target)
            for part, suffix in enumerate(suffixes)
        }
    )


def withheld(model: Model | None = None) -> dict[str, str]:
    """Return the values a mapping withholds, each with the reason."""
    targets = (model or shipped_model()).targets
    return {name: _withheld(name, one) for name, one in targets.items() if _is_weak(one)}


def _estimated(matrix: Array, model: Model) -> dict[str, Array]:
    """Return per value an array (4, n): prediction, confidence, lower and upper end."""
    design = model.scale.design(matrix)
    alike = model.scale.outside(matrix) <= model.strange
    columns = {}
    for name, target in model.targets.items():
        predicted, low, high = target.predict(design)
        narrower = np.clip(1 - (high - low) / target.quality.width, 0, 1)
        columns[name] = np.stack([predicted, narrower * alike, low, high])
    return columns


def _made(column: Array, odd: str) -> Estimate:
    """Return one song's estimate, to five digits after the point as the published ones have."""
    value, confidence, low, high = np.round(column.ravel(), 5).tolist()
    return Estimate(value, confidence, odd, low, high)


def _spread(values: Array, whole: NDArray[np.bool_]) -> pl.Series:
    """Return values at the rows that have them and null elsewhere."""
    import polars as pl

    column = np.full(len(whole), np.nan)
    column[whole] = values
    return pl.Series(column).fill_nan(None)


def _is_weak(target: Target) -> bool:
    """Tell whether timbre says too little about a value."""
    return not target.quality.r2_low > FLOOR


def _withheld(name: str, target: Target) -> str:
    """Say why a value is withheld."""
    r2, surely = target.quality.r2, target.quality.r2_low
    if r2 <= FLOOR:
        return f"too little of {name} can be heard in these descriptors (R² {r2:.2f})"
    return (
        f"it may be that too little of {name} can be heard in these descriptors (R² {r2:.2f}, "
        f"for sure only {surely:.2f})"
    )


def _oddness(outside: int, model: Model) -> str:
    """Say that a song is unlike those the mapping was fitted on."""
    if outside <= model.strange:
        return ""
    return (
        f"unlike the training songs: {outside} of {len(model.scale.features)} descriptors are "
        "beyond their range"
    )
