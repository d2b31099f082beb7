"""A run as data: one TOML file says everything a run does.

::

    seed = 0                       # the root of all randomness

    [source]                       # where the songs come from
    use = "table"
    path = "songs.csv"

    [clean]                        # ordered steps, each with its own table of options
    steps = ["doctor", "sentinels", "missing"]
    [clean.missing]
    how = "drop"

    [prepare]                      # ordered steps from features to coordinates
    steps = ["pick", "standard"]

    [space]                        # what is clustered: a reduction, or none
    use = "none"
    [cluster]                      # how; without a k, `choose` decides
    use = "kmeans"
    [choose]                       # how many
    use = "verdict"
    [judge]                        # against which labels
    label = "genre"
    [map]                          # what is drawn
    use = "pca"

What is not said has its default. An unknown key is an error that names the nearest right one. The
recipe a run writes is fully resolved, so that later defaults cannot change its repetition.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from songscape.core import plugins
from songscape.core.collection import Role
from songscape.core.errors import RecipeError, UnknownNameError
from songscape.core.options import dump, fill, option

if TYPE_CHECKING:
    from types import ModuleType

    from _typeshed import DataclassInstance

_STEPS = {
    "clean": ("doctor", "sentinels", "units", "duplicates", "missing", "genres", "outliers"),
    "prepare": ("pick", "drop_constant", "drop_correlated", "standard"),
}
_PLUGINS = {"source": "sources", "space": "reduce", "map": "reduce"}
_USED = {
    "source": "table",
    "space": "none",
    "cluster": "kmeans",
    "choose": "verdict",
    "map": "auto",
}
_NUMBER = re.compile(r"\s*[0-9]{1,9}\s*")
NOTHING = "none"
AUTO = "auto"


@dataclass(frozen=True)
class Judge:
    """How the grouping is held against labels people gave.

    Parameters
    ----------
    label : the genre column; "auto" takes the grouped genres where there are some, "none" no label.
    group : the columns whose songs must not vouch for each other, with commas between; "auto" takes
        artist and album.
    draws : how often the clustering is repeated on resampled songs to see whether it stays.
    importance : whether to group again without each feature.
    """

    label: str = option(AUTO, "the label column to judge against; auto or none")
    group: str = option(AUTO, "columns neighbours must not share; auto (artist, album) or none")
    draws: int = option(10, "resamples for the stability of clusters", low=0, high=1000)
    importance: bool = option(True, "group again without each feature")


@dataclass(frozen=True)
class Step:
    """One plug-in with its options."""

    stage: str
    use: str
    options: DataclassInstance

    @property
    def plugin(self) -> ModuleType:
        """The module that does this step."""
        return plugins.load(_PLUGINS.get(self.stage, self.stage), self.use)


@dataclass(frozen=True)
class Recipe:
    """A run as data; see the module's example.

    Parameters
    ----------
    seed : root of all randomness.
    source : where the songs come from.
    clean, prepare : ordered steps.
    space, map : the reductions to cluster in and to draw.
    cluster : the method; its k is `k`.
    k : number of clusters, None to let `choose` decide.
    choose : how the number is examined; None to examine nothing.
    judge : the labels to compare with.
    """

    seed: int
    source: Step
    clean: tuple[Step, ...]
    prepare: tuple[Step, ...]
    space: Step
    cluster: Step
    k: int | None
    choose: Step | None
    judge: Judge
    map: Step

    def with_k(self, k: int) -> Recipe:
        """Return the recipe with the number of clusters settled."""
        return replace(self, k=k)


def read(file: Path) -> dict[str, Any]:
    """Read a recipe file as plain values.

    Raises
    ------
    RecipeError
        If the file is missing or no TOML; the message names the line.
    """
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"The recipe {file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {file} is not TOML: {error}.") from None


def override(values: Mapping[str, Any], assignment: str) -> dict[str, Any]:
    """Return recipe values with one ``stage.option=value`` applied.

    >>> override({"cluster": {"use": "kmeans"}}, "cluster.k=8")
    {'cluster': {'use': 'kmeans', 'k': 8}}
    """
    path, equals, text = assignment.partition("=")
    if not equals or not path.strip():
        raise RecipeError(f"--set wants stage.option=value, not {assignment!r}.")
    return put(values, path.strip(), _parsed(text.strip()))


def put(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return nested values with the one at a dotted path set.

    >>> put({"cluster": {"use": "kmeans"}}, "cluster.use", "mixture")
    {'cluster': {'use': 'mixture'}}
    """
    name, dot, rest = path.partition(".")
    if not dot:
        return {**values, name: value}
    inner = values.get(name, {})
    if not isinstance(inner, Mapping):
        raise RecipeError(f"{name} is {inner!r}, which has no {rest!r}.")
    return {**values, name: put(inner, rest, value)}


def wish(values: Mapping[str, Any], k: str) -> dict[str, Any]:
    """Return recipe values with a wish for k applied: ``auto``, a number, or a range ``A..B``.

    >>> wish({}, "2..30")
    {'choose': {'low': 2, 'high': 30}}
    """
    values = _without_k(values)
    if k == AUTO:
        return values
    numbers = [int(number) for number in k.split("..") if _NUMBER.fullmatch(number)]
    if len(numbers) == k.count("..") + 1 <= 2 and 1 <= numbers[0] <= numbers[-1]:
        if len(numbers) == 1:
            return put(values, "cluster.k", numbers[0])
        return put(put(values, "choose.low", numbers[0]), "choose.high", numbers[1])
    raise RecipeError(f"--k wants auto, a number as 8, or a range as 2..30, not {k!r}.")


def _without_k(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return recipe values without a k, also in a table of the method's own."""
    cluster = values.get("cluster")
    if not isinstance(cluster, Mapping):
        return dict(values)
    kept = {
        name: {n: v for n, v in value.items() if n != "k"} if isinstance(value, Mapping) else value
        for name, value in cluster.items()
        if name != "k"
    }
    return {**values, "cluster": kept}


def resolve(values: Mapping[str, Any]) -> Recipe:
    """Check plain values and fill in every default.

    Raises
    ------
    UnknownNameError
        For a key, plug-in or option that does not exist, with the nearest that does.
    RecipeError
        For a value of the wrong kind or out of bounds.
    """
    known = [item.name for item in fields(Recipe) if item.name != "k"]
    for name, value in values.items():
        if name not in known:
            raise UnknownNameError("part of a recipe named", name, known)
        if name != "seed" and not isinstance(value, Mapping):
            raise RecipeError(f"[{name}] must be a table, not {value!r}.")
    source = _source(values.get("source", {}))
    values = _beneath(_own(source), values)
    values = _beneath(_asked_for(source), values)
    cluster, k = _cluster(values.get("cluster", {}))
    return Recipe(
        seed=_seed(values.get("seed", 0)),
        source=source,
        clean=_steps("clean", values.get("clean", {})),
        prepare=_steps("prepare", values.get("prepare", {})),
        space=_step("space", values.get("space", {})),
        cluster=cluster,
        k=k,
        choose=_choose(values.get("choose", {})),
        judge=fill(Judge, values.get("judge", {}), "judge"),
        map=_step("map", values.get("map", {})),
    )


def text(recipe: Recipe) -> str:
    """Write a recipe as TOML with every default said."""
    cluster = _step_values(recipe.cluster)
    if recipe.k is not None and "k" in cluster:
        cluster["k"] = recipe.k
    else:
        cluster.pop("k", None)
    values = {
        "seed": recipe.seed,
        "source": _step_values(recipe.source),
        "clean": _steps_values(recipe.clean),
        "prepare": _steps_values(recipe.prepare),
        "space": _step_values(recipe.space),
        "cluster": cluster,
        "choose": _step_values(recipe.choose),
        "judge": dump(recipe.judge),
        "map": _step_values(recipe.map),
    }
    return tomli_w.dumps(values)


def _parsed(value: str) -> Any:
    """Read a value as TOML where it is some, else as bare words."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _seed(value: Any) -> int:
    """Check the root seed."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RecipeError(f"seed must be a whole number of at least 0, not {value!r}.")
    return value


def _cluster(values: Mapping[str, Any]) -> tuple[Step, int | None]:
    """Return the clustering step and its k; no k, or "auto", leaves the number to `choose`."""
    given = _flat("cluster", values)
    auto = given.get("k", AUTO) == AUTO
    if auto:
        given.pop("k", None)
    step = _step("cluster", given)
    return step, None if auto else getattr(step.options, "k", None)


def _source(values: Mapping[str, Any]) -> Step:
    """Return the source: the plug-in named, else the one that claims the path."""
    path = values.get("path", "")
    if "use" in values or not isinstance(path, str) or not path:
        return _step("source", values)
    claims = (
        name
        for name in plugins.names("sources")
        if plugins.load("sources", name).claims(Path(path))
    )
    return _step("source", {"use": next(claims, _USED["source"]), **values})


def _own(source: Step) -> Mapping[str, Any]:
    """Return what a source says of recipes for its songs: ``RECIPE``, or ``recipe(options)``."""
    tell = getattr(source.plugin, "recipe", None)
    own: Mapping[str, Any] = tell(source.options) if tell else getattr(source.plugin, "RECIPE", {})
    return own


def _beneath(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return recipe values with a source's own defaults where they say nothing.

    >>> _beneath({"clean": {"steps": ["missing"]}}, {"clean": {"missing": {"how": "knn"}}})
    {'clean': {'steps': ['missing'], 'missing': {'how': 'knn'}}}
    """
    merged = {**defaults, **values}
    for name in defaults.keys() & values.keys():
        if isinstance(defaults[name], Mapping) and isinstance(values[name], Mapping):
            merged[name] = _beneath(defaults[name], values[name])
    return merged


def _asked_for(source: Step) -> dict[str, Any]:
    """Return what roles imply: no default leaves out a column that was called a feature."""
    roles: Mapping[str, str] = getattr(source.options, "roles", {})
    features = {name.casefold() for name, role in roles.items() if role == Role.FEATURE}
    leave = plugins.load("prepare", "pick").Options().leave
    kept = [name for name in leave if name not in features]
    return {"prepare": {"pick": {"leave": kept}}} if len(kept) < len(leave) else {}


def _choose(values: Mapping[str, Any]) -> Step | None:
    """Return how k is examined, or None where the recipe says ``use = "none"``."""
    return None if values.get("use") == NOTHING else _step("choose", values)


def _step(stage: str, values: Mapping[str, Any]) -> Step:
    """Return the step a table of a recipe describes."""
    given = _flat(stage, values)
    use = given.pop("use", _USED[stage])
    return _filled(stage, use, given, stage)


def _flat(stage: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step's options, which may also stand in a table of the plug-in's own name.

    >>> _flat("choose", {"use": "by_score", "by_score": {"score": "silhouette"}})
    {'use': 'by_score', 'score': 'silhouette'}
    """
    given = dict(values)
    use = given.get("use", _USED[stage])
    if isinstance(use, str) and isinstance(given.get(use), Mapping):
        given |= given.pop(use)
    return given


def _steps(stage: str, values: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return the ordered steps a table of a recipe describes."""
    steps = _step_names(stage, values.get("steps", _STEPS[stage]))
    known = plugins.names(stage)
    for name, given in values.items():
        if name != "steps" and name not in known:
            raise UnknownNameError(f"step of {stage} named", name, known)
        if name != "steps" and not isinstance(given, Mapping):
            raise RecipeError(f"[{stage}.{name}] must be a table, not {given!r}.")
    return tuple(_filled(stage, name, values.get(name, {}), f"{stage}.{name}") for name in steps)


def _step_names(stage: str, names: Any) -> list[str]:
    """Return the names of steps, from a list or from words with commas."""
    listed = names.split(",") if isinstance(names, str) else names
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise RecipeError(f"{stage}.steps must be a list of names, not {names!r}.")
    return [name.strip() for name in listed if name.strip()]


def _filled(stage: str, use: Any, given: Mapping[str, Any], where: str) -> Step:
    """Return a step whose options are checked."""
    plugin = plugins.load(_PLUGINS.get(stage, stage), str(use))
    return Step(stage, str(use), fill(plugin.Options, given, where))


def _step_values(step: Step | None) -> dict[str, Any]:
    """Return a step as plain values."""
    return {"use": NOTHING} if step is None else {"use": step.use, **dump(step.options)}


def _steps_values(steps: tuple[Step, ...]) -> dict[str, Any]:
    """Return ordered steps as plain values."""
    return {"steps": [step.use for step in steps]} | {
        step.use: values for step in steps if (values := dump(step.options))
    }
