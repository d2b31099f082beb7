"""What a finished map is good for: songs like this one, a way between two, playlists, tags.

::

    run = open_run("my-map")
    similar(run, "Jóga", n=10)
    path(run, "Jóga", "Army of Me", Way(length=8))
    playlist(run, Wishes(where="energy>0.7 and tempo 120..128"))

A run is opened read-only. Songs are named by their id, title or "artist - title", or by the number
of their row in ``tracks.parquet``.
"""

from songscape.use.find import find
from songscape.use.opened import Opened, open_run
from songscape.use.path import Way, path
from songscape.use.playlist import Playlist, Wishes, playlist
from songscape.use.similar import similar

__all__ = [
    "Opened",
    "Playlist",
    "Way",
    "Wishes",
    "find",
    "open_run",
    "path",
    "playlist",
    "similar",
]
