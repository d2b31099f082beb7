"""Small collections whose truth is known."""

import numpy as np
import polars as pl

import songscape


def songs(n=240, artists=24, seed=0):
    """Return songs whose genre two features tell, and whose artists have a sound of their own."""
    rng = np.random.default_rng(seed)
    artist = np.arange(n) % artists
    sound = rng.normal(0, 1.0, (artists, 2))[artist]
    energy = rng.normal(size=n)
    genre = np.where(energy > 0.4, "rock", np.where(energy < -0.4, "folk", "pop"))
    frame = pl.DataFrame(
        {
            "title": [f"song {index}" for index in range(n)],
            "artist": [f"artist {number:02}" for number in artist],
            "genre": genre,
            "energy": energy,
            "valence": rng.normal(size=n),
            "colour": sound[:, 0] + 0.01 * rng.normal(size=n),
            "grain": sound[:, 1] + 0.01 * rng.normal(size=n),
            "scene": np.where(rng.random(artists)[artist] > 0.5, "north", "south"),
            "latitude": np.clip(40 + 15 * energy, -80, 80),
            "longitude": 170 + 20 * energy,
        }
    )
    roles = {"scene": "genre", "artist": "group", "title": "text"}
    return songscape.read(frame, roles=roles)
