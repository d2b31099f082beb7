"""What people call a descriptor: the one place where the names of columns become words.

>>> label("mfcc_03_mean"), label("spectral_contrast_02_std"), label("chroma_stft_10_mean")
('MFCC 3', 'contrast 2, spread', 'pitch class A')
>>> label("pulse_clarity"), label("Some Column_of_yours")
('pulse clarity', 'Some Column_of_yours')
"""

from __future__ import annotations

import re

STATISTICS = {
    "mean": "",
    "std": ", spread",
    "skew": ", skewness",
    "kurtosis": ", kurtosis",
    "median": ", median",
    "min": ", lowest",
    "max": ", highest",
    "low": ", at least",
    "high": ", at most",
    "confidence": ", confidence",
}
PITCHES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
WORDS = {
    "mfcc": "MFCC",
    "spectral_contrast": "contrast",
    "chroma_stft": "pitch class",
    "tonnetz": "tonal centroid",
    "spectral_centroid": "spectral centroid",
    "spectral_bandwidth": "bandwidth",
    "spectral_rolloff": "roll-off",
    "spectral_flatness": "flatness",
    "spectral_entropy": "spectral entropy",
    "brightness": "brightness",
    "zcr": "zero crossings",
    "rms": "level (RMS)",
    "onset_strength": "onset strength",
    "loudness_integrated": "loudness (LUFS)",
    "loudness_range": "loudness range",
    "loudness_momentary_max": "loudest moment",
    "loudness_short_term_max": "loudest three seconds",
    "true_peak": "true peak",
    "sample_peak": "sample peak",
    "peak_to_loudness": "peak to loudness",
    "dynamic_complexity": "dynamic complexity",
    "tempo_alternative": "other tempo",
    "onset_rate": "onsets per second",
    "pulse_clarity": "pulse clarity",
    "beat_strength": "beat strength",
    "beat_regularity": "beat regularity",
    "danceability_dfa": "danceability (DFA)",
    "key_strength": "key strength",
    "chord_change_rate": "chord changes",
    "major_chords": "major chords",
    "harmonic_ratio": "harmonic share",
    "attack_time": "attack time",
    "decay_rate": "decay rate",
    "modulation_4hz": "4 Hz modulation",
    "low_energy": "quiet frames",
    "vocal_variance": "vocal variance",
    "stereo_width": "stereo width",
    "stereo_correlation": "stereo correlation",
    "stereo_balance": "stereo balance",
    "change_rate": "changes per minute",
    "novelty_max": "sharpest change",
    "level_range": "level range",
    "embedding": "embedding",
}
"""Descriptors whose names are words already (tempo, energy, struck) are not listed."""

PLAIN = frozenset(
    {
        *("danceability", "energy", "speechiness", "acousticness", "instrumentalness"),
        *("liveness", "valence", "loudness", "tempo", "key", "mode", "time_signature"),
    }
)
"""Words that may have an ending such as _confidence."""

_NAME = re.compile(rf"(.+?)(?:_(\d{{2,4}}))?(?:_({'|'.join(STATISTICS)}))?")


def label(name: str) -> str:
    """Return what people call a descriptor; names that are not ours stay as they are."""
    if name in WORDS:
        return WORDS[name]
    parts = _NAME.fullmatch(name)
    if parts is None:
        return name
    base, number, statistic = parts.groups()
    if base not in WORDS and (base not in PLAIN or number or not statistic):
        return name
    return _base(base, number) + STATISTICS.get(statistic, "")


def _base(base: str, number: str | None) -> str:
    """Return the words of a base with its number, which for chroma is a pitch class."""
    words = WORDS.get(base, base.replace("_", " "))
    if not number:
        return words
    if base == "chroma_stft" and 1 <= int(number) <= len(PITCHES):
        return f"{words} {PITCHES[int(number) - 1]}"
    return f"{words} {int(number)}"
