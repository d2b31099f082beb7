"""Signals with known truth, synthesised."""

from types import SimpleNamespace

import numpy as np
import pytest

RATE = 22_050


def sine(hertz, seconds=3.0, amplitude=0.5, rate=RATE, phase=0.0):
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + phase)


def noise(seconds=3.0, amplitude=0.1, rate=RATE, seed=0):
    return amplitude * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def click(rate=RATE):
    at = np.arange(round(0.02 * rate)) / rate
    return np.sin(2 * np.pi * 1500 * at) * np.exp(-at / 0.004)


def placed(events, seconds, rate=RATE):
    """Add sounds at times given in seconds."""
    out = np.zeros(round(seconds * rate))
    for time, sound in events:
        start = round(time * rate)
        piece = sound[: max(0, len(out) - start)]
        out[start : start + len(piece)] += piece
    return out


def clicks(bpm, seconds=20.0, jitter=0.0, seed=0, offset=0.1):
    rng = np.random.default_rng(seed)
    times = np.arange(offset, seconds - 0.1, 60 / bpm)
    times = np.maximum(0, times + jitter * rng.standard_normal(len(times)))
    return placed([(time, 0.8 * click()) for time in times], seconds)


TIMBRES = {
    "organ": lambda k: 1.0 / k if k <= 4 else 0.0,
    "string": lambda k: 1.0 / k,
    "reed": lambda k: 1.0 / k if k % 2 else 0.1 / k,
}


def tone(midi, seconds, timbre="string", *, decay=0.0, rate=RATE, tuning=0.0):
    """A harmonic tone; decay is its time constant in seconds, 0 for sustained."""
    hertz = 440 * 2 ** ((midi - 69 + tuning / 100) / 12)
    at = np.arange(round(seconds * rate)) / rate
    partials = range(1, int(min(12, 0.45 * rate / hertz)) + 1)
    sound = sum(TIMBRES[timbre](k) * np.sin(2 * np.pi * k * hertz * at) for k in partials)
    envelope = np.exp(-at / decay) if decay else np.minimum(1, at / 0.02)
    return sound * envelope * np.minimum(1, (seconds - at) / 0.02)


def chord(root, kind, seconds, timbre="string", **how):
    third = 4 if kind == "major" else 3
    notes = (root, root + third, root + 7, root - 12)
    return 0.1 * sum(tone(note, seconds, timbre, **how) for note in notes)


def cadence(tonic, mode, timbre="string", seconds=1.0, **how):
    """I IV V I, or i iv V i, twice; tonic is a pitch class from C."""
    root = 60 + (tonic - 0) % 12
    steps = [(0, mode), (5, mode), (7, "major"), (0, mode)] * 2
    return np.concatenate([chord(root + up, kind, seconds, timbre, **how) for up, kind in steps])


def _drums(rate, rng):
    at = np.arange(round(0.25 * rate)) / rate
    hiss = rng.standard_normal(len(at))
    return {
        "k": np.sin(2 * np.pi * (50 * at + 6 * (1 - np.exp(-at / 0.02)))) * np.exp(-at / 0.08),
        "s": (0.5 * hiss + np.sin(2 * np.pi * 190 * at)) * np.exp(-at / 0.05) * 0.7,
        "h": np.diff(hiss, prepend=0) * np.exp(-at / 0.012) * 0.25,
    }


# Sixteenths of a bar (twelve in three-four time): kick, snare, hi-hat, bass; tempo range usual.
STYLES = {
    "rock": ("x.......x.x.....", "....x.......x...", "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", (100, 150)),
    "house": ("x...x...x...x...", "....x.......x...", "..x...x...x...x.", "..x...x...x...x.", (118, 130)),
    "drum and bass": ("x.........x.....", "....x.......x...", "x.x.x.x.x.x.x.x.", "x.....x...x.....", (160, 180)),
    "ballad": ("x.......x.......", "....x.......x...", "x...x...x...x...", "x.......x.......", (60, 85)),
    "hip-hop": ("x..x....x.x.....", "....x.......x..x", "x.x.x.x.x.x.x.x.", "x..x......x.....", (80, 105)),
    "waltz": ("x...........", "....x...x...", "x...x...x...", "x...........", (90, 180)),
    "latin": ("x..x..x.x..x..x.", "..x...x...x...x.", "xxxxxxxxxxxxxxxx", "x..x..x.x..x..x.", (90, 130)),
    "metal": ("x.x.x.x.x.x.x.x.", "....x.......x...", "x...x...x...x...", "x.x.x.x.x.x.x.x.", (140, 200)),
}  # fmt: skip


def song(style, bpm, tonic=0, mode="major", *, seconds=30.0, seed=0):
    """Drums, bass and chords in a style, with known tempo and key."""
    rng = np.random.default_rng(seed)
    drums = _drums(RATE, rng)
    *patterns, _ = STYLES[style]
    steps, sixteenth = len(patterns[0]), 15 / bpm
    chords = [(0, mode), (5, mode), (7, "major"), (0, mode)]
    events = []
    for bar in range(int(seconds / (steps * sixteenth)) + 1):
        up, kind = chords[bar % 4]
        start = bar * steps * sixteenth
        root = 60 + tonic + up - (12 if tonic + up > 9 else 0)
        length = steps * sixteenth
        events.append((start, chord(root, kind, length, decay=length / 2)))
        for pattern, name in zip(patterns[:3], "ksh", strict=True):
            events += [
                (start + i * sixteenth, 0.4 * rng.uniform(0.8, 1) * drums[name])
                for i, x in enumerate(pattern)
                if x == "x"
            ]
        events += [
            (start + i * sixteenth, 0.15 * tone(root - 24, 2 * sixteenth, decay=0.2))
            for i, x in enumerate(patterns[3])
            if x == "x"
        ]
    out = placed(events, seconds)
    return 0.8 * out / np.abs(out).max()


@pytest.fixture(scope="session")
def signals():
    """Give the functions that synthesise signals."""
    return SimpleNamespace(
        sine=sine, noise=noise, clicks=clicks, click=click, placed=placed, tone=tone, chord=chord,
        cadence=cadence, song=song, STYLES=STYLES, TIMBRES=TIMBRES, RATE=RATE,
    )  # fmt: skip
