"""Kill a writing process at a random moment; everything it acknowledged must be there.

``python tests/library/kill_trials.py 1000`` makes a thousand trials.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from songscape.library import Failure, Finished, Library, Outcome, Seen, Setup, Writer

SETUP = Setup({"excerpt": None}, {"fake": 1})
NAMES = [f"value_{number:03d}" for number in range(200)]


def name_of(number):
    return number.to_bytes(16, "big")


def write_for_ever(path):
    """Store sound after sound and acknowledge each on standard output once it is stored."""
    with Writer(Path(path)) as writer:
        setup = writer.setup(SETUP)
        number = len(writer.ends(SETUP))
        sys.stdout.buffer.write(b"begin\n")
        sys.stdout.flush()
        while True:
            size = 1 + number % 7
            batch = range(number, number + size)
            writer.see([Seen(b"/m/%d.mp3" % each, each, each, name_of(each), {}) for each in batch])
            outcomes = []
            for each in batch:
                values = dict.fromkeys(NAMES, float(each))
                result = Failure("It failed.", "InputError") if each % 5 == 0 else Finished(values)
                outcomes.append(Outcome(name_of(each), result))
            writer.store(setup, outcomes)
            number += size
            sys.stdout.buffer.write(b"%d\n" % number)
            sys.stdout.flush()


def acknowledged(path, seconds):
    """Let a process write, kill it after some seconds, return how many it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--write", str(path)], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"begin\n"
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    said = process.stdout.read().split(b"\n")[:-1]
    process.stdout.close()
    process.wait()
    return int(said[-1]) if said else 0


def check(path, count):
    """Raise unless the library is whole and holds the first `count` sounds as they were stored."""
    with Library(path) as library:
        songs = {song.fingerprint: song for song in library.songs(library.setups())}
    assert len(songs) >= count
    for number in range(count):
        song = songs[name_of(number)]
        assert song.path == b"/m/%d.mp3" % number
        assert song.status == ("failed" if number % 5 == 0 else "ok")
        assert song.values is None or song.values.numbers == dict.fromkeys(NAMES, float(number))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def trials(path, count, seed):
    """Make trials on one library; return how many sounds were acknowledged and checked."""
    moments = random.Random(seed)  # noqa: S311
    known = 0
    for _ in range(count):
        known = max(known, acknowledged(path, moments.uniform(0, 0.25)))
        check(path, known)
    return known


def main():
    if sys.argv[1] == "--write":
        write_for_ever(sys.argv[2])
    total = int(sys.argv[1])
    for start in range(0, total, 50):
        with tempfile.TemporaryDirectory() as folder:
            known = trials(Path(folder) / "library.db", min(50, total - start), start)
        print(f"{min(start + 50, total)} kills, {known} acknowledged in the last library, 0 lost")  # noqa: T201


if __name__ == "__main__":
    main()
