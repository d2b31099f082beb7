"""Features are picked by name, whatever values they hold."""

import polars as pl

from songscape.prepare.pick import Pick


def test_gaps_in_what_is_left_out_are_no_matter():
    table = pl.DataFrame({"energy": [0.1, 0.9], "year": [1990.0, float("nan")]})
    assert Pick().fit_transform(table).tolist() == [[0.1], [0.9]]
