"""What describes a file: a module, its options, and the definitions it follows.

The module gives ``Options`` (a dataclass of plain values) and ``describe_file(path, options)``,
as :mod:`songscape.describe` does. It is named, not passed, because it works in other processes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from songscape.core import plugins
from songscape.core.options import dump, fill
from songscape.library import Descriptor, Setup, file_identity

if TYPE_CHECKING:
    from collections.abc import Mapping

DESCRIBE = "songscape.describe"


@dataclass(frozen=True)
class Extractor:
    """What describes a file.

    Parameters
    ----------
    module : the module's full name.
    setup : its options, the versions of its families, and what is known of every descriptor.
    given : the options as they were given, from which the worker makes the module's own.
    """

    module: str
    setup: Setup
    given: Mapping[str, Any] = field(default_factory=dict)


def extractor(given: Mapping[str, Any] | None = None) -> Extractor:
    """Return songscape's own extractor.

    Parameters
    ----------
    given : options of :class:`songscape.describe.Options` by name, as ``{"excerpt": 30}``.

    Returns
    -------
    The extractor. A model file that adds an embedding is part of its identity by name and content:
    songs described with another one are described by other options.

    Raises
    ------
    RecipeError
        If there is no such option, or not of such a value.
    InputError, MissingExtraError
        If the model file cannot be used.
    """
    from importlib import import_module

    chosen = fill(import_module(DESCRIBE).Options, given or {}, "describe")
    options = dump(chosen)
    names = options.get("families") or plugins.names("describe")
    families = {name: plugins.load("describe", name) for name in names}
    descriptors = {
        descriptor: Descriptor(name, unit, *module.RANGE.get(descriptor, (None, None)))
        for name, module in families.items()
        for descriptor, unit in module.UNITS.items()
    }
    versions = {name: int(module.VERSION) for name, module in families.items()}
    known = options
    if chosen.embedding:
        embedding = import_module(f"{DESCRIBE}._embedding")
        versions[embedding.NAME] = embedding.VERSION
        descriptors |= {one: Descriptor(embedding.NAME) for one in embedding.columns(chosen)}
        known = options | {"embedding": file_identity(chosen.embedding)}
    return Extractor(DESCRIBE, Setup(known, versions, descriptors), options)
