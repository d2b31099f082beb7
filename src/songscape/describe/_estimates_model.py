r"""A mapping from how songs sound to published values, as data: what it is and how it predicts.

A mapping takes ``d`` descriptors of a song, brings each into the range the training songs showed,
standardises it, and adds the products of all pairs (quadratic response surface). One linear
predictor per target follows, through a link:

========== ============================== =========================================
link       prediction                     fitted to
========== ============================== =========================================
logit      1 / (1 + exp(−η)), in 0..1     values in 0..1 (fractional logit)
identity   η                              values in dB or other units without bounds
========== ============================== =========================================

The interval around a prediction is conformal: it holds the errors that cross-validation made on
songs of *other artists* with a similar prediction, so that it covers nine in ten of them whatever
the shape of the errors. It is wide where the mapping knows little.

A mapping is JSON of some thirty kilobytes: coefficients and how well they do, and no song.

References
----------
Papke, L. E., Wooldridge, J. M. (1996). Econometric methods for fractional response variables.
Journal of Applied Econometrics 11.
Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence 74.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from songscape.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FORMAT = "songscape.mapping"
VERSION = 1
_LIST = re.compile(r"\[[^\[\]{}]*\]")
"""A list of plain values, which stands on one line."""

DIGITS = 5
"""Significant digits of a coefficient: what is lost is far below the error of any prediction."""


@dataclass(frozen=True, eq=False)
class Scale:
    """The descriptors a mapping reads and how it brings them to one scale.

    Parameters
    ----------
    features : the d descriptor names.
    crossed : those of them that also enter as products with each other and themselves.
    low, high : float64 (d,), the range of the training songs; values beyond are moved to its end.
    centre, spread : float64 (d,), mean and standard deviation within that range.
    """

    features: tuple[str, ...]
    crossed: tuple[str, ...]
    low: Array
    high: Array
    centre: Array
    spread: Array

    def design(self, values: Array) -> Array:
        """Return one column of ones, the d standardised descriptors and their products.

        Parameters
        ----------
        values : shape (n, d), finite.
        """
        standard = (np.clip(values, self.low, self.high) - self.centre) / self.spread
        chosen = standard[:, [self.features.index(name) for name in self.crossed]]
        first, second = np.triu_indices(chosen.shape[1])
        ones = np.ones((len(values), 1))
        return np.hstack([ones, standard, chosen[:, first] * chosen[:, second]])

    def outside(self, values: Array) -> NDArray[np.int64]:
        """Count the descriptors of every song that lie beyond the training songs' range."""
        beyond = (values < self.low) | (values > self.high)
        return np.asarray(beyond.sum(axis=1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Bands:
    """Conformal errors by prediction: at `at`, nine in ten true values lie in below..above of it.

    Parameters
    ----------
    at : increasing predictions, shape (b,).
    below, above : error quantiles there (true value minus prediction), shape (b,).
    """

    at: Array
    below: Array
    above: Array

    def interval(self, predicted: Array) -> tuple[Array, Array]:
        """Return the lower and upper end of the interval around every prediction."""
        low = predicted + np.interp(predicted, self.at, self.below)
        high = predicted + np.interp(predicted, self.at, self.above)
        return np.minimum(low, predicted), np.maximum(high, predicted)


@dataclass(frozen=True, eq=False)
class Quality:
    """How well one target was predicted for songs of artists the mapping had not met.

    Parameters
    ----------
    songs, artists : how many had a reference value.
    r2 : share of the variance explained, by artist-grouped cross-validation.
    r2_low : what r2 exceeds in 97.5 % of resamples of the artists.
    error : mean absolute error in the target's unit.
    coverage : share of songs within their interval, each fold's interval made from the others.
    width : of the interval one would give without listening: the middle 90 % of the references.
    """

    songs: int
    artists: int
    r2: float
    r2_low: float
    error: float
    coverage: float
    width: float


@dataclass(frozen=True, eq=False)
class Target:
    """The mapping to one published value: link, coefficients, errors."""

    link: str
    coefficients: Array
    bands: Bands
    quality: Quality

    def predict(self, design: Array) -> tuple[Array, Array, Array]:
        """Return prediction, lower and upper end for every row of a design matrix."""
        predicted = respond(design @ self.coefficients, self.link)
        low, high = self.bands.interval(predicted)
        if self.link == "logit":
            low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
        return predicted, low, high


@dataclass(frozen=True, eq=False)
class Model:
    """A whole mapping.

    Parameters
    ----------
    source : what it was fitted on, as ``{"table": …, "sha256": …}``.
    scale : descriptors and their scale.
    targets : name to mapping.
    strange : songs with more descriptors than this beyond the training range are unlike it.
    """

    source: Mapping[str, Any]
    scale: Scale
    targets: Mapping[str, Target]
    strange: int = field(default=0)


def respond(predictor: Array, link: str) -> Array:
    """Return the prediction for a linear predictor.

    >>> respond(np.array([0.0]), "logit").tolist()
    [0.5]
    """
    return np.asarray(expit(predictor) if link == "logit" else predictor, dtype=np.float64)


def model_text(model: Model) -> str:
    """Return a mapping as JSON text, numbers rounded to :data:`DIGITS`."""
    content = {"format": FORMAT, "version": VERSION, "source": dict(model.source)}
    content |= {"strange": model.strange, "scale": _plain(vars(model.scale))}
    content["targets"] = {
        name: {
            "link": target.link,
            "quality": _plain(vars(target.quality)),
            "bands": _plain(vars(target.bands)),
            "coefficients": _plain(target.coefficients),
        }
        for name, target in model.targets.items()
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return _LIST.sub(lambda found: " ".join(found[0].split()), text) + "\n"


def read_model(text: str, where: str = "the mapping") -> Model:
    """Read a mapping from JSON text.

    Parameters
    ----------
    text : as :func:`model_text` wrote it.
    where : its file, for messages.

    Raises
    ------
    InputError
        If it is no mapping, or one of another version.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise InputError(f"{where} is not a mapping of version {VERSION}; fit it again.")
        scale = content["scale"]
        return Model(
            source=content["source"],
            scale=Scale(
                tuple(scale["features"]),
                tuple(scale["crossed"]),
                *(_array(scale[name]) for name in ("low", "high", "centre", "spread")),
            ),
            targets={name: _target(one) for name, one in content["targets"].items()},
            strange=int(content["strange"]),
        )
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{where} is not a mapping that songscape calibrate wrote.") from None


def _target(content: Mapping[str, Any]) -> Target:
    """Read the mapping to one value."""
    bands = (_array(content["bands"][name]) for name in ("at", "below", "above"))
    quality = Quality(**content["quality"])
    return Target(content["link"], _array(content["coefficients"]), Bands(*bands), quality)


def _array(values: Any) -> Array:
    """Return numbers as an array."""
    return np.array(values, dtype=np.float64)


def _plain(value: Any) -> Any:
    """Turn arrays and tuples into lists, and round numbers, deeply."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return value
