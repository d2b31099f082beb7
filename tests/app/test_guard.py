"""Only the page of this very server may ask, and only with the token may it write."""

import json

import pytest

from songscape.app.guard import HEADERS, LARGEST

from .conftest import HOST, TOKEN

READ = [
    "/",
    "/static/explore.js",
    "/static/explore.css",
    "/static/map/map.js",
    "/api/run",
    "/api/map",
    "/api/search?q=joga",
    "/api/songs?rows=1,2",
    "/api/song/3",
    "/api/path?from=0&to=80&length=4",
    "/audio/0",
]
WRITE = {
    "/api/playlist": {"rows": [1, 2], "format": "csv"},
    "/api/name": {"cluster": 0, "name": "x"},
}

HOSTS = [
    HOST,
    "localhost:8321",
    "127.0.0.1",
    "127.0.0.1:80",
    "127.0.0.1:8321.evil.example",
    "evil.example:8321",
    "127.0.0.1.nip.example:8321",
    "[::1]:8321",
    "0.0.0.0:8321",
    "LOCALHOST:8321",
]
ORIGINS = [None, f"http://{HOST}", "null", "https://evil.example"]
OURS = {(HOST, None), (HOST, f"http://{HOST}"), ("localhost:8321", None)}
PAIRS = [(host, origin) for host in HOSTS for origin in ORIGINS]


def test_there_are_forty_pairs():
    assert len(PAIRS) == 40


@pytest.mark.parametrize(("host", "origin"), PAIRS)
def test_only_our_page_passes(client, host, origin):
    ours = (host, origin) in OURS
    headers = {"host": host, "origin": origin}
    for at in READ:
        answer = client.get(at, headers=headers)
        assert (answer.status_code == 200) == ours, (at, answer.status_code)
        assert ours or answer.json()["error"]
    for at, body in WRITE.items():
        assert (client.post(at, body, headers=headers).status_code == 200) == ours, at


def test_every_answer_carries_the_headers(client):
    asked = [("GET", at, {}) for at in [*READ, "/nothing", "/api/song/999999", "/static/..%2f"]]
    asked += [
        ("POST", "/api/name", {}),
        ("DELETE", "/", {}),
        ("GET", "/", {"host": "evil.example"}),
    ]
    for method, at, headers in asked:
        answer = client.ask(method, at, headers=headers)
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], (method, at, name)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", ""])
def test_requests_that_a_browser_calls_foreign_are_refused(client, site):
    assert client.get("/api/run", headers={"sec-fetch-site": site}).status_code == 403


def test_a_bookmark_or_a_typed_address_opens_the_page(client):
    assert client.get("/", headers={"sec-fetch-site": "none"}).status_code == 200
    assert client.get("/", headers={"sec-fetch-site": None}).status_code == 200


@pytest.mark.parametrize("at", WRITE)
@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "ключ"])
def test_forged_writes_are_refused(client, served, at, token):
    before = sorted(served.run.folder.rglob("*")), (served.run.folder / "clusters.csv").read_bytes()
    sent = None if token is None else token.encode()
    answer = client.post(at, WRITE[at], headers={"x-songscape-token": sent})
    assert answer.status_code == 403
    assert "token" in answer.json()["error"]
    after = sorted(served.run.folder.rglob("*")), (served.run.folder / "clusters.csv").read_bytes()
    assert before == after


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_forms_are_refused(client, kind):
    body = json.dumps(WRITE["/api/name"])
    headers = {"x-songscape-token": TOKEN, "content-type": kind}
    assert client.ask("POST", "/api/name", content=body, headers=headers).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(client, method):
    assert client.ask(method, "/api/run").status_code == 405


def test_a_body_that_is_too_large_is_refused(client):
    headers = {"x-songscape-token": TOKEN, "content-type": "application/json"}
    lying = {**headers, "content-length": str(LARGEST + 1)}
    assert client.ask("POST", "/api/name", content=b"{}", headers=lying).status_code == 413

    async def endless():
        for _ in range(LARGEST // 2**20 + 2):
            yield b" " * 2**20

    assert client.ask("POST", "/api/name", content=endless(), headers=headers).status_code == 413
