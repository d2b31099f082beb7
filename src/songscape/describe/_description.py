"""What a description is: values with their confidence, or the reason why there is none.

A descriptor that cannot be measured (the tempo of silence, the key of a click) is ``None`` with a
reason, never a number that means "not found". Each family of descriptors has a version, which
changes when its values do, so that what a library holds is never recomputed silently.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Mapping

SILENCE = "silence"
TOO_SHORT = "too short"
CONSTANT = "constant"


@dataclass(frozen=True)
class Options:
    """How much of a file is described, and after which definition."""

    excerpt: float | None = option(
        None, "seconds taken from the middle, as previews are; nothing: the whole file", low=0.1
    )
    longest: float = option(
        1800.0, "files longer than this many seconds are described by their middle", low=1
    )
    compat: str = option(
        "none",
        "none: our definitions; librosa: its spectral contrast; fma: also the FMA data set's "
        "native sample rate taken for 22,050 Hz",
        choices=("none", "librosa", "fma"),
    )
    families: tuple[str, ...] = option((), "families of descriptors; none named: all")
    # Nothing rather than "" where none is asked for: what a library holds is known by the options
    # that were given, and must not count as made with others.
    embedding: str | None = option(None, "an ONNX model file whose vector is added; needs onnx")
    embedding_rate: int | None = option(
        None, "samples per second the model wants; nothing: as its metadata state", low=1000
    )
    embedding_seconds: float | None = option(
        None, "seconds of its windows, where it takes any length; nothing: 10", low=0.01
    )


class Estimate(NamedTuple):
    """One value, how sure it is, or why there is none.

    Parameters
    ----------
    value : what was found; None if nothing was, or it is withheld.
    confidence : 0..1; None where nothing is known about it.
    reason : why there is no value, or why not to trust it; empty if all is well.
    low, high : the interval that holds nine in ten true values, of what is mapped.
    """

    value: float | str | None
    confidence: float | None = None
    reason: str = ""
    low: float | None = None
    high: float | None = None


class Segment(NamedTuple):
    """A stretch between two changes: start and end in seconds, and the values it has of its own."""

    start: float
    end: float
    values: Mapping[str, float]


class Family(NamedTuple):
    """What one family says of a file: estimates by name, moments in seconds, and stretches."""

    estimates: Mapping[str, Estimate]
    moments: Mapping[str, tuple[float, ...]] = {}
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class Description:
    """All that was found in one file.

    Parameters
    ----------
    values : descriptor to value, or None where it could not be measured.
    confidence : descriptor to 0..1, for those that have one.
    reasons : descriptor to why its value is None.
    versions : family to the version of its definitions.
    flags : what is odd about the file, as "truncated"; see :mod:`songscape.describe._decode`.
    seconds : seconds of sound that were analysed.
    duration : seconds of the whole file: decoded, or declared where only a part was decoded.
    rate, channels : of the file, in hertz and as a count.
    decoder : the library that decoded it.
    moments : names as "beats" to times in seconds from the start of the file.
    segments : the stretches between changes.
    """

    values: Mapping[str, float | str | None]
    confidence: Mapping[str, float]
    reasons: Mapping[str, str]
    versions: Mapping[str, int]
    flags: tuple[str, ...]
    seconds: float
    duration: float
    rate: int
    channels: int
    decoder: str
    moments: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()


def nothing(names: Mapping[str, str], reason: str) -> dict[str, Estimate]:
    """Return an empty estimate for every name, for one reason.

    >>> nothing({"tempo": "BPM"}, SILENCE)["tempo"].reason
    'silence'
    """
    return {name: Estimate(None, reason=reason) for name in names}
