"""What the server answers."""

import itertools
import json
import re
from base64 import b64decode
from pathlib import Path

import httpx
import polars as pl
import pytest

from .conftest import AUDIBLE, SONGS

TOP = ["", "static/", "audio/", "api/values/", "api/song/"]
UP = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..\\",
    "..%5c",
    "%252e%252e%252f",
    ".%2e/",
    "....//",
    "%c0%ae%c0%ae/",
]
TARGETS = [
    "etc/passwd",
    "run.json",
    "../app/guard.py",
    "etc/passwd%00.js",
    "clusters.csv",
    "index.html",
]
TRAVERSALS = [f"/{top}{up * 6}{target}" for top, up, target in itertools.product(TOP, UP, TARGETS)]


def test_no_spelling_of_a_path_leads_out(client, music):
    assert len(TRAVERSALS) == 300
    for at in TRAVERSALS:
        answer = client.get(at)
        assert answer.status_code == 404, at
        assert b"root:" not in answer.content
        assert set(answer.json()) == {"error"}


def test_the_page_has_no_inline_code(client):
    page = client.get("/").text
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == {
        "/static/explore.js",
        "/static/explore.css",
        "data:,",
    }


def test_every_module_the_page_imports_is_there(client):
    waiting, seen = ["/static/explore.js"], set()
    while waiting:
        at = waiting.pop()
        answer = client.get(at)
        assert answer.headers["content-type"].startswith("text/javascript"), at
        seen.add(at)
        found = re.findall(r"""from ["'](.+?)["']""", answer.text)
        waiting += {str(httpx.URL(f"http://x{at}").join(one).path) for one in found} - seen
    assert "/static/map/map.js" in seen


def test_the_map_comes_packed(client):
    block = client.get("/api/map").content
    length = int.from_bytes(block[:4], "little")
    header = json.loads(block[4 : 4 + length])
    assert header["n"] == SONGS
    assert header["columns"][-1]["kind"] == "rows"


def test_the_run_is_told(client):
    run = client.get("/api/run").json()
    assert run["songs"] == SONGS
    assert [cluster["size"] for cluster in run["clusters"]] == [30, 30, 30]
    assert run["audible"]


def test_search_forgives_marks_and_finds_beginnings(client):
    found = client.get("/api/search", params={"q": "bjo jog"}).json()
    assert sorted(song["row"] for song in found) == [0, 1, 2, 3, 4]
    assert found[0]["artist"] == "Björk"


@pytest.mark.parametrize(
    "text", ["", "   ", '"', "*", "NEAR(", "a OR", "title:x", "); DROP", "-", "^"]
)
def test_no_query_breaks_the_search(client, text):
    answer = client.get("/api/search", params={"q": text})
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_a_card_says_why_and_what_is_near(client):
    card = client.get("/api/song/40").json()
    assert card["title"] == "Title 40"
    assert 1 <= len(card["why"]) <= 3
    assert len(card["similar"]) == 12
    assert 40 not in [song["row"] for song in card["similar"]]
    assert {near["cluster"] for near in card["similar"]} == {card["cluster"]}
    energy = next(one for one in card["features"] if one["name"] == "energy")
    assert 0 <= energy["below"] <= 1
    assert not card["playable"]


def test_songs_are_told_in_the_order_asked(client):
    told = client.get("/api/songs", params={"rows": "5,2,9"}).json()
    assert [song["row"] for song in told] == [5, 2, 9]


@pytest.mark.parametrize("row", ["-1", "90", "1e1", "٣", "99999999999999999999", "0x1", "1,x"])
def test_only_numbers_of_songs_are_taken(client, row):
    assert client.get("/api/songs", params={"rows": row}).status_code == 404
    assert client.get(f"/audio/{row}").status_code == 404
    assert client.get(f"/api/song/{row}").status_code == 404


def test_a_path_goes_from_one_song_to_another(client):
    way = client.get("/api/path", params={"from": 0, "to": 80, "length": 5}).json()
    assert [way[0]["row"], way[-1]["row"], len(way)] == [0, 80, 5]
    same = client.get("/api/path", params={"from": 3, "to": 3})
    assert same.status_code == 400
    assert "name two songs" in same.json()["error"]


def test_sound_comes_whole_and_in_ranges(client, music):
    content = (music / "tone 2.wav").read_bytes()
    whole = client.get("/audio/2")
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    part = client.get("/audio/2", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
    end = client.get("/audio/2", headers={"range": "bytes=-50"})
    assert (end.status_code, end.content) == (206, content[-50:])
    beyond = client.get("/audio/2", headers={"range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416


def test_nothing_but_sound_below_the_folders_is_played(client):
    assert [client.get(f"/audio/{row}").status_code for row in range(AUDIBLE)] == [200] * AUDIBLE
    never = range(AUDIBLE, AUDIBLE + 7)
    assert [client.get(f"/audio/{row}").status_code for row in never] == [404] * 7


def test_a_playlist_is_handed_over(client, served):
    before = sorted(served.run.folder.rglob("*"))
    answer = client.post("/api/playlist", {"rows": [4, 2], "name": "a/b: c", "format": "m3u8"})
    told = answer.json()
    assert (told["file"], told["songs"]) == ("a b c.m3u8", 2)
    lines = b64decode(told["content"]).decode().splitlines()
    assert [line.rsplit("/", 1)[-1] for line in lines if not line.startswith("#")] == [
        "tone 4.wav",
        "tone 2.wav",
    ]
    assert sorted(served.run.folder.rglob("*")) == before


def test_a_saved_playlist_never_replaces_another(client, served):
    asked = {"rows": [1, 0], "name": "mine", "save": True, "paths": "relative", "format": "xspf"}
    paths = [client.post("/api/playlist", asked).json()["saved"] for _ in range(2)]
    assert paths == [
        str(served.run.folder / "playlists" / name) for name in ("mine.xspf", "mine 2.xspf")
    ]
    csv = client.post("/api/playlist", {"rows": list(range(SONGS)), "format": "csv", "save": True})
    assert len(Path(csv.json()["saved"]).read_text("utf-8").splitlines()) == SONGS + 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rows": []},
        {"rows": [SONGS]},
        {"rows": [-1]},
        {"rows": [True]},
        {"rows": ["1"]},
        {"rows": "1"},
        {"rows": [1], "format": "exe"},
        {"rows": [1], "order": "arc"},
        {"rows": [80], "format": "m3u8"},
        [1],
        "rows",
    ],
)
def test_a_wrong_playlist_is_refused_with_a_reason(client, served, body):
    before = sorted(served.run.folder.rglob("*"))
    answer = client.post("/api/playlist", body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sorted(served.run.folder.rglob("*")) == before


def test_a_cluster_gets_another_name_and_its_own_back(client, served):
    from songscape.use import open_run

    own = served.run.names[1]
    assert (
        client.post("/api/name", {"cluster": 1, "name": " Late  night "}).json()["name"]
        == "Late  night"
    )
    assert open_run(served.run.folder).names[1] == "Late  night"
    assert client.get("/api/run").json()["clusters"][1]["name"] == "Late  night"
    assert client.post("/api/name", {"cluster": 1, "name": ""}).json()["name"] == own
    assert open_run(served.run.folder).names[1] == own


@pytest.mark.parametrize(
    "body",
    [
        {"cluster": 7, "name": "x"},
        {"cluster": 0, "name": "x" * 81},
        {"cluster": 0, "name": "a\nb"},
        {"cluster": "0", "name": "x"},
        {"cluster": 0},
        {"cluster": True, "name": "x"},
    ],
)
def test_a_wrong_name_is_refused(client, body):
    answer = client.post("/api/name", body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_songs_of_several_genres_are_found_and_told(served):
    from dataclasses import replace

    from songscape.app import Served, application

    from .conftest import HOST, TOKEN, Client

    tracks = served.run.tracks
    genres = pl.Series("genre", [["Dub", "Ska"], [], None] * (SONGS // 3), dtype=pl.List(pl.String))
    record = replace(served.run.record, tracks=tracks.with_columns(genres))
    several = Served(replace(served.run, record=record), ())
    asking = Client(application(several, {HOST}, TOKEN))
    found = asking.get("/api/search?q=ska title").json()
    assert found
    assert {song["genre"] for song in found} == {"Dub, Ska"}
    told = asking.get("/api/songs?rows=0,1,2").json()
    assert [song["genre"] for song in told] == ["Dub, Ska", "", None]
    several.search.close()


def test_two_explorers_keep_each_others_names(served, client):
    from songscape.app import application, serve

    from .conftest import HOST, TOKEN, Client

    other = Client(application(serve(served.run.folder), {HOST}, TOKEN))
    assert client.post("/api/name", {"cluster": 0, "name": "mine"}).status_code == 200
    assert other.post("/api/name", {"cluster": 1, "name": "1984"}).status_code == 200
    names = serve(served.run.folder).run.names
    assert (names[0], names[1]) == ("mine", "1984")
    for cluster in (0, 1):
        client.post("/api/name", {"cluster": cluster, "name": ""})


def test_a_folder_that_cannot_be_written_is_told(client, served):
    lists = served.run.folder / "playlists"
    kept = lists.rename(lists.with_name("kept")) if lists.exists() else None
    lists.write_text("in the way")
    asked = {"rows": [0], "format": "csv", "save": True}
    answer = client.post("/api/playlist", asked)
    lists.unlink()
    if kept:
        kept.rename(lists)
    assert answer.status_code == 500
    assert answer.json()["error"].startswith(str(lists))


@pytest.mark.parametrize("at", ["/api/song/", "/audio/"])
@pytest.mark.parametrize("row", ["1" * 5000, "-1", "²"])
def test_no_number_is_too_large_to_refuse(client, at, row):
    assert client.get(at + row).status_code == 404


def _asking(served, **changes):
    """Return a client of the run with other parts in its record."""
    from dataclasses import replace

    from songscape.app import Served, application

    from .conftest import HOST, TOKEN, Client

    run = replace(served.run, record=replace(served.run.record, **changes))
    return Client(application(Served(run, ()), {HOST}, TOKEN))


def test_a_run_cut_by_hand_is_explored(served):
    kept = {"name", "n_tracks", "k"}
    few = {name: value for name, value in served.run.record.run.items() if name in kept}
    asking = _asking(served, run=few, evidence={})
    assert asking.get("/api/run").json()["songs"] == SONGS
    card = asking.get("/api/song/40").json()
    assert (card["title"], card["features"]) == ("Title 40", [])
    assert len(card["similar"]) == 12


def test_values_are_told_as_people_write_them(served):
    columns = served.run.record.evidence["columns"]
    units = pl.when(pl.col("name") == "tempo").then(pl.lit("BPM")).otherwise("unit").alias("unit")
    evidence = {"columns": columns.with_columns(units)}
    tracks = served.run.tracks.with_columns(tempo=pl.lit(128.0), energy=pl.lit(1998.0))
    card = _asking(served, tracks=tracks, evidence=evidence).get("/api/song/3").json()
    values = {one["name"]: one["value"] for one in card["features"]}
    assert values["tempo"] == "128\u202fBPM"


def test_what_is_no_number_does_not_break_a_card(served):
    odd = pl.Series("tempo", [float("nan"), float("inf"), None] * (SONGS // 3), dtype=pl.Float64)
    nan = pl.lit(float("nan"))
    asking = _asking(served, tracks=served.run.tracks.with_columns(odd, membership=nan))
    for row in range(3):
        card = asking.get(f"/api/song/{row}").json()
        tempo = next(one for one in card["features"] if one["name"] == "tempo")
        assert (tempo["value"], tempo["below"]) == ("–", None)
        assert "membership" not in card["doubts"]


def test_a_song_in_no_cluster_shares_no_traits_with_it(served):
    alone = pl.when(pl.col("cluster") == 0).then(-1).otherwise("cluster").alias("cluster")
    tracks = served.run.tracks.with_columns(alone)
    row = int(tracks["cluster"].arg_min())
    card = _asking(served, tracks=tracks).get(f"/api/song/{row}").json()
    assert (card["cluster"], card["cluster_name"], card["why"]) == (-1, "in no cluster", [])
    assert not {"membership", "margin", "stability"} & set(card["doubts"])


@pytest.mark.parametrize("title", ["  ", "\n\t", "\u202e", ""])
def test_a_title_that_shows_nothing_is_none(served, title):
    tracks = served.run.tracks.with_columns(title=pl.lit(title))
    told = _asking(served, tracks=tracks).get("/api/songs?rows=4").json()
    assert (told[0]["title"], told[0]["id"]) == (None, "song004")


def test_a_letter_of_two_parts_is_searched_as_one(client):
    found = client.get("/api/search", params={"q": "bjo\u0308rk"}).json()
    assert len(found) == 5


def test_playlists_saved_at_once_are_all_kept(served):
    from concurrent.futures import ThreadPoolExecutor

    from songscape.app.lists import Request, saved

    asked = Request.of({"rows": [1], "name": "at once", "format": "csv", "save": True}, SONGS)
    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(lambda _: saved(served.run, asked)["saved"], range(24)))
    assert len(set(paths)) == 24
    assert all(Path(path).is_file() for path in paths)


def test_a_refusal_without_a_file_names_none():
    from songscape.app.routes import _unusable

    answer = _unusable(None, OSError(28, "No space left on device"))
    assert json.loads(answer.body)["error"] == "No space left on device."
