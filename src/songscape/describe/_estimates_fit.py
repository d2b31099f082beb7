r"""Fit a mapping and measure it on artists it has not met.

Every target is fitted by penalised likelihood: the fractional logit for values in 0..1, least
squares otherwise, with a ridge penalty that is one number for descriptors and a larger one for
their products. Both are fixed, not tuned, so that the cross-validated error is not flattered by a
choice. A mapping may start from another one: the penalty then pulls its coefficients towards that
one's instead of towards zero, and a few dozen songs move the offset while thousands replace it.

Folds keep all songs of an artist together; otherwise a mapping is praised for knowing an artist's
sound. The errors made in that way give R², its lower bound by resampling artists, and the conformal
intervals: in six bands of equal numbers of songs by prediction, the narrowest of five ranges
that hold 90 % of the errors. (Cutting 5 % off either end would cover 95 % where a tenth of the
songs have the value 0 itself, as in instrumentalness.)

References
----------
Hoerl, A. E., Kennard, R. W. (1970). Ridge regression. Technometrics 12(1).
Papke, L. E., Wooldridge, J. M. (1996). Econometric methods for fractional response variables.
Vovk, V. (2015). Cross-conformal predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logit

from songscape.core.errors import DegenerateDataError
from songscape.core.seeds import generator
from songscape.describe._estimates_model import Bands, Model, Quality, Scale, Target, respond

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Groups = NDArray[np.int64]

FOLDS = 5
TAIL = 0.005
"""Share of the training songs beyond either end of a descriptor's range."""

RIDGE, RIDGE_CROSSED = 1.0, 300.0
"""Penalties on the logit scale; between 200 and 750 the second moves no R² by more than 0.01."""

GAUSSIAN = 4.0
"""Least squares has four times the curvature of a logit at its middle: four times the penalty."""

COVERAGE = 0.9
BANDS = 6
BAND_SONGS = 40
"""A band holds at least this many songs: fewer have no tails to speak of."""

LEAST_SONGS = 20
RESAMPLES = 400


@dataclass(frozen=True, eq=False)
class Training:
    """Songs to learn from.

    Parameters
    ----------
    values : float64 (n, d), the descriptors, finite.
    features : their d names.
    groups : int (n,), whose songs stay together: artists.
    references : target to float64 (n,), NaN where a song has none.
    """

    values: Array
    features: tuple[str, ...]
    groups: Groups
    references: Mapping[str, Array]


def fit_model(
    training: Training,
    source: Mapping[str, Any],
    start: Model | None = None,
    crossed: Sequence[str] | None = None,
) -> Model:
    """Fit a mapping to every target of the training songs.

    Parameters
    ----------
    training : the songs.
    source : what they are, to be kept with the mapping.
    start : a mapping with the same descriptors to start from.
    crossed : descriptors that enter as products too; default all.

    Raises
    ------
    DegenerateDataError
        If a target has too few songs or artists, or all its values are equal.
    """
    chosen = tuple(training.features if crossed is None else crossed)
    scale = start.scale if start else fit_scale(training.values, training.features, chosen)
    design = scale.design(training.values)
    outside = scale.outside(training.values)
    targets = {
        name: fit_target(name, _known(design, training, name), scale, start)
        for name in training.references
    }
    strange = start.strange if start else int(np.quantile(outside, 1 - TAIL))
    return Model(source, scale, targets, strange)


def fit_scale(values: Array, features: tuple[str, ...], crossed: tuple[str, ...]) -> Scale:
    """Return range, mean and spread of the training songs' descriptors."""
    low, high = np.quantile(values, [TAIL, 1 - TAIL], axis=0)
    within = np.clip(values, low, high)
    spread = within.std(axis=0)
    if not spread.all():
        still = features[int(np.argmin(spread))]
        raise DegenerateDataError(f"{still} is the same in all songs; leave it out.")
    return Scale(features, crossed, low, high, within.mean(axis=0), spread)


def _known(design: Array, training: Training, name: str) -> tuple[Array, Array, Groups]:
    """Return design, reference and group of the songs that have a reference value."""
    reference = training.references[name]
    known = np.isfinite(reference)
    return design[known], reference[known], training.groups[known]


def fit_target(
    name: str, songs: tuple[Array, Array, Groups], scale: Scale, start: Model | None
) -> Target:
    """Fit the mapping to one value, with the errors it makes on artists left out."""
    design, truth, groups = songs
    _check(name, truth, groups)
    link = "logit" if truth.min() >= 0 and truth.max() <= 1 else "identity"
    known = start.targets.get(name) if start else None
    if known:
        link = known.link
    origin = known.coefficients if known else _flat(truth, link, design.shape[1])
    penalty = _penalty(scale, link)
    folds = grouped_folds(groups)
    predicted: Array = np.empty(len(truth))
    for fold in range(FOLDS):
        others, held = folds != fold, folds == fold
        fitted = fit_coefficients(design[others], truth[others], link, penalty, origin)
        predicted[held] = respond(design[held] @ fitted, link)
    return Target(
        link,
        fit_coefficients(design, truth, link, penalty, origin),
        conformal_bands(truth, predicted),
        measure(truth, predicted, groups, folds),
    )


def _check(name: str, truth: Array, groups: Groups) -> None:
    """Raise unless a target can be learned and measured."""
    artists = len(np.unique(groups))
    if len(truth) < LEAST_SONGS or artists < FOLDS:
        raise DegenerateDataError(
            f"{name} is known for {len(truth)} songs of {artists} artists; a mapping needs at "
            f"least {LEAST_SONGS} songs of {FOLDS} artists."
        )
    if truth.min() == truth.max():
        raise DegenerateDataError(f"{name} is {truth[0]:g} in all songs; there is nothing to map.")


def _flat(truth: Array, link: str, width: int) -> Array:
    """Return coefficients that predict the mean for every song."""
    mean = truth.mean()
    flat: Array = np.zeros(width, dtype=np.float64)
    flat[0] = logit(mean) if link == "logit" else mean
    return flat


def _penalty(scale: Scale, link: str) -> Array:
    """Return the penalty on each coefficient; the offset is free."""
    width = len(scale.crossed)
    one, crossed = len(scale.features), width * (width + 1) // 2
    penalty = np.r_[0.0, np.full(one, RIDGE), np.full(crossed, RIDGE_CROSSED)]
    return np.asarray(penalty * (1.0 if link == "logit" else GAUSSIAN), dtype=np.float64)


def fit_coefficients(
    design: Array, truth: Array, link: str, penalty: Array, origin: Array
) -> Array:
    """Return the coefficients of highest penalised likelihood.

    Parameters
    ----------
    design : shape (n, p).
    truth : shape (n,).
    link : "logit" or "identity".
    penalty : shape (p,), half the penalty times the squared distance from `origin` is charged.
    origin : shape (p,), where the penalty pulls to.
    """
    if link == "identity":
        return origin + _solve(design, np.ones(len(truth)), truth - design @ origin, penalty)
    coefficients = origin
    worth = -np.inf
    for _ in range(50):
        predictor = design @ coefficients
        now = _likelihood(predictor, truth, penalty, coefficients - origin)
        if now - worth < 1e-9 * abs(now):
            break
        worth = now
        mean = respond(predictor, "logit")
        slope = design.T @ (truth - mean) - penalty * (coefficients - origin)
        step = _newton(design, mean * (1 - mean), slope, penalty)
        coefficients = _ascend(design, truth, penalty, (origin, coefficients, step))
    return coefficients


def _solve(design: Array, weight: Array, residual: Array, penalty: Array) -> Array:
    """Return the penalised weighted least-squares solution."""
    return _newton(design, weight, design.T @ residual, penalty)


def _newton(design: Array, weight: Array, slope: Array, penalty: Array) -> Array:
    """Return the Newton step of a penalised generalised linear model."""
    curvature = (design * weight[:, None]).T @ design + np.diag(penalty)
    return np.asarray(np.linalg.solve(curvature, slope), dtype=np.float64)


def _ascend(design: Array, truth: Array, penalty: Array, line: tuple[Array, Array, Array]) -> Array:
    """Go along a Newton step, halved until the likelihood does not fall."""
    origin, here, step = line
    worth = _likelihood(design @ here, truth, penalty, here - origin)
    for _ in range(30):
        there = here + step
        if _likelihood(design @ there, truth, penalty, there - origin) >= worth:
            return there
        step = step / 2
    return here


def _likelihood(predictor: Array, truth: Array, penalty: Array, distance: Array) -> float:
    """Return the penalised Bernoulli quasi-log-likelihood of a fractional logit."""
    fit = float(truth @ predictor - np.logaddexp(0, predictor).sum())
    return fit - 0.5 * float(penalty @ distance**2)


def grouped_folds(groups: Groups) -> NDArray[np.int64]:
    """Return the fold 0..4 of every song: songs of one group share a fold."""
    from sklearn.model_selection import GroupKFold

    folds = np.empty(len(groups), dtype=np.int64)
    for fold, (_, held) in enumerate(GroupKFold(FOLDS).split(groups, groups=groups)):
        folds[held] = fold
    return folds


def conformal_bands(truth: Array, predicted: Array) -> Bands:
    """Return the quantiles of the errors made on artists left out, by prediction."""
    order = np.argsort(predicted, kind="stable")
    count = int(np.clip(len(truth) // BAND_SONGS, 1, BANDS))
    bands = np.array_split(order, count)
    tails = [_tails(truth[band] - predicted[band]) for band in bands]
    below, above = np.array(tails).T
    return Bands(np.array([predicted[band].mean() for band in bands]), below, above)


def _tails(errors: Array) -> tuple[float, float]:
    """Return the narrowest of five ranges that hold nine in ten errors, and one song in excess.

    The song in excess is the conformal correction for a finite sample. Five ranges, from all tail
    above to all below: the narrowest of *every* range would flatter itself by a per cent.
    """
    ordered = np.sort(errors)
    held = min(len(errors), int(np.ceil(COVERAGE * (len(errors) + 1))))
    firsts = np.rint(np.linspace(0, len(errors) - held, 5)).astype(np.int64)
    first = int(min(firsts, key=lambda one: ordered[one + held - 1] - ordered[one]))
    return float(ordered[first]), float(ordered[first + held - 1])


def measure(truth: Array, predicted: Array, groups: Groups, folds: NDArray[np.int64]) -> Quality:
    """Measure predictions that were made for artists left out."""
    inside = np.empty(len(truth), dtype=bool)
    for fold in range(FOLDS):
        held = folds == fold
        bands = conformal_bands(truth[~held], predicted[~held])
        low, high = bands.interval(predicted[held])
        inside[held] = (truth[held] >= low) & (truth[held] <= high)
    return Quality(
        songs=len(truth),
        artists=len(np.unique(groups)),
        r2=r_squared(truth, predicted),
        r2_low=float(np.quantile(_resampled_r2(truth, predicted, groups), 0.025)),
        error=float(np.abs(truth - predicted).mean()),
        coverage=float(inside.mean()),
        width=float(np.diff(np.quantile(truth, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2]))[0]),
    )


def r_squared(truth: Array, predicted: Array) -> float:
    """Return the share of the variance that is explained: 1 is all, 0 no better than the mean.

    >>> r_squared(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    0.0
    """
    return 1 - float(((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def _resampled_r2(truth: Array, predicted: Array, groups: Groups) -> Array:
    """Return R² of resamples of the artists, drawn with replacement."""
    member = np.unique(groups, return_inverse=True)[1]
    columns = (np.ones(len(truth)), truth, truth**2, (truth - predicted) ** 2)
    sums = np.stack([np.bincount(member, column) for column in columns], axis=1)
    drawn = generator(0, "resampled artists").integers(0, len(sums), (RESAMPLES, len(sums)))
    n, total, squares, errors = sums[drawn].sum(axis=1).T
    return np.asarray(1 - errors / np.maximum(squares - total**2 / n, 1e-12), dtype=np.float64)
