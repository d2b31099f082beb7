"""Our own transformers behave as scikit-learn's do."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.prepare.drop_constant import DropConstant
from songscape.prepare.drop_correlated import DropCorrelated
from songscape.prepare.key_circle import KeyCircle
from songscape.prepare.pick import Pick
from songscape.prepare.quantile import Quantile
from songscape.prepare.tempo_log import TempoLog
from songscape.prepare.weights import Weights

OURS = [DropConstant(), DropCorrelated(), KeyCircle(), Pick(), Quantile(), TempoLog(), Weights()]


@pytest.mark.filterwarnings("ignore:Skipping check_array_api_input")
@parametrize_with_checks(OURS)
def test_common_checks(estimator, check):
    check(estimator)
