import re
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from songscape.core.record import Record
from songscape.view import live_map
from songscape.view.report import policy, render

VOID = {"meta", "link", "br", "img", "hr", "input", "wbr"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "$x_{",
    "=cmd()",
    "שלום עולם",
    "🎧🎶",
    "\u202eevil\u202c",
    "\ud800 half",
    "A" * 10_000,
]


class Page(HTMLParser):
    """Read a page strictly: every element closes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.fixture(scope="module")
def text(record) -> str:
    return render(record).decode()


@pytest.fixture(scope="module")
def page(text) -> Page:
    return Page(text)


def assert_harmless(page: Page) -> None:
    assert page.open == []
    assert not page.all("iframe", "object", "embed", "link", "form", "base")
    kinds = [attrs.get("type") for attrs in page.all("script")]
    assert kinds in ([], ["application/octet-stream", "module"])
    for tag, attrs in page.tags:
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href", "xlink:href", "action"):
                assert value.startswith(("#", "data:image/png;base64,")), (tag, value)


def test_nothing_is_loaded_or_run(page, text):
    assert_harmless(page)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_policy_matches_the_style(page, text):
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    (given,) = [a["content"] for a in page.all("meta") if a.get("http-equiv")]
    assert given == policy(style, live_map.script())
    assert given.startswith("default-src 'none'")
    assert "unsafe-eval" not in given


def test_the_only_script_is_the_live_map(text):
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert [kind for kind, _ in scripts] == [
        ' type="application/octet-stream" data-map="data"',
        ' type="module"',
    ]
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", scripts[0][1])
    assert scripts[1][1] == live_map.script()


def test_without_a_map_no_script_may_run(record):
    flat = record.tracks.drop("x", "y")
    text = render(Record("", record.run, flat, record.scores, record.clusters)).decode()
    assert "<script" not in text
    assert "script-src" not in text


def test_a_script_is_allowed_by_its_hash_only():
    assert "script-src 'sha256-" in policy("", "let a = 1;")
    assert policy("", "let a = 1;") != policy("", "let a = 2;")


def test_ids_are_unique_and_links_lead_somewhere(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for attrs in page.all("a")}
    assert targets <= set(ids)
    for _, attrs in page.tags:
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)


def test_headings_are_in_order(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_figure_has_a_caption_and_a_described_image(page):
    pictures = page.all("svg")
    assert len(page.all("figure")) == len(page.all("figcaption")) == len(pictures) >= 13
    assert all(attrs["role"] == "img" for attrs in pictures)


def test_verdict_comes_first_in_words(page):
    told = [
        page.text.index(words)
        for words in (
            "These 400 songs fall into 5 groups",
            "agreement with genre",
            "5 groups come back in new samples",
            "Every point is a song",
            "Names come from what sets a cluster apart",
            "shown, never used to choose",
            "Run it again".lower(),
        )
    ]
    assert told == sorted(told)


def test_a_continuum_is_called_one(record):
    run = record.run | {"verdict": record.run["verdict"] | {"natural": False}}
    text = render(Record("", run, record.tracks, record.scores, record.clusters), {}).decode()
    assert "no natural number of groups" in text


def test_same_record_same_bytes_and_figures_can_be_given(record, drawn, text):
    assert render(record, drawn).decode() == text


def test_hostile_texts_are_legible_and_harmless(make_record):
    def change(tracks: pl.DataFrame) -> pl.DataFrame:
        spread = [
            HOSTILE[i % len(HOSTILE)].encode("utf-8", "replace").decode()
            for i in range(len(tracks))
        ]
        return tracks.with_columns(
            pl.Series("title", spread), pl.Series("artist", spread), pl.Series("genre", spread)
        )

    base = make_record(100, change)
    run = base.run | {
        "name": HOSTILE[0],
        "history": HOSTILE,
        "warnings": HOSTILE,
        "source": {"path": HOSTILE[1], "sha256": ""},
        "verdict": base.run["verdict"] | {"reason": HOSTILE[0]},
        "versions": {"<b>": "</style>"},
    }
    clusters = base.clusters.with_columns(name=pl.Series(HOSTILE[: base.clusters.height]))
    record = Record("# </pre><script>", run, base.tracks, base.scores, clusters, base.evidence)
    content = render(record)
    page = Page(content.decode())
    assert_harmless(page)
    for shown in HOSTILE[:7]:
        assert shown in page.text
    assert "49" not in re.findall(r"<bdi>(\d+)</bdi>", content.decode())
    assert "A" * 600 not in page.text
    assert "…" in page.text
    assert "\u202e" not in page.text


def test_names_are_isolated_from_their_surroundings(text):
    assert "<bdi>Song number" in text
    assert "<bdi>my-songs</bdi>" in text


def test_lists_are_capped_and_say_so(make_record):
    record = make_record(3000)
    text = render(record, {}).decode()
    assert "at most 200 of each" in text
    assert len(re.findall(r"200 of \d+", text)) >= 4
    assert text.count("<tr><td><bdi>") <= 1000


def test_a_bare_record_still_gives_a_report():
    tracks = pl.DataFrame({"id": ["a", "b"], "cluster": [0, 1]})
    empty = pl.DataFrame()
    page = Page(render(Record("", {}, tracks, empty, empty)).decode())
    assert_harmless(page)
    assert "cluster 1" in page.text


def test_size_at_twenty_thousand_songs(make_record):
    assert len(render(make_record(20_000))) < 4_000_000


@pytest.mark.slow
def test_size_at_a_hundred_thousand_songs(make_record):
    assert len(render(make_record(114_000))) < 6_000_000


def test_a_number_that_was_asked_for_is_not_called_natural(record):
    from dataclasses import replace

    from songscape.view._summary import headline, tiles

    asked = replace(record, run={**record.run, "verdict": {**record.run["verdict"], "k": 2}})
    assert tiles(record)[0]["label"] == "groups, a natural number"
    assert tiles(asked)[0]["label"] == "groups, as asked; 2 are natural"
    assert "fall into 2 natural groups. Cut into 5, as asked," in headline(asked)
