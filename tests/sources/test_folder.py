"""A folder of music is read from the library, which says what is known and what is not."""

import math
import os

import pytest

from songscape.core.collection import Kind, Role
from songscape.core.errors import InputError, LibraryError, RecipeError
from songscape.explain.names import word
from songscape.library import (
    Descriptor,
    Failure,
    Finished,
    Outcome,
    Seen,
    Setup,
    Writer,
    file_identity,
)
from songscape.listen import extractor
from songscape.prepare._names import matching
from songscape.recipe import resolve
from songscape.sources import folder

DESCRIPTORS = {
    "tempo": Descriptor("tempo", "BPM", 30, 300),
    "mfcc_01_mean": Descriptor("timbre", "dB"),
}
WHOLE = Setup({"compat": "none"}, {"tempo": 1}, DESCRIPTORS)
MIDDLE = Setup({"compat": "none", "excerpt": 30.0}, {"tempo": 1}, DESCRIPTORS)
NEWER = Setup({"compat": "none"}, {"tempo": 2}, DESCRIPTORS)
VALUES = {
    "tempo": 120.0, "key": 11.0, "mode": 1.0, "liveness": None, "key_camelot": None, "key_name": "B minor", "mfcc_01_mean": 1.0,
    "mfcc_01_std": 2.0, "mfcc_01_skew": 3.0, "mfcc_01_max": 4.0,
}  # fmt: skip
FOUND = Finished(VALUES, seconds=10.0, duration=200.0)
SILENT = Finished(dict.fromkeys(VALUES), duration=1.5)
TAGS = {
    "title": "Jóga",
    "artist": "Björk",
    "genre": ["Art Pop", "Electronic"],
    "year": 1997,
    "track": 3,
    "isrc": "GB1",
}


@pytest.fixture
def music(tmp_path):
    place = tmp_path / "music"
    place.mkdir()
    return place


@pytest.fixture
def store(music, tmp_path):
    """Return a function that puts songs into the library: name, tags, what was found."""
    root = os.path.realpath(os.fsencode(music))

    def stored(songs, setup=WHOLE):
        with Writer(tmp_path / "library.db") as writer:
            number = writer.setup(setup)
            for name, tags, result in songs:
                print_ = name.rpartition(b"/")[2].ljust(16)[:16]
                writer.see([Seen(root + b"/" + name, 1, 1, print_, tags)])
                if result is not None:
                    writer.store(number, [Outcome(print_, result)])

    return stored


@pytest.fixture
def options(music, tmp_path):
    def made(**given):
        given = {"descriptors": folder.EVERY} | given
        return folder.Options(path=str(music), library=str(tmp_path / "library.db"), **given)

    return made


def test_tags_and_descriptors_become_columns_with_roles(store, options):
    store([(b"a/1.mp3", TAGS, FOUND), (b"b/caf\xe9.mp3", {}, SILENT)])
    songs = folder.load(options())
    roles = {name: column.role for name, column in songs.columns.items()}
    assert roles == {
        "id": Role.ID, "title": Role.TEXT, "artist": Role.GROUP, "track": Role.TEXT, "isrc": Role.KEY,
        "genre": Role.GENRE, "genres": Role.GENRE, "year": Role.FEATURE, "key_name": Role.TEXT,
        "tempo": Role.FEATURE, "key": Role.FEATURE, "mode": Role.FEATURE, "mfcc_01_mean": Role.FEATURE,
        "mfcc_01_std": Role.FEATURE, "duration_ms": Role.FEATURE, "path": Role.FILE,
    }  # fmt: skip
    frame = songs.frame
    assert frame["title"].to_list() == ["Jóga", "caf\\xe9"]
    assert frame["genre"].to_list() == ["Art Pop", None]
    assert frame["genres"].to_list() == [["Art Pop", "Electronic"], []]
    assert frame["key_name"].to_list() == ["B minor", None]
    assert frame["tempo"].to_list() == [120.0, None]
    assert frame["duration_ms"].to_list() == [200_000, 1500]
    assert frame["path"].to_list()[1].endswith(b"/music/b/caf\xe9.mp3")
    assert frame["id"].str.len_chars().to_list() == [22, 22]


def test_units_bounds_and_kinds_come_along(store, options):
    store([(b"1.mp3", TAGS, FOUND)])
    columns = folder.load(options()).columns
    assert (columns["tempo"].unit, columns["tempo"].low, columns["tempo"].high) == ("BPM", 30, 300)
    assert columns["mfcc_01_mean"].unit == "dB"
    kinds = {name: columns[name].kind for name in ("key", "mode", "year", "duration_ms", "tempo")}
    assert kinds == {
        "key": Kind.CYCLE, "mode": Kind.CODE, "year": Kind.ABOUT, "duration_ms": Kind.ABOUT, "tempo": Kind.MEASURE,
    }  # fmt: skip


def test_other_statistics_can_be_asked_for(store, options):
    store([(b"1.mp3", {}, FOUND)])
    columns = folder.load(options(statistics=("skew", "max"))).columns
    assert {name for name in columns if name.startswith("mfcc")} == {"mfcc_01_skew", "mfcc_01_max"}
    assert "tempo" in columns


def test_only_the_curated_descriptors_are_read_unless_all_are_asked_for(store, options):
    store([(b"1.mp3", {}, FOUND)])
    few = folder.load(options(descriptors=folder.Options().descriptors)).columns
    assert {"tempo", "key", "key_name", "duration_ms"} <= set(few)
    assert not [name for name in few if name.startswith("mfcc")]


def test_folders_can_be_the_labels(store, options):
    store([(b"rock/1.mp3", TAGS, FOUND), (b"jazz/2.mp3", {}, FOUND)])
    assert folder.load(options(labels="folders")).frame["genre"].to_list() == ["jazz", "rock"]


def test_copies_of_a_song_have_ids_of_their_own(store, options):
    store([(b"a/1.mp3", {}, FOUND), (b"b/1.mp3", {}, None)])
    first, second = folder.load(options()).ids.to_list()
    assert second == f"{first}~2"


def test_what_is_not_among_the_songs_is_told(store, options, tmp_path, music):
    broken = Failure("It is broken.", "InputError")
    store(
        [(b"1.mp3", {}, FOUND), (b"2.mp3", {}, broken), (b"3.mp3", {}, None), (b"4.mp3", {}, FOUND)]
    )
    with Writer(tmp_path / "library.db") as writer:
        writer.mark(missing=[os.path.realpath(os.fsencode(music)) + b"/4.mp3"])
    songs = folder.load(options())
    assert len(songs) == 1
    assert songs.history == ("read 1 described songs of 4 files in the library",)
    found = {finding.what: finding for finding in songs.findings}
    assert {what: finding.count for what, finding in found.items()} == {
        "failed-files": 1, "missing-files": 1, "waiting-files": 1,
    }  # fmt: skip
    assert found["failed-files"].examples[0].endswith("2.mp3: It is broken.")
    assert found["waiting-files"].examples[0].endswith("3.mp3")


def test_songs_of_other_versions_are_told(store, options):
    store([(b"1.mp3", {}, FOUND), (b"2.mp3", {}, FOUND)])
    store([(b"3.mp3", {}, FOUND)], NEWER)
    (finding,) = folder.load(options()).findings
    assert (finding.what, finding.count) == ("mixed-versions", 1)


def test_why_values_are_missing_is_told(store, options):
    descriptors = {name: Descriptor("estimates") for name in ("liveness", "liveness_low", "energy")}
    setup = Setup({"compat": "none"}, {"estimates": 1}, DESCRIPTORS | descriptors)
    reasons = {"liveness": "too little", "liveness_low": "too little", "tempo": "silence"}
    withheld = dict.fromkeys(("liveness", "liveness_low"))
    found = Finished({"energy": 0.5, "tempo": None, **withheld}, reasons=reasons)
    silent = Finished(
        {"energy": None, "tempo": 90.0, **withheld}, reasons=reasons | {"energy": "silence"}
    )
    store([(b"1.mp3", {}, found), (b"2.mp3", {}, silent)], setup)
    withheld, single = folder.load(options()).findings
    assert (withheld.what, withheld.where, withheld.count) == ("withheld-estimate", "liveness", 2)
    assert withheld.says == "songs have no liveness: too little"
    assert withheld.overrule == "--set source.weak=true"
    assert (single.what, single.count) == ("values-not-measured", 3)
    assert single.examples == ("tempo: silence (2)", "energy: silence (1)")
    assert folder.load(options(descriptors=("energy",))).findings[0].count == 1


def test_intervals_and_confidences_are_doubts_and_no_features(store, options):
    descriptors = DESCRIPTORS | {
        name: Descriptor("estimates", "0..1", 0, 1) for name in ("energy", "energy_low")
    }
    found = Finished(
        {"energy": 0.5, "energy_low": 0.4, "tempo": 90.0, "f_low": 1.0}, {"tempo": 0.7}
    )
    store([(b"1.mp3", {}, found)], Setup({"compat": "none"}, {"estimates": 1}, descriptors))
    songs = folder.load(options())
    assert songs.names(Role.DOUBT) == ("energy_low", "tempo_confidence")
    assert {"energy", "tempo", "f_low"} <= set(songs.names(Role.FEATURE))
    assert songs.frame["tempo_confidence"].to_list() == [0.7]


def test_other_definitions_and_networks_are_other_descriptions(store, options, tmp_path):
    network = tmp_path / "net.onnx"
    network.write_bytes(b"one")
    store([(b"1.mp3", {}, FOUND)])
    store([(b"2.mp3", {}, FOUND)], Setup({"compat": "fma"}, {"tempo": 1}, DESCRIPTORS))
    heard = {"compat": "none", "embedding": file_identity(str(network)), "embedding_rate": 8000}
    store([(b"3.mp3", {}, Finished({"embedding_001": 0.5}))], Setup(heard, {"embedding": 1}))
    assert folder.load(options()).frame["title"].to_list() == ["1"]
    assert folder.load(options(compat="fma")).frame["title"].to_list() == ["2"]
    asked = {"embedding": str(network), "embedding_rate": 8000}
    songs = folder.load(options(descriptors=("tempo",), **asked))
    assert songs.frame["title"].to_list() == ["3"]
    assert songs.columns["embedding_001"].role is Role.FEATURE
    assert folder.extracting(options(**asked)) == asked
    assert folder.extracting(options()) == {}
    network.write_bytes(b"another")
    with pytest.raises(InputError, match="is described"):
        folder.load(options(**asked))
    with pytest.raises(InputError, match=r"none.onnx cannot be read"):
        folder.load(options(embedding="none.onnx"))


def test_excerpts_are_other_descriptions(store, options):
    store([(b"1.mp3", {}, FOUND)])
    store([(b"2.mp3", {}, SILENT)], MIDDLE)
    assert folder.load(options()).frame["title"].to_list() == ["1"]
    assert folder.load(options(excerpt=30.0)).frame["title"].to_list() == ["2"]


def test_a_library_can_be_read_in_place_of_a_folder(store, tmp_path):
    store([(b"1.mp3", {}, FOUND)])
    path = tmp_path / "library.db"
    assert folder.claims(path)
    assert folder.unheard(folder.Options(path=str(path))) is None
    assert len(folder.load(folder.Options(path=str(path)))) == 1


def test_folders_are_claimed_and_described_first(music, tmp_path):
    assert folder.claims(music)
    assert not folder.claims(tmp_path / "songs.csv")
    recipe = resolve({"source": {"path": str(music), "excerpt": 30}})
    assert recipe.source.use == "folder"
    wanted = folder.unheard(recipe.source.options)
    assert wanted.paths == (str(music),)
    assert wanted.options == {"excerpt": 30.0}


def test_recipes_for_folders_leave_units_alone_and_fill_gaps(music):
    recipe = resolve({"source": {"path": str(music)}})
    assert "units" not in [step.use for step in recipe.clean]
    assert next(step.options.how for step in recipe.clean if step.use == "missing") == "knn"
    said = resolve({"source": {"path": str(music)}, "clean": {"missing": {"how": "drop"}}})
    assert next(step.options.how for step in said.clean if step.use == "missing") == "drop"


def test_what_no_song_has_makes_no_column(store, options):
    store([(b"1.mp3", {}, FOUND), (b"2.mp3", {}, SILENT)])
    songs = folder.load(options())
    assert not {"liveness", "key_camelot"} & set(songs.columns)
    assert songs.columns["key_name"].role is Role.TEXT


def test_every_compared_descriptor_exists_and_has_words_or_is_silent():
    known = extractor().setup.descriptors
    for pattern in folder.COMPARED:
        assert matching(list(known), [pattern]), pattern
    compared = matching(list(known), folder.COMPARED)
    assert 40 <= len(compared) <= 60
    assert not {name for name in compared if word(name, 1.0) == f"high {name}"}
    assert not {"key", "liveness", "loudness", "energy_low"} & compared


def test_songs_of_a_folder_are_compared_by_the_curated_few(music):
    pick = next(step for step in resolve({"source": {"path": str(music)}}).prepare)
    assert pick.options.prefer == (*folder.COMPARED, folder.EMBEDDING)
    asked = {"source": {"path": str(music)}, "prepare": {"pick": {"keep": ["mfcc_*"]}}}
    assert resolve(asked).prepare[0].options.keep == ("mfcc_*",)


def test_nothing_described_says_what_to_do(store, options):
    store([])
    with pytest.raises(
        InputError, match=r"knows no file of .*; describe it first: songscape describe"
    ):
        folder.load(options())
    store([(b"1.mp3", {}, Failure("It is broken.", "InputError"))])
    with pytest.raises(InputError, match=r"None of the 1 files .* reason: It is broken\."):
        folder.load(options())


def test_no_library_is_an_error(options):
    with pytest.raises(LibraryError, match="cannot be opened"):
        folder.load(options())


def test_words_of_the_command_line_become_options(tmp_path):
    wanted = folder.wishes("music", tmp_path / "l.db", "30", {})
    assert (wanted.excerpt, wanted.library) == (30.0, str(tmp_path / "l.db"))
    assert folder.wishes("music", tmp_path / "l.db", "whole", {}).excerpt is None
    with pytest.raises(RecipeError, match=r"describe\.excerpt must be"):
        folder.wishes("music", tmp_path / "l.db", "half", {})


def test_numbers_are_finite_or_missing(store, options):
    store([(b"1.mp3", {}, SILENT)])
    frame = folder.load(options()).frame
    assert not any(isinstance(value, float) and math.isnan(value) for value in frame.row(0))
