"""The live map's data: positions, columns and titles as one small block.

The block is gzip of a header and sections; ``static/map/data.js`` reads it, and its first comment
is the format. Places become whole numbers 0..65535 on one square around all songs, so that
distances along x and y stay alike. Songs are sorted by cluster and x and stored as differences,
which is what makes 114,000 places fit in a third of a megabyte. A feature becomes one byte between
its 0.1 and 99.9 percentiles, which is more than an eye can tell apart.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.core.seeds import generator
from songscape.view import _cards, _parts
from songscape.view._style import PALETTE
from songscape.view._summary import title
from songscape.view._text import called, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from songscape.core.record import Record

STEPS = 65_535
MISSING = 255
COLOURS = len(PALETTE)
GENRES = 500
FEATURES = 16
LETTERS = 80
_UNSEEN = r"[\p{Cc}\p{Cf}\p{Cn}--[\x{200C}\x{200D}]]"
_DOUBTS = {"margin": "certainty", "map_trust": "map trust"}


@dataclass(frozen=True, eq=False)
class _Section:
    """A column of the block: what the header says of it, and its bytes."""

    about: dict[str, Any]
    content: bytes


def block(
    record: Record, most: int | None = None, *, rows: bool = False, texts: bool = True
) -> bytes | None:
    """Return the map of a run as gzip bytes; None if the run has no map.

    Parameters
    ----------
    record : the run.
    most : songs at most; of more a sample is taken, always the same.
    rows : whether to add each song's row in ``record.tracks``, which a server needs.
    texts : whether to add titles and artists, which are most of the bytes; a server has them.
    """
    drawn = songs(record, most)
    if drawn is None:
        return None
    places = _places(record, drawn)
    sections = _sections(record, drawn)
    sections += _texts(record.tracks[drawn]) if texts else []
    sections += [_rows(drawn)] if rows else []
    header = {
        "n": len(drawn),
        "total": record.tracks.height,
        "name": title(record),
        "axes": [axis for axis, _ in places],
        "columns": [part.about | {"bytes": len(part.content)} for part in sections],
    }
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    contents = (planes for _, planes in places), (part.content for part in sections)
    body = b"".join(piece for group in contents for piece in group)
    return gzip.compress(len(text).to_bytes(4, "little") + text + body, 6, mtime=0)


def songs(record: Record, most: int | None = None) -> NDArray[np.int64] | None:
    """Return the rows of the songs that are drawn, in the order of the block."""
    points = _parts.positions(record)
    if points is None:
        return None
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    if most is not None and len(finite) > most:
        finite = np.sort(generator(0, "live-map").choice(finite, most, replace=False))
    order = np.lexsort((points[finite, 0], _parts.clusters(record)[finite]))
    drawn: NDArray[np.int64] = finite[order]
    return drawn


def _places(record: Record, drawn: NDArray[np.int64]) -> list[tuple[dict[str, Any], bytes]]:
    """Return what the header says of every axis, and the axis' section."""
    names = [name for name in "xyz" if name in record.tracks.columns]
    values = [_parts.numbers(record.tracks, name)[drawn] for name in names]
    told = {axis["axis"]: axis for axis in _cards.axes(record)}
    spans = [np.ptp(one) for one in values]
    # x and y share one scale, so that the map keeps its shape; z has its own.
    size = max(*spans[:2], np.finfo(float).tiny)
    result = []
    for name, value, span in zip(names, values, spans, strict=True):
        width = size if name != "z" else max(span, np.finfo(float).tiny)
        low = (value.min() + value.max() - width) / 2
        steps = np.rint(np.nan_to_num((value - low) / width) * STEPS).astype(np.uint16)
        about = {
            "name": name, "low": float(low), "high": float(low + width),
            "grows": told.get(name, {}).get("grows", []),
            "shrinks": told.get(name, {}).get("shrinks", []),
        }  # fmt: skip
        result.append((about, _planes(np.diff(steps, prepend=np.uint16(0)))))
    return result


def _sections(record: Record, drawn: NDArray[np.int64]) -> list[_Section]:
    """Return every column that colours the map."""
    tracks = record.tracks[drawn]
    units = _parts.units(record)
    found = [_clusters(record, drawn)]
    if "genre" in tracks.columns:
        found.append(_genres(tracks["genre"]))
    for name, says in _DOUBTS.items():
        if name in tracks.columns:
            found.append(_number(name, tracks, says, "0..1", doubt=True))
    found += [
        _number(name, tracks, called(name, 40), units.get(name, ""))
        for name in _parts.features(record)[:FEATURES]
    ]
    return found


def _clusters(record: Record, drawn: NDArray[np.int64]) -> _Section:
    """Return the clusters by their names; songs in none come last, in grey."""
    names = _parts.cluster_names(record)
    order = {cluster: place for place, cluster in enumerate(names)}
    labels = _parts.clusters(record)[drawn]
    values = np.array([order.get(int(label), len(names)) for label in labels], np.uint16)
    texts = [*names.values(), _parts.NOISE]
    shades = [min(cluster, COLOURS) for cluster in names] + [COLOURS]
    return _category("cluster", values, texts, shades, (len(names),))


def _genres(genres: pl.Series) -> _Section:
    """Return the genres, the most frequent first; only the first few have a colour and a name."""
    first = genres.list.first() if genres.dtype == pl.List else genres
    texts = first.cast(pl.String).fill_null("").rename("genre")
    counts = texts.filter(texts != "").value_counts().sort(
        ["count", "genre"], descending=[True, False])  # fmt: skip
    top = counts["genre"].head(GENRES).to_list()
    place = {genre: index for index, genre in enumerate(top)}
    rest = len(top)
    values = np.array([place.get(text, rest + (text == "")) for text in texts], np.uint16)
    labels = [*(shown(genre, 40) for genre in top), "other genres", "no genre"]
    shades = [min(index, COLOURS) for index in range(rest)] + [COLOURS] * 2
    plain = tuple(index for index, shade in enumerate(shades) if shade == COLOURS)
    return _category("genre", values, labels, shades, plain)


def _category(
    name: str,
    values: NDArray[np.uint16],
    labels: list[str],
    shades: list[int],
    unnamed: tuple[int, ...],
) -> _Section:
    """Return a category as a section; unnamed labels are left off the map."""
    about = {"labels": labels, "shades": shades, "unnamed": unnamed}
    return _Section({"name": name, "says": name, "kind": "category"} | about, _planes(values))


def _number(
    name: str, tracks: pl.DataFrame, says: str, unit: str, *, doubt: bool = False
) -> _Section:
    """Return a number as a section, one byte per song."""
    values = _parts.numbers(tracks, name)
    known = values[np.isfinite(values)]
    low, high = (0.0, 1.0) if doubt else (0.0, 0.0)
    if not doubt and known.size:
        low, high = (float(edge) for edge in np.percentile(known, (0.1, 99.9)))
    beyond = [bool((known < low).any()), bool((known > high).any())]
    share = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    steps = np.where(np.isfinite(share), np.rint(share * (MISSING - 1)), MISSING)
    about = {"name": name, "says": says, "kind": "number", "unit": unit, "low": low, "high": high}
    about |= {"doubt": doubt, "beyond": beyond, "whole": bool((known == np.rint(known)).all())}
    return _Section(about, steps.astype(np.uint8).tobytes())


def _texts(tracks: pl.DataFrame) -> Iterable[_Section]:
    """Return titles and artists as lines; a song without a title goes by its id."""
    has = set(tracks.columns)
    for name in ("title" if "title" in has else "id", *({"artist"} & has)):
        column = tracks[name]
        if column.dtype == pl.List:
            column = column.cast(pl.List(pl.String)).list.join(", ")
        short = _lines(column)
        if name == "title" and "id" in tracks.columns:
            named = pl.when(short == "").then(_lines(tracks["id"])).otherwise(short)
            short = pl.select(named).to_series()
        if name == "artist":
            short = short.str.replace_all(";", ", ", literal=True)
        about = {"name": "title" if name == "id" else name, "says": name, "kind": "text"}
        yield _Section(about, "\n".join(short).encode("utf-8", "replace"))


def _lines(texts: pl.Series) -> pl.Series:
    """Return texts as lines without what cannot be seen, long ones with an ellipsis."""
    seen = texts.cast(pl.String).fill_null("").str.replace_all(r"\s+", " ")
    seen = seen.str.replace_all(_UNSEEN, "").str.strip_chars()
    short = seen.str.slice(0, LETTERS - 1) + "…"
    clipped = pl.when(seen.str.len_chars() > LETTERS).then(short).otherwise(seen)
    return pl.select(clipped).to_series()


def _rows(drawn: NDArray[np.int64]) -> _Section:
    """Return the row of every song in the run's table, as four planes of bytes."""
    planes = drawn.astype("<u4").view(np.uint8).reshape(-1, 4).T.tobytes()
    return _Section({"name": "row", "says": "row", "kind": "rows"}, planes)


def _planes(numbers: NDArray[np.uint16]) -> bytes:
    """Return 16-bit numbers as low bytes and then high bytes, which pack smaller."""
    return (numbers & 0xFF).astype(np.uint8).tobytes() + (numbers >> 8).astype(np.uint8).tobytes()
