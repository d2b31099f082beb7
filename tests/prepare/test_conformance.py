"""What holds for every transformer."""

import dataclasses

import numpy as np
import polars as pl
import pytest
import skops.io
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from songscape.core import plugins
from songscape.core.options import fill, knobs

NAMES = plugins.names("prepare")


def table(n=40):
    rng = np.random.default_rng(3)
    energy = rng.uniform(size=n)
    return pl.DataFrame(
        {
            "energy": energy,
            "tempo": rng.uniform(60, 200, n),
            "key": rng.integers(-1, 12, n).astype(float),
            "year": rng.integers(1960, 2020, n).astype(float),
            "copy": energy,
            "nearly": energy + rng.normal(0, 1e-3, n),
            "same": np.ones(n),
        }
    )


def made(name):
    module = plugins.load("prepare", name)
    return module.make(fill(module.Options, {}, f"prepare.{name}"), 0)


@pytest.mark.parametrize("name", NAMES)
def test_options_are_frozen_and_documented(name):
    options = plugins.load("prepare", name).Options
    assert dataclasses.is_dataclass(options)
    assert options.__dataclass_params__.frozen
    assert all(knob.says for knob in knobs(options))


@pytest.mark.parametrize("name", NAMES)
def test_names_flow_and_values_are_finite(name):
    transformer = made(name).set_output(transform="polars")
    out = transformer.fit_transform(table())
    assert out.columns == transformer.get_feature_names_out().tolist()
    assert len(set(out.columns)) == len(out.columns)
    assert out.height == 40
    assert np.isfinite(out.to_numpy()).all()


@pytest.mark.parametrize("name", NAMES)
def test_new_songs_come_out_as_they_did_in_the_fit(name):
    transformer = clone(made(name)).set_output(transform="polars")
    fitted = transformer.fit(table()).transform(table())
    assert transformer.transform(table()[:5]).equals(fitted[:5])


@pytest.mark.parametrize("name", NAMES)
def test_storable_without_pickle(name):
    transformer = made(name).set_output(transform="polars").fit(table())
    stored = skops.io.dumps(transformer)
    types = skops.io.get_untrusted_types(data=stored)
    assert all(one.startswith("songscape.prepare.") for one in types)
    again = skops.io.loads(stored, trusted=types)
    assert again.transform(table()).equals(transformer.transform(table()))


def test_the_default_order_makes_standard_scores():
    steps = [made(name) for name in ("pick", "drop_constant", "drop_correlated", "standard")]
    out = make_pipeline(*steps).set_output(transform="polars").fit_transform(table())
    assert out.columns in (["energy", "tempo"], ["tempo", "nearly"])
    assert np.allclose(out.to_numpy().mean(axis=0), 0)
    assert np.allclose(out.to_numpy().std(axis=0), 1)
