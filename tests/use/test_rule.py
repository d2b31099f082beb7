import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songscape.core.errors import RecipeError
from songscape.use.rule import rule

SONGS = pl.DataFrame(
    {
        "energy": [0.1, 0.8, 0.9, None],
        "tempo": [90.0, 120.0, 128.0, 125.0],
        "genre": ["Jazz", "Hip Hop", "jazz", None],
        "genres": [["Jazz", "Soul"], ["Hip Hop"], [], None],
        "track number": [1, 2, 3, 4],
    }
)


def rows(text):
    keep = SONGS.select(keep=rule(text, SONGS.schema))["keep"]
    assert keep.null_count() == 0
    return keep.arg_true().to_list()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("energy>0.7", [1, 2]),
        ("energy>0.7 and tempo 121..128", [2]),
        ("tempo 120..128", [1, 2, 3]),
        ("tempo 120 .. 128", [1, 2, 3]),
        ("genre=Jazz", [0, 2]),
        ("genre != jazz", [1]),
        ('genre = "Hip Hop" or energy<=.1', [0, 1]),
        ("genres=soul", [0]),
        ("genres~hip", [1]),
        ("genres != soul", [1, 2]),
        ("not energy>0.7", [0, 3]),
        ("not (energy>0.7 or genre=jazz)", [3]),
        ("energy>0.7 or energy<0.2 and tempo=90", [0, 1, 2]),
        ("(energy>0.7 or energy<0.2) and tempo=90", [0]),
        ('"track number" >= 3', [2, 3]),
        ("ENERGY ≥ 0.8 AND Tempo ≠ 128", [1]),
        ("energy > −1", [0, 1, 2]),
        ("tempo<1e2", [0]),
    ],
)
def test_rules(text, wanted):
    assert rows(text) == wanted


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("", 1, "name of a column"),
        ("energy", 7, "must follow energy"),
        ("energy > ", 9, "a number must stand here"),
        ("energy > loud", 10, "a number must stand here"),
        ("engery > 1", 1, "no column engery; the nearest is energy"),
        ("loudness > 1 and", 1, "no column loudness"),
        ("energy>0.5 and", 15, "name of a column"),
        ("energy>0.5 tempo>1", 12, '"and", "or" or the end'),
        ("tempo 120", 10, "two dots"),
        ("tempo 128..120", 12, "below the lower"),
        ("genre 1..2", 7, "no range"),
        ("genre > jazz", 9, "compared by"),
        ("(energy>1", 10, "closing bracket"),
        ('genre="jazz', 7, "never closed"),
        ("energy ~ 1", 10, "a number must stand here"),
        ("(" * 60 + "energy>1", 52, "lie in each other"),
    ],
)
def test_errors_point_at_the_place(text, place, why):
    with pytest.raises(RecipeError) as caught:
        rule(text, SONGS.schema)
    message = str(caught.value)
    assert f"at character {place}:" in message
    assert why in message
    assert message.split("\n")[2] == "  " + " " * (place - 1) + "^"


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_a_clear_error(text):
    try:
        found = rule(text, SONGS.schema)
    except RecipeError as error:
        assert "character" in str(error)  # noqa: PT017
    else:
        assert SONGS.select(found).height == SONGS.height


numbers = st.floats(-200, 200).map(lambda value: round(value, 3))
tests = st.builds(
    lambda name, sign, value: (f"{name} {sign} {value}", (name, sign, value)),
    st.sampled_from(["energy", "tempo"]),
    st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
    numbers,
)
SIGNS = {
    "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "=": float.__eq__, "!=": float.__ne__,
}  # fmt: skip


def kept(row, test):
    name, sign, value = test
    return row[name] is not None and bool(SIGNS[sign](row[name], float(value)))


@given(tests, tests, tests)
def test_and_binds_closer_than_or(one, two, three):
    wanted = [
        i
        for i, row in enumerate(SONGS.iter_rows(named=True))
        if kept(row, one[1]) or (kept(row, two[1]) and not kept(row, three[1]))
    ]
    assert rows(f"{one[0]} or {two[0]} and not {three[0]}") == wanted


@given(st.text(max_size=20))
def test_quoted_texts_mean_themselves(text):
    songs = pl.DataFrame({"title": [text, text + "x"]})
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    keep = songs.select(rule(f'title = "{quoted}"', songs.schema)).to_series()
    assert keep.to_list() == [True, text.lower() == (text + "x").lower()]


def test_what_is_no_number_or_no_text_keeps_no_test():
    songs = pl.DataFrame(
        {"x": [0.5, float("nan")], "X": [1.0, 0.0], "path": [b"/m/a.mp3", b"/m/\xff.mp3"]}
    )
    kept = {
        text: songs.select(rule(text, songs.schema)).to_series().to_list()
        for text in ("x > 0.1", "x 0..1", "X > 0.1", 'path ~ "a.mp3"', "not x > 0.1")
    }
    assert kept == {
        "x > 0.1": [True, False],
        "x 0..1": [True, False],
        "X > 0.1": [True, False],
        'path ~ "a.mp3"': [True, False],
        "not x > 0.1": [False, True],
    }
    assert songs.select(rule("X < 0.1", songs.schema)).to_series().to_list() == [False, True]
    assert songs.select(rule("x < 0.6", songs.schema)).to_series().to_list() == [True, False]
