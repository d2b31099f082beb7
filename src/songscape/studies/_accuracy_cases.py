"""Signals whose tempo or loudness is known by construction.

Loudness follows the minimum-requirement signals of EBU Tech 3341 (integrated loudness, true peak)
and Tech 3342 (loudness range): sines of 1 kHz in steps of level, in stereo, whose answer the
standard states with its tolerance. Tempo: trains of clicks, which have one answer.

References
----------
EBU Tech 3341 (2023). Loudness metering: "EBU mode" metering to supplement EBU R 128.
EBU Tech 3342 (2023). Loudness range: a measure to supplement EBU R 128 loudness normalization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]

RATE = 48_000
SINE = 1000.0


@dataclass(frozen=True)
class Case:
    """A signal of a standard: descriptor, its answer, the tolerance below and above, and levels.

    Parameters
    ----------
    name : standard and number.
    descriptor : which of ours is asked.
    answer : the value a meter must show.
    below, above : the tolerance.
    levels : (dBFS, seconds) of each stretch of the sine.
    """

    name: str
    descriptor: str
    answer: float
    below: float
    above: float
    levels: tuple[tuple[float, float], ...]

    def wave(self) -> Wave:
        """Return the signal, stereo at 48 kHz, shape (n, 2)."""
        parts = [_sine(level, seconds) for level, seconds in self.levels]
        return np.repeat(np.concatenate(parts)[:, None], 2, axis=1)


@dataclass(frozen=True)
class Peak:
    """A true-peak signal of Tech 3341: a sine at a fraction of the rate, its samples off its top.

    Parameters
    ----------
    name : standard and number.
    part : the rate over the sine's frequency.
    degrees : phase.
    """

    name: str
    part: int
    degrees: float
    descriptor: str = "true_peak"
    answer: float = 20 * float(np.log10(0.5))
    below: float = 0.4
    above: float = 0.2

    def wave(self) -> Wave:
        """Return two seconds of it, stereo at 48 kHz, faded in and out, shape (n, 2)."""
        time = np.arange(2 * RATE)
        wave = 0.5 * np.sin(2 * np.pi * time / self.part + np.radians(self.degrees))
        # A hard start rings in any oversampling and would be the highest peak of all.
        fade = np.minimum(1, np.minimum(time, time[::-1]) / (RATE / 4))
        return np.repeat((wave * fade).astype(np.float32)[:, None], 2, axis=1)


LOUDNESS = (
    Case("Tech 3341-1", "loudness_integrated", -23.0, 0.1, 0.1, ((-23, 20),)),
    Case("Tech 3341-2", "loudness_integrated", -33.0, 0.1, 0.1, ((-33, 20),)),
    Case("Tech 3341-3", "loudness_integrated", -23.0, 0.1, 0.1, ((-36, 10), (-23, 60), (-36, 10))),
    Case(
        "Tech 3341-4",
        "loudness_integrated",
        -23.0,
        0.1,
        0.1,
        ((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
    ),
    Case(
        "Tech 3341-5", "loudness_integrated", -23.0, 0.1, 0.1, ((-26, 20), (-20, 20.1), (-26, 20))
    ),
    Peak("Tech 3341-15", 4, 0.0),
    Peak("Tech 3341-16", 4, 45.0),
    Peak("Tech 3341-17", 6, 60.0),
    Peak("Tech 3341-18", 8, 67.5),
    Case("Tech 3342-1", "loudness_range", 10.0, 1.0, 1.0, ((-20, 20), (-30, 20))),
    Case("Tech 3342-2", "loudness_range", 5.0, 1.0, 1.0, ((-20, 20), (-15, 20))),
    Case("Tech 3342-3", "loudness_range", 20.0, 1.0, 1.0, ((-40, 20), (-20, 20))),
    Case(
        "Tech 3342-4",
        "loudness_range",
        15.0,
        1.0,
        1.0,
        ((-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)),
    ),
)
"""Tech 3341's cases 6 (five channels) and 7 to 14 (programme material, momentary) are not here."""


def _sine(level: float, seconds: float) -> Wave:
    """Return a sine of 1 kHz whose peak is at a level in dBFS; it begins and ends at zero."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 10 ** (level / 20) * np.sin(2 * np.pi * SINE * time)
    return wave.astype(np.float32)


def clicks(tempo: float, seconds: float = 20.0) -> Wave:
    """Return a train of clicks at a tempo in BPM, stereo at 48 kHz, shape (n, 2).

    A click is 12 ms of a fading 1.5 kHz sine; it may begin between two samples.
    """
    count = round(seconds * RATE)
    wave = np.zeros(count + RATE, np.float32)
    length = round(0.012 * RATE)
    for beat in np.arange(0, seconds, 60 / tempo) * RATE:
        time = (np.arange(int(beat), int(beat) + length) - beat).clip(0) / RATE
        click = 0.7 * np.sin(2 * np.pi * 1500 * time) * np.exp(-time / 0.003)
        wave[int(beat) : int(beat) + length] += click.astype(np.float32)
    return np.repeat(wave[:count, None], 2, axis=1)
