"""Tempo in beats per minute, how sure, and the other tempo people might tap.

The method is told in :mod:`songscape.describe._pulse`. The confidence is the share of eight-second
windows that, each for itself, find this tempo; an octave apart counts half. Half and double are
both right in their way: the alternative says which is next, its confidence how near it came.
Where no other tempo explains what is heard, there is no alternative.
Silence, sounds under 1.2 seconds and sounds in which nothing starts have no tempo; nor has, in
FMA's definition, what is sampled below 3,584 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.describe._description import SILENCE, TOO_SHORT, Estimate, Family, nothing
from songscape.describe._pulse import COARSEST, SHORTEST

if TYPE_CHECKING:
    from songscape.describe._frames import Frames
    from songscape.describe._pulse import Pulse

VERSION = 5
CITATION = (
    "Percival, G., Tzanetakis, G. (2014). Streamlined tempo estimation based on autocorrelation "
    "and cross-correlation with pulses. IEEE/ACM TASLP 22(12)."
)
UNITS = {"tempo": "BPM", "tempo_alternative": "BPM"}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "tempo": (45.0, 230.0),
    "tempo_alternative": (45.0, 230.0),
}
NO_ONSETS = "nothing starts that could be a beat"
ONLY = "no other tempo explains it"
COARSE = "the sample rate is too low to tell a beat"


@dataclass(frozen=True)
class Options:
    """Tempo has no options."""


def describe(frames: Frames, options: Options) -> Family:
    """Return the tempo and its alternative."""
    pulse = frames.pulse
    if np.isfinite(pulse.tempo) and not frames.silent:
        return Family(
            {"tempo": Estimate(pulse.tempo, pulse.confidence), "tempo_alternative": _other(pulse)}
        )
    return Family(nothing(UNITS, why_no_pulse(frames)))


def _other(pulse: Pulse) -> Estimate:
    """Return the alternative of a tempo that was found."""
    if np.isnan(pulse.alternative):
        return Estimate(None, reason=ONLY)
    return Estimate(pulse.alternative, min(1.0, pulse.alternative_weight))


def why_no_pulse(frames: Frames) -> str:
    """Return why there are no tempo and beats."""
    if frames.silent:
        return SILENCE
    if frames.frame_rate < COARSEST:
        return COARSE
    return TOO_SHORT if frames.seconds < SHORTEST else NO_ONSETS
