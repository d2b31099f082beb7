"""How well groups found by sound alone agree with labels, by several sets of descriptors.

    python benchmarks/agreement.py [--songs 100] [--seeds 0 1]

The songs are rendered ones of ten styles, one collection per seed, and, where the shared data are
present ($SONGSCAPE_DATA), one-shot kicks and snares and the loops' folders. Each is described once.
Then its songs are grouped by k-means into as many groups as there are labels, ten starts, on
standardised descriptors, gaps filled with the median, and the adjusted mutual information with the
labels is printed, which nobody told the groups.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from songscape.core.collection import Role
from songscape.listen import listen
from songscape.sources import folder
from songscape.studies._render import collection

BLISS = ("zcr", "spectral_centroid", "spectral_rolloff", "spectral_flatness", "rms")
SETS = {
    "means of 20 MFCC": ("mfcc_??_mean",),
    "21 numbers as bliss has": (
        "tempo",
        *(f"{name}_{end}" for name in BLISS for end in ("mean", "std")),
        "chroma_stft_0?_mean",
        "chroma_stft_10_mean",
    ),
    "on Spotify's scale, with tempo": (
        *("danceability", "energy", "acousticness", "instrumentalness", "valence"),
        *("loudness", "tempo"),
    ),
    "means and deviations of all": ("*",),
    "the default": folder.COMPARED,
}  # fmt: skip


def labelled(given: argparse.Namespace, place: Path) -> dict[str, tuple[Path, str]]:
    """Return what is measured: name to folder, and whether labels are tags or folders."""
    found = {}
    for seed in given.seeds:
        collection(place / f"seed{seed}", given.songs, seed, workers=1)
        found[f"rendered, seed {seed}"] = (place / f"seed{seed}", "tags")
    shared = Path(os.environ.get("SONGSCAPE_DATA", "../shared/data")) / "audio"
    for name in ("kick-snare", "loops"):
        if (shared / name).is_dir():
            found[name] = (shared / name, "folders")
        else:
            print(f"{shared / name} is not there and left out")
    return found


def described(path: Path, library: Path, labels: str) -> tuple[pl.DataFrame, list[Any]]:
    """Return the descriptors of a folder's songs, and the label of each."""
    listen([path], library)
    wanted = folder.Options(
        path=str(path), library=str(library), labels=labels, descriptors=folder.EVERY
    )
    songs = folder.load(wanted)
    truth = songs.frame["genre"].to_list()
    if path.name == "kick-snare":
        truth = [b"kick" in os.path.basename(one) for one in songs.frame["path"]]  # noqa: PTH119
    return songs.frame.select(songs.names(Role.FEATURE)), truth


def agreement(frame: pl.DataFrame, labels: list[Any], patterns: tuple[str, ...]) -> float:
    """Return the adjusted mutual information of k-means with the labels."""
    names = [n for n in frame.columns if any(fnmatchcase(n, pattern) for pattern in patterns)]
    matrix = frame.select(pl.col(names).fill_null(pl.col(names).median())).to_numpy()
    matrix = np.nan_to_num(matrix.astype(np.float64))
    spread = matrix.std(axis=0)
    matrix = (matrix - matrix.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    found = KMeans(len(set(labels)), n_init=10, random_state=0).fit_predict(matrix)
    return float(adjusted_mutual_info_score(labels, found))


def main() -> None:
    """Describe, group and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--songs", type=int, default=100)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tables = {
            name: described(path, Path(place) / "library.db", labels)
            for name, (path, labels) in labelled(given, Path(place)).items()
        }
    heads = [
        f"{name} ({len(labels)}, {len(set(labels))} labels)" for name, (_, labels) in tables.items()
    ]
    print("| compared by | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    for name, patterns in SETS.items():
        row = [f"{agreement(*table, patterns):.2f}" for table in tables.values()]
        print(f"| {name} | " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
