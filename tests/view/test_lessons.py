"""The page and the pictures that teach the criteria."""

import re
from pathlib import Path

import pytest

from songscape.view import _lesson_charts
from songscape.view._choice_charts import SPOKEN
from songscape.view._lessons import LESSONS, page

MANUAL = Path(__file__).parents[2] / "docs" / "criteria.md"


def labels(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_every_criterion_of_a_verdict_is_taught():
    taught = {lesson.criterion for lesson in LESSONS}
    assert taught == set(_lesson_charts.DRAW)
    assert {name for name in taught if name != "gap"} <= set(SPOKEN)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.criterion)
def test_three_sentences_and_a_picture(lesson):
    for sentence in (lesson.asks, lesson.read, lesson.beware):
        assert re.fullmatch(r"[A-Z][^?]*[.?]", sentence)
        assert not re.search(r"\w{2}\. [A-Z]", sentence)
    assert lesson.picture.lstrip().startswith("<svg")
    assert f'id="lesson-{lesson.criterion}' in lesson.picture


@pytest.mark.parametrize("criterion", ["valley", "bic", "stability", "davies_bouldin"])
def test_pictures_are_those_the_code_draws(criterion):
    stored = next(lesson for lesson in LESSONS if lesson.criterion == criterion).picture
    drawn = _lesson_charts.picture(criterion)
    assert labels(stored) == labels(drawn)
    assert labels(stored)


def test_held_out_cost_is_taught_to_ask_for_the_most():
    picture = next(one for one in LESSONS if one.criterion == "held_out_cost").picture
    assert {"three groups: says 10", "no groups: says 10"} <= set(labels(picture))


def test_the_page_of_the_manual_is_up_to_date():
    assert MANUAL.read_text("utf-8") == page()
