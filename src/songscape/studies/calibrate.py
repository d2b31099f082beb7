"""Make a mapping of one's own: described songs, reference values, and what the mapping errs by.

Whoever has reference values for some of their music (an old export, a service's table, their own
ratings) can have estimates fitted to them. Songs are matched by file, then by ISRC, then by artist
and title. The fit starts from the shipped mapping and moves away from it as far as the songs say:
a few dozen correct its offset, thousands replace it. Its error is measured on artists left out,
beside that of the mapping it started from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.core.atomic import write_text
from songscape.core.collection import find_column
from songscape.core.errors import InputError
from songscape.describe._estimates import open_model, shipped_model
from songscape.describe._estimates_fit import Training, fit_model, r_squared
from songscape.describe._estimates_model import Model, Target, model_text
from songscape.run import read_source
from songscape.sources import folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Calibration",
    "calibrate",
    "calibrate_files",
    "matched",
    "open_model",
    "report_text",
    "save",
]

HEADERS = {
    "file": ("file", "path", "filename"),
    "isrc": ("isrc", "ISRC"),
    "artist": ("artist", "artists", "artist_name", "artist_names"),
    "title": ("title", "track_name", "name", "song"),
}
"""What a song is matched by, and how tables call it."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A mapping of one's own.

    Parameters
    ----------
    model : the mapping.
    matches : which rows met: described, reference, by.
    report : one row per value: songs, artists, R² and mean error of the mapping it started from on
        these songs, then R², its lower bound, mean error and coverage of the new one on artists
        left out.
    """

    model: Model
    matches: pl.DataFrame
    report: pl.DataFrame


def calibrate(
    described: pl.DataFrame,
    reference: pl.DataFrame,
    *,
    values: Sequence[str] = (),
    source: Mapping[str, Any] | None = None,
    start: Model | None = None,
) -> Calibration:
    """Fit a mapping to reference values.

    Parameters
    ----------
    described : one row per song: its descriptors, and its file, ISRC or artist and title.
    reference : the same of the songs whose values are known, and the values.
    values : the columns of `reference` to map to; default those the mapping started from knows.
    source : what to keep with the mapping about where it comes from.
    start : the mapping to start from; default the shipped one.

    Raises
    ------
    InputError
        If the tables have no song or no value in common, or descriptors are missing.
    DegenerateDataError
        If there are too few songs or artists.
    """
    start = start or shipped_model()
    names = _values(reference, values, start)
    matches = matched(described, reference)
    sounds = described[matches["described"]]
    features = [find_column(described.columns, name) for name in start.scale.features]
    matrix = _numbers(sounds, features)
    whole = np.asarray(np.isfinite(matrix).all(axis=1), dtype=np.bool_)
    known = reference[matches["reference"]].filter(whole)
    training = Training(
        matrix[whole],
        start.scale.features,
        _artists(sounds.filter(whole), known),
        {name: _on_scale(known, name, start) for name in names},
    )
    model = fit_model(training, {"songs": int(whole.sum()), **(source or {})}, start)
    return Calibration(model, matches.filter(whole), _report(training, model, start))


def calibrate_files(described: str, reference: str, values: Sequence[str] = ()) -> Calibration:
    """Fit a mapping to the reference values of one source for the songs of another.

    Parameters
    ----------
    described : what ``songscape describe --out`` wrote as CSV or Parquet, a library, or a folder
        that is described.
    reference : any table of songs.
    values : the columns of the reference to map to; default those the shipped mapping knows.

    Raises
    ------
    SongscapeError
        If one cannot be read; else as :func:`calibrate`.
    """
    every = {"descriptors": folder.EVERY} if folder.claims(described) else {}
    ours, theirs = read_source(described, every).frame, read_source(reference, {}).frame
    return calibrate(ours, theirs, values=values, source={"table": PurePath(reference).name})


def report_text(calibration: Calibration) -> str:
    """Say how many songs met by what, and how well each value is estimated before and after.

    "Before" is the mapping it started from on the same songs; "after" the new one on artists left
    out.
    """
    by = calibration.matches["by"].value_counts(sort=True).rows()
    counts = ", ".join(f"{count:,} by {what}" for what, count in by)
    lines = [
        f"{row['value']}: R² {_figure(row['r2_before'])} before, {_figure(row['r2'])} after; "
        f"mean error {_figure(row['error_before'])} before, {_figure(row['error'])} after; "
        f"{row['songs']:,} songs of {row['artists']:,} artists"
        for row in calibration.report.iter_rows(named=True)
    ]
    songs = f"{calibration.matches.height:,} songs are in both ({counts})."
    return "\n".join([songs, *lines]) + "\n"


def _figure(value: float | None) -> str:
    """Return a number to three digits, or a dash for none."""
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def save(model: Model, path: Path) -> None:
    """Write a mapping as JSON, whole or not at all."""
    write_text(path, model_text(model))


def matched(described: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    """Find which described song is which of the reference: by file, ISRC, or artist and title.

    Returns
    -------
    One row per described song that was found: its row, the row of the reference, and by what. A
    song that the reference lists twice takes the first.

    Raises
    ------
    InputError
        If no song was found.

    Examples
    --------
    >>> mine = pl.DataFrame({"artist": ["Nobody", "Sine"], "title": ["Hum", "Wave (Remastered)"]})
    >>> theirs = pl.DataFrame({"artists": ["SINE;Cosine"], "track_name": ["Wave"]})
    >>> matched(mine, theirs).rows()
    [(1, 0, 'artist and title')]
    """
    ours, theirs = _keys(described), _keys(reference)
    found = [
        ours.select(pl.col("row").alias("described"), by)
        .drop_nulls(by)
        .join(
            theirs.select(pl.col("row").alias("reference"), by)
            .drop_nulls(by)
            .unique(by, keep="first", maintain_order=True),
            on=by,
            maintain_order="left",
        )
        .select("described", "reference", pl.lit(by).alias("by"))
        for by in ours.columns[1:]
    ]
    matches = pl.concat(found).unique("described", keep="first", maintain_order=True)
    if matches.is_empty():
        raise InputError(
            "No song is in both tables: they are matched by file, ISRC, or artist and title, and "
            f"these have {_named(described)} and {_named(reference)}."
        )
    return matches.sort("described")


def _keys(table: pl.DataFrame) -> pl.DataFrame:
    """Return what every row can be matched by, comparable; null where unknown."""
    said = {what: _said(table, what) for what in HEADERS}
    stems = [PurePath(path).stem.casefold() if path else None for path in said["file"]]
    stem = pl.Series("file name", stems, dtype=pl.String)
    return pl.DataFrame(said).select(
        pl.int_range(pl.len()).alias("row"),
        pl.col("file").replace("", None).alias("path"),
        # Folders differ between machines; a name tells the song only where no other has it.
        pl.when(~stem.is_duplicated()).then(stem).alias("file name"),
        # What is no ISRC, as "n/a", would pair strangers.
        pl.col("isrc")
        .str.to_uppercase()
        .str.replace_all(r"[^A-Z0-9]", "")
        .str.extract(r"^([A-Z]{2}[A-Z0-9]{3}[0-9]{7})$")
        .alias("ISRC"),
        (_artist("artist") + pl.lit("\x1f") + _title("title")).alias("artist and title"),
    )


def _said(table: pl.DataFrame, what: str) -> pl.Series:
    """Return the column that says something, as text; nulls if there is none."""
    name = next((header for header in HEADERS[what] if header in table.columns), None)
    if name is None:
        return pl.Series(what, [None] * table.height, dtype=pl.String)
    column = table[name]
    if column.dtype == pl.Binary:
        texts = [None if path is None else path.decode("utf-8", "replace") for path in column]
        column = pl.Series(what, texts, dtype=pl.String)
    if column.dtype == pl.List(pl.String):
        return column.list.first().alias(what)
    text = column.cast(pl.String).alias(what)
    return text.str.replace_all("\\", "/", literal=True) if what == "file" else text


def _folded(text: pl.Expr) -> pl.Expr:
    """Return text as it is compared: letters and figures only, no accents, no case."""
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    kept = plain.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return pl.when(kept.str.len_chars() > 0).then(kept)


def _artist(name: str) -> pl.Expr:
    """Return the first of the artists a cell names."""
    return _folded(pl.col(name).str.replace(r"(?i)\s*(;|\x00|,| feat\.? | ft\.? | & ).*$", ""))


def _title(name: str) -> pl.Expr:
    """Return a title without what services add to it: guests, remasters, versions."""
    added = r"(?i)\s*[(\[](feat|ft|with|remaster|\d{4}|live|mono|stereo)[^)\]]*[)\]]"
    dashed = r"(?i)\s+-\s+(\d{4}\s+)?(remaster|mono|stereo|single|radio).*$"
    return _folded(pl.col(name).str.replace_all(added, "").str.replace(dashed, ""))


def _named(table: pl.DataFrame) -> str:
    """Name the columns of a table that songs can be matched by."""
    names = [
        header for headers in HEADERS.values() for header in headers if header in table.columns
    ]
    return ", ".join(names) or "none of these columns"


def _values(reference: pl.DataFrame, asked: Sequence[str], start: Model) -> list[str]:
    """Return the columns to map to."""
    if asked:
        return [find_column(reference.columns, name) for name in asked]
    names = [name for name in start.targets if name in reference.columns]
    if not names:
        raise InputError(
            f"The reference has none of {', '.join(start.targets)}; name the columns to map to."
        )
    return names


def _numbers(table: pl.DataFrame, names: Sequence[str]) -> Array:
    """Return columns as numbers, NaN where a cell holds none."""
    columns = pl.col(names).cast(pl.Float64, strict=False).fill_null(float("nan"))
    return np.asarray(table.select(columns).to_numpy(), dtype=np.float64)


def _on_scale(reference: pl.DataFrame, name: str, start: Model) -> Array:
    """Return reference values; those in per cent of what the mapping has in 0..1 are divided."""
    column = _numbers(reference, [name])[:, 0]
    target = start.targets.get(name)
    shared = target is not None and target.link == "logit"
    per_cent = shared and np.nanmax(column, initial=0.0) > 1
    return column / 100 if per_cent else column


def _artists(sounds: pl.DataFrame, reference: pl.DataFrame) -> NDArray[np.int64]:
    """Return whose songs stay together in cross-validation; a song without artist is alone."""
    ours, theirs = (
        pl.DataFrame({"artist": _said(table, "artist")}).select(_artist("artist")).to_series()
        for table in (sounds, reference)
    )
    alone = pl.Series([f"\x1f{row}" for row in range(sounds.height)])
    names = pl.DataFrame([ours.alias("a"), theirs.alias("b"), alone.alias("c")])
    who = names.select(pl.coalesce("a", "b", "c").rank("dense")).to_series()
    return np.asarray(who.to_numpy(), dtype=np.int64)


def _report(training: Training, model: Model, start: Model) -> pl.DataFrame:
    """Return how well every value is estimated, before and after."""
    design = model.scale.design(training.values)
    return pl.DataFrame(
        [
            {"value": name}
            | _before(start.targets.get(name), design, training.references[name])
            | {
                key: getattr(target.quality, key)
                for key in ("songs", "artists", "r2", "r2_low", "error", "coverage")
            }
            for name, target in model.targets.items()
        ]
    )


def _before(target: Target | None, design: Array, truth: Array) -> dict[str, float | None]:
    """Return what the mapping it started from makes of the same songs."""
    if target is None:
        return {"r2_before": None, "error_before": None}
    known = np.isfinite(truth)
    predicted = target.predict(design[known])[0]
    error = float(np.abs(predicted - truth[known]).mean())
    return {"r2_before": r_squared(truth[known], predicted), "error_before": error}
