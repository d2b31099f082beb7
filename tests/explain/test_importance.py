import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from songscape.cluster.kmeans import KMeans
from songscape.core.fit import Fit
from songscape.core.space import Space
from songscape.explain.importance import COLUMNS, Ground, importance
from songscape.prepare.pick import Options, make


def fitter(space, k, seed):
    model = KMeans(k, n_init=3, random_state=seed).fit(space.matrix)
    return Fit(model.labels_, model, k, seed)


def ground(*steps, n=400, k=3):
    """Groups that two features make; a third is noise, a fourth is a copy's shadow of the first."""
    rng = np.random.default_rng(0)
    home = np.arange(n) % k
    features = pl.DataFrame(
        {
            "loudness": 8.0 * (home == 0) + rng.normal(size=n),
            "tempo": 8.0 * (home == 1) + rng.normal(size=n),
            "noise": rng.normal(size=n),
            "unused": 20.0 * rng.normal(size=n),
            "flat": np.ones(n),
        }
    )
    used = ("loudness", "tempo", "noise")
    pipeline = Pipeline(
        [("pick", make(Options(keep=used), 0)), ("scale", StandardScaler()), *steps]
    )
    pipeline.set_output(transform="polars")
    space = Space.of(pipeline.fit_transform(features), "prepared")
    return Ground(features, pipeline, space, fitter(space, k, 0), fitter)


def of(table, kind):
    return {row["feature"]: row for row in table.filter(pl.col("kind") == kind).to_dicts()}


@pytest.mark.parametrize("steps", [(), (("pca", PCA(3, random_state=0)),)], ids=["plain", "pca"])
def test_what_makes_the_groups_matters_and_noise_does_not(steps):
    table = importance(ground(*steps), 0, ["unused", "flat"])
    assert dict(table.schema) == COLUMNS
    without = of(table, "without")
    assert set(without) == {"loudness", "tempo", "noise"}
    for name in ("loudness", "tempo"):
        assert without[name]["moved"] > 0.3
        assert without[name]["ari"] < 0.8
        assert without[name]["silhouette_change"] < -0.05
    assert without["noise"]["moved"] < 0.02
    assert without["noise"]["ari"] > 0.9
    assert of(table, "start")["another start"]["ari"] == pytest.approx(1, abs=0.02)
    assert list(table.filter(pl.col("kind") == "without")["feature"])[-1] == "noise"


def test_a_feature_left_out_is_tried_and_a_constant_one_is_not():
    added = of(importance(ground(), 0, ["unused", "flat"]), "with")
    assert list(added) == ["unused"]
    assert added["unused"]["moved"] is None
    assert added["unused"]["ari"] <= 1


def test_the_same_seed_gives_the_same_table():
    assert importance(ground(), 3).equals(importance(ground(), 3))


def test_large_collections_are_sampled(monkeypatch):
    monkeypatch.setattr("songscape.explain.importance.MOST", 100)
    without = of(importance(ground(), 0), "without")
    assert without["loudness"]["moved"] > without["noise"]["moved"]


def test_one_group_and_maps_that_cannot_place_give_nothing():
    whole = ground()
    one = Fit(np.zeros(400, dtype=np.int32), whole.fit.estimator, 1, 0)
    assert importance(
        Ground(whole.features, whole.pipeline, whole.space, one, fitter), 0
    ).is_empty()
    assert importance(
        Ground(whole.features, object(), whole.space, whole.fit, fitter), 0
    ).is_empty()
