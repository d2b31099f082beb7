"""What every cleaning step must keep, ours and those of other packages."""

import dataclasses
import inspect
import re

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songscape.core import plugins
from songscape.core.collection import Collection
from songscape.core.findings import Finding
from songscape.core.options import fill, knobs

STEPS = plugins.names("clean")
WAYS = [(name, {}) for name in STEPS] + [
    ("missing", {"how": "median"}),
    ("missing", {"how": "knn"}),
    ("missing", {"column_share": 1.0}),
    ("duplicates", {"how": "rows"}),
    ("duplicates", {"how": "recordings"}),
    ("genres", {"how": "rules", "minimum": 2}),
    ("genres", {"how": "rare", "minimum": 2}),
    ("genres", {"how": "rules,rare", "minimum": 3}),
    ("genres", {"how": "rules", "minimum": 2, "rest": "keep"}),
    ("units", {"unusual": "null"}),
    ("sentinels", {"guess": False}),
]
DROPS = re.compile(r": ([\d,]+) → ([\d,]+) songs$")


@pytest.fixture(params=STEPS)
def step(request):
    return plugins.load("clean", request.param)


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-{way[1]}")
def way(request):
    name, values = request.param
    module = plugins.load("clean", name)
    return module, fill(module.Options, values, f"clean.{name}")


def columns(height):
    """Draw columns of a table with every kind of dirt."""

    def some(*values):
        return st.lists(st.sampled_from(values), min_size=height, max_size=height)

    return st.fixed_dictionaries(
        {
            "track_id": some("a", "b", "c", "d", None),
            "title": some("x", "X", "y", "unknown", None),
            "artist": some("p", "q", "Unknown Artist", None),
            "genre": some("rock", "Hip-Hop", "hip hop", "dutch rock", "pop", "unknown", None),
            "tempo": some(0.0, 20.0, 90.0, 120.0, 140.0, 900.0, float("nan"), None),
            "energy": some(0.0, 0.2, 0.5, 1.0, 40.0, -1.0, None),
            "valence": some(0.1, 0.3, 0.7, 0.9),
            "key": some(-1, 0, 5, 11, None),
            "duration_ms": some(0, 200, 201_000, 180_000),
        }
    )


tables = st.integers(1, 25).flatmap(columns)
many = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def same(one, other):
    """Tell whether two collections are equal in all but findings."""
    return (
        one.frame.equals(other.frame)
        and dict(one.columns) == dict(other.columns)
        and one.history == other.history
    )


def test_the_stage_has_its_steps():
    assert {"doctor", "sentinels", "units", "missing", "duplicates", "genres", "outliers"} <= set(
        STEPS
    )


def test_a_step_gives_options_and_two_functions(step):
    assert dataclasses.is_dataclass(step.Options)
    assert step.Options.__dataclass_params__.frozen
    assert all(knob.says for knob in knobs(step.Options))
    for name, returns in (("examine", "tuple[Finding, ...]"), ("clean", "Collection")):
        signature = inspect.signature(getattr(step, name))
        assert list(signature.parameters) == ["collection", "options"]
        assert signature.return_annotation == returns
    assert len(step.__doc__.splitlines()) > 3


@many
@given(table=tables)
def test_examining_finds_and_changes_nothing(way, songs, table):
    module, options = way
    collection = songs(**table)
    before = collection.frame.clone()
    findings = module.examine(collection, options)
    assert collection.frame.equals(before)
    assert all(isinstance(finding, Finding) for finding in findings)
    for finding in findings:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", finding.what)
        assert finding.count > 0
        assert finding.where
        assert finding.says.endswith(".")
        assert finding.does


@many
@given(table=tables)
def test_cleaning_invents_no_song_and_keeps_their_order(way, songs, table):
    module, options = way
    collection = songs(**table)
    cleaned = module.clean(collection, options)
    kept = set(cleaned.ids)
    assert cleaned.ids.to_list() == [name for name in collection.ids if name in kept]


@many
@given(table=tables)
def test_the_history_tells_every_song_that_went(way, songs, table):
    module, options = way
    collection = songs(**table)
    cleaned = module.clean(collection, options)
    assert cleaned.history[: len(collection.history)] == collection.history
    left = len(collection)
    for line in cleaned.history:
        if told := DROPS.search(line):
            before, after = (int(number.replace(",", "")) for number in told.groups())
            assert before == left
            assert after < before
            left = after
    assert left == len(cleaned)
    assert bool(cleaned.history) or cleaned.frame.equals(collection.frame)


@many
@given(table=tables)
def test_cleaning_again_changes_nothing(way, songs, table):
    module, options = way
    once = module.clean(songs(**table), options)
    assert same(module.clean(once, options), once)


@many
@given(table=tables)
def test_what_is_not_dropped_and_not_told_stays_as_it_was(way, songs, table):
    module, options = way
    collection = songs(**table)
    cleaned = module.clean(collection, options)
    told = " ".join(cleaned.history)
    left = collection.frame.filter(pl.col("id").is_in(cleaned.ids.to_list()))
    for name in set(left.columns) & set(cleaned.frame.columns):
        if name not in told and name != "genre":
            assert cleaned.frame[name].equals(left[name], null_equal=True), name


@many
@given(table=tables)
def test_a_grouping_covers_every_label(songs, table):
    genres = plugins.load("clean", "genres")
    for how in (("rules",), ("rare",), ("rules", "rare")):
        options = genres.Options(how=how, minimum=3)
        collection = songs(**table)
        mapping = genres.mapping_table(collection, options)
        assert set(mapping["genre"]) == set(collection.frame["genre"].drop_nulls())
        cleaned = genres.clean(collection, options)
        unlabelled = collection.frame["genre"].is_null()
        assert cleaned.frame["genre_group"].is_null().equals(unlabelled.alias("genre_group"))
        sizes = cleaned.frame["genre_group"].drop_nulls().value_counts()
        small = sizes.filter((pl.col("count") < 3) & (pl.col("genre_group") != "other"))
        assert small.height == 0


def test_an_empty_table_is_no_trouble(way, songs):
    module, options = way
    collection = songs(
        title=pl.Series([], dtype=pl.String),
        artist=pl.Series([], dtype=pl.String),
        genre=pl.Series([], dtype=pl.String),
        track_id=pl.Series([], dtype=pl.String),
        tempo=pl.Series([], dtype=pl.Float64),
        energy=pl.Series([], dtype=pl.Float64),
    )
    assert isinstance(module.clean(collection, options), Collection)
    assert module.examine(collection, options) == ()
