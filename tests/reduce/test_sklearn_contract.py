"""Our own reducers behave as scikit-learn's do."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.reduce.pca import PCA
from songscape.reduce.tsne import TSNE
from songscape.reduce.umap import UMAP


@pytest.mark.filterwarnings("ignore:reduce.pca.k is")
@parametrize_with_checks([PCA(), TSNE(iterations=250, engine="scikit-learn"), UMAP()])
def test_common_checks(estimator, check):
    check(estimator)
