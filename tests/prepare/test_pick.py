"""Features are picked by name, whatever values they hold."""

import polars as pl

from songscape.prepare.pick import NOT_PREFERRED, REASONS, Pick


def test_gaps_in_what_is_left_out_are_no_matter():
    table = pl.DataFrame({"energy": [0.1, 0.9], "year": [1990.0, float("nan")]})
    assert Pick().fit_transform(table).tolist() == [[0.1], [0.9]]


TABLE = pl.DataFrame({"energy": [0.1, 0.9], "tempo": [90.0, 120.0], "year": [1990.0, 2020.0]})


def test_preferred_features_are_used_where_they_are_there():
    pick = Pick(prefer=("tempo", "mfcc_*", "year")).fit(TABLE)
    assert pick.get_feature_names_out().tolist() == ["tempo"]
    assert pick.dropped_ == {"energy": NOT_PREFERRED, "year": REASONS["year"]}


def test_without_any_preferred_feature_all_count():
    assert Pick(prefer=("mfcc_*",)).fit(TABLE).get_feature_names_out().tolist() == [
        "energy",
        "tempo",
    ]


def test_keep_overrules_prefer():
    assert Pick(keep=("year",), prefer=("tempo",)).fit(TABLE).get_feature_names_out() == ["year"]
