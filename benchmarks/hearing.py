"""How well labels are told by a network that hears, beside models that read descriptors.

    python benchmarks/hearing.py [--only rendered kick-snare loops] [--songs 100] [--folds 3]

The songs are rendered ones of ten styles and, where the shared data are present ($SONGSCAPE_DATA),
one-shot kicks and snares and the loops' folders. Each is described once; every method is judged by
:func:`songscape.classify.judge` on the same folds: all songs of an artist (of loops: of a series,
as bass01 and bass02 are) on one side, and naively, dealt out singly. Descriptors are those songs
are compared by. Processor seconds are of fitting and judging both ways; of the network they include
decoding.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from pathlib import Path

import polars as pl

from songscape import classify
from songscape.core.collection import Collection, Column, Role
from songscape.listen import listen
from songscape.sources import folder
from songscape.studies._render import collection

METHODS = ("cnn", "linear", "boosting", "nearest")
SETS = ("rendered", "kick-snare", "loops")
FEW = {"batch": 16, "epochs": 20, "learning_rate": 0.003}
CUTS = {
    "rendered": {"frames": 64, "pieces": 2},
    "kick-snare": {"frames": 32, "pieces": 1},
    "loops": {"frames": 64, "pieces": 1},
}
"""How sound is cut for the network: hits are shorter than a second, loops a few seconds; and how a
network learns from few songs."""


def songs_of(name: str, given: argparse.Namespace, place: Path) -> Collection | None:
    """Return a set with descriptors, labels, groups and files; None where it is not there."""
    path = place / name
    if name == "rendered":
        collection(path, given.songs, 0, workers=1)
    else:
        path = Path(os.environ.get("SONGSCAPE_DATA", "../shared/data")) / "audio" / name
        if not path.is_dir():
            print(f"{path} is not there and left out")
            return None
    library = place / f"{name}.db"
    listen([path], library)
    labels = "tags" if name == "rendered" else "folders"
    wanted = folder.Options(path=str(path), library=str(library), labels=labels)
    songs = folder.load(wanted)
    if name == "rendered":
        return songs
    stems = [Path(os.fsdecode(one)).stem for one in songs.frame["path"]]
    columns = {"series": Column(Role.GROUP)}
    table = pl.DataFrame({"series": [re.sub(r"[\d_ -]+", "", stem) for stem in stems]})
    if name == "kick-snare":
        columns = {"genre": Column(Role.GENRE)}
        table = pl.DataFrame({"genre": ["kick" if "kick" in stem else "snare" for stem in stems]})
    return songs.add(columns, table, "labels and groups from file names")


def judged(songs: Collection, name: str, by: str, given: argparse.Namespace) -> list[str]:
    """Return a row of the table: a method, its three numbers, and what they took."""
    how = classify.method(by, FEW | CUTS[name] if by == "cnn" else {})
    group = {"rendered": "artist", "loops": "series", "kick-snare": "none"}[name]
    features = () if how.reads == "audio" else compared(songs)
    wish = classify.Wish("genre", how.reads, features, group, least=given.folds)
    care = classify.Care(given.folds, repeats=given.repeats, best_seen=False, sizes=False)
    start = time.process_time()
    task = classify.task(songs, wish)
    found = classify.judge(how, task, care, 0).summary.filter(pl.col("measure") == "accuracy")
    spent = time.process_time() - start
    shown = {row["split"]: _shown(row) for row in found.iter_rows(named=True)}
    said = f"{name}: {len(task):,} of {len(set(task.truth))} labels"
    naive = shown.get("naive", "–")
    return [said, by, shown["grouped"], naive, shown["constant"], f"{spent:.0f}"]


def compared(songs: Collection) -> tuple[str, ...]:
    """Return the descriptors songs are compared by."""
    from fnmatch import fnmatchcase

    names = songs.names(Role.FEATURE)
    return tuple(n for n in names if any(fnmatchcase(n, one) for one in folder.COMPARED))


def _shown(row: dict[str, float]) -> str:
    """Return a share with its interval."""
    return f"{row['mean']:.1%} ({100 * row['low']:.0f}–{100 * row['high']:.0f})"


def main() -> None:
    """Describe, judge and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=SETS, default=SETS)
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=METHODS)
    parser.add_argument("--songs", type=int, default=100)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1)
    given = parser.parse_args()
    print("| songs | method | honest | naive | without looking | CPU s |")
    print("|---|---|---|---|---|---:|")
    with tempfile.TemporaryDirectory() as place:
        for name in given.only:
            songs = songs_of(name, given, Path(place))
            for by in given.methods if songs is not None else ():
                print(f"| {' | '.join(judged(songs, name, by, given))} |", flush=True)


if __name__ == "__main__":
    main()
