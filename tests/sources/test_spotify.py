"""A Spotify account, played by a server on this machine: both shapes of today's answers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from songscape.core.collection import Role
from songscape.core.errors import InputError
from songscape.sources import spotify

pytest.importorskip("spotipy")


def song(number, **changes):
    return {
        "type": "track", "id": f"id{number}", "name": f"Song {number}", "duration_ms": 200_000,
        "artists": [{"name": "Ann"}, {"name": "Bo"}], "album": {"name": "First"},
        "external_ids": {"isrc": f"XX{number}"},
    } | changes  # fmt: skip


PLAYLISTS = [
    {"id": "mine", "name": "Calm", "owner": {"id": "me"}},
    {"id": "also", "name": "Loud", "owner": {"id": "me"}},
    {"id": "theirs", "name": "Not mine", "owner": {"id": "somebody"}},
]
ANSWERS = {
    "/v1/me": {"id": "me"},
    "/v1/me/playlists": PLAYLISTS,
    "/v1/me/tracks": [{"track": song(n)} for n in range(120)],
    "/v1/playlists/mine": {"name": "Calm"},
    # Before 2026 a playlist called its songs `track`, since then `item`.
    "/v1/playlists/mine/items": [{"item": song(1)}, {"item": song(2)}, {"item": None}],
    "/v1/playlists/also/items": [
        {"track": song(2)},
        {"track": {"type": "episode", "id": "e", "name": "Talk"}},
        {"track": song(3, id=None, uri="spotify:local:3", album=None, external_ids=None)},
    ],
}


class Account(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path.replace("/me/?", "/me?").removesuffix("/"))
        self.server.asked.append((url.path, self.headers["Authorization"]))
        answer = ANSWERS.get(url.path)
        if self.headers["Authorization"] != "Bearer secret":
            self.reply(401, {"error": {"message": "The access token expired"}})
        elif answer is None:
            self.reply(403, {"error": {"message": "Forbidden"}})
        elif isinstance(answer, list):
            query = parse_qs(url.query)
            start, count = int(query["offset"][0]), int(query["limit"][0])
            self.reply(200, {"items": answer[start : start + count], "total": len(answer)})
        else:
            self.reply(200, answer)

    def reply(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def account(monkeypatch):
    monkeypatch.setenv("SPOTIFY_TOKEN", "secret")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def load(account, path):
    api = f"http://127.0.0.1:{account.server_port}/v1/"
    return spotify.load(spotify.Options(path=path, api=api))


def test_saved_songs_are_read_page_by_page(account):
    songs = load(account, "spotify:saved")
    assert len(songs) == 120
    assert songs.frame["title"][119] == "Song 119"
    assert songs.frame["artist"][0] == "Ann; Bo"
    assert songs.names(Role.GROUP) == ("artist", "album")
    assert songs.history == ("read spotify:saved: 120 songs, names only",)
    assert [path for path, _ in account.asked] == ["/v1/me/tracks"] * 3


def test_a_song_of_two_playlists_is_one_row_with_both_names(account):
    songs = load(account, "spotify:playlists")
    assert songs.frame["id"].to_list() == ["id1", "id2", "spotify:local:3"]
    assert songs.frame["playlists"].to_list() == [["Calm"], ["Calm", "Loud"], ["Loud"]]
    assert songs.frame["isrc"].to_list() == ["XX1", "XX2", None]


def test_playlists_of_others_are_not_asked_for(account):
    load(account, "spotify:playlists")
    assert not any("theirs" in path for path, _ in account.asked)


def test_audio_features_are_never_asked_for(account):
    for path in ("spotify:saved", "spotify:playlists", "spotify:playlist:mine"):
        load(account, path)
    asked = {path for path, _ in account.asked}
    assert asked <= ANSWERS.keys()
    assert not any("audio" in path for path in asked)


def test_a_closed_playlist_is_told(account):
    with pytest.raises(InputError, match=r"refused \(403\).*of your own"):
        load(account, "spotify:playlist:theirs")


def test_an_old_token_is_told(account, monkeypatch):
    monkeypatch.setenv("SPOTIFY_TOKEN", "old")
    with pytest.raises(InputError, match=r"refused \(401\).*log in again"):
        load(account, "spotify:saved")


def test_without_a_login_the_way_to_one_is_told(monkeypatch):
    monkeypatch.delenv("SPOTIFY_TOKEN", raising=False)
    monkeypatch.delenv("SPOTIPY_CLIENT_ID", raising=False)
    with pytest.raises(InputError, match="SPOTIFY_TOKEN"):
        spotify.load(spotify.Options(path="spotify:saved"))


def test_other_paths_are_named(account):
    with pytest.raises(InputError, match="is none of spotify:saved"):
        load(account, "spotify:albums")


@pytest.mark.parametrize(("path", "own"), [("spotify:saved", True), ("songs.csv", False)])
def test_only_names_of_accounts_are_claimed(path, own):
    assert spotify.claims(path) is own
