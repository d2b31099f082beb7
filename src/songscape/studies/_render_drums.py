"""Drums: every one is a line of ``drums.toml``, a falling sine and a band of noise.

A drum's skin is a sine whose pitch falls while it fades; its snares, jingles or shells are noise in
a band with a fade of its own; cymbals and bells add partials that fit no harmonic series.

References
----------
Roads, C. (1996). The computer music tutorial. MIT Press.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from songscape.core.seeds import generator
from songscape.studies._render_voices import QUIET, RATE, tuples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Drum:
    """A drum or cymbal.

    Parameters
    ----------
    tone : hertz at first and at last; empty for none.
    sweep : seconds in which the pitch falls.
    ring : seconds until the tone has fallen by 60 dB.
    noise : lowest and highest hertz of the noise; empty for none.
    rasp : seconds until the noise has fallen by 60 dB.
    mix : share of the noise, 0..1.
    bursts : strokes in short succession, as hands that clap.
    attack : seconds.
    partials : hertz of bell-like partials, which ring like the noise.
    """

    tone: tuple[float, ...] = ()
    sweep: float = 0.03
    ring: float = 0.3
    noise: tuple[float, ...] = ()
    rasp: float = 0.2
    mix: float = 0.5
    bursts: int = 1
    attack: float = 0.001
    partials: tuple[float, ...] = ()


@cache
def drums() -> dict[str, Drum]:
    """Return every drum by name."""
    content = tomllib.loads(files(__package__).joinpath("drums.toml").read_text("utf-8"))
    return {name: Drum(**tuples(given)) for name, given in content.items()}


def stroke(name: str, seed: int) -> Wave:
    """Return one stroke.

    Parameters
    ----------
    name : the drum.
    seed : of its noise; another seed is another stroke on the same drum.

    Returns
    -------
    float32 array at 44,100 Hz, its largest magnitude 1.
    """
    drum = drums()[name]
    rng = generator(seed, name)
    count = int(RATE * 1.1 * max(drum.ring if drum.tone else 0, drum.rasp if drum.noise else 0))
    time = np.arange(count, dtype=np.float32) / np.float32(RATE)
    wave = (1 - drum.mix) * _skin(drum, time) + drum.mix * _rattle(drum, time, rng)
    wave *= np.minimum(1, time / drum.attack)
    wave *= np.minimum(1, (time[-1] - time) / 0.01)
    struck: Wave = wave / np.abs(wave).max()
    return struck


def _skin(drum: Drum, time: Wave) -> Wave:
    """Return the falling sine."""
    if not drum.tone:
        return np.zeros_like(time)
    first, last = drum.tone
    fall = np.exp(-3 * time / drum.sweep)
    phase = last * time + (first - last) * drum.sweep / 3 * (1 - fall)
    skin: Wave = np.sin(2 * np.pi * phase) * np.exp(-QUIET * time / drum.ring)
    return skin


def _rattle(drum: Drum, time: Wave, rng: np.random.Generator) -> Wave:
    """Return the noise in its band and the bell-like partials."""
    if not drum.noise:
        return np.zeros_like(time)
    noise = _band(rng.standard_normal(len(time), np.float32), drum.noise)
    for frequency in drum.partials:
        noise += np.sign(np.sin(2 * np.pi * (frequency * time + rng.random()))) * np.float32(0.25)
    fade = np.zeros_like(time)
    for burst in range(drum.bursts):
        since = time - np.float32(0.011 * burst)
        fade = np.where(since >= 0, np.exp(-QUIET * np.maximum(since, 0) / drum.rasp), fade)
    rattle: Wave = noise * fade
    return rattle


def _band(noise: Wave, band: tuple[float, ...]) -> Wave:
    """Return the part of noise between two frequencies, with a root mean square of 1."""
    low, high = band
    size = fft.next_fast_len(len(noise), real=True)
    hertz = fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    gain = 1 / (1 + (low / np.maximum(hertz, 1)) ** 6) / (1 + (hertz / high) ** 6)
    filtered = fft.irfft(fft.rfft(noise, size) * gain, size)[: len(noise)]
    scaled: Wave = filtered / np.sqrt((filtered**2).mean())
    return scaled
