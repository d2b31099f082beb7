"""A Spotify account of one's own: its saved songs and playlists, by name.

``spotify:saved`` are the saved songs, ``spotify:playlists`` the songs of all playlists the account
owns, ``spotify:playlist:ID`` those of one. What is read is what Spotify's interface still tells an
app of one's own: title, artists, album, length, and where it is told the ISRC. The names of the
playlists a song is in become its labels, as in studies that take playlists for genres. **Audio
features are never asked for**: that part of the interface is closed to new apps since November
2024. How songs sound comes from their files (``songscape describe``); nothing else in songscape
needs an account.

The extra ``spotify`` brings spotipy. An access token in the environment variable ``SPOTIFY_TOKEN``
is used as it is; else spotipy logs in by itself, with the app's ``SPOTIPY_CLIENT_ID`` and
``SPOTIPY_REDIRECT_URI``, and keeps the login in its own cache. Only reading is asked for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.core.errors import InputError, MissingExtraError
from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PREFIX = "spotify:"
SAVED, OWN, ONE = "spotify:saved", "spotify:playlists", "spotify:playlist:"
TOKEN = "SPOTIFY_TOKEN"  # noqa: S105 - the name of a variable
SCOPES = "user-library-read playlist-read-private playlist-read-collaborative"
PAGE = 50
"""Songs asked for at a time, the most that every endpoint allows."""


@dataclass(frozen=True)
class Options:
    """Which songs of the account are read."""

    path: str = option("", "spotify:saved, spotify:playlists or spotify:playlist:ID")
    api: str = option("https://api.spotify.com/v1/", "where the interface is")


def claims(path: str | Path) -> bool:
    """Tell whether a path names songs of an account."""
    return str(path).startswith(PREFIX)


def load(options: Options) -> Collection:
    """Read the songs an account has; one row for every song, however many playlists it is in.

    Raises
    ------
    MissingExtraError
        If spotipy is not installed.
    InputError
        If there is no login, Spotify refuses, or there is no song.
    """
    client = _client(options.api)
    songs: dict[str, dict[str, Any]] = {}
    try:
        for playlist, item in _items(client, options.path):
            row = _row(item)
            if row is not None:
                kept = songs.setdefault(row["id"], {**row, "playlists": []})
                kept["playlists"] += [playlist] if playlist else []
    except _refusals() as error:
        raise InputError(_refused(error)) from None
    if not songs:
        raise InputError(f"{options.path} holds no song.")
    read = f"read {options.path}: {len(songs):,} songs, names only"
    return Collection(pl.DataFrame(list(songs.values()), schema=_SCHEMA), _COLUMNS, (read,))


_TEXTS = ("id", "title", "artist", "album", "isrc")
_SCHEMA = pl.Schema(
    [
        *((name, pl.String()) for name in _TEXTS),
        ("duration_ms", pl.Float64()),
        ("playlists", pl.List(pl.String())),
    ]
)
_COLUMNS = {
    "id": Column(Role.ID),
    "title": Column(Role.TEXT),
    "artist": Column(Role.GROUP),
    "album": Column(Role.GROUP),
    "isrc": Column(Role.KEY),
    "duration_ms": Column(Role.FEATURE, "ms", low=0, kind=Kind.ABOUT),
    "playlists": Column(Role.GENRE),
}


def _client(api: str) -> Any:
    """Return a client that is logged in.

    Raises
    ------
    MissingExtraError
        If spotipy is not installed.
    InputError
        If there is neither a token nor an app to log in with.
    """
    try:
        import spotipy
        from spotipy.oauth2 import SpotifyPKCE
    except ImportError:
        raise MissingExtraError("sources.spotify", "spotify") from None
    token = os.environ.get(TOKEN)
    if not token and not os.environ.get("SPOTIPY_CLIENT_ID"):
        raise InputError(
            f"Reading a Spotify account needs a login: put an access token into {TOKEN}, or your "
            "app's SPOTIPY_CLIENT_ID and SPOTIPY_REDIRECT_URI into the environment."
        )
    login = {"auth": token} if token else {"auth_manager": SpotifyPKCE(scope=SCOPES)}
    client = spotipy.Spotify(**login, requests_timeout=20, retries=3, status_retries=3)
    client.prefix = api
    return client


def _items(client: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of the playlist (empty for saved songs) and the item of every song."""
    if path == SAVED:
        for item in _pages(client.current_user_saved_tracks):
            yield "", item
    elif path == OWN:
        me = client.me()["id"]
        for playlist in _pages(client.current_user_playlists):
            # Playlists of others are listed, too, but their songs are closed to most apps.
            if (playlist.get("owner") or {}).get("id") == me:
                yield from _of_playlist(client, playlist["id"], playlist["name"])
    elif path.startswith(ONE) and path != ONE:
        one = path.removeprefix(ONE)
        yield from _of_playlist(client, one, client.playlist(one, fields="name")["name"])
    else:
        raise InputError(f"{path!r} is none of {SAVED}, {OWN} and {ONE}ID.")


def _of_playlist(client: Any, one: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the songs of one playlist."""

    def page(limit: int, offset: int) -> Any:
        return client.playlist_items(one, limit=limit, offset=offset, additional_types=("track",))

    for item in _pages(page):
        yield name, item


def _pages(ask: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield all items of an endpoint that answers by pages.

    Pages are asked for by number rather than by the address an answer gives for the next one, so
    that the token goes nowhere but to the interface.
    """
    offset = 0
    while True:
        items = ask(limit=PAGE, offset=offset).get("items") or []
        yield from (item for item in items if item)
        offset += PAGE
        if len(items) < PAGE:
            return


def _row(item: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of an item; None for what is no song, as an episode or a song withdrawn.

    Playlists call the song ``item`` since 2026 and ``track`` before; local files have no id.
    """
    song = item.get("item") or item.get("track")
    if not isinstance(song, dict) or song.get("type", "track") != "track" or not song.get("name"):
        return None
    artists = [str(one.get("name") or "") for one in song.get("artists") or []]
    return {
        "id": str(song.get("id") or song.get("uri") or song["name"]),
        "title": str(song["name"]),
        "artist": "; ".join(one for one in artists if one),
        "album": (song.get("album") or {}).get("name"),
        "isrc": (song.get("external_ids") or {}).get("isrc"),
        "duration_ms": song.get("duration_ms"),
    }


def _refusals() -> tuple[type[Exception], ...]:
    """Return what spotipy raises when it is refused or hears nothing."""
    from requests import RequestException
    from spotipy import SpotifyException
    from spotipy.oauth2 import SpotifyOauthError

    return SpotifyException, SpotifyOauthError, RequestException


def _refused(error: Exception) -> str:
    """Say why Spotify gave nothing, and the way out."""
    status = getattr(error, "http_status", None)
    ways = {
        401: "the login has run out; log in again or renew the token",
        403: "your app may not read this; only playlists of your own are open to it",
        404: "there is no such playlist",
        429: "it was asked too often; try again later",
    }
    return f"Spotify refused ({status or type(error).__name__}): {ways.get(status or 0, error)}."
