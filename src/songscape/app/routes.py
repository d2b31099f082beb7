"""What the explorer's server answers: the page, the songs, their sound; and two things it writes.

====================== =============================================================================
``GET /``              the page; ``/static/…`` what belongs to it
``GET /api/run``       what the page shows around the map: clusters, columns, counts
``GET /api/map``       the map of all songs in one block (:mod:`songscape.view.map_data`)
``GET /api/search``    rows of songs that hold all words of ``q``
``GET /api/songs``     names of up to 500 ``rows``
``GET /api/song/ROW``  the card of a song
``GET /api/path``      a way ``from`` one row ``to`` another in ``length`` songs
``GET /audio/ROW``     the sound of a song, whole or in ranges
``POST /api/playlist`` a playlist of rows: its content, or saved in the run's folder
``POST /api/name``     another name for a cluster
====================== =============================================================================
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from songscape.app import static
from songscape.app.audio import playable
from songscape.app.card import card, row_of
from songscape.app.guard import Guard, TooLargeError
from songscape.app.lists import Request as ListRequest
from songscape.app.lists import made, saved
from songscape.core.errors import SongscapeError
from songscape.use.naming import rename
from songscape.use.path import Way, path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from songscape.app.guard import App
    from songscape.app.served import Served

MOST_FOUND, MOST_ROWS, LONGEST_PATH = 50, 500, 100


def application(served: Served, hosts: Iterable[str], token: str) -> Guard:
    """Return the whole server as an ASGI application.

    Parameters
    ----------
    served : the run.
    hosts : the exact Host headers that are ours.
    token : what requests that write have to bring.
    """
    answers = _Answers(served)
    reading = {
        "/": answers.page,
        "/static/{name:path}": answers.static,
        "/api/run": answers.about,
        "/api/map": answers.map,
        "/api/search": answers.search,
        "/api/songs": answers.songs,
        "/api/song/{row}": answers.song,
        "/api/path": answers.path,
        "/audio/{row}": answers.audio,
    }
    writing = {"/api/playlist": answers.playlist, "/api/name": answers.name}
    routes = [Route(at, answer, methods=["GET"]) for at, answer in reading.items()]
    routes += [Route(at, answer, methods=["POST"]) for at, answer in writing.items()]
    handlers: dict[Any, Callable[..., Any]] = {
        SongscapeError: _sorry,
        HTTPException: _refused,
        TooLargeError: _too_large,
        OSError: _unusable,
        Exception: _broken,
    }
    inner: App = Starlette(routes=routes, exception_handlers=handlers)
    return Guard(inner, frozenset(hosts), token)


class _Answers:
    """The answers to all requests, over one run."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.run = served.run

    def page(self, _request: Request) -> Response:
        return _file("index.html")

    def static(self, request: Request) -> Response:
        return _file(request.path_params["name"])

    def about(self, _request: Request) -> Response:
        return _json(self.served.about)

    def map(self, _request: Request) -> Response:
        if not self.served.block:
            raise HTTPException(404, "This run has no map.")
        packed = {"content-encoding": "gzip"}
        return Response(self.served.block, media_type="application/octet-stream", headers=packed)

    def search(self, request: Request) -> Response:
        rows = self.served.search.rows(request.query_params.get("q", ""), MOST_FOUND)
        return _json([row_of(self.run, row) for row in rows])

    def songs(self, request: Request) -> Response:
        asked = request.query_params.get("rows", "")
        rows = [self._row(text) for text in asked.split(",")[:MOST_ROWS] if text]
        return _json([row_of(self.run, row) for row in rows])

    def song(self, request: Request) -> Response:
        row = self._row(request.path_params["row"])
        heard = playable(self.run, row, self.served.folders) is not None
        return _json({**card(self.run, row), "playable": heard})

    def path(self, request: Request) -> Response:
        asked = request.query_params
        start, end = (self._row(asked.get(name, "")) for name in ("from", "to"))
        length = _whole(asked.get("length", "12"), 2, LONGEST_PATH)
        rows = path(self.run, start, end, Way(length=length))["row"]
        return _json([row_of(self.run, row) for row in rows])

    def audio(self, request: Request) -> Response:
        found = playable(self.run, self._row(request.path_params["row"]), self.served.folders)
        if found is None:
            raise HTTPException(404, "There is no file of this song that may be played.")
        return FileResponse(found[0], media_type=found[1])

    async def playlist(self, request: Request) -> Response:
        wanted = ListRequest.of(await _body(request), self.run.tracks.height)
        write = saved if wanted.save else made
        return _json(await run_in_threadpool(write, self.run, wanted))

    async def name(self, request: Request) -> Response:
        body = await _body(request)
        cluster, text = body.get("cluster"), body.get("name")
        if not isinstance(cluster, int) or isinstance(cluster, bool) or not isinstance(text, str):
            raise HTTPException(400, "A cluster's number and its new name are needed.")
        given = await run_in_threadpool(rename, self.run, cluster, text)
        return _json({"cluster": cluster, "name": given})

    def _row(self, text: object) -> int:
        """Return the number of a song of this run."""
        return _whole(text, 0, self.run.tracks.height - 1)


def _whole(text: object, low: int, high: int) -> int:
    """Return a whole number between two others."""
    said = str(text)
    if not (said.isascii() and said.isdigit() and len(said) < 10 and low <= int(said) <= high):
        raise HTTPException(404, f"A whole number from {low:,} to {high:,} is needed.")
    return int(said)


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(400, "The request is no JSON.") from None
    if not isinstance(body, dict):
        raise HTTPException(400, "The request must be a JSON object.")
    return body


def _file(name: str) -> Response:
    """Answer with one of the page's own files."""
    found = static.files().get(name)
    if found is None:
        raise HTTPException(404, "There is no such page.")
    content, media = found
    return Response(content, media_type=media)


def _json(value: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def _sorry(_request: Request, error: Exception) -> Response:
    """Answer with the one sentence of an expected error."""
    return _json({"error": str(error)}, 400)


def _refused(_request: Request, error: HTTPException) -> Response:
    """Answer with the reason of a refusal."""
    return _json({"error": error.detail}, error.status_code)


def _too_large(_request: Request, _error: Exception) -> Response:
    """Answer to a body without end."""
    return _json({"error": "The request is too large."}, 413)


def _unusable(_request: Request, error: OSError) -> Response:
    """Answer where the system refuses a file, as in a run's folder that may not be written to."""
    place = f"{error.filename}: " if error.filename else ""
    return _json({"error": f"{place}{error.strerror or error}."}, 500)


def _broken(_request: Request, error: Exception) -> Response:
    """Answer where something went wrong that should not; what exactly stands in the terminal."""
    return _json({"error": f"Something went wrong: {type(error).__name__}."}, 500)
