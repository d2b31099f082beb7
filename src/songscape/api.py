"""The main jobs from Python: :func:`read` a source, :func:`map` it, :func:`compare` two runs."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape import recipe as recipes
from songscape.core.collection import Collection
from songscape.core.errors import RecipeError

if TYPE_CHECKING:
    from songscape.core.record import Record
    from songscape.explain.compare import Comparison
    from songscape.run import Run


def read(source: Any, **options: Any) -> Collection:
    """Read a table of songs: a path, or a polars, pandas or Arrow frame.

    Parameters
    ----------
    source : a path to a file, or a frame.
    **options : options of the source, as ``layout="spotify-kaggle"`` or ``roles={"x": "feature"}``.

    Returns
    -------
    Collection with a role for every column and what was noticed on the way.
    """
    if isinstance(source, str | PathLike):
        from songscape.run import read_source

        return read_source(fspath(source), options)
    from songscape.sources._frames import collection

    return collection(source, **options)


def map(  # noqa: A001 - the verb is the name of the main job
    source: Any,
    *,
    k: int | str | None = None,
    seed: int | None = None,
    method: str | None = None,
    recipe: str | PathLike[str] | dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
) -> Run:
    """Map songs: clean, prepare, choose k, cluster, judge and explain.

    Parameters
    ----------
    source : a :class:`~songscape.core.collection.Collection`, a path, or a frame.
    k : "auto", a number, or a range as "2..30"; by default what recipe and options say, else auto.
    seed : root of all randomness.
    method : cluster plug-in, as "kmeans" or "mixture".
    recipe : a TOML file, or its values as a dict.
    options : single options as ``{"clean.missing.how": "median"}``, like ``--set``.

    Returns
    -------
    Run with ``tracks``, ``clusters``, ``verdict`` and ``save(folder)``.
    """
    from songscape.run import follow

    values = _values(recipe)
    for name, value in (options or {}).items():
        values = recipes.put(values, name, value)
    if seed is not None:
        values["seed"] = seed
    if method is not None:
        values = recipes.put(values, "cluster.use", method)
    values = values if k is None else recipes.wish(values, str(k))
    if isinstance(source, str | PathLike):
        return follow(recipes.resolve(recipes.put(values, "source.path", fspath(source))))
    songs = source if isinstance(source, Collection) else read(source)
    return follow(recipes.resolve(values), songs)


def compare(
    first: Run | Record | str | PathLike[str], second: Run | Record | str | PathLike[str]
) -> Comparison:
    """Compare two runs: pair their songs and clusters, and tell what differs.

    Parameters
    ----------
    first, second : runs, their records, or their folders.

    Returns
    -------
    Comparison with ``summary``, ``clusters``, ``moves`` and ``songs``.

    Raises
    ------
    RecordError
        If a folder is no run.
    InputError
        If the runs have no song in common.
    """
    from songscape.explain.compare import compare as compared

    return compared(_record(first), _record(second))


def _record(run: Run | Record | str | PathLike[str]) -> Record:
    """Return the record of a run, read from its folder where that is given."""
    from songscape.core.record import Record
    from songscape.core.record import read as read_record

    if isinstance(run, str | PathLike):
        return read_record(Path(run))
    return run if isinstance(run, Record) else run.record


def _values(recipe: str | PathLike[str] | dict[str, Any] | None) -> dict[str, Any]:
    """Return the plain values of a recipe."""
    if recipe is None:
        return {}
    if isinstance(recipe, dict):
        return dict(recipe)
    if isinstance(recipe, str | PathLike):
        return recipes.read(Path(recipe))
    raise RecipeError(f"recipe must be a TOML file or a dict, not {type(recipe).__name__}.")
