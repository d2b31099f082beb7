"""The studio: parts to sound, sound to a stereo mix with a room, a mix to its level.

Every part gets its place between left and right and its level in the mix by the root mean square of
its loud blocks, so that a gain of −6 dB means the same for a flute and for a snare. The room is
noise that fades (Moorer's observation of halls); the master is driven into a soft limit as far as
the style is in life, and never clips.

References
----------
Moorer, J. A. (1979). About this reverberation business. Computer Music Journal 3(2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft, signal

from songscape.core.seeds import generator
from songscape.studies._render_drums import stroke
from songscape.studies._render_voices import RATE, hertz, note, voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.studies._render_perform import Event
    from songscape.studies._render_plan import Part, Song

    Wave = NDArray[np.float32]
    Sound = tuple[int, float]

STROKES = 3
"""So many different strokes on each drum, in random order."""

BLOCK = RATE // 10
KNEE, CEILING = 0.7, 0.97


def mix(song: Song, performance: Sequence[Sequence[Event]], seed: int) -> Wave:
    """Mix all parts of a song.

    Returns
    -------
    float32 array (n, 2) at 44,100 Hz, magnitudes below 0.97.
    """
    count = round(song.seconds * RATE)
    lines = np.empty((len(song.parts), count), np.float32)
    for place, (part, events) in enumerate(zip(song.parts, performance, strict=True)):
        rng = generator(seed, f"line {place}")
        lines[place] = _line(part, events, count, (song.tuning, rng))
    levels = [part.gain / 20 for part in song.parts]
    gains = 10.0 ** np.array(levels) / [max(loudness(line), 1e-6) for line in lines]
    angles = np.pi / 4 * (1 + np.array([part.pan for part in song.parts]))
    stereo = np.stack([np.cos(angles) * gains, np.sin(angles) * gains]).astype(np.float32) @ lines
    return _mastered(song, _with_room(song, stereo, seed))


def loudness(wave: Wave) -> float:
    """Return the root mean square of a wave's loud tenths of a second (their 95 % quantile)."""
    last = wave.shape[-1] // BLOCK * BLOCK
    blocks = wave[..., :last].reshape(*wave.shape[:-1], -1, BLOCK)
    power = np.einsum("...i,...i->...", blocks, blocks) / BLOCK
    return float(np.sqrt(np.quantile(power.reshape(-1, power.shape[-1]).mean(axis=0), 0.95)))


def _line(
    part: Part,
    events: Sequence[Event],
    count: int,
    context: tuple[float, np.random.Generator],
) -> Wave:
    """Sound all events of a part, one after the other; the context is tuning and chance."""
    tuning, rng = context
    line = np.zeros(count + RATE // 10, np.float32)
    known: dict[Sound, Wave] = {}
    for event in events:
        first = int(event.start * RATE)
        for sound in _sounds(part, event, rng):
            if sound not in known:
                known[sound] = _sound(part, sound, tuning)
            wave = known[sound][: max(0, len(line) - first)]
            line[first : first + len(wave)] += np.float32(event.force) * wave
    return _amplified(part, line[:count])


def _sounds(part: Part, event: Event, rng: np.random.Generator) -> list[Sound]:
    """Name the sounds of an event: those of one name are alike and made once."""
    if part.role == "drums":
        return [(int(rng.integers(STROKES)), 0.0)]
    return [(pitch, round(event.seconds, 4)) for pitch in event.pitches]


def _sound(part: Part, sound: Sound, tuning: float) -> Wave:
    """Make the sound of a name: one of a drum's strokes, or a note."""
    which, seconds = sound
    if part.role == "drums":
        return stroke(part.voice, which)
    return note(part.voice, hertz(which, tuning), seconds, 0)


def _amplified(part: Part, line: Wave) -> Wave:
    """Send a line through its amplifier, if its voice has one."""
    voice = voices().get(part.voice)
    if voice is None or voice.drive == 1:
        return line
    driven: Wave = np.tanh(line * np.float32(voice.drive / max(loudness(line), 1e-6) / 3))
    if not voice.cabinet:
        return driven
    band = signal.butter(2, [80, voice.cabinet], "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(band.astype(np.float32), driven), dtype=np.float32)


def _with_room(song: Song, stereo: Wave, seed: int) -> Wave:
    """Add the room: noise that fades by 60 dB, another one on either side."""
    rng = generator(seed, "room")
    time = np.arange(int(song.room * RATE), dtype=np.float32) / RATE
    fade = np.exp(-np.float32(np.log(1000) / song.room) * time)
    band = signal.butter(1, [250, 5000], "bandpass", fs=RATE, output="sos").astype(np.float32)
    walls = signal.sosfilt(band, rng.standard_normal((2, len(time)), np.float32) * fade)
    walls *= np.float32(2 * song.wet) / np.sqrt((walls**2).sum(axis=1, keepdims=True))
    count = stereo.shape[1]
    size = fft.next_fast_len(count + len(time), real=True)
    echo = fft.irfft(fft.rfft(stereo.mean(axis=0), size) * fft.rfft(walls, size), size)
    return np.asarray(stereo + echo[:, :count], dtype=np.float32)


def _mastered(song: Song, stereo: Wave) -> Wave:
    """Drive the mix into the tape, bring it to its level, round off what is left of the peaks."""
    tape = np.tanh(stereo * np.float32(0.25 * song.push / max(loudness(stereo), 1e-6)))
    tape *= np.float32(10 ** (song.level / 20) / max(loudness(tape), 1e-6))
    high = np.abs(tape) > KNEE
    peaks, rest = tape[high], CEILING - KNEE
    tape[high] = np.sign(peaks) * (KNEE + rest * np.tanh((np.abs(peaks) - KNEE) / rest))
    fade = RATE // 20
    tape[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return np.ascontiguousarray(tape.T)
