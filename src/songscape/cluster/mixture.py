"""Gaussian mixture: every cluster is a Gaussian cloud, every song belongs to all of them a little.

The density Σ πⱼ N(x; μⱼ, Σⱼ) is fitted by expectation–maximisation: share every song among the
components by its posterior, then move weights, means and covariances to their weighted estimates
(Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm").
Covariances can be ``full`` (any ellipse), ``tied`` (one ellipse for all), ``diag`` (axis-parallel)
or ``spherical`` (round). Unlike k-means it lets clusters differ in size, spread and direction and
gives a probability for each song, and its likelihood makes BIC possible.

Beware of columns with few different values: a full or diagonal component can shrink onto one of
them, where its density grows without bound. Such columns raise a warning, and components are kept
from getting narrower there than the step between values allows to tell.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._kernels import Stop, mixture_log_prob
from songscape.cluster._em import Parameters, Rules, climb, grouped
from songscape.cluster._guard import WeightedPredictor, as_counts, as_matrix
from songscape.cluster._lloyd import greedy_start, random_start, settle
from songscape.cluster._songs import songs
from songscape.cluster._sweep import KMeansSweep
from songscape.core.guard import check_values
from songscape.core.options import option
from songscape.core.seeds import child

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape._kernels import CovarianceType
    from songscape.cluster._em import Climb
    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

ROUNDING = 1e-10
"""Share of a column's variance added to every component's, so that rounding cannot sink it."""

FEW, FEW_STARTS = 12, 4
"""Numbers of components up to which a sweep tries so many starts."""

ROUGH = 1e-4
"""Share of the cost a k-means step of a start must gain to go on; EM does the rest."""

FEW_VALUES = 20
"""A column with fewer different values than this is discrete …"""

MANY_SONGS = 200
"""… if there are at least this many songs to differ."""


@dataclass(frozen=True)
class Options:
    """How the mixture is fitted."""

    k: int = option(8, "number of components", low=1)
    covariance: str = option(
        "full", "shape of a component", choices=("full", "tied", "diag", "spherical")
    )
    regularisation: float = option(
        1e-6, "added to every variance, in squared units of the space; keeps components open", low=0
    )
    prior: float = option(
        0.0, "songs of unit variance each component is given beforehand; keeps it open", low=0
    )
    restarts: int = option(1, "starts of which the best is kept", low=1)
    iterations: int = option(200, "most EM steps of one start", low=1)
    tolerance: float = option(1e-3, "gain of mean log-likelihood that ends it", low=0)


class _Mixture(DensityMixin, BaseEstimator):  # type: ignore[misc]
    """A mixture without the guard; see :class:`GaussianMixture`."""

    def __init__(  # noqa: PLR0913 - scikit-learn's names for the same things
        self,
        n_components: int = 1,
        *,
        covariance_type: CovarianceType = "full",
        tol: float = 1e-3,
        reg_covar: float = 1e-6,
        variance_prior: float = 0.0,
        max_iter: int = 100,
        n_init: int = 1,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.variance_prior = variance_prior
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture from the best of `n_init` k-means starts."""
        del y
        names = getattr(X, "columns", None)
        points = validate_data(self, X, dtype=np.float64, order="C", ensure_min_samples=2)
        weights = as_counts(sample_weight, points)
        rows, rules = songs(points, weights), self._rules(points, names)
        random = check_random_state(self.random_state)
        runs = [
            self._climbed(rows, rules, _start(rows, self.n_components, random.randint(2**31)))
            for _ in range(self.n_init)
        ]
        return self._settled(max(runs, key=lambda run: run.bound))

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray[np.int64]:
        """Fit the mixture and return the likeliest component of every song."""
        return self.fit(X, y, sample_weight=sample_weight).predict(X)

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return the likeliest component of every song, shape (n,)."""
        labels: NDArray[np.int64] = self._log_prob(X).argmax(axis=1)
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of every component for every song, shape (n, k)."""
        posterior: Floats = softmax(self._log_prob(X), axis=1)
        return posterior

    def score_samples(self, X: Any) -> Floats:
        """Return the log density of every song, shape (n,)."""
        density: Floats = logsumexp(self._log_prob(X), axis=1)
        return density

    def densities(self, X: Any) -> tuple[Floats, Floats]:
        """Return the log density of every song (n,) and its probabilities (n, k), in one pass."""
        joint = self._log_prob(X)
        density: Floats = logsumexp(joint, axis=1)
        return density, np.exp(joint - density[:, None])

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean log density."""
        del y
        return float(self.score_samples(X).mean())

    def bic(self, X: Any) -> float:
        """Return the Bayesian information criterion, low is good (Schwarz 1978)."""
        densities = self.score_samples(X)
        return -2 * float(densities.sum()) + self._n_parameters() * float(np.log(len(densities)))

    def aic(self, X: Any) -> float:
        """Return Akaike's information criterion, low is good (Akaike 1974)."""
        return -2 * float(self.score_samples(X).sum()) + 2 * self._n_parameters()

    def sample(self, n_samples: int = 1) -> tuple[Floats, NDArray[np.int64]]:
        """Draw songs from the mixture and return them with their components."""
        check_is_fitted(self)
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        drawn = np.sort(rng.choice(self.n_components, n_samples, p=self.weights_))
        noise = rng.normal(size=(n_samples, self.n_features_in_))
        roots = self._roots()
        spread = [noise[drawn == one] @ roots[one].T for one in range(self.n_components)]
        return self.means_[drawn] + np.concatenate(spread), drawn

    def _log_prob(self, X: Any) -> Floats:
        """Return log of weight times density, shape (n, k)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return mixture_log_prob(points, self._parameters.mixture(self.covariance_type))

    @property
    def _parameters(self) -> Parameters:
        """The parameters as EM has them."""
        return Parameters(self.weights_, self.means_, self.covariances_, self.precisions_cholesky_)

    def _rules(self, points: Floats, names: Any) -> Rules:
        """Return what components may look like; discrete columns raise their floor and a warning.

        A column whose values lie a step h apart cannot tell variances below h²/12, that of the
        values a step stands for (Sheppard 1898), so a component may not be narrower.
        """
        floor = np.full(points.shape[1], float(self.reg_covar)) + ROUNDING * points.var(axis=0)
        if self.covariance_type != "spherical":
            discrete = discrete_columns(points)
            _warn_of_discrete_columns(discrete, names)
            for column in discrete:
                steps = np.diff(np.unique(points[:, column]))
                floor[column] += float(steps.min(initial=np.inf)) ** 2 / 12 if steps.size else 0.0
        return Rules(self.covariance_type, floor, self.variance_prior)

    def _climbed(self, rows: Songs, rules: Rules, centers: Floats) -> Climb:
        """Run EM from the groups around some centres."""
        labels = rows.nearest(centers).labels
        start = grouped(rows, labels, len(centers), rules)
        return climb(rows, start, rules, self.max_iter, self.tol)

    def _swept(self, rows: Songs, matrix: Floats, starts: list[Floats]) -> Self:
        """Fit from given centres."""
        validate_data(self, matrix)
        rules = self._rules(matrix, None)
        runs = [self._climbed(rows, rules, centers) for centers in starts]
        return self._settled(max(runs, key=lambda run: run.bound))

    def _settled(self, run: Climb) -> Self:
        """Take a run as fitted."""
        self.weights_, self.means_, self.covariances_, self.precisions_cholesky_ = run.parameters
        self.precisions_ = _precisions(self.precisions_cholesky_, self.covariance_type)
        self.lower_bound_, self.n_iter_, self.converged_ = run.bound, run.steps, run.converged
        if not run.converged:
            warnings.warn(
                f"The mixture still changed after {self.max_iter} steps; raise "
                "cluster.mixture.iterations or cluster.mixture.tolerance.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _n_parameters(self) -> int:
        """Return the number of free parameters."""
        k, d = self.means_.shape
        shapes = {"full": k * d * (d + 1) // 2, "tied": d * (d + 1) // 2, "diag": k * d}
        return int(shapes.get(self.covariance_type, k) + k * d + k - 1)

    def _roots(self) -> Floats:
        """Return a square root of the covariance of every component, shape (k, d, d)."""
        k, d = self.means_.shape
        unit = np.eye(d)
        if self.covariance_type in {"full", "tied"}:
            return np.broadcast_to(np.linalg.cholesky(self.covariances_), (k, d, d))
        spread = np.sqrt(self.covariances_).reshape(k, -1, 1)
        return spread * unit


class GaussianMixture(WeightedPredictor, _Mixture):  # type: ignore[misc]
    """Group songs as a mixture of Gaussians.

    Parameters
    ----------
    n_components : number of components.
    covariance_type : "full", "tied", "diag" or "spherical".
    tol : gain of the mean log-likelihood that ends EM.
    reg_covar : added to every variance.
    variance_prior : songs of unit variance each component is given beforehand.
    max_iter : most EM steps.
    n_init : k-means starts of which the likeliest end is kept.
    random_state : seed of the starts.

    Attributes
    ----------
    weights_, means_, covariances_, precisions_, precisions_cholesky_ : as scikit-learn's.
    lower_bound_ : mean log-likelihood per song.
    n_iter_, converged_ : EM steps, and whether they ended by `tol`.

    Examples
    --------
    >>> songs = [[0.0], [0.1], [5.0], [5.1]]
    >>> model = GaussianMixture(n_components=2, random_state=0).fit(songs)
    >>> model.predict_proba(songs).round(3).max(axis=1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of every component for every song, shape (n, k)."""
        check_values(as_matrix(X))
        return super().predict_proba(X)


def discrete_columns(matrix: NDArray[Any]) -> list[int]:
    """Return the columns with so few different values that a component may collapse onto one.

    Examples
    --------
    >>> songs = np.column_stack([np.arange(300) % 2, np.arange(300)]).astype(float)
    >>> discrete_columns(songs)
    [0]
    """
    if len(matrix) < MANY_SONGS:
        return []
    return [i for i, column in enumerate(matrix.T) if len(np.unique(column)) < FEW_VALUES]


def _warn_of_discrete_columns(found: list[int], names: Any) -> None:
    """Warn of columns a component may collapse onto."""
    if found:
        called = ", ".join(str(i if names is None else list(names)[i]) for i in found)
        warnings.warn(
            f"Columns with few different values ({called}) can make a mixture collapse onto one "
            "value; leave them out with prepare.pick or raise cluster.mixture.regularisation.",
            stacklevel=3,
        )


def _start(rows: Songs, k: int, seed: int) -> Floats:
    """Return k centres to begin with, shape (k, d): k-means, roughly."""
    start = greedy_start(rows, k, np.random.default_rng(seed))
    return settle(rows, start, Stop(gain=ROUGH)).centers


def _precisions(factors: Floats, kind: str) -> Floats:
    """Return the precisions of Cholesky factors."""
    if kind in {"full", "tied"}:
        return factors @ np.swapaxes(factors, -1, -2)
    return factors**2


def sweep(options: Options, matrix: Floats, ks: Sequence[int], seed: int) -> list[GaussianMixture]:
    """Fit mixtures at several k, each from k-means at every k in one go.

    Of several `restarts` the first is that one, and the others are groups around songs drawn at
    random, as k-means leads to the same few places. Where k is small a wrong start costs much
    likelihood and another one little time, so there are some in any case.
    """
    swept = KMeansSweep(max(ks), random_state=seed).fit(matrix)
    rows, models = songs(matrix), []
    for k in ks:
        most = max(options.restarts, FEW_STARTS if k <= FEW else 1)
        seeds = [child(seed, f"start {k} {one}") for one in range(1, most)]
        others = [random_start(rows, k, np.random.default_rng(own)) for own in seeds]
        starts = [swept.cluster_centers_[k - 1], *others]
        models.append(make(replace(options, k=k), seed)._swept(rows, matrix, starts))  # noqa: SLF001
    return models


def make(options: Options, seed: int) -> GaussianMixture:
    """Make the clusterer."""
    return GaussianMixture(
        n_components=options.k,
        covariance_type=cast("CovarianceType", options.covariance),
        reg_covar=options.regularisation,
        variance_prior=options.prior,
        n_init=options.restarts,
        max_iter=options.iterations,
        tol=options.tolerance,
        random_state=seed,
    )
