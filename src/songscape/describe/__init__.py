"""Describe how a file sounds: decode it once, look at its spectrum once, measure many things.

A plug-in is a family of descriptors. It gives ``describe(frames, options) -> Family``, the
constants ``UNITS`` (descriptor to unit), ``RANGE`` (descriptor to lowest and highest possible
value), ``CITATION`` and ``VERSION``, and ``Options``. All families read the same
:class:`~songscape.describe._frames.Frames`, so that a file is decoded, resampled and transformed
once whatever is asked of it.

>>> from songscape.describe import Options
>>> Options(excerpt=30).compat
'none'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.describe._description import Description, Estimate, Family, Options, Segment

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["Description", "Estimate", "Family", "Options", "Segment", "describe_file"]


def describe_file(
    path: str | bytes | os.PathLike[str],
    options: Options | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Description:
    """Describe one audio file.

    Parameters
    ----------
    path : the file; bytes for names that are no text.
    options : how much of it, and after which definition.
    settings : family to an instance of its own ``Options``, where not the default.

    Raises
    ------
    InputError
        If there is no sound in it that can be decoded; the message says why.
    MissingExtraError
        If its format needs the extra ``audio``.
    """
    from songscape.describe._extract import extract

    return extract(path, options or Options(), settings or {})
