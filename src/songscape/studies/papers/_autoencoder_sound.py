"""The autoencoder's study and sound: the convolutional network that its report names.

The network learns genres from the audio of the tracks, so it is no grouping and no rival of
k-means; beside it stand models that learn genres from the eight features. Every answer judged is
one for a track by an artist that was not learned from.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape import classify
from songscape.classify._patches import Cut, pieces
from songscape.core.collection import Column, Role
from songscape.core.errors import InputError
from songscape.core.seeds import generator
from songscape.listen.walk import Walk
from songscape.studies.papers import _autoencoder_models as models
from songscape.studies.papers import _measures as measures
from songscape.studies.papers._findings import Findings, Interval, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.core.space import Space
    from songscape.studies.papers._setting import Setting

FILE = "file"
NETWORK = ("convolutional network", "pieces of the mel spectrum")
TOLD = {
    "linear": ("linear model", "the features"),
    "boosting": ("boosted trees", "the features"),
    "nearest": ("nearest neighbours", "the features"),
}
_NUMBER = re.compile(rb"^0*(\d+)(?=\.|$)")


@dataclass(frozen=True)
class Heard:
    """Tracks that genres are learned from.

    Parameters
    ----------
    songs : the tracks; with audio they have a column of files.
    files : how many files there were that bear a track's id, 0 where no audio was given.
    broken : how many of those tried hold no sound that can be decoded.
    """

    songs: Collection
    files: int = 0
    broken: int = 0


def learned(setting: Setting, songs: Collection, common: Space) -> Findings:
    """Return how well genres are told from sound, where there is some, and from the features."""
    with tempfile.TemporaryDirectory(prefix="songscape-") as cache:
        heard = _heard(setting, songs, cache)
        asked: list[tuple[str, tuple[str, str], dict[str, Any]]]
        asked = [(name, row, {}) for name, row in TOLD.items()]
        if heard.files:
            setting.tell(f"  learning genres from the sound of {len(heard.songs):,} tracks")
            options = {"cache": cache, "epochs": setting["sound_epochs"], "megabytes": 2**16}
            asked.insert(0, ("cnn", NETWORK, options))
        found = [
            (row, *_judged(setting, heard.songs, common.names, (name, more)))
            for name, row, more in asked
        ]
    told = [(*row, f"{share:.1%}", f"{agreed:.3f}") for row, share, agreed in found]
    if not heard.files:
        told.insert(0, (*NETWORK, "not run: needs --audio", "–"))
    rows = (*told, _commonest(heard.songs), _grouped(setting, songs, heard.songs, common))
    head = ("told by", "from", "genres told rightly ↑", "AMI of answers with genres ↑")
    return Findings(
        {"cnn": _said(setting, heard), "n_told": len(heard.songs), **_ceiling(found)},
        tables={"sound": Table(head, rows, (0,))},
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the audio files below a folder by the track id that is their name, as 000002.mp3."""
    found = {}
    for one in Walk(os.fsencode(folder.absolute())):
        number = _NUMBER.match(os.path.basename(one.path))  # noqa: PTH119 - bytes have no Path
        if number:
            found[number[1].decode("ascii")] = one.path
    return found


def _heard(setting: Setting, songs: Collection, cache: str) -> Heard:
    """Return the tracks genres are learned from: those with audio, where a folder of it is given.

    Raises
    ------
    InputError
        If no file there bears the id of a track.
    """
    if setting.audio is None:
        return Heard(_tellable(setting, songs))
    files = files_of(setting.audio)
    with_file = songs.keep(songs.ids.is_in(list(files)), "tracks with audio")
    if not len(with_file):
        raise InputError(
            f"No audio file in {setting.audio} bears the number of a track of {setting.data.name}; "
            "they are to be named as FMA names them, 000002.mp3 for track 2."
        )
    tried = _drawn(setting, with_file)
    paths = [files[one] for one in tried.ids]
    whole = np.array([_decodes(path, cache) for path in paths])
    kept = tried.keep(whole, "tracks whose audio can be decoded")
    column = pl.DataFrame({FILE: pl.Series(paths, dtype=pl.Binary).filter(pl.Series(whole))})
    listed = kept.add({FILE: Column(Role.FILE)}, column, "the audio of every track")
    return Heard(_tellable(setting, listed), len(with_file), int((~whole).sum()))


def _drawn(setting: Setting, songs: Collection) -> Collection:
    """Return as many tracks as the protocol lets be heard."""
    if len(songs) <= setting["sound_tracks"]:
        return songs
    rng = generator(setting.child("sound"), "tracks")
    chosen = rng.permutation(len(songs))[: setting["sound_tracks"]]
    return songs.keep(np.isin(np.arange(len(songs)), chosen), "drawn to learn genres from")


def _tellable(setting: Setting, songs: Collection) -> Collection:
    """Return the tracks of genres with enough tracks, by more than one artist."""
    wish = classify.Wish(_genre(songs), least=setting["sound_folds"])
    ids = classify.task(songs, wish).ids.tolist()
    return songs.keep(songs.ids.is_in(ids), "genres that can be learned and judged")


def _decodes(path: bytes, cache: str) -> bool:
    """Tell whether a file can be decoded; its pieces are kept for the network."""
    try:
        pieces([path], Cut(cache=cache))
    except InputError:
        return False
    return True


def _judged(
    setting: Setting, songs: Collection, features: tuple[str, ...], asked: tuple[str, Any]
) -> tuple[Interval, Interval]:
    """Return share of tracks told rightly and agreement of the answers, with their intervals."""
    how, folds = classify.method(*asked), setting["sound_folds"]
    wish = classify.Wish(_genre(songs), how.reads, features, least=folds)
    care = classify.Care(folds, repeats=1, naive=False, best_seen=False, sizes=False)
    told = classify.judge(
        how, classify.task(songs, wish), care, setting.child("told"), setting.tell
    )
    answers = told.predictions
    truth = answers["truth"].to_numpy().astype(object)
    given = np.unique(answers["told"].to_numpy().astype(str), return_inverse=True)[1]
    right = (answers["truth"] == answers["told"]).to_numpy()
    artists = _artists(songs, answers["id"])
    seed, draws = setting.child("told intervals"), setting["draws"]
    share = measures.resampled(measures.mean_over(right), artists, seed, draws)
    agreed = measures.ami_interval(given.astype(np.int32), truth, artists, seed, draws)
    return share, agreed


def _artists(songs: Collection, ids: pl.Series) -> NDArray[Any]:
    """Return the artists of tracks by their ids."""
    by_id = dict(zip(songs.ids, songs.frame["artist"], strict=True))
    return np.array([by_id[one] for one in ids], dtype=object)


def _commonest(songs: Collection) -> tuple[str, ...]:
    """Return what telling one genre always is worth."""
    counts = songs.frame[_genre(songs)].value_counts(sort=True)
    name, count = counts.row(0)
    return f"“{name}” always", "nothing", f"{count / len(songs):.1%}", "0.000"


def _grouped(
    setting: Setting, songs: Collection, some: Collection, common: Space
) -> tuple[str, ...]:
    """Return how groups of the same tracks agree with genres when nobody told any."""
    rows = np.flatnonzero(songs.ids.is_in(some.ids.to_list()).to_numpy())
    labels = models.kmeans(setting, common.matrix[rows], setting.child("told groups"))
    genres = some.frame[_genre(some)].to_numpy().astype(object)
    agreed = measures.ami_interval(
        labels, genres, _artists(some, some.ids), setting.child("told intervals"), setting["draws"]
    )
    return "k-means, told no genres", "the features, standardised", "–", f"{agreed:.3f}"


def _genre(songs: Collection) -> str:
    """Return the column of genres."""
    return songs.names(Role.GENRE)[0]


def _ceiling(found: Sequence[tuple[tuple[str, str], Interval, Interval]]) -> dict[str, Any]:
    """Return the best that the features do when the genres are told."""
    able = [row for row in found if row[0] != NETWORK]
    (name, _), right, agreed = max(able, key=lambda row: row[1].value)
    return {"told_best": name, "told_right": right, "told_ami": agreed}


def _said(setting: Setting, heard: Heard) -> str:
    """Say whether the network was run, and on what."""
    if not heard.files:
        return (
            "It needs the audio of the tracks, which this table does not have and which is not "
            f"shipped. {setting.paper['data']['audio']} With the folder of it, "
            "`songscape study autoencoder --audio FOLDER` adds the row: files are matched by the "
            "track id in their names, as 000/000002.mp3."
        )
    lost = f"; {heard.broken:,} could not be decoded" if heard.broken else ""
    return (
        f"Here it heard {len(heard.songs):,} tracks, of {heard.files:,} in the table whose audio "
        f"was given{lost}. All rows are of these tracks."
    )
