"""Start the explorer's server on the loopback address, tell where, and stop cleanly."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
import webbrowser
from typing import TYPE_CHECKING

from songscape.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from songscape.app.served import Served

ADDRESS = "127.0.0.1"
REFUSED = frozenset(
    {
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
        102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389,
        427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
        989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
        *range(6665, 6670), 6679, 6697, 10080,
    }
)  # fmt: skip
"""Ports no browser opens (WHATWG Fetch, "bad port"): a server there would wait for nobody."""


def run_server(
    served: Served, *, port: int = 0, browser: bool = True, tell: Callable[[str], None] = print
) -> None:
    """Serve a run until interrupted.

    Parameters
    ----------
    served : the run.
    port : where to listen; 0 for any that is free.
    browser : open the page.
    tell : takes the line with the page's address.

    Raises
    ------
    InputError
        If the port is taken, may not be used, or is one that browsers do not open.
    """
    import uvicorn

    from songscape.app.routes import application

    with contextlib.closing(_listening(port)) as listening:
        own = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        hosts = {f"{ADDRESS}:{own}", f"localhost:{own}"}
        config = uvicorn.Config(
            application(served, hosts, token),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        # What follows # stays in the browser: it is not sent, and stands in no log.
        page = f"http://{ADDRESS}:{own}/#{token}"
        tell(f"explore {served.run.record.run.get('name', served.run.folder.name)}: {page}")
        tell("stop with Ctrl+C")
        threading.Thread(target=served.warm, daemon=True).start()
        if browser:
            webbrowser.open(page)
        # Being interrupted is how it ends; all that was written is whole.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    """Return a socket on the loopback address that listens."""
    if port in REFUSED:
        raise InputError(
            f"Port {port} is one that browsers refuse to open; give another with --port, or 0 for "
            "any."
        )
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"Port {port} cannot be used ({reason}); give another with --port, or 0 for any."
        ) from None
    return listening
