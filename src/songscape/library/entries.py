"""What goes into a library and comes out of it, as plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Descriptor:
    """What is known of one descriptor: who measures it, in what unit, within which bounds."""

    family: str
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Setup:
    """How descriptions were made.

    Parameters
    ----------
    options : the options of the extractor as plain values.
    versions : the version of every family of descriptors.
    descriptors : what is known of each value; not part of the identity.
    """

    options: Mapping[str, Any]
    versions: Mapping[str, int]
    descriptors: Mapping[str, Descriptor] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Name the setup by its options and versions."""
        content = f"{canonical(self.options)}\n{canonical(self.versions)}"
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


class Seen(NamedTuple):
    """A file as it was found on the disk: path, size in bytes, time of change, sound and tags."""

    path: bytes
    size: int
    mtime_ns: int
    fingerprint: bytes
    tags: Mapping[str, Any]


@dataclass(frozen=True)
class Finished:
    """What an extractor found in one sound.

    Parameters
    ----------
    values : descriptor to number, text, or None where it could not be measured.
    confidence : descriptor to 0..1.
    reasons : descriptor to why it has no value.
    flags : what is odd about the file.
    seconds : seconds of sound that were analysed.
    duration : seconds of the whole file.
    rate, channels : of the file.
    decoder : the library that decoded it.
    timeline : moments and segments as plain values.
    """

    values: Mapping[str, float | str | None]
    confidence: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    duration: float = 0.0
    rate: int = 0
    channels: int = 0
    decoder: str = ""
    timeline: Mapping[str, Any] = field(default_factory=dict)


class Failure(NamedTuple):
    """Why a sound has no description: one sentence, and the class of the error."""

    reason: str
    exception: str


@dataclass(frozen=True)
class Outcome:
    """How it ended for one sound, after how many seconds of work."""

    fingerprint: bytes
    result: Finished | Failure
    took: float = 0.0


@dataclass(frozen=True)
class Values:
    """What a sound's description holds when read back.

    Parameters
    ----------
    numbers : descriptor to number, NaN where it could not be measured.
    texts : descriptor to text.
    confidence : descriptor to 0..1, for those that have one.
    reasons : descriptor to why it has no value.
    timeline : moments and segments as plain values.
    """

    numbers: Mapping[str, float]
    texts: Mapping[str, str]
    confidence: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    timeline: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Song:
    """One file of a library with how it ended for it.

    Parameters
    ----------
    path : absolute path.
    fingerprint : of its sound.
    status : "ok", "failed", "missing" or "waiting" (seen, not yet described).
    tags : the cleaned tags.
    reason, exception : why it failed.
    seconds, duration : analysed, and of the whole file.
    setup : the number of the setup it was described with, 0 for none.
    flags : what is odd about the file.
    values : what was found, None unless described.
    """

    path: bytes
    fingerprint: bytes
    status: str
    tags: Mapping[str, Any]
    reason: str = ""
    exception: str = ""
    seconds: float = 0.0
    duration: float = 0.0
    setup: int = 0
    flags: tuple[str, ...] = ()
    values: Values | None = None


def canonical(value: Any) -> str:
    """Return plain values as JSON text that is the same for the same values.

    >>> canonical({"b": 1, "a": (2, None)})
    '{"a":[2,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
