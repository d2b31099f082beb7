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
        If the port is taken.
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
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        taken.close()
        raise InputError(
            f"Port {port} cannot be used ({error}); give another with --port, or 0 for any."
        ) from None
    taken.listen(128)
    return taken
