import numpy as np
import polars as pl
import pytest

from songscape.clean import duplicates, missing
from songscape.clean._nearest import nearest_groups
from songscape.clean._rules import grouped_by_name
from songscape.clean.genres import Options, clean, examine, mapping_table, write_mapping
from songscape.core.collection import Role
from songscape.core.errors import InputError, RecipeError

RULES = Options(how=("rules",))
TREE = "genre_id,#tracks,parent,title,top_level\n12,9,0,Rock,12\n25,5,12,Punk,12\n89,2,25,Post-Punk,12\n21,9,0,Hip-Hop,21\n"


@pytest.fixture
def labelled(songs):
    """Make a collection with so many songs of each label."""

    def make(**features):
        counts = features.pop("counts")
        genre = [label for label, number in counts.items() for _ in range(number)]
        energy = np.linspace(0, 1, len(genre)).tolist()
        return songs(genre=genre, **({"energy": energy} | features))

    return make


@pytest.fixture
def tree(tmp_path):
    path = tmp_path / "tree.csv"
    path.write_text(TREE)
    return str(path)


def groups(collection, options):
    table = mapping_table(collection, options)
    return dict(table.select("genre", "group").iter_rows())


def decided(collection, options):
    table = mapping_table(collection, options)
    return dict(table.select("genre", "decided").iter_rows())


def test_hyper_specific_labels_join_their_head_word(labelled):
    # The example of a study of 1,417 songs whose genres mostly stood on one song.
    counts = {"canadian hip hop": 1, "north carolina hip hop": 2, "dutch hip hop": 13, "edm": 30}
    collection = labelled(counts=counts)
    assert groups(collection, RULES) == {
        "canadian hip hop": "hip hop",
        "north carolina hip hop": "hip hop",
        "dutch hip hop": "hip hop",
        "edm": "dance",
    }
    cleaned = clean(collection, RULES)
    assert cleaned.frame["genre"].equals(collection.frame["genre"])
    assert cleaned.columns["genre_group"].role is Role.GENRE
    assert cleaned.frame["genre_group"].value_counts(sort=True).rows() == [
        ("dance", 30),
        ("hip hop", 16),
    ]
    assert cleaned.history == ("grouped 4 genres into 2 (rules)",)


@pytest.mark.parametrize(
    ("label", "group", "how"),
    [
        ("album rock", "rock", "suffix"),
        ("rock nacional", "rock", "prefix"),
        ("trip hop", "trip hop", "itself"),
        ("rap", "hip hop", "spelling"),
        ("klassik", "classical", "spelling"),
        ("pop punk", "punk", "spelling"),
        ("folk punk", "folk punk", "itself"),
        ("shamrock", "shamrock", "itself"),
        ("hop", "hop", "itself"),
    ],
)
def test_rules_on_names(label, group, how):
    present = {"rock": 50, "pop": 50, "dutch hip hop": 50, "folk": 50, label: 1}
    assert grouped_by_name(present, 10)[label] == (group, how)


def test_heads_are_followed_to_the_end():
    heads = grouped_by_name({"dance pop": 83, "canadian dance pop": 2, "pop": 47}, 10)
    assert {head.key for head in heads.values()} == {"pop"}


def test_a_wide_genre_is_counted_no_further():
    heads = grouped_by_name({"trip hop": 50, "glitch hop": 3, "hop": 1}, 10)
    assert heads["glitch hop"] == ("glitch hop", "itself")


def test_a_label_present_with_enough_songs_is_a_head_though_nobody_knows_it():
    heads = grouped_by_name({"zeuhl": 12, "french zeuhl": 2, "skweee": 3, "deep skweee": 2}, 10)
    assert heads["french zeuhl"].key == "zeuhl"
    assert heads["deep skweee"].key == "deep skweee"


def test_spellings_become_the_most_frequent_one(labelled):
    collection = labelled(counts={"Hip-Hop": 12, "hip hop": 5, "HIP_HOP": 1})
    assert set(groups(collection, RULES).values()) == {"Hip-Hop"}
    assert decided(collection, RULES)["hip hop"] == "spelling"


@pytest.mark.parametrize(
    ("rest", "expected", "left"),
    [("other", ["pop", "other"], 13), ("keep", ["pop", "bebop"], 13), ("drop", ["pop"], 12)],
)
def test_the_rest(labelled, rest, expected, left):
    options = Options(how=("rules",), rest=rest)
    cleaned = clean(labelled(counts={"pop": 12, "bebop": 1}), options)
    assert cleaned.frame["genre_group"].unique(maintain_order=True).to_list() == expected
    assert len(cleaned) == left


def test_songs_without_a_label_have_no_group_and_stay(songs):
    collection = songs(genre=["pop"] * 10 + [None, "bebop"], energy=[0.5] * 12)
    cleaned = clean(collection, Options(how=("rules",), rest="drop"))
    assert cleaned.frame["genre_group"].to_list() == ["pop"] * 10 + [None]
    assert cleaned.history[-1] == "dropped genres of fewer than 10 songs: 12 → 11 songs"


def test_rare_labels_go_to_the_nearest_in_the_scaled_space_not_the_raw(labelled):
    # By tempo in BPM bebop lies next to techno; by all that describes it, next to swing.
    tempo = [100.0] * 20 + [140.0] * 20 + [136.0] * 2
    energy = [0.10, 0.12] * 10 + [0.95, 0.97] * 10 + [0.11] * 2
    valence = [0.20, 0.22] * 10 + [0.85, 0.87] * 10 + [0.21] * 2
    collection = labelled(
        counts={"swing": 20, "techno": 20, "bebop": 2}, tempo=tempo, energy=energy, valence=valence
    )
    options = Options(how=("rare",))
    assert groups(collection, options)["bebop"] == "swing"
    assert decided(collection, options)["bebop"] == "nearest"
    raw = collection.frame.drop("id").group_by("genre").mean().sort("genre")
    matrix = raw.drop("genre").to_numpy()
    distances = np.linalg.norm(matrix[1:] - matrix[0], axis=1)
    assert raw["genre"].to_list()[1:][int(distances.argmin())] == "techno"


def test_the_scale_of_a_feature_does_not_decide_who_is_nearest(shared_table):
    collection = shared_table("organize-your-music-2000.csv")
    collection = missing.clean(collection, missing.Options())
    options = Options(how=("rare",))
    table = mapping_table(collection, options)
    assert table.filter(pl.col("decided") == "nearest").height == 114
    louder = collection.add(
        {"tempo": collection.columns["tempo"]},
        collection.frame.select(pl.col("tempo") * 1000),
        "tempo in milli-BPM",
    )
    assert mapping_table(louder, options).equals(table)


def test_nothing_is_nearest_where_no_group_is_frequent(labelled):
    collection = labelled(counts={"a": 1, "b": 2})
    assert nearest_groups(collection, collection.frame["genre"], [], ["a"]) == {}
    assert set(groups(collection, Options(how=("rare",))).values()) == {"other"}


def test_the_tree_leads_to_its_root_by_title_and_by_id(songs, tree):
    collection = songs(genre=["Post-Punk", "25", "Hip-Hop", "Polka"], energy=[0.1, 0.2, 0.3, 0.4])
    options = Options(how=("tree",), tree=tree, rest="keep")
    assert groups(collection, options) == {
        "Post-Punk": "Rock",
        "25": "Rock",
        "Hip-Hop": "Hip-Hop",
        "Polka": "Polka",
    }
    assert decided(collection, options)["Hip-Hop"] == "itself"


def test_a_root_may_have_a_blank_parent(songs, tmp_path):
    path = tmp_path / "tree.csv"
    path.write_text("genre_id,parent,title\n12,,Rock\n26,12,Post-Rock\n")
    collection = songs(genre=["Post-Rock", "Rock"], energy=[0.1, 0.2])
    options = Options(how=("tree",), tree=str(path), rest="keep")
    assert groups(collection, options) == {"Post-Rock": "Rock", "Rock": "Rock"}


def test_lists_in_texts_vote_for_the_group(songs, tree):
    collection = songs(
        genre=["[25, 89, 21]", "['Hip-Hop', 'Punk']", "[]", "['Punk, not dead']"],
        energy=[0.1, 0.2, 0.3, 0.4],
    )
    genres = collection.frame.select(genres="genre", id="id", energy="energy")
    listed = songs(genres=[["25", "89", "21"], ["Hip-Hop", "Punk"], None], energy=[0.1, 0.2, 0.3])
    options = Options(how=("tree",), tree=tree, rest="keep")
    assert clean(listed, options).frame["genre_group"].to_list() == ["Rock", "Hip-Hop", None]
    labels = clean(collection, options).frame["genre_group"].to_list()
    assert labels == ["Rock", "Hip-Hop", None, "Punk, not dead"]
    assert genres.height == 4


def test_a_tree_must_be_given_and_readable(songs, tmp_path):
    collection = songs(genre=["Punk"], energy=[0.1])
    with pytest.raises(RecipeError, match=r"needs clean\.genres\.tree"):
        clean(collection, Options(how=("tree",)))
    with pytest.raises(InputError, match="cannot be read"):
        clean(collection, Options(how=("tree",), tree=str(tmp_path / "none.csv")))
    circle = tmp_path / "circle.csv"
    circle.write_text("genre_id,parent,title\n1,2,a\n2,1,b\n")
    with pytest.raises(InputError, match="circle at genre"):
        clean(collection, Options(how=("tree",), tree=str(circle)))
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="needs the columns genre_id, parent, title"):
        clean(collection, Options(how=("tree",), tree=str(other)))


def test_none_stands_alone(songs):
    with pytest.raises(RecipeError, match="'none' and another way"):
        clean(songs(genre=["a"], energy=[0.1]), Options(how=("none", "rules")))


@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_a_mapping_is_written_edited_and_given_back(labelled, tmp_path, suffix):
    collection = labelled(counts={"album rock": 12, 'say "rock"': 2, "bebop": 1})
    path = tmp_path / f"genres{suffix}"
    write_mapping(mapping_table(collection, RULES), path)
    again = Options(how=("none",), mapping=str(path))
    assert groups(collection, again) == groups(collection, RULES)
    path.write_text(path.read_text().replace("other", "jazz"))
    assert groups(collection, again)["bebop"] == "jazz"
    assert decided(collection, again)["bebop"] == "mapping"
    assert "(mapping)" in clean(collection, again).history[0]


def test_no_spreadsheet_runs_a_mapping(labelled, tmp_path):
    collection = labelled(counts={"=1+1": 12, "'-": 11})
    path = tmp_path / "genres.csv"
    write_mapping(mapping_table(collection, RULES), path)
    assert "\n'=1+1," in path.read_text()
    again = Options(how=("none",), mapping=str(path))
    assert groups(collection, again) == groups(collection, RULES)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("m.csv", "genre,group\na,b\nA,c\n", "two groups"),
        ("m.csv", "label,group\na,b\n", "needs the columns genre"),
        ("m.toml", "[genres]\na = 'b'\n", r"needs a table \[groups\]"),
        ("m.toml", "[groups\n", "cannot be read"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(songs, tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        clean(songs(genre=["a"], energy=[0.1]), Options(mapping=str(path)))


def test_auto_groups_a_long_tail_and_nothing_else(labelled):
    tail = {f"{place} rock": 1 for place in map(str, range(40))}
    assert "genre_group" in clean(labelled(counts=tail), Options()).columns
    even = {f"genre {number}": 12 for number in range(40)}
    collection = labelled(counts=even)
    assert clean(collection, Options()) is collection
    few = labelled(counts={"a": 1, "b": 1})
    assert clean(few, Options()) is few


@pytest.mark.parametrize(
    "name",
    [
        "spotify-tracks-114k.csv",
        "fma-echonest-13129.csv",
        "playlists-11-genres-3081.csv",
        "geographical-origin-1059.txt",
    ],
)
def test_tables_whose_labels_are_groups_already_are_left_alone(shared_table, name):
    collection = duplicates.clean(shared_table(name), duplicates.Options())
    assert clean(collection, Options()) is collection
    assert examine(collection, Options()) == ()


def test_the_playlist_export_has_the_counts_its_readme_tells(shared_table):
    collection = shared_table("organize-your-music-2000.csv")
    (finding,) = examine(collection, Options())
    assert (finding.what, finding.count) == ("rare-genre", 114)
    assert finding.says == (
        "Of 149 genres, 114 have fewer than 10 songs and 54 of these just one; 1,670 songs are in "
        "the others."
    )
    table = mapping_table(collection, Options())
    assert table["songs"].sum() == 1993
    assert table.filter(pl.col("group") != "other")["songs"].sum() == 1900
    assert clean(collection, Options()).history[-1] == (
        "grouped 149 genres into 22 (rules); 41 rare genres of 93 songs: other"
    )


def test_the_tree_of_the_archive_takes_every_label_to_a_root(shared_table, shared_data):
    collection = shared_table("fma-echonest-13129.csv").drop(["genre"], "only lists")
    tree = str(shared_data / "tables" / "fma-genres.csv")
    cleaned = clean(collection, Options(how=("tree",), tree=tree, rest="keep"))
    known = shared_table("fma-echonest-13129.csv").frame["genre"]
    assert cleaned.frame["genre_group"].null_count() == 0
    assert (cleaned.frame["genre_group"] == known).mean() > 0.8
