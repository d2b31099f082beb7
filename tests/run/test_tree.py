import numpy as np
import polars as pl
import pytest

import songscape
from songscape import recipe as recipes
from songscape.run import _stages as stages
from songscape.run._tree import levels, tree_of, with_tree

TREE = "genre_id,#tracks,parent,title,top_level\n12,9,0,Rock,12\n25,5,12,Punk,12\n85,2,25,Oi,12\n21,4,0,Hip-Hop,21\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tree.csv").write_text(TREE)
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "track_id": [f"t{i}" for i in range(60)],
            "title": [f"song {i}" for i in range(60)],
            "genre": ["Punk", "Hip-Hop", "Oi"] * 20,
            "tempo": rng.normal(120, 9, 60),
            "energy": rng.uniform(size=60),
        }
    )
    frame.write_csv(tmp_path / "songs.csv")
    return tmp_path


def found(folder, **genres):
    values = {"source": {"path": str(folder / "songs.csv")}, "clean": {"genres": genres}}
    recipe = recipes.resolve(values)
    return with_tree(recipe, stages.load(recipe.source))


def test_a_tree_beside_the_table_is_found_and_said(folder):
    recipe, songs = found(folder)
    assert tree_of(recipe) == folder / "tree.csv"
    assert songs.history[-1] == "found the tree of genres tree.csv beside the source"


def test_a_tree_of_other_genres_is_not_meant(folder):
    (folder / "tree.csv").write_text(TREE.replace("Punk", "Polka"))
    assert tree_of(found(folder)[0]) is None


def test_a_tree_that_is_named_or_not_wanted_is_left(folder):
    assert tree_of(found(folder, how=["none"])[0]) is None
    assert tree_of(found(folder, tree="mine.csv")[0]).name == "mine.csv"


def test_agreement_level_by_level(folder):
    _, songs = found(folder)
    labels = np.where(songs.frame["genre"] == "Hip-Hop", 1, 0).astype(np.int32)
    tables = levels(songs, labels, folder / "tree.csv", 0)
    rows = tables["genre_levels"].to_dicts()
    assert [row["genres"] for row in rows] == [2, 2, 3]
    assert rows[0]["ami"] == pytest.approx(1)
    assert rows[2]["completeness"] < rows[2]["homogeneity"] + 1
    assert rows[2]["v_measure"] < 1
    homes = tables["genre_level_homes"].filter(pl.col("level") == 3)
    fates = dict(homes.select("genre", "fate").iter_rows())
    assert fates == {"Punk": "merged", "Oi": "merged", "Hip-Hop": "alone"}


def test_a_genre_and_its_parent_say_the_genre(folder):
    frame = pl.DataFrame(
        {"id": ["a", "b"], "tempo": [1.0, 2.0], "genre": [["Rock", "Punk"], ["Oi"]]}
    )
    songs = songscape.read(frame, roles={"genre": "genre"})
    tables = levels(songs, np.array([0, 1], dtype=np.int32), folder / "tree.csv", 0)
    at_two = tables["genre_level_homes"].filter(pl.col("level") == 2)
    assert at_two["genre"].to_list() == ["Punk"]
    at_three = tables["genre_level_homes"].filter(pl.col("level") == 3)
    assert sorted(at_three["genre"]) == ["Oi", "Punk"]


def test_a_link_that_leads_nowhere_is_no_tree(folder):
    (folder / "a lost link.csv").symlink_to(folder / "gone.csv")
    (folder / "b.csv").mkdir()
    assert tree_of(found(folder)[0]) == folder / "tree.csv"
