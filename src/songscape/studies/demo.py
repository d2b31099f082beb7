"""The demonstration: a collection whose truth is known, as sound or as a table.

As sound, a hundred clips in ten styles are rendered (:mod:`songscape.studies._render`) and then
described and mapped as any folder of music is. What was played lies beside them in ``truth.csv``.

As a table, six styles are drawn around the centres of ``demo.toml``, in Spotify's names and ranges,
and then made dirty as real exports are: an index column, repeated rows, one song under two genres,
tempos "not found" as 0, and a broken row. Nothing in it is a real song. Because the groups and the
dirt are planted, everyone can check what songscape makes of them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.core.atomic import write_text
from songscape.core.errors import InputError
from songscape.core.seeds import generator
from songscape.studies._render import TRUTH, collection, songs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RENDERED = 100
STYLES = 10
"""Styles among the rendered songs."""
LIBRARY = "library.db"
SONGS_PER_STYLE = 200
REPEATED_ROWS = 12
TWO_GENRES = 20
TEMPO_NOT_FOUND = 9


@dataclass(frozen=True)
class Truth:
    """What was planted: rows in the file, songs once cleaned, styles."""

    rows: int
    songs: int
    styles: int


def write_songs(folder: Path, seed: int = 0, n: int = RENDERED) -> Path:
    """Render songs and their truth into a folder, and return where their library belongs.

    Raises
    ------
    InputError
        If the folder holds anything else, which would be mapped as well.
    """
    planned = {f"{song.file}.flac" for song in songs(n, seed)} | {TRUTH}
    held = {path.name for path in folder.iterdir()} if folder.exists() else set()
    others = sorted(name for name in held - planned if not name.startswith(LIBRARY))
    if others:
        raise InputError(
            f"{folder} holds other files than the demonstration with seed {seed} makes, as "
            f"{others[0]!r}; name another place with --out."
        )
    collection(folder, n, seed)
    return folder / LIBRARY


def write_table(path: Path, seed: int = 0) -> Path:
    """Write the synthetic table as CSV and return its path.

    Raises
    ------
    InputError
        If another file is there, which would be lost.
    """
    text = make_table(seed).write_csv()
    if path.exists() and not (path.is_file() and path.read_bytes() == text.encode()):
        raise InputError(
            f"{path} is another file than the demonstration with seed {seed} makes; name another "
            "place with --out."
        )
    write_text(path, text)
    return path


def make_table(seed: int = 0) -> pl.DataFrame:
    """Return the synthetic table, dirt included."""
    rng = generator(seed, "demo")
    plan = tomllib.loads(files(__package__).joinpath("demo.toml").read_text("utf-8"))
    drawn = pl.concat([_style(style, plan, rng) for style in plan["styles"].values()])
    named = drawn.with_columns(_names(drawn.height, plan["words"], rng))
    # polars takes seeds of 64 bits.
    return _dirtied(named.sample(fraction=1, shuffle=True, seed=seed % 2**64), rng)


def truth() -> Truth:
    """Return what was planted, for tests and for the curious."""
    plan = tomllib.loads(files(__package__).joinpath("demo.toml").read_text("utf-8"))
    styles = len(plan["styles"])
    count = SONGS_PER_STYLE * styles
    return Truth(count + REPEATED_ROWS + TWO_GENRES + 1, count, styles)


def _style(style: dict[str, Any], plan: dict[str, Any], rng: np.random.Generator) -> pl.DataFrame:
    """Draw the songs of one style around its centre."""
    columns: dict[str, Any] = {}
    for feature, spread in plan["spread"].items():
        low, high = plan["range"].get(feature, (0.0, 1.0))
        draw = rng.normal(style[feature], spread, SONGS_PER_STYLE)
        columns[feature] = np.round(_folded(draw, low, high), 4)
    n = SONGS_PER_STYLE
    columns["key"] = rng.integers(0, 12, n)
    columns["mode"] = (rng.random(n) < style["major"]).astype(np.int64)
    columns["time_signature"] = rng.choice([3, 4], n, p=[1 - style["four"], style["four"]])
    columns["duration_ms"] = rng.integers(140_000, 330_000, n)
    columns["popularity"] = rng.integers(0, 100, n)
    columns["track_genre"] = rng.choice(style["genres"], n, p=_falling(len(style["genres"])))
    return pl.DataFrame(columns)


def _folded(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Reflect values at the bounds of their range, so that nothing piles up there."""
    width = high - low
    phase = np.mod(values - low, 2 * width)
    folded: NDArray[np.float64] = low + np.minimum(phase, 2 * width - phase)
    return folded


def _falling(n: int) -> NDArray[np.float64]:
    """Return n shares that halve from one to the next: genres have long tails."""
    shares = 0.5 ** np.arange(n)
    tail: NDArray[np.float64] = shares / shares.sum()
    return tail


def _names(n: int, words: dict[str, list[str]], rng: np.random.Generator) -> list[pl.Series]:
    """Make up track ids, titles, albums and artists, of whom each keeps to one style."""
    first, second, album = (rng.choice(words[part], n) for part in ("first", "second", "second"))
    artist = np.arange(n) // SONGS_PER_STYLE * 1000 + rng.integers(0, SONGS_PER_STYLE // 6, n)
    ids = [f"synthetic-{number:04d}" for number in rng.permutation(n)]
    return [
        pl.Series("track_id", ids),
        pl.Series("artists", [f"Synthetic Artist {number + 1}" for number in artist]),
        pl.Series("album_name", [f"The {word} Tapes" for word in album]),
        pl.Series("track_name", [f"{a} {b}" for a, b in zip(first, second, strict=True)]),
    ]


def _dirtied(songs: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add the dirt of real exports and the index column that betrays where they came from."""
    lost = rng.choice(songs.height, TEMPO_NOT_FOUND, replace=False)
    found = ~np.isin(np.arange(songs.height), lost)
    songs = songs.with_columns(tempo=pl.col("tempo") * pl.Series(found.astype(float)))
    repeated = songs[rng.choice(songs.height, REPEATED_ROWS, replace=False)]
    twice = songs[rng.choice(songs.height, TWO_GENRES, replace=False)]
    twice = twice.with_columns(track_genre=pl.col("track_genre") + pl.lit(" revival"))
    broken = songs[:1].select(
        pl.lit("synthetic-broken").alias(name)
        if name == "track_id"
        else pl.lit(None, dtype).alias(name)
        for name, dtype in songs.schema.items()
    )
    front = ("track_id", "artists", "album_name", "track_name", "popularity", "duration_ms")
    table = pl.concat([songs, repeated, twice, broken], how="vertical").select(
        *front, pl.exclude(*front)
    )
    return table.with_row_index("Unnamed: 0")
