"""Every knob is checked with one kind of sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from songscape.core.errors import RecipeError, UnknownNameError
from songscape.core.options import dump, fill, knobs, option


@dataclass(frozen=True)
class Options:
    k: int = option(8, "number of clusters", low=1, high=100)
    tol: float = option(1e-4, "tolerance", low=0)
    start: str = option("greedy", "how centres start", choices=("greedy", "random"))
    names: tuple[str, ...] = option((), "columns")
    deep: bool = option(False, "whether to go on")
    limit: int | None = option(None, "at most", low=0)
    table: Mapping[str, float] = option({}, "weights")


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"k": 4}, "k", 4),
        ({"k": "4"}, "k", 4),
        ({"k": 4.0}, "k", 4),
        ({"tol": 1}, "tol", 1.0),
        ({"start": "random"}, "start", "random"),
        ({"names": "a, b"}, "names", ("a", "b")),
        ({"names": ["a", "b"]}, "names", ("a", "b")),
        ({"deep": "true"}, "deep", True),
        ({"limit": "none"}, "limit", None),
        ({"limit": 3}, "limit", 3),
        ({"table": {"x": 2}}, "table", {"x": 2.0}),
    ],
)
def test_plain_values_and_words_become_options(given, name, value):
    assert getattr(fill(Options, given, "x"), name) == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"k": 0}, r"x\.k must be a whole number from 1 to 100, not 0"),
        ({"k": 2.5}, "not 2.5"),
        ({"k": "many"}, "not 'many'"),
        ({"k": True}, "not True"),
        ({"tol": float("nan")}, "a number of at least 0, not nan"),
        ({"start": "luck"}, "one of greedy, random, not 'luck'"),
        ({"deep": "perhaps"}, "true or false, not 'perhaps'"),
        ({"names": [1]}, "a list, each a text"),
        ({"limit": -1}, "a whole number of at least 0 or nothing, not -1"),
        ({"table": 3}, "a table, not 3"),
        ({"table": {"x": float("nan")}}, "a table, not"),
        ({"names": {"a": 1}}, "a list, each a text, not"),
        ({"tol": 10**400}, "a number of at least 0, not 1000"),
    ],
)
def test_wrong_values_are_refused_in_one_sentence(given, message):
    with pytest.raises(RecipeError, match=message):
        fill(Options, given, "x")


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"no option of x 'strat'. Did you mean 'start'"):
        fill(Options, {"strat": "random"}, "x")


def test_dump_and_fill_are_inverse():
    options = fill(Options, {"k": 3, "names": "a,b", "table": {"w": 1}}, "x")
    assert fill(Options, dump(options), "x") == options
    assert "limit" not in dump(options)


def test_knobs_tell_all():
    first = knobs(Options)[0]
    assert (first.name, first.wants, first.default) == ("k", "a whole number from 1 to 100", 8)
    assert first.says == "number of clusters"
