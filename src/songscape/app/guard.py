"""Who may ask, and what every answer says.

The server is for the browser on this machine that was opened with its token. Others could reach it
by tricks: a foreign page that sends requests to the loopback address, a name that is made to point
there (DNS rebinding), a form posted across origins. So every request must carry exactly the Host
the server was started on, must not come from another origin, and must bring the token if it writes.

References
----------
W3C Fetch Metadata Request Headers (2021) for ``Sec-Fetch-Site``; CWE-350 (rebinding), CWE-352.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from secrets import compare_digest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN = "x-songscape-token"  # noqa: S105 - the name of the header, not a token
READING, WRITING = ("GET", "HEAD"), ("POST",)
LARGEST = 16 * 2**20
"""Bytes of a request at most: a selection of a million songs."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class TooLargeError(Exception):
    """A request grew longer than :data:`LARGEST` bytes; raised within the application."""


@dataclass(frozen=True)
class Guard:
    """The outermost layer: refuses who has no business here, and puts headers on every answer.

    Parameters
    ----------
    app : what lies within.
    hosts : the exact values of the Host header that are ours, as "127.0.0.1:8321".
    token : what a request that writes has to bring in the header ``X-Songscape-Token``.
    """

    app: App
    hosts: frozenset[str]
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sending = _with_headers(send)
        refusal = self.refusal(scope)
        if refusal is not None:
            await _refuse(sending, *refusal)
            return
        await self.app(scope, _limited(receive), sending)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason where a request is refused, else None."""
        headers = _headers(scope)
        if len(headers.get("host", [])) != 1 or headers["host"][0] not in self.hosts:
            return 421, "This server answers only to the address it was started on."
        own = f"http://{headers['host'][0]}"
        if any(origin != own for origin in headers.get("origin", [])):
            return 403, "Requests from other pages are refused."
        if any(site not in ("same-origin", "none") for site in headers.get("sec-fetch-site", [])):
            return 403, "Requests from other pages are refused."
        if scope["method"] not in READING + WRITING:
            return 405, "Only GET, HEAD and POST are answered."
        return self._write_refusal(headers) if scope["method"] in WRITING else None

    def _write_refusal(self, headers: Mapping[str, list[str]]) -> tuple[int, str] | None:
        """Return why a request may not write, or None."""
        tokens = headers.get(TOKEN, [])
        if len(tokens) != 1 or not compare_digest(tokens[0].encode(), self.token.encode()):
            return 403, "The token is missing or wrong; open the address that songscape printed."
        if headers.get("content-type") != ["application/json"]:
            return 415, "Only JSON is taken."
        length = headers.get("content-length", ["0"])[0]
        if not (length.isdecimal() and len(length) < 10 and int(length) <= LARGEST):
            return 413, "The request is too large."
        return None


def _headers(scope: Scope) -> dict[str, list[str]]:
    """Return all values of every header, names in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _with_headers(send: Send) -> Send:
    """Return a sender that puts our headers on the answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if _name(pair) not in HEADERS]
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": kept + ours}
        await send(message)

    return sending


def _name(pair: tuple[bytes, bytes]) -> str:
    """Return the name of a header."""
    return pair[0].decode("latin-1").lower()


def _limited(receive: Receive) -> Receive:
    """Return a receiver that ends where a body without a true length grows too large."""
    total = 0

    async def receiving() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > LARGEST:
            raise TooLargeError
        return message

    return receiving


async def _refuse(send: Send, status: int, reason: str) -> None:
    """Answer with an error."""
    body = json.dumps({"error": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
