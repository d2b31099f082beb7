"""Songs of a folder, and the table that describe wrote of them, are compared by the same features."""

import tomllib

import numpy as np
import polars as pl
import pytest
import soundfile
from tests.undrawn import mapped
from typer.testing import CliRunner

from songscape import recipe as recipes
from songscape.cli import app
from songscape.run import place_songs
from songscape.sources import _described
from songscape.sources.folder import COMPARED, EMBEDDING

QUICK = {"choose.use": "none", "judge.draws": 0, "judge.importance": False, "map.use": "pca"}
RATE, SONGS = 22_050, 12


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Return a folder of noisy tones, every other one of them much rougher."""
    folder = tmp_path_factory.mktemp("music")
    rng = np.random.default_rng(0)
    time = np.arange(4 * RATE) / RATE
    for number in range(SONGS):
        tone = sum(np.sin(2 * np.pi * 110 * (number + 2) * k * time) / k for k in (1, 2, 3))
        pulse = 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * (1.5 + number / 8) * time))
        rough = (0.02, 0.4)[number % 2] * rng.normal(size=len(time))
        soundfile.write(folder / f"song {number}.wav", 0.2 * (tone * pulse + rough), RATE)
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return tmp_path_factory.mktemp("library") / "library.db"


@pytest.fixture(scope="module")
def run(music, library):
    options = QUICK | {"source.library": str(library), "source.excerpt": 3.0}
    return mapped(music, k=2, options=options)


def test_the_table_of_a_folder_is_compared_like_the_folder(run, music, library, tmp_path):
    table = tmp_path / "songs.csv"
    words = ["describe", str(music), "--library", str(library), "--excerpt", "3", "--out"]
    assert CliRunner().invoke(app, [*words, str(table)]).exit_code == 0
    assert len(pl.read_csv(table).columns) > 2 * len(COMPARED)
    again = mapped(table, k=2, options=QUICK)
    assert again.record.run["features"] == run.record.run["features"]
    resolved = recipes.resolve(tomllib.loads(again.record.recipe))
    assert resolved.prepare[0].options.prefer == (*COMPARED, EMBEDDING)


def test_songs_of_a_folder_are_placed_as_the_run_described_them(run, music, tmp_path):
    placed = place_songs(run.save(tmp_path / "run"), str(music))
    both = placed.join(run.tracks, on="id", suffix="_run")
    assert both.height == run.tracks.height > 0
    assert both["cluster"].equals(both["cluster_run"])
    assert both["x"].to_list() == pytest.approx(both["x_run"].to_list())


def test_a_table_of_other_features_is_left_alone(tmp_path):
    table = tmp_path / "songs.csv"
    pl.DataFrame({"title": ["a"], "energy": [0.1], "tempo": [120.0]}).write_csv(table)
    assert recipes.resolve({"source": {"path": str(table)}}).prepare[0].options.prefer == ()
    assert _described.recipe(str(tmp_path / "nowhere.csv")) == {}


@pytest.mark.parametrize("name", ["songs.csv", "songs.parquet"])
def test_most_of_our_names_are_enough(tmp_path, name):
    own = sorted(_described.OWN)
    for part, prefers in ((own[: len(own) // 2 + 1], True), (own[: len(own) // 3], False)):
        frame = pl.DataFrame({column: [0.5] for column in part})
        path = tmp_path / name
        frame.write_csv(path) if name.endswith("csv") else frame.write_parquet(path)
        prefer = recipes.resolve({"source": {"path": str(path)}}).prepare[0].options.prefer
        assert bool(prefer) is prefers
