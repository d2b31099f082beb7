"""Key, mode, tuning and how fast the chords change.

The pitch histogram (:mod:`songscape.describe._tones`) is turned by the file's tuning, gathered into
twelve pitch classes and averaged over time. Its correlation with 24 profiles, one for each key,
tells the key; the confidence is how far the best stands above the best that is not its own
relative. Chords are the best of 24 triads per frame, smoothed over a second.

================== ===== ================================================================
name               unit  definition
================== ===== ================================================================
key                class 0 = C … 11 = B
mode               0/1   1 = major, 0 = minor
key_name           text  as "F# minor"
key_camelot        text  as "11A", the notation of DJs' wheels
key_strength       0..1  correlation with the best profile
tuning             cents deviation of A4 from 440 Hz, −50..50
chord_change_rate  1/s   changes of the best triad
major_chords       0..1  share of frames whose best triad is major
================== ===== ================================================================

A key needs some pitched sound for three seconds; noise and drums have none.

References
----------
Gómez, E. (2006). Tonal description of music audio signals. Universitat Pompeu Fabra.
Albrecht, J., Shanahan, D. (2013). The use of large corpora to train a new type of key-finding
algorithm. Music Perception 31(1).
Krumhansl, C. (1990). Cognitive foundations of musical pitch. Oxford University Press.
Temperley, D. (1999). What's key for key? Music Perception 17(1).
Fujishima, T. (1999). Realtime chord recognition of musical sound. ICMC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.options import option
from songscape.describe._description import SILENCE, TOO_SHORT, Estimate, Family, nothing
from songscape.describe._spectrum import RATE
from songscape.describe._tones import BINS, HOP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.describe._frames import Frames

VERSION = 3
CITATION = (
    "Gómez, E. (2006). Tonal description of music audio signals. Universitat Pompeu Fabra. "
    "Albrecht, J., Shanahan, D. (2013). The use of large corpora to train a new type of "
    "key-finding algorithm. Music Perception 31(1)."
)
UNITS = {
    "key": "pitch class",
    "mode": "0/1",
    "key_name": "",
    "key_camelot": "",
    "key_strength": "0..1",
    "tuning": "cents",
    "chord_change_rate": "1/s",
    "major_chords": "0..1",
}
RANGE: dict[str, tuple[float | None, float | None]] = {
    "key": (0.0, 11.0),
    "mode": (0.0, 1.0),
    "key_strength": (0.0, 1.0),
    "tuning": (-50.0, 50.0),
    "chord_change_rate": (0.0, None),
    "major_chords": (0.0, 1.0),
}
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SHORTEST = 3.0
LEAST_STRENGTH = 0.3
"""Correlation below which the pitch classes follow no key."""

PROFILES = {
    "albrecht": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
    "krumhansl": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "temperley": (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
}
"""Weights of the twelve classes above the tonic, in major and in minor: how often pieces of the
common-practice period use them, how well listeners found they fit, and the latter corrected."""

CHORD_SECONDS = 1.0


@dataclass(frozen=True)
class Options:
    """How the key is told."""

    profile: str = option(
        "albrecht", "weights of the pitch classes of a key", choices=tuple(PROFILES)
    )


def describe(frames: Frames, options: Options) -> Family:
    """Return key, mode, tuning and chords."""
    if frames.silent or frames.seconds < SHORTEST:
        return Family(nothing(UNITS, SILENCE if frames.silent else TOO_SHORT))
    heard = frames.tones[frames.tones.max(axis=1) > 1e-3 * frames.tones.max(initial=0.0)]
    if not len(heard):
        return Family(nothing(UNITS, "no pitches"))
    cents = tuning(heard)
    classes = pitch_classes(heard, cents)
    return Family(
        {
            **_key(classes.mean(axis=0), options.profile),
            "tuning": Estimate(cents),
            **_chords(classes),
        }
    )


def tuning(histograms: NDArray[np.float32]) -> float:
    """Return the deviation from 440 Hz in cents: pitches' mean angle on a semitone's circle."""
    steps = BINS // 12
    per_step = histograms.sum(axis=0, dtype=np.float64).reshape(12, steps).sum(axis=0)
    angle = np.angle(per_step @ np.exp(2j * np.pi * np.arange(steps) / steps))
    return float(angle / (2 * np.pi) * 100)


def pitch_classes(histograms: NDArray[np.float32], cents: float) -> NDArray[np.float64]:
    """Gather 10-cent bins into twelve tuned classes, each frame's strongest 1.

    A raised cosine 100 cents to both sides gathers, so that vibrato and mistuning fade out rather
    than fall into the neighbour.

    Returns
    -------
    float64 array of shape (frames, 12).
    """
    steps = BINS // 12
    at = np.arange(BINS)
    centres = steps * np.arange(12) + cents / 100 * steps
    distance = np.abs((at[:, None] - centres + BINS / 2) % BINS - BINS / 2) / steps
    gather = np.where(distance < 0.75, np.cos(np.pi / 1.5 * distance) ** 2, 0)
    classes = histograms @ gather
    scaled: NDArray[np.float64] = classes / classes.max(axis=1, keepdims=True)
    return scaled


def key_correlations(classes: NDArray[np.float64], profile: str) -> NDArray[np.float64]:
    """Return the correlation with the profile of every key, shape (2, 12): minor, then major."""
    return np.array(
        [
            [np.corrcoef(classes, np.roll(weights, tonic))[0, 1] for tonic in range(12)]
            for weights in reversed(PROFILES[profile])
        ]
    )


def camelot(tonic: int, mode: int) -> str:
    """Return the wheel's number and letter of a key.

    >>> camelot(0, 1), camelot(9, 0), camelot(6, 0)
    ('8B', '8A', '11A')
    """
    major = tonic if mode else (tonic + 3) % 12
    return f"{(7 * major + 7) % 12 + 1}{'AB'[mode]}"


def _key(classes: NDArray[np.float64], profile: str) -> dict[str, Estimate]:
    """Return the key of an average of pitch classes."""
    names = ("key", "mode", "key_name", "key_camelot", "key_strength")
    if np.ptp(classes) < 1e-6:
        return nothing(dict.fromkeys(names, ""), "no pitches")
    table = key_correlations(classes, profile)
    mode, tonic = (int(one) for one in np.unravel_index(table.argmax(), table.shape))
    strength = float(table[mode, tonic])
    if strength < LEAST_STRENGTH:
        return nothing(dict.fromkeys(names, ""), "no key stands out")
    confidence = _margin(table, mode, tonic)
    name = f"{NAMES[tonic]} {('minor', 'major')[mode]}"
    return {
        "key": Estimate(float(tonic), confidence),
        "mode": Estimate(float(mode), confidence),
        "key_name": Estimate(name, confidence),
        "key_camelot": Estimate(camelot(tonic, mode), confidence),
        "key_strength": Estimate(min(strength, 1.0)),
    }


def _margin(table: NDArray[np.float64], mode: int, tonic: int) -> float:
    """Return how far the best key stands above the next, 0..1; a fifth of a correlation is sure."""
    others = table.copy()
    others[mode, tonic] = -1
    return float(np.clip((table[mode, tonic] - others.max()) / 0.2, 0, 1))


def _chords(classes: NDArray[np.float64]) -> dict[str, Estimate]:
    """Return how fast the best triad changes, and how often it is major."""
    rate = RATE / HOP
    width = max(1, round(CHORD_SECONDS * rate))
    kernel = np.ones(width) / width
    smooth = np.stack([np.convolve(one, kernel, "same") for one in classes.T], axis=1)
    best = (smooth @ _triads().T).argmax(axis=1)
    changes = np.count_nonzero(np.diff(best))
    return {
        "chord_change_rate": Estimate(float(changes * rate / len(best))),
        "major_chords": Estimate(float((best < 12).mean())),
    }


def _triads() -> NDArray[np.float64]:
    """Return the 12 major, then the 12 minor triads as pitch classes, shape (24, 12)."""
    triads = np.zeros((24, 12))
    for root in range(12):
        triads[root, [root, (root + 4) % 12, (root + 7) % 12]] = 1
        triads[root + 12, [root, (root + 3) % 12, (root + 7) % 12]] = 1
    return triads
