"""A folder of music, as the library knows it.

The songs of a folder are those whose description stands in the library; describing them is done
before (``songscape describe``; ``songscape map`` does it by itself). A library's own file can be
read in place of a folder: then every song it knows counts. Tags give title, artist, album, year
and genre; a song without a title is called by its file's name.

A library holds hundreds of descriptors, of some seven statistics. Songs are compared by a curated
few (:data:`COMPARED`); others must be read (``descriptors``, ``statistics``) and picked
(``prepare.pick.prefer`` or ``keep``).
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.core.errors import InputError
from songscape.core.options import fill, option
from songscape.library import (
    Descriptor,
    Library,
    default_path,
    file_identity,
    id_text,
    is_library,
    shown,
)
from songscape.sources import _library_findings as findings
from songscape.sources._identity import ids_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from songscape.library import Song

COMPARED = (
    # On Spotify's scale: in words that everybody knows, and the weight of what they were fitted to.
    *("danceability", "energy", "acousticness", "instrumentalness", "valence"),
    # Loudness and dynamics.
    *("loudness_integrated", "loudness_range", "peak_to_loudness", "dynamic_complexity"),
    "low_energy",
    # Rhythm.
    *("tempo", "onset_rate", "pulse_clarity", "beat_strength", "beat_regularity"),
    *("onset_strength_mean", "onset_strength_std", "modulation_4hz"),
    # Tonality.
    *("key_strength", "chord_change_rate", "major_chords"),
    # Character.
    *("harmonic_ratio", "attack_time", "decay_rate", "struck", "plucked", "sustained"),
    *("spectral_entropy", "vocal_variance", "stereo_width"),
    # Timbre. The first coefficient is the level once more.
    *("spectral_centroid_mean", "spectral_centroid_std", "zcr_mean", "zcr_std"),
    *("spectral_flatness_mean", "spectral_flatness_std"),
    *("spectral_contrast_0[1-7]_mean", "mfcc_0[2-9]_mean", "mfcc_1[0-3]_mean", "mfcc_0[2-3]_std"),
)
"""The descriptors songs are compared by, of the hundreds there are: every aspect by a few numbers,
so that none outvotes the others. Keys, chroma and tunings are left out, since a song is no other
song a semitone higher; statistics of third and fourth order since they say little on few songs."""

SHOWN = ("key", "mode", "key_*", "time_signature", "loudness", "speechiness", "liveness")
"""What a report tells of a song beside what it is compared by."""

EVERY = ("*",)
EMBEDDING = "embedding_*"
"""The numbers a network of the user's own adds."""

CONFIDENCE = "_confidence"

RECIPE = {
    "clean": {
        "steps": ["doctor", "duplicates", "missing", "genres", "outliers"],
        "missing": {"how": "knn"},
    },
    "prepare": {"pick": {"prefer": [*COMPARED, EMBEDDING]}},
}
"""Cleaning for values of our own: units are known, and what could not be measured is missing, not a
number that stands for it. A song without a tempo stays on the map."""

STATISTICS = ("mean", "std", "skew", "kurtosis", "median", "min", "max")
WHOLE = "whole"
_KINDS = {
    "key": Kind.CYCLE,
    "mode": Kind.CODE,
    "time_signature": Kind.CODE,
    "duration_ms": Kind.ABOUT,
}
_TAGS = (
    "title",
    "artist",
    "album",
    "album_artist",
    "track",
    "initial_key",
    "isrc",
    "musicbrainz_recording",
    "musicbrainz_release",
    "musicbrainz_artist",
)
_ROLES = {"artist": Role.GROUP, "album": Role.GROUP, "isrc": Role.KEY}
_COLUMNS = {
    "id": Column(Role.ID),
    **{name: Column(_ROLES.get(name, Role.TEXT)) for name in _TAGS},
    **{name: Column(Role.KEY) for name in _TAGS if name.startswith("musicbrainz")},
    "genre": Column(Role.GENRE),
    "genres": Column(Role.GENRE),
    "year": Column(Role.FEATURE, "year", 1860, 2100, kind=Kind.ABOUT),
    "duration_ms": Column(Role.FEATURE, "ms", 0, kind=Kind.ABOUT),
    "path": Column(Role.FILE),
}


@dataclass(frozen=True)
class Options:
    """Which songs of the library are read, and what of them."""

    path: str = option("", "the folder of music, or a library's file")
    library: str = option("", "the library; the one in the user's data folder if empty")
    excerpt: float | None = option(
        None, "seconds from the middle that are described; nothing: whole files", low=0.1
    )
    labels: str = option(
        "tags",
        "where genres come from: the files' tags, or the names of the folders they lie in",
        choices=("tags", "folders"),
    )
    descriptors: tuple[str, ...] = option(
        COMPARED + SHOWN,
        "which descriptors are read; * stands for anything",
    )
    statistics: tuple[str, ...] = option(
        ("mean", "std"),
        "which statistics of descriptors taken many times a second are read",
        choices=STATISTICS,
    )
    mapping: str = option(
        "", "a mapping of your own, as songscape calibrate wrote it, for the estimates"
    )
    weak: bool = option(False, "also give estimates of which timbre says too little")
    compat: str = option(
        "none", "the definition descriptors follow", choices=("none", "librosa", "fma")
    )
    embedding: str = option("", "an ONNX model file of your own whose vector is added")
    embedding_rate: int | None = option(
        None, "samples per second it wants; nothing: as its metadata state", low=1000
    )
    embedding_seconds: float | None = option(
        None, "seconds of its windows, where it takes any length; nothing: 10", low=0.01
    )


_PLAIN: dict[str, Any] = {
    "excerpt": None,
    "compat": "none",
    "embedding": None,
    "embedding_rate": None,
    "embedding_seconds": None,
}
"""The extractor's options that tell descriptions apart, as they are where nothing was said."""


def claims(path: str | Path) -> bool:
    """Tell whether a path is a folder or a library."""
    place = Path(path).expanduser()
    return place.is_dir() or is_library(place)


def wishes(path: str, library: Path, excerpt: str, more: Mapping[str, Any]) -> Options:
    """Return the options that words on the command line ask for, with every descriptor.

    Parameters
    ----------
    path, library : where the music and the library are.
    excerpt : "whole" or a number of seconds.
    more : further options by name; what is None or empty was not asked for.

    Raises
    ------
    RecipeError
        If the excerpt is neither "whole" nor a number of seconds, or another option is wrong.
    """
    given: dict[str, Any] = {"path": path, "library": str(library), "descriptors": EVERY}
    if excerpt != WHOLE:
        given["excerpt"] = excerpt
    return fill(Options, given | {name: one for name, one in more.items() if one}, "describe")


def root(path: str | Path) -> bytes:
    """Return a path as the library knows it: absolute, through all links, as bytes."""
    return os.path.realpath(os.fsencode(Path(path).expanduser()))


def library_of(options: Options) -> Path:
    """Return the library these options read from."""
    place = Path(options.path).expanduser()
    if is_library(place):
        return place
    return Path(options.library).expanduser() if options.library else default_path()


class Unheard(NamedTuple):
    """What is to be described before a source is read: files or folders, library, extractor."""

    paths: tuple[str, ...]
    library: Path
    options: Mapping[str, Any]


def unheard(options: Options) -> Unheard | None:
    """Return what must be described first; None for a library's file, which is read as it is."""
    place = Path(options.path).expanduser()
    if is_library(place):
        return None
    return Unheard((str(place),), library_of(options), extracting(options))


def extracting(options: Options) -> dict[str, Any]:
    """Return the extractor's options that these songs are described with.

    What is as by default is left out, as it was for all songs that a library already holds.
    """
    plain = Options()
    ways = ("embedding_rate", "embedding_seconds") if options.embedding else ()
    values = {name: getattr(options, name) for name in ("excerpt", "compat", "embedding", *ways)}
    return {name: one for name, one in values.items() if one != getattr(plain, name)}


def load(options: Options) -> Collection:
    """Read the songs of a folder from the library.

    Returns
    -------
    Every song that is described, with findings about those that are not.

    Raises
    ------
    InputError
        If the library holds no described song of the folder.
    LibraryError
        If there is no library, or it cannot be read.
    """
    whole = is_library(Path(options.path).expanduser())
    return collected([None if whole else root(options.path)], options)


def collected(roots: Iterable[bytes | None], options: Options) -> Collection:
    """Read the songs at or below several paths from the library; None stands for all.

    Raises
    ------
    InputError
        If none of them is described.
    """
    found, setups, descriptors = _read(roots, options)
    described = [song for song in found if song.status == "ok"]
    if not described:
        raise InputError(_nothing(options, found))
    line = f"read {len(described):,} described songs of {len(found):,} files in the library"
    songs = Collection(*_table(described, descriptors, options), history=(line,))
    return songs.note(
        *findings.of_files(found, setups),
        *findings.of_values(
            described, songs.columns.keys() | _empty(described, options), descriptors
        ),
    )


def timelines(roots: Iterable[bytes | None], options: Options) -> list[Song]:
    """Return the described songs at or below several paths with their moments and segments."""
    found, _, _ = _read(roots, options, timeline=True)
    return [song for song in found if song.status == "ok"]


def _read(
    roots: Iterable[bytes | None], options: Options, *, timeline: bool = False
) -> tuple[list[Song], dict[int, dict[str, int]], dict[str, Descriptor]]:
    """Return the files of a library, the versions by setup, and what is known of descriptors."""
    identity = _identity(options)
    with Library(library_of(options)) as library:
        setups = {
            number: versions
            for number, (made_with, versions) in library.setups().items()
            if {name: made_with.get(name, plain) for name, plain in _PLAIN.items()} == identity
        }
        found = {
            song.path: song
            for place in roots
            for song in library.songs(setups, place, timeline=timeline)
        }
        return list(found.values()), setups, library.descriptors(setups)


def _identity(options: Options) -> dict[str, Any]:
    """Return the extractor's options as a library keeps them: a model by its name and content."""
    made = _PLAIN | extracting(options)
    return made | ({"embedding": file_identity(options.embedding)} if options.embedding else {})


def _empty(songs: Sequence[Song], options: Options) -> set[str]:
    """Return the descriptors that are asked for and were looked for in vain in every song."""
    names = {name for song in songs if song.values for name in song.values.reasons}
    return set(asked(names, options))


def _table(
    songs: Sequence[Song], descriptors: Mapping[str, Descriptor], options: Options
) -> tuple[pl.DataFrame, dict[str, Column]]:
    """Return the frame and what its columns mean."""
    parts = (_tag_columns(songs, options), _found(songs, options))
    series = {one.name: one for part in parts for one in part}
    series["path"] = pl.Series("path", [song.path for song in songs], dtype=pl.Binary)
    columns = {name: _column(one, descriptors) for name, one in series.items()}
    return pl.DataFrame(list(series.values())), columns


def _column(series: pl.Series, descriptors: Mapping[str, Descriptor]) -> Column:
    """Return what is known of a column."""
    name = series.name
    if name in _COLUMNS:
        return _COLUMNS[name]
    if series.dtype == pl.String:
        return Column(Role.TEXT)
    if name.endswith(CONFIDENCE) or _is_end(name, descriptors):
        return Column(Role.DOUBT)
    known = descriptors.get(name) or Descriptor("")
    kind = _KINDS.get(name, Kind.MEASURE)
    return Column(Role.FEATURE, known.unit, known.low, known.high, kind=kind)


def _is_end(name: str, descriptors: Mapping[str, Descriptor]) -> bool:
    """Tell whether a column is an end of the interval around an estimate."""
    return name.endswith(findings.ENDS) and findings.is_estimate(name, descriptors)


def _tag_columns(songs: Sequence[Song], options: Options) -> Iterator[pl.Series]:
    """Yield id and tags; genre is the first of genres. Tags nobody has make no column."""
    yield ids_of(pl.Series([id_text(song.fingerprint) for song in songs])).alias("id")
    yield pl.Series("title", [song.tags.get("title") or _stem(song.path) for song in songs])
    for name in _TAGS[1:]:
        values = [_text(song.tags.get(name)) for song in songs]
        if any(values):
            yield pl.Series(name, values, dtype=pl.String)
    genres = [_genres(song, options) for song in songs]
    if any(genres):
        first = [each[0] if each else None for each in genres]
        yield pl.Series("genre", first, dtype=pl.String)
        yield pl.Series("genres", genres, dtype=pl.List(pl.String))
    years = [song.tags.get("year") for song in songs]
    if any(years):
        yield pl.Series("year", years, dtype=pl.Int64)


def _genres(song: Song, options: Options) -> list[str]:
    """Return the genres of a song: its tags', or the name of its folder."""
    if options.labels == "folders":
        return [shown(os.path.basename(os.path.dirname(song.path)))]  # noqa: PTH119, PTH120
    return list(song.tags.get("genre", ()))


def _found(songs: Sequence[Song], options: Options) -> Iterator[pl.Series]:
    """Yield what was found: words, as the name of a key, and numbers, where NaN is missing.

    What no song has makes no column: nothing could tell whether it is a word or a number.
    """
    texts = [song.values.texts if song.values else {} for song in songs]
    numbers = [_numbers(song) for song in songs]
    words = asked((name for each in texts for name in each), options)
    for name in words:
        yield pl.Series(name, [each.get(name) for each in texts], dtype=pl.String)
    names = asked((name for each in numbers for name in each if name not in words), options)
    for name in names:
        values = [each.get(name) for each in numbers]
        series = pl.Series(name, values, dtype=pl.Float64).fill_nan(None)
        if series.null_count() < len(series):
            yield series
    if "duration_ms" not in names:
        lengths = [round(song.duration * 1000) for song in songs]
        yield pl.Series("duration_ms", lengths, dtype=pl.Int64)


def _numbers(song: Song) -> dict[str, float]:
    """Return the numbers of a song, and how sure they are."""
    if song.values is None:
        return {}
    sure = {f"{name}{CONFIDENCE}": value for name, value in song.values.confidence.items()}
    return {**song.values.numbers, **sure}


def asked(names: Iterable[str], options: Options) -> list[str]:
    """Return the descriptors that are asked for, each once, in their order."""
    patterns = options.descriptors + ((EMBEDDING,) if options.embedding else ())
    return [
        name
        for name in dict.fromkeys(names)
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and ((ending := name.rpartition("_")[2]) not in STATISTICS or ending in options.statistics)
    ]


def _nothing(options: Options, songs: Sequence[Song]) -> str:
    """Say why there is no song to read."""
    library = library_of(options)
    if not songs:
        return (
            f"The library {library} knows no file of {options.path}; describe it first: "
            f"songscape describe {options.path}"
        )
    reasons = Counter(song.reason or song.status for song in songs).most_common(1)
    return (
        f"None of the {len(songs):,} files of {options.path} is described in {library}; "
        f"the most frequent reason: {reasons[0][0]}"
    )


def _text(value: Any) -> str | None:
    """Return a tag as text."""
    return None if value in (None, "") else str(value)


def _stem(path: bytes) -> str:
    """Return a file's name without its ending, to call a song by."""
    return shown(os.path.splitext(os.path.basename(path))[0])  # noqa: PTH119, PTH122
