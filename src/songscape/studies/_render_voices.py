r"""Tuned voices: every instrument is a line of ``voices.toml``, every note a sum of harmonics.

A note is ``Σ a_h(t) sin(2π h φ(t))``: harmonics of one phase, each with its own level over time.
The levels say what the instrument is: struck and plucked strings lose high harmonics sooner
(Karplus and Strong's string does just that), bowed and blown ones keep theirs and swell, a synth
moves a low-pass over them. Levels change once per period, so a note is an inverse Fourier transform
per period, read out at the rate the pitch asks for; unison and vibrato only change how it is read.

References
----------
Karplus, K., Strong, A. (1983). Digital synthesis of plucked-string and drum timbres. Computer Music
Journal 7(2).
Roads, C. (1996). The computer music tutorial. MIT Press.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import fft

from songscape.core.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Wave = NDArray[np.float32]
    Array = NDArray[np.floating[Any]]

RATE = 44_100
HIGHEST = 16_000.0
"""No harmonic above this many hertz."""

MOST = 48
"""No more harmonics than this: what is left out of a low note lies 30 dB below."""

QUIET = float(np.log(1000))
"""A decay time is what it takes to fall by 60 dB."""


@dataclass(frozen=True)
class Voice:
    """An instrument.

    Parameters
    ----------
    slope : dB per octave by which harmonics fall.
    partials : levels of the first harmonics instead, as an organ's drawbars.
    even : level of the even harmonics, 0 for a square wave.
    pluck : where the string is struck, as a share of its length; 0 for no string.
    decay : seconds to fall by 60 dB at middle C; 0 to hold.
    damping : by how much each harmonic decays faster than the one before.
    attack, release : seconds.
    cutoff : low-pass in hertz at first and at last, and seconds in between; empty for none.
    vibrato : depth in cents.
    detune : cents of every unison voice.
    breath : level of the noise of bow, pick or hammer at the start.
    drive : distortion of all its notes together, 1 for none.
    cabinet : low-pass in hertz after the distortion; 0 for none.
    """

    slope: float = -6.0
    partials: tuple[float, ...] = ()
    even: float = 1.0
    pluck: float = 0.0
    decay: float = 0.0
    damping: float = 0.0
    attack: float = 0.004
    release: float = 0.05
    cutoff: tuple[float, ...] = ()
    vibrato: float = 0.0
    detune: tuple[float, ...] = (0.0,)
    breath: float = 0.0
    drive: float = 1.0
    cabinet: float = 0.0


@cache
def voices() -> dict[str, Voice]:
    """Return every voice by name."""
    content = tomllib.loads(files(__package__).joinpath("voices.toml").read_text("utf-8"))
    return {name: Voice(**tuples(given)) for name, given in content.items()}


def tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table of a TOML file says, its lists as tuples."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}


def hertz(pitch: float, cents: float = 0.0) -> float:
    """Return the frequency of a MIDI pitch, tuned up by some cents.

    >>> hertz(69)
    440.0
    """
    return float(440 * 2 ** ((pitch - 69 + cents / 100) / 12))


def note(name: str, frequency: float, seconds: float, seed: int) -> Wave:
    """Return one note.

    Parameters
    ----------
    name : the voice.
    frequency : hertz.
    seconds : how long it is held; its release follows.
    seed : of the noise and the phases in it.

    Returns
    -------
    float32 array at 44,100 Hz, its level near 1.
    """
    voice = voices()[name]
    rng = generator(seed, f"{name} {frequency:.2f}")
    count = int((seconds + voice.release) * RATE)
    table = _table(voice, frequency, count / RATE, rng)
    time = np.arange(count) / RATE
    phase = _phase(voice, frequency, time, rng)
    wave = np.zeros(count, np.float32)
    for cents in voice.detune:
        wave += _read(table, 2 ** (cents / 1200) * phase + (rng.random() if cents else 0.0))
    wave /= np.float32(np.sqrt(len(voice.detune)))
    wave[: RATE // 20] += _breath(voice, min(count, RATE // 20), rng)
    wave *= _envelope(voice, seconds, count)
    return wave


def _table(voice: Voice, frequency: float, seconds: float, rng: np.random.Generator) -> Wave:
    """Return every period of a note, of equal length, one row each."""
    harmonics = np.arange(1, max(2, min(MOST, int(HIGHEST / frequency))) + 1)
    periods = np.arange(int(seconds * frequency * 1.02) + 3) / frequency
    levels = _levels(voice, harmonics, frequency) * _decays(voice, harmonics, frequency, periods)
    if voice.cutoff:
        levels = levels * _lowpass(voice.cutoff, harmonics * frequency, periods)
    size = fft.next_fast_len(3 * len(harmonics), real=True)
    spectrum = np.zeros((len(periods), size // 2 + 1), np.complex64)
    phases = np.exp(2j * np.pi * rng.random(len(harmonics)))
    spectrum[:, 1 : len(harmonics) + 1] = levels * phases
    table: Wave = fft.irfft(spectrum, size, axis=1, norm="forward").astype(np.float32, copy=False)
    return table


def _levels(voice: Voice, harmonics: NDArray[np.int64], frequency: float) -> Array:
    """Return the level of every harmonic at the start, all together with a power of 1."""
    levels = harmonics ** (voice.slope / 20 / np.log10(2))
    if voice.partials:
        drawn = np.zeros(len(harmonics))
        given = voice.partials[: len(harmonics)]
        drawn[: len(given)] = given
        levels = drawn
    levels = np.where(harmonics % 2 == 0, voice.even * levels, levels)
    if voice.pluck:
        levels = levels * np.abs(np.sin(np.pi * harmonics * voice.pluck))
    # Real instruments have no level per harmonic but a body; this one is soft below 120 Hz.
    body = 1 / (1 + (60 / (harmonics * frequency)) ** 2)
    return np.asarray(levels * body / np.sqrt((levels**2).sum()), dtype=np.float64)


def _decays(
    voice: Voice, harmonics: NDArray[np.int64], frequency: float, periods: Array
) -> Array | float:
    """Return the fall of every harmonic over the periods: high strings and harmonics ring less."""
    if not voice.decay:
        return 1.0
    rate = QUIET / voice.decay * (frequency / 261.6) ** 0.6
    rates = rate * (1 + voice.damping * (harmonics - 1))
    return np.asarray(np.exp(-np.minimum(np.outer(periods, rates), 60)), dtype=np.float64)


def _lowpass(cutoff: tuple[float, ...], frequencies: Array, periods: Array) -> Array:
    """Return a low-pass of 24 dB per octave whose edge moves from one frequency to another."""
    first, last, seconds = cutoff
    edge = last + (first - last) * np.exp(-3 * periods / seconds)
    return np.asarray(1 / (1 + (frequencies / edge[:, None]) ** 4), dtype=np.float64)


def _phase(voice: Voice, frequency: float, time: Array, rng: np.random.Generator) -> Array:
    """Return the phase in periods; vibrato sets in over a quarter second."""
    phase = frequency * time
    if voice.vibrato:
        speed = 2 * np.pi * rng.uniform(4.8, 6.2)
        depth = frequency * (2 ** (voice.vibrato / 1200) - 1) / speed
        phase += depth * np.minimum(1, 4 * time) * (1 - np.cos(speed * time))
    return phase


def _read(table: Wave, phase: Array) -> Wave:
    """Read a table at a phase, between two of its points."""
    flat = table.ravel()
    position = phase * table.shape[1]
    before = position.astype(np.int32)
    share = (position - before).astype(np.float32)
    np.minimum(before, len(flat) - 2, out=before)
    here = flat[before]
    read: Wave = here + share * (flat[before + 1] - here)
    return read


def _breath(voice: Voice, count: int, rng: np.random.Generator) -> Wave:
    """Return the noise of the start, gone after some 20 ms."""
    noise = rng.standard_normal(count, np.float32)
    fall = np.exp(-np.arange(count, dtype=np.float32) / (0.006 * RATE))
    return np.asarray(voice.breath * noise * fall, dtype=np.float32)


def _envelope(voice: Voice, seconds: float, count: int) -> Wave:
    """Return the swell at the start and the fall at the end."""
    envelope = np.ones(count, np.float32)
    swell = min(count, max(1, int(voice.attack * RATE)))
    envelope[:swell] = np.sin(np.linspace(0, np.pi / 2, swell, dtype=np.float32)) ** 2
    fall = count - min(count, int(seconds * RATE))
    if fall:
        envelope[-fall:] *= np.cos(np.linspace(0, np.pi / 2, fall, dtype=np.float32)) ** 2
    return envelope
