"""Find the tempo and the beats from the onset strength.

The onset strength is low-passed and interpolated to four times its rate, cut into windows of eight
seconds, and each window votes for one period (Percival and Tzanetakis, 2014):

1. the generalised autocorrelation (spectrum magnitude to the power 0.5), with that at twice and
   four times the lag added, gives up to ten candidate periods between 50 and 210 beats per minute;
2. each candidate is matched with trains of pulses at every phase; the period whose best phase
   stands out, in height and in variance over phases, gets the window's vote.

The votes add up to a curve over periods. Which relative of its peak (a half, a third …) people
would tap is told by :mod:`songscape.describe._octave`. The period is then refined on the
autocorrelation of the whole file at 2, 4, 8 and 16 beats, where an error shows 2, 4, 8 and 16 times
larger. Beats follow by dynamic programming (Ellis, 2007).

References
----------
Percival, G., Tzanetakis, G. (2014). Streamlined tempo estimation based on autocorrelation and
cross-correlation with pulses. IEEE/ACM TASLP 22(12).
Ellis, D. (2007). Beat tracking by dynamic programming. J. New Music Research 36(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from songscape.describe._octave import FASTEST, SLOWEST, Evidence, choose, periodicity, relatives
from songscape.describe._onsets import onsets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Curve = NDArray[np.float64]

UPSAMPLING = 4
CUTOFF = (8.0, 14.0)
"""Hertz between which the onset strength is faded out: no beat is faster than 4 Hz."""

WINDOW, STEP = 8.0, 3.0
COMPRESSION = 0.5
CANDIDATES = 10

SHORTEST = 1.2
"""Seconds below which there is no telling a period."""

COARSEST = 2 * FASTEST / 60
"""Frames per second below which the fastest beats cannot be told from slower ones."""

LEAST_ONSET = 0.05
"""Mean rise in decibels per frame below which nothing happens that could be a beat."""


@dataclass(frozen=True, eq=False)
class Pulse:
    """The tempo and the beats.

    Parameters
    ----------
    tempo : beats per minute.
    confidence : share of windows that vote for this tempo, or for its half or double by half.
    alternative : the next likeliest tempo, most often the half or double, in beats per minute; NaN
        if no other explains the piece.
    alternative_weight : its weight against the tempo's, 0..1.
    clarity : autocorrelation of the whole onset strength at the beat's period, 0..1.
    beats : times in seconds.
    frames : the same as frame numbers.
    """

    tempo: float
    confidence: float
    alternative: float
    alternative_weight: float
    clarity: float
    beats: NDArray[np.float64]
    frames: NDArray[np.int64]


NO_PULSE = Pulse(np.nan, 0.0, np.nan, 0.0, 0.0, np.empty(0), np.empty(0, np.int64))


def find_pulse(onset: NDArray[np.float32], bands: NDArray[np.float32], frame_rate: float) -> Pulse:
    """Return the tempo and beats; :data:`NO_PULSE` of what is too short, coarse or never starts.

    Parameters
    ----------
    onset : onset strength per frame, shape (frames,).
    bands : the same in the bass and above it, shape (2, frames).
    frame_rate : frames per second.
    """
    rate = frame_rate * UPSAMPLING
    curve, chosen, peak = _found(onset, frame_rate)
    if not len(chosen):
        return NO_PULSE
    evidence = gathered(onset, bands, frame_rate)
    best, other, weight = choose(relatives(peak, evidence), evidence)
    lags = autocorrelation(curve[None], power=1.0)[0]
    period = _refined(lags, best)
    tempo = 60 * rate / period
    frames = track_beats(onset, period / UPSAMPLING)
    return Pulse(
        tempo, _confidence(chosen, period), tempo * best / other, weight,
        min(periodicity(lags, period), 1.0),
        frames / frame_rate, frames,
    )  # fmt: skip


def candidates(
    onset: NDArray[np.float32], bands: NDArray[np.float32], frame_rate: float
) -> tuple[list[float], Evidence] | None:
    """Return the periods :func:`find_pulse` chooses from, and what it knows of them."""
    _, chosen, peak = _found(onset, frame_rate)
    if not len(chosen):
        return None
    evidence = gathered(onset, bands, frame_rate)
    return relatives(peak, evidence), evidence


def _found(onset: NDArray[np.float32], frame_rate: float) -> tuple[Curve, NDArray[np.int64], float]:
    """Return the fine onset strength, the windows' votes (none without a pulse), and their peak."""
    heard = len(onset) >= SHORTEST * frame_rate and float(onset.mean()) >= LEAST_ONSET
    if not heard or frame_rate < COARSEST:
        return np.empty(0), np.empty(0, np.int64), np.nan
    curve = interpolated(onset, frame_rate)
    rate = frame_rate * UPSAMPLING
    periods = np.arange(int(60 * rate / FASTEST), int(60 * rate / SLOWEST) + 2)
    windows = _windows(curve, rate)
    chosen = _votes(windows, periods)
    if not len(chosen):
        return curve, chosen, np.nan
    return curve, chosen, float(periods[_vote_curve(chosen, windows, periods).argmax()])


def gathered(onset: NDArray[np.float32], bands: NDArray[np.float32], frame_rate: float) -> Evidence:
    """Return what tells which relative of a period is the beat."""
    rate = frame_rate * UPSAMPLING
    lags = [
        autocorrelation(_windows(interpolated(one, frame_rate), rate), power=1.0).mean(axis=0)
        for one in (onset, *bands)
    ]
    busy = len(onsets(onset, frame_rate)) * frame_rate / len(onset)
    return Evidence(lags[0], np.array(lags[1:]), rate, busy)


def interpolated(onset: NDArray[np.float32], frame_rate: float) -> Curve:
    """Return the onset strength low-passed, at four times the rate and without its mean."""
    count = len(onset)
    size = fft.next_fast_len(count + int(frame_rate), real=True)
    spectrum = fft.rfft(onset - onset.mean(), size)
    hertz = np.arange(len(spectrum)) * frame_rate / size
    low, high = CUTOFF
    fade = np.clip((high - hertz) / (high - low), 0, 1)
    spectrum = spectrum * (0.5 - 0.5 * np.cos(np.pi * fade))
    fine = fft.irfft(spectrum, size * UPSAMPLING) * UPSAMPLING
    curve: Curve = fine[: count * UPSAMPLING]
    return curve


def _windows(curve: Curve, rate: float) -> Curve:
    """Return overlapping windows, shape (windows, size); a short curve is one window."""
    size, step = int(WINDOW * rate), int(STEP * rate)
    if len(curve) <= size:
        return np.pad(curve, (0, size - len(curve)))[None]
    windows: Curve = sliding_window_view(curve, size)[::step]
    return windows


def autocorrelation(windows: Curve, power: float = COMPRESSION) -> Curve:
    """Return the generalised autocorrelation of every row, 1 at lag 0 (0 for rows of nothing)."""
    size = fft.next_fast_len(2 * windows.shape[1], real=True)
    spectrum = np.abs(fft.rfft(windows, size, axis=1)) ** power
    lags = fft.irfft(spectrum, size, axis=1)[:, : windows.shape[1]]
    normalised: Curve = lags / np.maximum(lags[:, :1], 1e-12)
    return normalised


def _enhanced(windows: Curve, periods: NDArray[np.int64]) -> Curve:
    """Return the autocorrelation at every period with that at 2 and 4 times it added."""
    lags = autocorrelation(windows)
    last = lags.shape[1] - 1
    terms = [lags[:, np.minimum(periods * times, last)] for times in (1, 2, 4)]
    enhanced: Curve = np.sum(terms, axis=0)
    return enhanced


def _votes(windows: Curve, periods: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the period each window votes for; windows in which nothing happens do not vote."""
    lively = windows.std(axis=1)
    windows = windows[lively > 0.1 * lively.max()]
    enhanced = _enhanced(windows, periods)
    wide = np.pad(enhanced, ((0, 0), (1, 1)), constant_values=-np.inf)
    peaks = (enhanced >= wide[:, :-2]) & (enhanced > wide[:, 2:])
    heights = np.where(peaks, enhanced, -np.inf)
    bar = -np.sort(-heights, axis=1)[:, CANDIDATES - 1 : CANDIDATES]
    candidates = peaks & (heights >= bar)
    likely = np.flatnonzero(candidates.any(axis=0))
    if not len(likely):
        return np.empty(0, np.int64)
    candidates, periods = candidates[:, likely], periods[likely]
    height, variance = _pulse_match(windows, periods)
    score = sum(
        match / np.maximum(np.where(candidates, match, 0).sum(axis=1, keepdims=True), 1e-12)
        for match in (np.maximum(height, 0), variance)
    )
    voted: NDArray[np.int64] = periods[np.where(candidates, score, -1).argmax(axis=1)]
    return voted


def _pulse_match(windows: Curve, periods: NDArray[np.int64]) -> tuple[Curve, Curve]:
    """Match every window with pulse trains of every period at every phase.

    A train has four beats, and at half weight four beats at twice and at one and a half times the
    period. Returned are the best phase's match and the variance over phases, both of shape
    (windows, periods).
    """
    longest = int(periods[-1])
    padded = np.pad(windows, ((0, 0), (0, max(0, 7 * longest - windows.shape[1])))).astype(
        np.float32
    )
    height, variance = np.empty((2, len(windows), len(periods)))
    for column, period in enumerate(periods.tolist()):
        match = np.zeros((len(windows), period), np.float32)
        for start, weight in _train(period):
            match += np.float32(weight) * padded[:, start : start + period]
        height[:, column], variance[:, column] = match.max(axis=1), match.var(axis=1)
    return height, variance


def _train(period: int) -> list[tuple[int, float]]:
    """Return the pulses of a train as (offset, weight), those that coincide added up."""
    pulses: dict[int, float] = {}
    for times, weight in ((1.0, 1.0), (2.0, 0.5), (1.5, 0.5)):
        for beat in range(4):
            offset = round(beat * times * period)
            pulses[offset] = pulses.get(offset, 0.0) + weight
    return list(pulses.items())


def _vote_curve(chosen: NDArray[np.int64], windows: Curve, periods: NDArray[np.int64]) -> Curve:
    """Return votes and mean autocorrelation over periods; its peak is the tempo or a relative."""
    distance = np.log2(periods[:, None] / chosen[None, :])
    votes = np.exp(-0.5 * (distance / 0.04) ** 2).mean(axis=1)
    salience = np.maximum(0, _enhanced(windows, periods).mean(axis=0))
    curve: Curve = votes + salience / max(salience.max(), 1e-12)
    return curve


def _refined(lags: Curve, period: float) -> float:
    """Refine a period on the whole file's autocorrelation, at ever more beats.

    Each step searches no further than the step before was sure, so that it cannot fall into the
    neighbouring beat, and stops where less than a third of the file overlaps.
    """
    found, reach = float(period), 0.03
    for beats in (1, 2, 4, 8, 16):
        low, high = (int(beats * found * (1 + sign * reach / beats)) for sign in (-1, 1))
        if high + 2 > len(lags) * 2 / 3:
            break
        low, high = min(low, int(beats * found) - 2), max(high, int(beats * found) + 3)
        peak = low + int(lags[low : high + 1].argmax())
        if low < peak < high:
            found = (peak + _vertex(lags[peak - 1 : peak + 2])) / beats
    return found


def _vertex(three: Curve) -> float:
    """Return where between −1 and 1 the parabola through three values has its top."""
    bend = three[0] - 2 * three[1] + three[2]
    return 0.0 if bend >= 0 else float(0.5 * (three[0] - three[2]) / bend)


def _confidence(chosen: NDArray[np.int64], period: float) -> float:
    """Return the share of windows that agree within 4 %, an octave apart counting half."""
    ratio = chosen / period
    same = np.abs(ratio - 1) < 0.04
    octave = (np.abs(ratio - 2) < 0.08) | (np.abs(ratio - 0.5) < 0.02)
    return float((same + 0.5 * octave).mean())


def track_beats(
    onset: NDArray[np.float32], period: float, tightness: float = 100.0
) -> NDArray[np.int64]:
    """Return the frames of the beats by dynamic programming.

    The best chain of frames has much onset strength and steps near the period; the cost of a step
    is the squared logarithm of its ratio to the period. As no step is shorter than half a period,
    half a period of frames can be decided at once.

    Parameters
    ----------
    onset : shape (frames,).
    period : frames per beat, not a whole number.
    tightness : weight of steady steps against strong onsets.
    """
    local = _smoothed(onset, period)
    longest, shortest = round(2 * period), max(1, round(period / 2))
    steps = np.arange(longest, shortest - 1, -1)
    cost = tightness * np.log(steps / period) ** 2
    blocks = -(-len(local) // shortest)
    score = np.concatenate((np.zeros(longest), local, np.zeros(blocks * shortest - len(local))))
    back = np.empty(len(score), np.int64)
    rows = np.arange(shortest)
    before = rows[:, None] - steps
    for start in range(longest, len(score), shortest):
        total = score[start + before] - cost
        best = total.argmax(axis=1)
        score[start : start + shortest] += total[rows, best]
        back[start : start + shortest] = start + rows - steps[best]
    end = longest + len(local)
    return _chain(score[longest:end], back[longest:end] - longest, round(period))


def _smoothed(onset: NDArray[np.float32], period: float) -> Curve:
    """Return the onset strength in its own deviations, smoothed by a 32nd of a beat."""
    scaled = onset / max(float(onset.std()), 1e-9)
    reach = np.arange(-round(period), round(period) + 1)
    kernel = np.exp(-0.5 * (reach * 32 / period) ** 2)
    return np.convolve(scaled, kernel, "full")[round(period) : round(period) + len(onset)]


def _chain(score: Curve, back: NDArray[np.int64], period: int) -> NDArray[np.int64]:
    """Return the chain that ends at the best frame of the last beat."""
    at = len(score) - min(period, len(score)) + int(score[-period:].argmax())
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(back[at])
    return np.array(beats[::-1], np.int64)
