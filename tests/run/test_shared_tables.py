"""Every real table maps with no options at all, and published numbers come out again.

Tables that differ by their columns and not by their size are cut to rows spread over them.
"""

import pytest

import songscape
from songscape import recipe as recipes
from songscape.run import follow
from songscape.studies.papers._paper import paper

WHOLE = {"fma-echonest-13129.csv": 13_129, "fma-genres.csv": 163}
SPREAD = ("organize-your-music-2000.csv", "geographical-origin-1059.txt",
          "playlists-11-genres-3081.csv")  # fmt: skip
ROWS = 400


def maps_with_no_options(table, rows):
    run = songscape.map(table)
    assert run.record.run["n_read"] == rows
    assert run.verdict["reason"]
    assert b"<html" in run.record.files["report.html"]


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_a_table_maps_with_no_options(shared_data, name):
    maps_with_no_options(shared_data / "tables" / name, WHOLE[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SPREAD)
def test_rows_spread_over_a_table_map_with_no_options(shared_data, tmp_path, name):
    head, *lines = (shared_data / "tables" / name).read_bytes().splitlines(keepends=True)
    kept = lines[:: len(lines) // ROWS]
    (tmp_path / name).write_bytes(head + b"".join(kept))
    maps_with_no_options(tmp_path / name, len(kept) + (not name.endswith(".csv")))


@pytest.mark.slow
def test_the_coursework_on_114k_tracks_comes_out_again(shared_data):
    """Sizes within 1 % and the silhouette of 0.3858 that the report of 2024 printed."""
    published = paper("audio-features")["recipes"]["published"]
    source = {"path": str(shared_data / "tables/spotify-tracks-114k.csv")}
    run = follow(recipes.resolve({**published, "source": source})).record.run
    assert run["n_tracks"] == 114_000
    for size, published in zip(run["cluster_sizes"], (42_921, 33_386, 28_400, 9_293), strict=True):
        assert size == pytest.approx(published, rel=0.01)
    assert run["scores"]["silhouette"] == pytest.approx(0.3856, abs=0.001)
