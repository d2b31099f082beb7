"""Every real table maps with no options at all, and published numbers come out again."""

from importlib.resources import files

import pytest

import songscape
from songscape import recipe as recipes
from songscape.run import follow

TABLES = {
    "organize-your-music-2000.csv": 1_994,
    "fma-echonest-13129.csv": 13_129,
    "fma-genres.csv": 163,
    "geographical-origin-1059.txt": 1_059,
    "playlists-11-genres-3081.csv": 3_081,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_a_table_maps_with_no_options(shared_data, name):
    run = songscape.map(shared_data / "tables" / name)
    assert run.record.run["n_read"] == TABLES[name]
    assert run.verdict["reason"]
    assert b"<html" in run.record.files["report.html"]


@pytest.mark.slow
def test_the_coursework_on_114k_tracks_comes_out_again(shared_data):
    """Sizes within 1 % and the silhouette of 0.3858 that the report of 2024 printed."""
    protocol = files("songscape.studies") / "audio_features.toml"
    values = recipes.put(
        recipes.read(protocol), "source.path", str(shared_data / "tables/spotify-tracks-114k.csv")
    )
    values = recipes.put(values, "choose", {"use": "none"})
    run = follow(recipes.resolve({**values, "judge": {"draws": 0}})).record.run
    assert run["n_tracks"] == 114_000
    for size, published in zip(run["cluster_sizes"], (42_921, 33_386, 28_400, 9_293), strict=True):
        assert size == pytest.approx(published, rel=0.01)
    assert run["scores"]["silhouette"] == pytest.approx(0.3856, abs=0.001)
