"""Rendered songs: the same again from the same seed, sound without clipping, and true truths."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from songscape.core.errors import InputError
from songscape.studies._render import RATE, collection, render, songs, truth, write_song
from songscape.studies._render_drums import drums, stroke
from songscape.studies._render_harmony import MAJOR, MINOR, pitch_classes, spread, stacked, voiced
from songscape.studies._render_mix import loudness
from songscape.studies._render_pattern import read, steps
from songscape.studies._render_perform import chord, perform
from songscape.studies._render_plan import LONGEST, SHORTEST, styles
from songscape.studies._render_voices import hertz, note, voices

STYLES = sorted(styles())
PLAN = songs(10)


@cache
def sound(number):
    """Return a song of the plan as it is rendered."""
    return render(PLAN[number])[0]


def spectrum(wave, rate=RATE):
    size = 1 << 17
    window = np.hanning(len(wave))
    return np.fft.rfftfreq(size, 1 / rate), np.abs(np.fft.rfft(wave * window, size))


def onsets(wave, hop=441):
    """Return how much the spectrum grows every 10 ms."""
    mono = wave.mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::hop]
    loud = np.log1p(100 * np.abs(np.fft.rfft(frames * np.hanning(1024).astype(np.float32), axis=1)))
    return np.maximum(0, np.diff(loud, axis=0)).sum(axis=1)


@pytest.mark.parametrize("number", range(10), ids=[song.style for song in PLAN])
def test_sound_is_finite_never_clips_and_is_as_long_as_planned(number):
    wave = sound(number)
    assert wave.dtype == np.float32
    assert wave.shape == (round(PLAN[number].seconds * RATE), 2)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() < 0.98
    assert SHORTEST <= PLAN[number].seconds <= LONGEST


@pytest.mark.parametrize("number", range(10), ids=[song.style for song in PLAN])
def test_level_is_the_planned_one(number):
    measured = 20 * np.log10(loudness(np.ascontiguousarray(sound(number).T)))
    # What is rounded off at the peaks of loud styles costs a little.
    assert PLAN[number].level - 1.5 < measured < PLAN[number].level + 0.1


@pytest.mark.parametrize("number", range(10), ids=[song.style for song in PLAN])
def test_onsets_repeat_at_the_planned_tempo(number):
    envelope = onsets(sound(number))
    envelope -= envelope.mean()
    similarity = np.correlate(envelope, envelope, "full")[len(envelope) - 1 :]
    bar = 100 * 60 / PLAN[number].tempo * PLAN[number].time_signature
    near = similarity[round(bar * 0.985) : round(bar * 1.015) + 1].max()
    lags = similarity[round(bar * 0.55) : round(bar * 1.45)]
    assert near > np.quantile(lags, 0.95)


@pytest.mark.parametrize("number", range(10), ids=[song.style for song in PLAN])
def test_notes_played_belong_to_their_chords_or_the_scale(number):
    song = PLAN[number]
    scale = {(song.key + one) % 12 for one in (MAJOR if song.mode else MINOR)}
    for part, events in zip(song.parts, perform(song, 0), strict=True):
        for event in events:
            step = int((event.start + 3 * song.loose) / song.step)
            near = {*chord(song, max(0, step - 1)), *chord(song, step)} | scale
            assert {pitch % 12 for pitch in event.pitches} <= near, part


@pytest.mark.parametrize("style", STYLES)
def test_songs_of_every_style_sound_mostly_of_their_chords(style):
    song = next(one for one in PLAN if one.style == style)
    mono = sound(song.number).mean(axis=1)
    frequency, power = spectrum(mono)
    heard = (frequency > 100) & (frequency < 1000)
    pitch = 12 * np.log2(frequency[heard] / 440) + 69 - song.tuning / 100
    classes = np.rint(pitch).astype(int) % 12
    near = np.abs(pitch - np.rint(pitch)) < 0.3
    chroma = np.bincount(classes[near], power[heard][near] ** 2, 12)
    last = song.bars * song.time_signature * song.steps
    home = set().union(*(chord(song, step) for step in range(last)))
    assert sum(chroma[list(home)]) / chroma.sum() > len(home) / 12 + 0.05


def test_same_seed_same_samples_and_another_seed_others():
    again = render(songs(10)[5])[0]
    np.testing.assert_array_equal(sound(5), again)
    assert np.abs(render(PLAN[5], seed=1)[0] - sound(5)).max() > 0.01


def test_longer_plans_begin_with_the_shorter_ones():
    assert songs(25)[:10] == PLAN
    assert songs(10, seed=1) != PLAN


def test_plans_keep_the_ranges_of_their_styles():
    for song in songs(200):
        low, high = styles()[song.style]["tempo"]
        assert low <= song.tempo <= high
        assert 0 <= song.key <= 11
        assert song.progression[0].upper().startswith("I")
        assert len(song.parts) >= 2


def test_every_key_and_mode_occurs():
    plan = songs(200)
    assert {song.key for song in plan} == set(range(12))
    assert {song.mode for song in plan} == {0, 1}
    assert {song.time_signature for song in plan} == {3, 4}


def test_artists_keep_their_instruments_and_tuning():
    by_artist = {}
    for song in songs(60):
        by_artist.setdefault(song.artist, set()).add((song.style, song.tuning, song.parts[0].voice))
    assert all(len(ways) == 1 for ways in by_artist.values())
    assert len(by_artist) == 20


@pytest.mark.parametrize("style", STYLES)
def test_styles_name_what_exists_and_patterns_fill_their_bars(style):
    given = styles()[style]
    bar = given.get("meter", 4) * given.get("steps", 4)
    known = {*voices(), *drums()}
    for part in given["parts"]:
        assert set(part["voices"]) <= (set(drums()) if part["role"] == "drums" else known)
        for pattern in part["play"]:
            assert len(steps(pattern)) % bar == 0, pattern
            assert set(steps(pattern)) <= set(".-xXo0123456789")
    for mode in ("major", "minor"):
        for row in given.get(f"{mode}_progressions", []):
            for numeral in row.split():
                assert len(pitch_classes(numeral, 0, minor=mode == "minor")) >= 2


@pytest.mark.parametrize("name", sorted(voices()))
def test_every_voice_sounds_at_its_pitch(name):
    wave = note(name, hertz(57), 1.0, 0)
    frequency, power = spectrum(wave)
    # The pitch is what the harmonics share: the best comb over an octave and a half around it.
    candidates = 220 * 2 ** (np.arange(-9, 10) / 12)
    combs = [sum(np.interp(h * one, frequency, power) for h in range(1, 9)) for one in candidates]
    assert np.isfinite(wave).all()
    assert candidates[int(np.argmax(combs))] == pytest.approx(220)


@pytest.mark.parametrize("pitch", [28, 60, 96])
def test_pitches_are_in_tune(pitch):
    wave = note("organ", hertz(pitch), 3.0, 0)
    frequency, power = spectrum(wave)
    near = (frequency > hertz(pitch) * 0.95) & (frequency < hertz(pitch) * 1.05)
    assert frequency[near][np.argmax(power[near])] == pytest.approx(hertz(pitch), rel=0.004)


@pytest.mark.parametrize("name", sorted(drums()))
def test_every_drum_sounds_and_fades(name):
    wave = stroke(name, 0)
    assert np.abs(wave).max() == pytest.approx(1)
    assert np.abs(wave[-100:]).max() < 0.02
    third = len(wave) // 3
    assert (wave[:third] ** 2).sum() > (wave[third:] ** 2).sum()


def test_strokes_differ_from_each_other():
    assert np.abs(stroke("snare", 0) - stroke("snare", 1)).max() > 0.1


@pytest.mark.parametrize(
    ("numeral", "minor", "expected"),
    [
        ("I", False, (0, 4, 7)),
        ("vi", False, (9, 0, 4)),
        ("bVII", False, (10, 2, 5)),
        ("V7", True, (7, 11, 2, 5)),
        ("ii°", True, (2, 5, 8)),
        ("VI5", True, (8, 3)),
        ("Isus4", False, (0, 5, 7)),
        ("IM7", False, (0, 4, 7, 11)),
    ],
)
def test_numerals(numeral, minor, expected):
    assert pitch_classes(numeral, 0, minor=minor) == expected


def test_foreign_numerals_are_refused():
    with pytest.raises(ValueError, match="'H7' is no Roman numeral"):
        pitch_classes("H7", 0, minor=False)


def test_voicings():
    assert voiced((7, 11, 2), 60) == (62, 67, 71)
    assert stacked((7, 11, 2), 60) == (67, 71, 74)
    assert spread((7, 11, 2), 40) == (43, 50, 59, 67)


def test_patterns_read_lengths_and_forces():
    hits = read("X--o|.3..")
    assert [(hit.step, hit.steps, hit.tone) for hit in hits] == [
        (0, 3, None),
        (3, 1, None),
        (5, 1, 3),
    ]
    assert hits[0].force > hits[2].force > hits[1].force


def test_collection_writes_sound_tags_and_truth(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    known = collection(tmp_path / "music", 2, workers=1)
    assert known.height == 2
    stored = pl.read_csv(tmp_path / "music" / "truth.csv")
    assert stored["tempo"].to_list() == [song.tempo for song in songs(2)]
    for song, name in zip(songs(2), known["file"], strict=True):
        with soundfile.SoundFile(tmp_path / "music" / name) as file:
            assert (file.samplerate, file.channels, file.subtype) == (RATE, 2, "PCM_16")
            assert (file.title, file.artist, file.genre) == (song.title, song.artist, song.genre)
            read_back = file.read(dtype="float32")
        np.testing.assert_allclose(read_back, render(song)[0], atol=1 / 32768)
    assert sorted(path.name for path in (tmp_path / "music").iterdir()) == [
        *known["file"],
        "truth.csv",
    ]


def test_workers_do_not_change_the_sound(tmp_path):
    pytest.importorskip("soundfile")
    for workers in (1, 2):
        collection(tmp_path / str(workers), 2, seed=3, workers=workers, form="wav")
    for name in truth(songs(2, 3), "wav")["file"]:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


@pytest.mark.parametrize("form", ["ogg", "wav"])
def test_other_forms(tmp_path, form):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"song.{form}"
    write_song(PLAN[5], path)
    assert soundfile.info(path).duration == pytest.approx(PLAN[5].seconds, abs=0.1)


def test_unknown_forms_are_refused(tmp_path):
    with pytest.raises(InputError, match="as flac, wav, ogg, not as 'mp3'"):
        collection(tmp_path, 1, form="mp3")
