"""No matrix makes a method hang, crash or give out numbers that are none."""

import warnings

import pytest
from tests.cluster.degenerate import REFUSED, matrices, outcome
from tests.with_torch import DEEP, needs_torch

from songscape.core import plugins

METHODS = [
    pytest.param(stage, name, marks=needs_torch if name in DEEP else ())
    for stage in ("cluster", "reduce")
    for name in plugins.names(stage)
]


@pytest.mark.slow
@pytest.mark.timeout(120, method="thread")  # compiled code that hangs hears no signal
@pytest.mark.parametrize(("stage", "name"), METHODS)
def test_outcomes(stage, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {what: outcome(stage, name, matrix) for what, matrix in matrices().items()}
    assert {found[what] for what in REFUSED} == {"refused"}, found
    rest = {what: said for what, said in found.items() if what not in REFUSED}
    assert set(rest.values()) <= {"done", "refused"}, rest
    refused = {what for what, said in rest.items() if said == "refused"}
    assert refused <= {"k above distinct rows"}, rest


@pytest.mark.parametrize("name", ["kmeans", "minibatch", "mixture", "agglomerative"])
def test_more_clusters_than_different_songs_is_one_error(name):
    assert outcome("cluster", name, matrices()["k above distinct rows"]) == "refused"
