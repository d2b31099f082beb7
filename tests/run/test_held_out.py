from typing import ClassVar

import numpy as np
import polars as pl
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from songscape import recipe as recipes
from songscape.run._fitter import fitter
from songscape.run._held_out import held_out, summary

RECIPE = recipes.resolve({"source": {"path": "songs.csv"}})


class Watching(StandardScaler):
    """Remember how many songs it was fitted on."""

    fitted: ClassVar[list[int]] = []

    def fit(self, X, y=None, sample_weight=None):
        Watching.fitted.append(len(X))
        return super().fit(X, y, sample_weight)


def songs(n=300, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 2)) + 9 * np.eye(3, 2)[np.arange(n) % 3]
    return pl.DataFrame({"tempo": 100 + values[:, 0], "energy": values[:, 1]})


def scored(frame, groups=None, k=3, seed=0):
    pipeline = Pipeline([("scale", Watching())]).set_output(transform="polars")
    return held_out(frame, pipeline, fitter(RECIPE), k, seed, groups)


def test_nothing_is_fitted_on_the_songs_held_out():
    Watching.fitted.clear()
    table = scored(songs())
    assert Watching.fitted == [table["n_train"][0]]
    assert table["n_train"][0] + table["n_test"][0] == 300
    assert table["n_test"][0] == pytest.approx(90, abs=1)
    assert table["fingerprint"].n_unique() == 1


def test_the_likelihood_knows_three_groups_and_the_cost_does_not():
    table = scored(songs(900))
    told = summary(table, 3)
    assert told["k_of_best_likelihood"] in (3, 4)
    cost = table.filter(pl.col("criterion") == "held_out_cost").sort("k")
    assert cost["value"].is_sorted(descending=True)


def test_artists_are_held_out_whole():
    artists = [np.repeat([f"artist {i}" for i in range(10)], 30)]
    table = scored(songs(), artists)
    assert table["n_test"][0] in (60, 90)


def test_a_mixture_answers_with_its_own_likelihood():
    mixture = recipes.resolve({"source": {"path": "songs.csv"}, "cluster": {"use": "mixture"}})
    pipeline = Pipeline([("scale", StandardScaler())]).set_output(transform="polars")
    table = held_out(songs(), pipeline, fitter(mixture), 3, 0)
    plain = scored(songs())
    at_three = [
        one.filter((pl.col("k") == 3) & (pl.col("criterion") == "held_out_likelihood"))["value"][0]
        for one in (table, plain)
    ]
    assert at_three[0] == pytest.approx(at_three[1], abs=0.2)


def test_too_few_songs_or_no_way_to_place_them_give_nothing():
    assert scored(songs(6)).is_empty()
    assert held_out(songs(), object(), fitter(RECIPE), 3, 0).is_empty()
    assert summary(scored(songs(6)), 3) is None
