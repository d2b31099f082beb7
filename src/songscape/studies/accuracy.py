"""Measure how right the descriptors are, on this machine, with this version.

Three kinds of truth are asked:

- signals whose answer is known by construction: the EBU's loudness cases, click trains;
- songs rendered at run time (:mod:`songscape.studies._render`), whose tempo, key and metre are
  planned;
- audio of the user's own with a table of what is true of it: a column ``file`` (or ``path``) and
  any of ``tempo`` (or ``bpm``), ``key`` with ``mode``, ``time_signature``, or a descriptor's name.

The estimates on Spotify's scale bring their cross-validated errors with them, from the songs they
were fitted on.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.errors import InputError
from songscape.studies._accuracy_cases import LOUDNESS, RATE, clicks
from songscape.studies._accuracy_scores import (
    Key,
    Score,
    key_scores,
    share_scores,
    tempo_scores,
    value_scores,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from songscape.describe._estimates_model import Model

    Values = Mapping[str, float | str | None]
    Describe = Callable[[Path], Values]

TEMPOS = range(50, 211, 5)
ALIASES = {"path": "file", "bpm": "tempo"}
RENDERED = "rendered songs"
NUMBERS = {
    "tempo": "120 for beats per minute",
    "key": "0 for C to 11 for B",
    "mode": "1 for major, 0 for minor",
    "time_signature": "4 for beats in a bar",
}
"""What a table of truths tells in numbers, with how."""


def measure(
    describe: Describe | None = None, *, n: int = 100, seed: int = 0, truth: Path | None = None
) -> pl.DataFrame:
    """Measure the descriptors.

    Parameters
    ----------
    describe : from a path to descriptor and value; default ours.
    n : how many songs are rendered.
    seed : another seed is another collection.
    truth : a CSV table of what is true of files of the user's, paths relative to it.

    Returns
    -------
    One row per figure: descriptor, on, measure, value, n.

    Raises
    ------
    InputError
        If the table of truths names no file, or nothing that is measured.
    """
    ours = describe or _describe
    # The user's table first: what is wrong with it is said before the long work.
    of_theirs = table_scores(ours, truth) if truth else []
    scores = [*signal_scores(ours), *rendered_scores(ours, n, seed), *estimate_scores()]
    return pl.DataFrame([*scores, *of_theirs], orient="row", schema=list(Score._fields))


def _describe(path: Path) -> Values:
    """Describe a file with what songscape ships."""
    from songscape.describe import describe_file

    return describe_file(path).values


def signal_scores(describe: Describe) -> list[Score]:
    """Measure loudness on the EBU's cases and tempo on click trains."""
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signal.wav"
        for case in LOUDNESS:
            _write(path, case.wave())
            value = describe(path).get(case.descriptor)
            off = float("nan") if not isinstance(value, int | float) else value - case.answer
            scores.append(Score(case.descriptor, case.name, "deviation", off, 1))
        found = []
        for tempo in TEMPOS:
            _write(path, clicks(tempo))
            found.append(_number(describe(path).get("tempo")))
    return scores + tempo_scores(found, list(TEMPOS), "click trains")


def rendered_scores(describe: Describe, n: int, seed: int) -> list[Score]:
    """Measure tempo, key, mode and metre on songs rendered for it."""
    from songscape.studies._render import songs, write_song

    found = []
    plan = songs(n, seed)
    with tempfile.TemporaryDirectory() as folder:
        for song in plan:
            path = Path(folder) / "song.wav"
            write_song(song, path, seed)
            found.append(describe(path))
    true = pl.DataFrame([song.truth() for song in plan])
    return _scores(found, true.drop("duration_ms"), RENDERED)


def table_scores(describe: Describe, truth: Path) -> list[Score]:
    """Measure whatever a table of truths states, on the files it names."""
    try:
        table = pl.read_csv(truth, infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{truth} cannot be read as a table of truths: {error}") from None
    table = table.rename({old: new for old, new in ALIASES.items() if _renames(table, old, new)})
    if "file" not in table.columns:
        raise InputError(f"{truth} names no files; give it a column file with their paths.")
    table = _checked(table, truth)
    scores = _scores([describe(path) for path in _paths(table, truth)], table, truth.name)
    if not scores:
        raise InputError(
            f"{truth} states nothing that is measured; give it tempo, key and mode, or the name "
            "of a descriptor."
        )
    return scores


def _checked(table: pl.DataFrame, truth: Path) -> pl.DataFrame:
    """Return a table of truths whose values are numbers; what is no tempo is unknown.

    Raises
    ------
    InputError
        If a column that is to hold numbers holds words.
    """
    for name in (name for name in NUMBERS if name in table.columns):
        if table[name].is_null().all():
            table = table.with_columns(pl.lit(None, pl.Float64).alias(name))
        if not table.schema[name].is_numeric():
            raise InputError(
                f"{truth}, column {name}: the truth is to be a number, as {NUMBERS[name]}."
            )
    if "tempo" in table.columns:
        return table.with_columns(pl.when(pl.col("tempo") > 0).then(pl.col("tempo")).alias("tempo"))
    return table


def _renames(table: pl.DataFrame, old: str, new: str) -> bool:
    """Tell whether a column stands for another that is not there."""
    return old in table.columns and new not in table.columns


def _paths(table: pl.DataFrame, truth: Path) -> Iterator[Path]:
    """Return the files a table names, which must be there."""
    for line, name in enumerate(table["file"], start=2):
        path = truth.parent / str(name)
        if not path.is_file():
            raise InputError(f"{truth}, line {line}: there is no file {path}.")
        yield path


def _scores(found: Sequence[Values], true: pl.DataFrame, on: str) -> list[Score]:
    """Compare what was found with every column of the truth that has a counterpart."""
    scores: list[Score] = []
    if "tempo" in true.columns:
        scores += tempo_scores(*_known(found, true, "tempo"), on)
    if {"key", "mode"} <= set(true.columns):
        scores += key_scores(*_known_keys(found, true), on)
    if "time_signature" in true.columns:
        scores += share_scores("time_signature", *_known(found, true, "time_signature"), on)
    others = set(true.columns) - {"tempo", "key", "mode", "time_signature"}
    for name in sorted(others & {name for one in found for name in one}):
        if true.schema[name].is_numeric():
            scores += value_scores(name, *_known(found, true, name), on)
    return scores


def _known(
    found: Sequence[Values], true: pl.DataFrame, name: str
) -> tuple[list[float | None], list[float]]:
    """Return what was found and what is true where the truth is known."""
    pairs = zip(found, true[name], strict=True)
    known = [(_number(one.get(name)), float(real)) for one, real in pairs if real is not None]
    return [one for one, _ in known], [real for _, real in known]


def _known_keys(
    found: Sequence[Values], true: pl.DataFrame
) -> tuple[list[Key], list[tuple[int, int]]]:
    """Return the keys found and the true ones where note and mode are both known."""
    pairs = zip(found, true.select("key", "mode").iter_rows(), strict=True)
    known = [(one, (int(k), int(m))) for one, (k, m) in pairs if k is not None and m is not None]
    keys = [(_number(one.get("key")), _number(one.get("mode"))) for one, _ in known]
    return keys, [real for _, real in known]


def _number(value: Any) -> float | None:
    """Return a number, or None for what is none."""
    return float(value) if isinstance(value, int | float) else None


def _write(path: Path, wave: NDArray[np.float32]) -> None:
    """Write a signal with 24 bits, so that what is quiet stays exact."""
    import soundfile

    soundfile.write(path, wave, RATE, subtype="PCM_24")


def estimate_scores(model: Model | None = None) -> list[Score]:
    """Return the cross-validated errors that a mapping brings with it; default the shipped one."""
    from songscape.describe._estimates import shipped_model

    model = model or shipped_model()
    on = f"{model.source.get('table', 'its table')}, artists left out"
    return [
        Score(name, on, measure, value, target.quality.songs)
        for name, target in model.targets.items()
        for measure, value in (
            ("R²", target.quality.r2),
            ("mean error", target.quality.error),
            ("within the interval", target.quality.coverage),
        )
    ]


def accuracy_text(scores: pl.DataFrame) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| descriptor | on | measure | value | cases |", "|---|---|---|---:|---:|"]
    lines += [
        f"| {descriptor} | {on} | {measure} | {_figure(value)} | {n} |"
        for descriptor, on, measure, value, n in _rows(scores)
    ]
    return "\n".join(lines) + "\n"


def plain_text(scores: pl.DataFrame) -> str:
    """Return the figures in aligned columns, for a terminal."""
    cells = [
        (descriptor, on, measure, _figure(value), f"{n:,}")
        for descriptor, on, measure, value, n in _rows(scores)
    ]
    table = [("descriptor", "on", "measure", "value", "cases"), *cells]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    return "".join(
        "  ".join([*map(str.ljust, row[:3], widths), row[3].rjust(7), row[4].rjust(5)]) + "\n"
        for row in table
    )


def _figure(value: float) -> str:
    """Return a figure with three decimals, a dash for none; what rounds to nothing has no sign.

    >>> _figure(0.8214), _figure(-0.0001), _figure(float("nan"))
    ('0.821', '0.000', '–')
    """
    if math.isnan(value):
        return "–"
    return f"{round(value, 3) + 0.0:.3f}"


def _rows(scores: pl.DataFrame) -> Iterable[tuple[str, str, str, float, int]]:
    """Return the rows of a table of scores."""
    return scores.iter_rows()
