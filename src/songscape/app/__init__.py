"""The explorer: a finished run in the browser of the same machine.

A small server on the loopback address gives the page, the songs and their sound to the browser and
to nobody else. What it may do is little: read the run, play files below the collection's folders,
write playlists and cluster names into the run folder. Every request passes the guard
(:mod:`songscape.app.guard`).
"""

from songscape.app.routes import application
from songscape.app.served import Served, serve
from songscape.app.server import run_server

__all__ = ["Served", "application", "run_server", "serve"]
