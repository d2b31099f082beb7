import re

import numpy as np
import pytest
from tests.explain.test_compare import run
from tests.view.test_report import HOSTILE, Page, assert_harmless

from songscape.explain.compare import compare
from songscape.view.compare import headline, render
from songscape.view.report import policy


@pytest.fixture(scope="module")
def comparison():
    old = np.repeat([0, 1, 2, 3], [40, 30, 20, 10])
    new = np.array([1, 0, 2, 2])[old]
    new[:7], new[95:] = 0, -1
    titles = [HOSTILE[i % len(HOSTILE)].encode("utf-8", "replace").decode() for i in range(100)]
    second = run(new, space="bbbb", recipe='seed = 1\n[source]\npath = "<b>x</b>"\n', title=titles)
    return compare(run(old, title=titles), second)


@pytest.fixture(scope="module")
def page(comparison):
    return Page(render(comparison).decode())


def test_nothing_is_loaded_or_run(comparison, page):
    assert_harmless(page)
    text = render(comparison).decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    (given,) = [a["content"] for a in page.all("meta") if a.get("http-equiv")]
    assert given == policy(style)


def test_links_lead_somewhere_and_ids_are_unique(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)


def test_the_page_says_what_happened(page):
    words = " ".join(page.text.split())
    for told in (
        "100 songs in both, paired by id",
        "its own number is 1",
        "no partner",
        "Scores are not set side by side",
        "different spaces (aaaa and bbbb)",
        "0 group 0 → 1 group 0 7 songs",
        "source.path",
    ):
        assert told in words
    assert len(page.all("svg")) == 1


def test_the_same_comparison_gives_the_same_bytes(comparison):
    assert render(comparison) == render(comparison)


def test_many_clusters_flow_together():
    labels = np.arange(300) % 60
    text = render(compare(run(labels), run(np.roll(labels, 1)))).decode()
    assert "smaller clusters" in text


@pytest.mark.parametrize(
    ("ari", "word"), [(0.1, "hardly agree"), (0.6, "largely agree"), (0.99, "very nearly agree")]
)
def test_the_headline_is_in_words(ari, word):
    told = {
        "ari": ari,
        "stayed": 0.5,
        "songs_in_both": 10,
        "first": {"seeds_ari": 0.9},
        "second": {},
    }
    assert word in headline(told)
    assert headline(told).endswith("agree with themselves by 0.90.")
