"""Render a small collection of songs whose truth is known, offline, from nothing but code.

:func:`songs` plans them, :func:`render` makes the sound of one, :func:`collection` writes a folder
of them and returns the truth: tempo, key, mode, metre, instruments. Nothing is recorded and nothing
is a real song, yet tempo and key finders meet what makes real music hard: loose timing, swing,
syncopation, pieces without drums, thirds that come and go, tunings off 440 Hz, loudness from
-22 to -4 dB.

::

    styles.toml → songs → perform → voices and drums → mix → file
     (styles)    (plans)  (events)      (notes)       (stereo)

The same seed gives the same samples.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from songscape.core.atomic import replacing_file, write_text
from songscape.core.errors import InputError
from songscape.studies._render_mix import mix
from songscape.studies._render_perform import perform
from songscape.studies._render_plan import Song, songs
from songscape.studies._render_voices import RATE

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

__all__ = ["RATE", "Song", "collection", "render", "songs", "truth", "write_song"]

FORMATS = {"flac": "PCM_16", "wav": "PCM_16", "ogg": "VORBIS"}
TRUTH = "truth.csv"


def render(song: Song, seed: int = 0) -> tuple[NDArray[np.float32], int]:
    """Render one song.

    Parameters
    ----------
    song : its plan.
    seed : of the performance: timing, force, melody and noise.

    Returns
    -------
    float32 array (n, 2) with magnitudes below 0.97, and the rate of 44,100 Hz.
    """
    return mix(song, perform(song, seed + song.number), seed + song.number), RATE


def truth(plan: list[Song], form: str = "flac") -> pl.DataFrame:
    """Return what is known of planned songs, one row each; `file` is the name they get."""
    import polars as pl

    return pl.DataFrame([{"file": f"{song.file}.{form}"} | song.truth() for song in plan])


def collection(
    folder: Path, n: int = 100, seed: int = 0, *, workers: int | None = None, form: str = "flac"
) -> pl.DataFrame:
    """Render songs into a folder, and their truth as ``truth.csv`` beside them.

    Parameters
    ----------
    folder : made if it is not there; songs of the same names are replaced.
    n : how many songs.
    seed : another seed is another collection.
    workers : processes; default one per processor. A script of one's own that asks for more than
        one does so under ``if __name__ == "__main__":``, since they import it again.
    form : flac, wav (16 bits each) or ogg.

    Returns
    -------
    The truth: file, title, artist, genre, style, tempo, key, mode, time_signature, duration_ms,
    instruments.

    Raises
    ------
    InputError
        If songs cannot be written in that form.
    """
    from songscape.core.csv_text import csv_text

    if form not in FORMATS:
        raise InputError(f"Songs can be rendered as {', '.join(FORMATS)}, not as {form!r}.")
    plan = songs(n, seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write_all([(song, folder / f"{song.file}.{form}", seed) for song in plan], workers)
    known = truth(plan, form)
    write_text(folder / TRUTH, csv_text(known))
    return known


def _write_all(jobs: list[tuple[Song, Path, int]], workers: int | None) -> None:
    """Write songs in some processes; a single one works here."""
    count = min(workers or (os.cpu_count() or 1), len(jobs))
    if count <= 1:
        for job in jobs:
            write_song(*job)
        return
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        list(pool.map(write_song, *zip(*jobs, strict=True), chunksize=4))


def write_song(song: Song, path: Path, seed: int = 0) -> None:
    """Render a song into a file that bears its title, artist and genre."""
    import soundfile

    samples, rate = render(song, seed)
    form = path.suffix[1:]
    with (
        replacing_file(path) as temporary,
        soundfile.SoundFile(temporary, "w", rate, 2, FORMATS[form], format=form.upper()) as file,
    ):
        file.title, file.artist, file.genre = song.title, song.artist, song.genre
        file.comment = "rendered by songscape; no recording"
        file.write(samples)
