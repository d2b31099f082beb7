"""A small run with sound, and a server over it that is asked in this process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import numpy as np
import polars as pl
import pytest
from tests.undrawn import mapped

import songscape

pytest.importorskip("starlette")

HOST, TOKEN = "127.0.0.1:8321", "the-token-of-the-tests"
SONGS, AUDIBLE = 90, 6


@dataclass
class Client:
    """Asks the server as the browser would, unless told otherwise."""

    app: object
    headers: dict = field(default_factory=lambda: {"host": HOST, "sec-fetch-site": "same-origin"})

    def ask(self, method, at, *, headers=None, **more):
        asked = self._ask(method, at, {**self.headers, **(headers or {})}, more)
        # In a thread of its own: a browser that other tests hold open runs a loop in this one.
        with ThreadPoolExecutor(1) as other:
            return other.submit(asyncio.run, asked).result()

    async def _ask(self, method, at, headers, more):
        sent = {name: value for name, value in headers.items() if value is not None}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, at, headers=sent, **more)

    def get(self, at, **more):
        return self.ask("GET", at, **more)

    def post(self, at, body, **more):
        own = {"x-songscape-token": TOKEN, "origin": f"http://{HOST}"}
        headers = {**own, **more.pop("headers", {})}
        return self.ask("POST", at, json=body, headers=headers, **more)


@pytest.fixture(scope="session")
def music(tmp_path_factory):
    """A folder of sound files, and one file outside it."""
    import soundfile

    folder = tmp_path_factory.mktemp("music")
    for number in range(AUDIBLE):
        tone = 0.1 * np.sin(np.arange(8_000) * (0.05 + 0.01 * number))
        soundfile.write(folder / f"tone {number}.wav", tone, 8_000)
    (folder / "notes.txt").write_text("no sound")
    soundfile.write(folder.parent / "outside.wav", np.zeros(800), 8_000)
    (folder / "link.wav").symlink_to(folder.parent / "outside.wav")
    return folder


def _paths(music):
    """Return a path per song: sounds, then what must never be played, then none."""
    sounds = [bytes(music / f"tone {number}.wav") for number in range(AUDIBLE)]
    never = [
        b"/etc/passwd",
        bytes(music / "notes.txt"),
        bytes(music / "link.wav"),
        bytes(music / ".." / "outside.wav"),
        bytes(music / "gone.wav"),
        b"nul\0byte.wav",
    ]
    return [*sounds, *never, *[None] * (SONGS - len(sounds) - len(never))]


@pytest.fixture(scope="session")
def run_folder(music, tmp_path_factory):
    """The folder of a run of three plain groups of songs."""
    rng = np.random.default_rng(7)
    middle = np.repeat([[0.2, 0.4, 90.0], [0.8, 0.3, 120.0], [0.5, 0.9, 170.0]], SONGS // 3, axis=0)
    values = middle + rng.normal(0, [0.04, 0.04, 3.0], (SONGS, 3))
    frame = pl.DataFrame(
        {
            "track_id": [f"song{number:03}" for number in range(SONGS)],
            "title": [
                f"Jóga {number}" if number < 5 else f"Title {number}" for number in range(SONGS)
            ],
            "artist": ["Björk" if number < 5 else f"Band {number % 9}" for number in range(SONGS)],
            "genre": [("pop", "rock", "jazz")[number % 3] for number in range(SONGS)],
            "energy": values[:, 0],
            "valence": values[:, 1],
            "tempo": values[:, 2],
            "path": _paths(music),
        }
    )
    songs = songscape.read(frame, roles={"path": "file"})
    run = mapped(songs, k=3, seed=1, options={"choose.use": "none"})
    folder = tmp_path_factory.mktemp("runs") / "three"
    run.save(folder)
    return folder


@pytest.fixture(scope="module")
def served(run_folder, music, tmp_path_factory):
    """The run, copied so that the tests of a module may write into it."""
    import shutil

    from songscape.app import serve

    copy = tmp_path_factory.mktemp("copy") / "run"
    shutil.copytree(run_folder, copy)
    opened = serve(copy, [music])
    yield opened
    opened.search.close()


@pytest.fixture(scope="module")
def client(served):
    from songscape.app import application

    return Client(application(served, {HOST, "localhost:8321"}, TOKEN))
