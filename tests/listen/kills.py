"""Kill a describing command with its workers at random moments; no finished track may be lost.

``python tests/listen/kills.py 50`` kills fifty times, on rendered songs, starting the same command
again each time, and checks after each kill that what was stored is there, whole and unchanged. In
the end the rest is described, and nothing may have been described twice.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import soundfile

from songscape.library import Library
from songscape.listen import Options, listen

COMMAND = """
import sys
from pathlib import Path
from songscape.listen import Options, listen
def tell(progress): print(progress.done, flush=True)
listen([sys.argv[1]], Path(sys.argv[2]), options=Options(workers=2), report=tell)
"""


def songs(folder, count):
    """Write songs of real length's kin: 20 s of beats and tones, each its own."""
    folder.mkdir()
    at = np.arange(20 * 22_050) / 22_050
    for number in range(count):
        rng = np.random.default_rng(number)
        beat = np.exp(-(at * (1.5 + 0.02 * number) % 1) / 0.05)
        sound = 0.3 * np.sin(
            2 * np.pi * (150 + 7 * number) * at
        ) + 0.2 * beat * rng.standard_normal(len(at))
        soundfile.write(folder / f"{number:03d}.flac", sound, 22_050)


def stored(path):
    """Return what a library holds: fingerprint to when it was made and all that was found."""
    if not path.exists():
        return {}
    with Library(path):  # a reader rolls back what a killed writer left
        pass
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return {}
        rows = connection.execute(
            "SELECT fingerprint, status, made, took, numbers, texts FROM descriptions"
        ).fetchall()
    assert all(row[1] == "ok" for row in rows)
    return {row[0]: row for row in rows}


def killed(music, library, seconds):
    """Start describing, wait until the first result and some seconds more, then kill it.

    Returns how many tracks it had acknowledged; 0 if it was not given the time for one.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(music), str(library)], stdout=subprocess.PIPE
    )
    first = process.stdout.readline()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    said = first + process.stdout.read()
    process.stdout.close()
    process.wait()
    done = [int(line) for line in said.split(b"\n")[:-1] if line.isdigit()]
    return max(done, default=0)


def trials(folder, kills, seed=0):
    """Kill again and again; return how many tracks were stored, kills in the middle, and songs."""
    music, library = folder / "music", folder / "library.db"
    # So many that a fast machine is not through before the first kill.
    count = 3 * kills + 30
    songs(music, count)
    moments = random.Random(seed)  # noqa: S311
    known, midway = {}, 0
    for _ in range(kills):
        told = killed(music, library, moments.uniform(0, 0.3))
        now = stored(library)
        assert len(now) >= len(known) + told, "an acknowledged track is lost"
        assert all(now[name] == row for name, row in known.items()), "a track was described again"
        midway += len(now) < count
        known = now
    account = listen([music], library, options=Options(workers=2))
    assert account.known == len(known)
    assert account.known + account.described == count
    final = stored(library)
    assert len(final) == count
    assert all(final[name] == row for name, row in known.items())
    return len(known), midway, count


def main():
    kills = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        known, midway, count = trials(Path(folder), kills)
    begun = f"{kills} kills, {midway} of them before all {count} were done"
    print(f"{begun}; {known} finished tracks: 0 lost, 0 described again")  # noqa: T201


if __name__ == "__main__":
    main()
