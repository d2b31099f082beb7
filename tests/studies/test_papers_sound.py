"""The convolutional network of the autoencoder's study: audio is found by track id and heard."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from tests.with_torch import needs_torch

from songscape.core.errors import InputError, RecipeError
from songscape.studies._render import RATE, render
from songscape.studies._render import songs as planned
from songscape.studies.papers import _autoencoder_models as models
from songscape.studies.papers import _autoencoder_sound as sound
from songscape.studies.papers import _paper, _setting, _study

STYLES = 10
FEATURES = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness")
QUICK = (
    "protocol.k=2", "protocol.draws=5", "protocol.sound_folds=3", "protocol.sound_epochs=1"
)  # fmt: skip


@pytest.fixture(scope="module")
def plan():
    """Return eighteen planned songs of two styles, three artists each."""
    return [song for song in planned(90) if song.number % STYLES in (0, 4)]


@pytest.fixture(scope="module")
def table(plan, tmp_path_factory):
    """Write a table as the study's own, with a track for every planned song; return its path."""
    rng = np.random.default_rng(0)
    n = len(plan)
    frame = pl.DataFrame(
        {
            "track_id": [10 * (i + 1) for i in range(n)],
            **{name: rng.random(n) for name in FEATURES},
            "tempo": [song.tempo for song in plan],
            "valence": rng.random(n),
            "year_released": [2009.0] * n,
            "artist": [song.artist for song in plan],
            "genres_top": [song.genre for song in plan],
            "genres_all_id": ["[1]"] * n,
            "track": [song.title for song in plan],
            "genres_all": [f"['{song.genre}']" for song in plan],
        }
    )
    path = tmp_path_factory.mktemp("table") / "tracks.csv"
    frame.write_csv(path)
    return path


@pytest.fixture(scope="module")
def audio(plan, tmp_path_factory):
    """Write clips under the names FMA gives them, but for one that is broken; add others.

    One song of every artist is rendered, and each of the artist's clips is five seconds of it.
    """
    root = tmp_path_factory.mktemp("audio")
    (root / "000").mkdir()
    rendered = {song.artist: song for song in reversed(plan)}
    sounds = {artist: render(song)[0] for artist, song in rendered.items()}
    for index, song in enumerate(plan[:-1]):
        start = index % 3 * 5 * RATE
        clip = sounds[song.artist][start : start + 5 * RATE]
        soundfile.write(root / "000" / f"{10 * (index + 1):06}.flac", clip, RATE)
    (root / "000" / f"{10 * len(plan):06}.mp3").write_bytes(b"no sound at all")
    (root / "000" / "000007.mp3").write_bytes(b"of no track in the table")
    (root / "notes about 000010.txt").write_text("not a track", "utf-8")
    return root


def learned(table, audio, tell=lambda _line: None):
    """Return what the study finds of sound."""
    paper = _paper.paper("autoencoder", QUICK)
    setting = _setting.Setting("autoencoder", table, paper, 0, tell, audio=audio)
    songs = setting.songs("published")
    common = models.standardised(setting.prepared("published", songs).space)
    return sound.learned(setting, songs, common)


@needs_torch
@pytest.mark.slow
def test_the_network_hears_the_tracks_whose_audio_is_there(table, audio, plan):
    found = learned(table, audio)
    rows = {row[0]: row[1:] for row in found.tables["sound"].rows}
    assert found.numbers["n_told"] == len(plan) - 1
    assert f"heard {len(plan) - 1} tracks, of {len(plan)} in the table" in found.numbers["cnn"]
    assert "1 could not be decoded" in found.numbers["cnn"]
    assert rows["convolutional network"][1].endswith("%]")
    assert len(rows) == len(sound.TOLD) + 3


def test_without_audio_the_row_says_what_it_needs(table, plan):
    found = learned(table, None)
    first = found.tables["sound"].rows[0]
    assert first == ("convolutional network", "pieces of the mel spectrum",
                     "not run: needs --audio", "–")  # fmt: skip
    assert "--audio FOLDER" in found.numbers["cnn"]
    assert found.numbers["n_told"] == len(plan)


def test_files_are_matched_by_the_number_that_is_their_name(audio, plan):
    found = sound.files_of(audio)
    assert found.keys() == {str(10 * (i + 1)) for i in range(len(plan))} | {"7"}
    assert found["10"].endswith(b"000010.flac")


def test_audio_of_other_tracks_is_refused(table, tmp_path):
    (tmp_path / "song.mp3").write_bytes(b"")
    with pytest.raises(InputError, match=r"No audio file .* 000002\.mp3 for track 2"):
        learned(table, tmp_path)


def test_a_folder_that_is_not_there_is_named(table, tmp_path):
    with pytest.raises(InputError, match="There is no folder of audio"):
        _study.run_study("autoencoder", data=table, more={"audio": tmp_path / "nowhere"})


@pytest.mark.parametrize(("name", "given"), [("origins", "audio"), ("timbre", "mine")])
def test_what_a_study_has_no_use_for_is_refused(name, given):
    with pytest.raises(RecipeError, match=f"{name} has no use for --{given}"):
        _study.run_study(name, more={given: Path("songs")})
