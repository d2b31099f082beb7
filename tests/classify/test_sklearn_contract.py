"""Our own classifiers and regressors behave as scikit-learn's do."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.classify.linear import Linear, LinearRegressor
from songscape.classify.network import Network, NetworkRegressor

OURS = [Linear(), LinearRegressor(), Network(), NetworkRegressor()]


@parametrize_with_checks(OURS)
def test_common_checks(estimator, check):
    check(estimator)
