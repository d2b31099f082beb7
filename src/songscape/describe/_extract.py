"""Decode one file, take one pass over it, and ask every family what it says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from songscape.core import plugins
from songscape.core.errors import InputError
from songscape.describe import _embedding
from songscape.describe._decode import Extent, Sound, opened
from songscape.describe._description import Description, Family, Options, Segment
from songscape.describe._frames import Frames, analyse

if TYPE_CHECKING:
    from collections.abc import Mapping

TONAL = frozenset({"key"})
"""Families that need the pitch histogram."""

NATIVE = frozenset({"loudness", "stereo"})
"""Families that need the native channels measured."""

CLIPPED = 1e-4


def extract(
    path: str | bytes | os.PathLike[str], options: Options, settings: Mapping[str, Any]
) -> Description:
    """Describe one file; see :func:`songscape.describe.describe_file`."""
    names = options.families or tuple(plugins.names("describe"))
    modules = {name: plugins.load("describe", name) for name in names}
    with opened(path, Extent(options.excerpt, options.longest)) as sound:
        hearing = _hearing(sound, options)
        frames = _listen(sound, path, options, names, hearing)
    families = {
        name: module.describe(frames, settings.get(name) or module.Options())
        for name, module in modules.items()
    }
    versions = {name: int(module.VERSION) for name, module in modules.items()}
    if hearing:
        families[_embedding.NAME] = Family(hearing.estimates(silent=frames.silent))
        versions[_embedding.NAME] = _embedding.VERSION
    return _description(sound, frames, families, versions)


def _hearing(sound: Sound, options: Options) -> _embedding.Hearing | None:
    """Return the user's network, ready to listen to a sound, if there is one."""
    model = _embedding.wanted(options)
    return _embedding.Hearing(model, sound.rate) if model else None


def _listen(
    sound: Sound,
    path: str | bytes | os.PathLike[str],
    options: Options,
    names: tuple[str, ...],
    hearing: _embedding.Hearing | None,
) -> Frames:
    """Take the pass, with what the families need, and refuse a file without a single sample."""
    chosen = set(names)
    frames = analyse(
        sound,
        options.compat,
        tonal=bool(TONAL & chosen),
        native=bool(NATIVE & chosen),
        hearing=hearing,
    )
    if not sound.decoded:
        raise InputError(f"{os.fsdecode(path)} holds no sound that can be decoded.")
    return frames


def _description(
    sound: Sound, frames: Frames, families: Mapping[str, Family], versions: Mapping[str, int]
) -> Description:
    """Put what the families say into one description; times count from the file's start."""
    start = sound.start / sound.rate
    estimates = {
        name: one for family in families.values() for name, one in family.estimates.items()
    }
    return Description(
        values={name: one.value for name, one in estimates.items()},
        confidence={
            name: one.confidence for name, one in estimates.items() if one.confidence is not None
        },
        reasons={name: one.reason for name, one in estimates.items() if one.value is None},
        versions=versions,
        flags=tuple(sorted(sound.flags | _flags(frames))),
        seconds=sound.decoded / sound.rate,
        duration=sound.duration,
        rate=sound.rate,
        channels=sound.reader.channels,
        decoder=sound.reader.name,
        moments={
            name: tuple(round(start + time, 4) for time in times)
            for family in families.values()
            for name, times in family.moments.items()
        },
        segments=tuple(
            Segment(start + one.start, start + one.end, one.values)
            for family in families.values()
            for one in family.segments
        ),
    )


def _flags(frames: Frames) -> set[str]:
    """Return what the levels say is odd."""
    flags = {"clipped"} if frames.levels.clipped > CLIPPED else set()
    return flags | ({"silent"} if frames.silent else set())
