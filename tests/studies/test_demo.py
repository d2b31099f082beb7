"""The demonstration table has the truth it says, and no more."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from songscape.cli import app
from songscape.cli import map as commands
from songscape.core.errors import InputError
from songscape.studies import demo
from songscape.studies._render_plan import styles


def test_the_planted_truth_is_there():
    table, truth = demo.make_table(), demo.truth()
    assert table.height == truth.rows
    assert table["track_id"].n_unique() == truth.songs + 1
    assert table["Unnamed: 0"].to_list() == list(range(truth.rows))
    assert table.filter(pl.col("artists").is_null()).height == 1
    repeated = table.drop("Unnamed: 0").is_duplicated().sum()
    assert repeated >= 2 * demo.REPEATED_ROWS


def test_the_same_seed_gives_the_same_table():
    assert demo.make_table(3).equals(demo.make_table(3))
    assert not demo.make_table(3).equals(demo.make_table(4))


def test_every_number_is_in_its_range():
    table = demo.make_table().drop_nulls()
    for name in ("danceability", "energy", "acousticness", "valence", "speechiness"):
        assert table[name].is_between(0, 1).all()
    assert table["loudness"].is_between(-40, 0).all()
    assert (table["tempo"].eq(0) | table["tempo"].is_between(50, 210)).all()


def test_an_artist_keeps_to_one_style():
    table = demo.make_table().drop_nulls()
    heads = table.with_columns(style=pl.col("track_genre").str.split(" ").list.get(-1))
    assert heads["artists"].n_unique() > 100


def test_songs_are_rendered_with_their_truth_and_nothing_else_is_mapped(tmp_path):
    folder = tmp_path / "songs"
    library = demo.write_songs(folder, seed=3, n=2)
    library.touch()
    truth = pl.read_csv(folder / "truth.csv")
    assert sorted(path.name for path in folder.glob("*.flac")) == sorted(truth["file"])
    before = (folder / truth["file"][0]).read_bytes()
    demo.write_songs(folder, seed=3, n=2)
    assert (folder / truth["file"][0]).read_bytes() == before
    with pytest.raises(InputError, match=r"other files than the demonstration with seed 4 makes"):
        demo.write_songs(folder, seed=4, n=2)


@pytest.mark.slow
def test_the_demonstration_finds_styles_by_their_sound(tmp_path):
    out = tmp_path / "demo"
    done = CliRunner().invoke(app, ["demo", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    run = json.loads((out / "run.json").read_text("utf-8"))
    assert run["n_tracks"] == demo.RENDERED
    assert run["k"] == demo.STYLES == len(styles())
    assert run["agreement"]["ami"] >= 0.6
    assert (tmp_path / "demo-songs" / "truth.csv").is_file()


def test_the_table_needs_no_sound(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(commands, "map_", lambda **given: asked.update(given))
    done = CliRunner().invoke(app, ["demo", "--table", "--out", str(tmp_path / "d")])
    assert done.exit_code == 0, done.output
    assert asked["source"] == str(tmp_path / "d-songs.csv")
    assert (tmp_path / "d-songs.csv").is_file()


def test_a_table_of_somebody_elses_is_not_lost(tmp_path):
    path = tmp_path / "songs.csv"
    demo.write_table(path)
    demo.write_table(path)
    path.write_text("years of work")
    with pytest.raises(InputError, match="is another file than the demonstration with seed 0"):
        demo.write_table(path)
    assert path.read_text() == "years of work"


def test_any_seed_makes_a_table():
    assert demo.make_table(2**64).height == demo.make_table(0).height
