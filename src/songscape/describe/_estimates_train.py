"""Fit the mapping that songscape ships: ``python -m songscape.describe._estimates_train``.

The training table is read from ``tables/`` in the folder that the environment variable
``SONGSCAPE_DATA`` names; the mapping is written beside this module, or to a path given. The table
itself is not part of songscape: what is kept of it is its name, its SHA-256 and the coefficients.

Each of its rows is a song with the values a streaming service published, the mean of 20 MFCC and
of 7 bands of spectral contrast over a 30 s preview, and an artist. Rows that repeat a track are
dropped. Contrast enters up to its fourth band, for the reasons given at
:data:`~songscape.describe._estimates.TIMBRE`; no R² suffers by more than 0.01.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
import polars as pl

from songscape.core.atomic import write_text
from songscape.core.errors import InputError
from songscape.describe._estimates import TIMBRE
from songscape.describe._estimates_fit import Training, fit_model
from songscape.describe._estimates_model import Model, model_text

TABLE = "playlists-11-genres-3081.csv"
HEADERS = tuple(f"MFCC{i}" for i in range(1, 21)) + tuple(
    f"Spectral Contrast Freq Band{i}" for i in range(1, 5)
)
TARGETS = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "liveness",
    "loudness",
    "speechiness",
    "valence",
)
SHIPPED = Path(__file__).with_name("estimates.json")


def read_training(path: Path) -> Training:
    """Read the training table: one row per track, descriptors under our names.

    Raises
    ------
    InputError
        If the table is not there or lacks a column.
    """
    wanted = ["track_uri", "artist_name", *HEADERS, *TARGETS]
    try:
        table = pl.read_csv(path, columns=wanted)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path} cannot be read as the training table: {error}") from None
    songs = table.unique("track_uri", keep="first", maintain_order=True)
    artists = songs["artist_name"].rank("dense").to_numpy().astype(np.int64)
    references = {name: songs[name].cast(pl.Float64).to_numpy() for name in TARGETS}
    return Training(songs.select(HEADERS).to_numpy(), TIMBRE, artists, references)


def train(path: Path) -> Model:
    """Fit the mapping to the training table."""
    training = read_training(path)
    source = {
        "table": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "songs": len(training.values),
        "artists": int(training.groups.max()),
        "descriptors": "librosa means over 30 s at 22,050 Hz, 2048/512 Hann, decibels above 1.0, "
        "at most 80 dB below the loudest (MFCC)",
    }
    return fit_model(training, source)


def main(arguments: list[str]) -> None:
    """Fit the mapping and write it to the path given, else beside this module."""
    folder = os.environ.get("SONGSCAPE_DATA")
    if not folder:
        raise InputError(f"Set SONGSCAPE_DATA to the folder that holds tables/{TABLE}.")
    model = train(Path(folder) / "tables" / TABLE)
    write_text(Path(arguments[0]) if arguments else SHIPPED, model_text(model))
    for name, target in model.targets.items():
        known = target.quality
        sys.stdout.write(
            f"{name:17} R² {known.r2:6.3f} (above {known.r2_low:.3f})  error {known.error:.3f}  "
            f"coverage {known.coverage:.3f}\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
