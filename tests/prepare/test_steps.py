"""What is particular to one transformer."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.errors import DegenerateDataError, RecipeError, UnknownNameError
from songscape.prepare import quantile
from songscape.prepare.drop_constant import DropConstant
from songscape.prepare.drop_correlated import DropCorrelated
from songscape.prepare.key_circle import KeyCircle, on_circle
from songscape.prepare.pick import REASONS, Pick
from songscape.prepare.tempo_log import TempoLog, octaves
from songscape.prepare.weights import Weights

TABLE = pl.DataFrame(
    {"mfcc_1": [1.0, 2.0], "mfcc_2": [2.0, 5.0], "tempo": [90.0, 120.0], "year": [1990.0, 2020.0]}
)


def kept(transformer, frame=TABLE):
    return transformer.fit(frame).get_feature_names_out().tolist()


def test_pick_leaves_out_with_the_reason():
    pick = Pick().fit(TABLE)
    assert pick.dropped_ == {"year": REASONS["year"]}
    assert {"popularity", "year", "duration_ms", "liveness"} <= set(REASONS)
    assert {"key", "mode", "time_signature", "explicit"} <= set(REASONS)


def test_pick_keeps_by_pattern_and_name():
    assert kept(Pick(keep=("mfcc_*", "year"))) == ["mfcc_1", "mfcc_2", "year"]
    assert kept(Pick(leave=("mfcc_*",))) == ["tempo", "year"]


def test_pick_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'tempo'"):
        Pick(keep=("temp",)).fit(TABLE)
    with pytest.raises(UnknownNameError, match="no feature 'loud'"):
        Pick(leave=("loud",)).fit(TABLE)


def test_one_song_is_too_few_to_compare_features_by():
    for selection in (Pick(), DropConstant(), DropCorrelated()):
        with pytest.raises(DegenerateDataError, match="At least 2 songs are needed"):
            selection.fit(TABLE.head(1))


@pytest.mark.parametrize("count", [2, 1_000, 100_000])
def test_any_number_of_quantiles_can_be_asked_for(count):
    ranks = quantile.make(quantile.Options("uniform", count), 0).fit_transform(
        [[3.0], [1.0], [2.0]]
    )
    assert ranks.ravel().tolist() == pytest.approx([1.0, 0.0, 0.5])


def test_pick_refuses_to_leave_nothing():
    with pytest.raises(DegenerateDataError, match=r"prepare\.pick leaves no feature: year"):
        Pick().fit(TABLE.select("year"))


def test_constant_and_repeated_columns_go():
    frame = TABLE.with_columns(one=pl.lit(1.0), again=pl.col("tempo"), zero=pl.Series([0.0, -0.0]))
    dropped = DropConstant().fit(frame).dropped_
    assert dropped == {
        "one": "is the same in every song",
        "again": "repeats tempo",
        "zero": "is the same in every song",
    }


def test_rounding_is_no_difference():
    frame = pl.DataFrame({"a": [0.1 + 0.2, 0.3, 0.3], "b": [1.0, 2.0, 3.0]})
    assert kept(DropConstant(), frame) == ["b"]


def test_of_a_pair_the_more_redundant_goes():
    rng = np.random.default_rng(0)
    a = rng.normal(size=500)
    b = a + rng.normal(0, 0.1, 500)
    c = b + rng.normal(0, 0.5, 500)
    drop = DropCorrelated(0.95).fit(pl.DataFrame({"a": a, "b": b, "c": c}))
    assert list(drop.dropped_) == ["b"]
    assert drop.dropped_["b"].endswith("with a")


def test_no_pair_is_left_at_the_threshold():
    rng = np.random.default_rng(1)
    mixed = rng.normal(size=(200, 4)) @ rng.normal(size=(4, 12))
    left = DropCorrelated(0.7).fit_transform(mixed)
    strength = np.abs(np.corrcoef(left.T)) - np.eye(left.shape[1])
    assert strength.max() < 0.7


def test_opposite_columns_are_alike():
    frame = pl.DataFrame({"a": [1.0, 2.0, 4.0], "b": [-1.0, -2.0, -4.0]})
    assert DropCorrelated().fit(frame).dropped_ == {"b": "r = -1.00 with a"}


@given(st.integers(0, 11))
def test_neighbouring_keys_are_equally_close(key):
    here, there = on_circle([key, (key + 1) % 12])
    assert np.linalg.norm(here - there) == pytest.approx(2 * np.sin(np.pi / 12))


def test_unknown_keys_are_the_centre():
    assert on_circle([-1, np.nan]).tolist() == [[0, 0], [0, 0]]


def test_key_circle_replaces_its_column():
    frame = TABLE.with_columns(key=pl.Series([0, 6]))
    out = KeyCircle().set_output(transform="polars").fit_transform(frame)
    assert out.columns == [*TABLE.columns, "key_cos", "key_sin"]
    assert out["key_cos"].to_list() == [1.0, -1.0]


@given(st.floats(20, 300), st.integers(-2, 2))
def test_folding_forgets_octaves(tempo, steps):
    folded = octaves([tempo, tempo * 2.0**steps], fold_from=70.0)
    turn = abs(folded[0] - folded[1])
    assert min(turn, 1 - turn) < 1e-9
    assert (folded >= np.log2(70 / 120)).all()
    assert (folded < np.log2(140 / 120)).all()


def test_a_tempo_of_zero_is_not_a_tempo():
    with pytest.raises(DegenerateDataError, match="zero or negative"):
        TempoLog().fit_transform(TABLE.with_columns(tempo=pl.lit(0.0)))


def test_weights_multiply_squared_distances():
    weighted = Weights({"mfcc_*": 9.0}).fit_transform(TABLE)
    assert weighted[:, :2].tolist() == [[3.0, 6.0], [6.0, 15.0]]
    shared = Weights({"mfcc_*": 2.0}, share=True).fit(TABLE)
    assert shared.factors_.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_weights_refuse_what_is_no_weight():
    with pytest.raises(UnknownNameError, match="no feature 'mfc_"):
        Weights({"mfc_*": 2.0}).fit(TABLE)
    with pytest.raises(RecipeError, match="weight of tempo must be a number"):
        Weights({"tempo": -1.0}).fit(TABLE)
