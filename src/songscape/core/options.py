"""Options: the single description of every knob.

Each plug-in declares its options as a frozen dataclass whose fields are made by :func:`option`.
That one description checks recipes and ``--set``, writes the resolved recipe, and feeds the
reference pages.

>>> @dataclass(frozen=True)
... class Options:
...     k: int = option(8, "number of clusters", low=1)
...     start: str = option("greedy", "how centres start", choices=("greedy", "random"))
>>> fill(Options, {"k": 4}, "cluster.kmeans")
Options(k=4, start='greedy')
>>> fill(Options, {"k": 0}, "cluster.kmeans")
Traceback (most recent call last):
    ...
songscape.core.errors.RecipeError: cluster.kmeans.k must be a whole number of at least 1, not 0.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from songscape.core.errors import RecipeError, UnknownNameError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

_NOUNS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def option(
    default: Any,
    says: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """Declare one knob of an Options dataclass.

    Parameters
    ----------
    default : the value when nothing is said; a mapping is copied.
    says : what it does, with its unit.
    low, high : inclusive bounds of a number.
    choices : the values a text may have.
    """
    limits = {"says": says, "low": low, "high": high, "choices": tuple(choices)}
    if isinstance(default, Mapping):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=limits)
    return dataclasses.field(default=default, metadata=limits)


@dataclass(frozen=True)
class Knob:
    """One option as people see it: name, kind of value, default, meaning and bounds."""

    name: str
    wants: str
    default: Any
    says: str


def knobs(options: type[DataclassInstance]) -> list[Knob]:
    """List the knobs of an Options class in the order they are declared."""
    hints = _hints(options)
    defaults = options()
    return [
        Knob(
            item.name,
            _wanted(hints[item.name], item.metadata),
            getattr(defaults, item.name),
            item.metadata["says"],
        )
        for item in dataclasses.fields(options)
    ]


def fill(options: type[T], given: Mapping[str, Any], where: str) -> T:
    """Make an Options from what a recipe says; what it does not say keeps its default.

    Parameters
    ----------
    options : the dataclass.
    given : option names to plain values, or to texts as ``--set`` gives them.
    where : how the recipe calls this place, for messages.

    Raises
    ------
    UnknownNameError
        For an option that does not exist, with the nearest that does.
    RecipeError
        For a value of the wrong kind or out of bounds.
    """
    fields = {item.name: item for item in dataclasses.fields(options)}
    hints = _hints(options)
    for name in given:
        if name not in fields:
            raise UnknownNameError(f"option of {where}", name, fields)
    values = {
        name: _checked(value, hints[name], fields[name].metadata, f"{where}.{name}")
        for name, value in given.items()
    }
    return options(**values)


def dump(options: DataclassInstance) -> dict[str, Any]:
    """Return every option as plain values that TOML can hold; None is left out."""
    return {
        item.name: _plain(value)
        for item in dataclasses.fields(options)
        if (value := getattr(options, item.name)) is not None
    }


def _hints(options: type[DataclassInstance]) -> dict[str, Any]:
    """Return the types of the fields; Mapping is known even where only checkers import it."""
    return get_type_hints(options, localns={"Mapping": Mapping})


def _plain(value: Any) -> Any:
    """Turn tuples into lists, deeply."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _checked(value: Any, hint: Any, limits: Mapping[str, Any], where: str) -> Any:
    """Return `value` as the hinted type, within its limits."""
    try:
        result = _cast(value, hint)
    except (TypeError, ValueError, OverflowError):
        raise _refusal(value, hint, limits, where) from None
    if not _allowed(result, limits):
        raise _refusal(value, hint, limits, where)
    return result


def _refusal(value: Any, hint: Any, limits: Mapping[str, Any], where: str) -> RecipeError:
    """Return the one sentence every wrong value gets."""
    return RecipeError(f"{where} must be {_wanted(hint, limits)}, not {value!r}.")


def _cast(value: Any, hint: Any) -> Any:
    """Cast a plain value, or a text from the command line, to the hinted type."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _cast_union(value, get_args(hint))
    if origin is tuple:
        if isinstance(value, Mapping):
            raise TypeError
        items = value.split(",") if isinstance(value, str) else value
        return tuple(_cast(_stripped(item), get_args(hint)[0]) for item in items if item != "")
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError
        return {str(key): _cast(item, get_args(hint)[1]) for key, item in value.items()}
    return _cast_scalar(value, hint)


def _stripped(item: Any) -> Any:
    """Return a text without spaces around it, anything else as it is."""
    return item.strip() if isinstance(item, str) else item


def _cast_union(value: Any, hints: tuple[Any, ...]) -> Any:
    """Cast to the first member of a union that fits; an empty text is None where allowed."""
    if type(None) in hints and (value is None or value in ("", "none")):
        return None
    for hint in hints:
        try:
            return _cast(value, hint)
        except (TypeError, ValueError, OverflowError):
            continue
    raise ValueError


def _cast_scalar(value: Any, hint: Any) -> Any:
    """Cast to bool, int, float or str without guessing: 1 is no text and 0.5 no whole number."""
    if hint is bool:
        return _cast_bool(value)
    if isinstance(value, bool) or (hint is str and not isinstance(value, str)):
        raise TypeError
    if hint is int and isinstance(value, float) and not value.is_integer():
        raise ValueError
    return hint(value)


def _cast_bool(value: Any) -> bool:
    """Cast true and false, in TOML or on the command line."""
    words = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(value, str):
        value = words.get(value.lower())
    if not isinstance(value, bool):
        raise TypeError
    return value


def _allowed(value: Any, limits: Mapping[str, Any]) -> bool:
    """Tell whether a cast value keeps its bounds and choices; NaN and infinity keep none."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, tuple):
        return all(_allowed(item, limits) for item in value)
    if isinstance(value, Mapping):
        return _allowed(tuple(value.values()), limits)
    if isinstance(value, int | float):
        low, high = limits["low"], limits["high"]
        over, under = low is None or value >= low, high is None or value <= high
        return over and under and (isinstance(value, int) or math.isfinite(value))
    choices = limits["choices"]
    return not choices or not isinstance(value, str) or value in choices


def _wanted(hint: Any, limits: Mapping[str, Any]) -> str:
    """Say in words what a knob wants."""
    if limits["choices"]:
        return "one of " + ", ".join(limits["choices"])
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        parts = [_wanted(item, limits) for item in get_args(hint) if item is not type(None)]
        return " or ".join(parts) + (" or nothing" if type(None) in get_args(hint) else "")
    if origin is tuple:
        return "a list, each " + _wanted(get_args(hint)[0], limits)
    if origin in (dict, Mapping):
        return "a table"
    return _NOUNS.get(hint, str(hint)) + _bounds(limits)


def _bounds(limits: Mapping[str, Any]) -> str:
    """Say bounds in words."""
    low, high = limits["low"], limits["high"]
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""
