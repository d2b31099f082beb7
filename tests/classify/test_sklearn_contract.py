"""Our own classifiers and regressors behave as scikit-learn's do."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.classify.boosting import Boosting, BoostingRegressor
from songscape.classify.linear import Linear, LinearRegressor
from songscape.classify.nearest import Nearest, NearestRegressor
from songscape.classify.network import Network, NetworkRegressor

OURS = [
    Linear(), LinearRegressor(), Network(), NetworkRegressor(), Nearest(5), NearestRegressor(5),
    Boosting(20), BoostingRegressor(20),
]  # fmt: skip
"""All but the network that hears, whose input is no table but names of files."""


@parametrize_with_checks(OURS)
def test_common_checks(estimator, check):
    check(estimator)
