"""Damage audio files at random and have them described; each must end as described or failed.

``python tests/listen/mutants.py 700`` makes seven hundred, from the shared recordings where they
are present ($SONGSCAPE_DATA), else from tones, and says how they ended.
"""

import io
import os
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from songscape.listen import Options, listen

SECONDS = 3
LIMIT = 20.0
FORMATS = (
    ("wav", "WAV", "PCM_16"), ("wav", "WAV", "FLOAT"), ("flac", "FLAC", "PCM_16"), ("aiff", "AIFF", "PCM_16"),
    ("ogg", "OGG", "VORBIS"), ("opus", "OGG", "OPUS"), ("mp3", "MP3", "MPEG_LAYER_III"),
)  # fmt: skip


def recordings():
    """Return the shared recordings, in the order of their names; none where there are none."""
    folder = Path(os.environ.get("SONGSCAPE_DATA", "../shared/data")) / "audio" / "recordings"
    return sorted(path for path in folder.glob("*") if path.suffix in (".ogg", ".mp3", ".flac"))


@cache
def clips():
    """Return short clips as (ending, content), every recording in one format after the other.

    Kept, because an Ogg stream gets another random serial number each time it is encoded.
    """
    made = []
    for number, source in enumerate(recordings() or range(8)):
        if isinstance(source, int):
            rate, at = 44_100, np.arange(SECONDS * 44_100) / 44_100
            sound = 0.3 * np.sin(2 * np.pi * 110 * 2**source * at) * (1 + (at * 3 % 1 < 0.1))
        else:
            sound, rate = soundfile.read(source, frames=SECONDS * 48_000, dtype="float32")
        ending, form, subtype = FORMATS[number % len(FORMATS)]
        content = io.BytesIO()
        soundfile.write(content, sound, 48_000 if form == "OGG" else rate, subtype, format=form)
        made.append((ending, content.getvalue()))
    return made


def flipped(content, rng):
    """Change up to four hundred bytes anywhere."""
    for _ in range(rng.choice((1, 10, 400))):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return content


def headed(content, rng):
    """Change bytes of the header, where lengths, rates and channels stand."""
    for _ in range(rng.choice((1, 4, 16))):
        content[rng.randrange(min(200, len(content)))] = rng.choice((0, 1, 127, 128, 255))
    return content


def cut(content, rng):
    return content[: rng.randrange(len(content))]


def beheaded(content, rng):
    return content[rng.randrange(len(content)) :]


def blanked(content, rng):
    start, size = rng.randrange(len(content)), rng.randrange(1, 20_000)
    content[start : start + size] = bytes([rng.choice((0, 255))]) * len(
        content[start : start + size]
    )
    return content


def stuffed(content, rng):
    start = rng.randrange(len(content))
    content[start:start] = rng.randbytes(rng.randrange(1, 5000))
    return content


def shuffled(content, rng):
    """Exchange two stretches."""
    first, second = sorted(rng.sample(range(len(content)), 2))
    size = min(rng.randrange(1, 8000), second - first)
    held = content[first : first + size]
    content[first : first + size] = content[second : second + size]
    content[second : second + size] = held
    return content


MUTATIONS = (flipped, headed, cut, beheaded, blanked, stuffed, shuffled)


def mutate(folder, count, seed):
    """Write mutated clips into a folder; the same seed gives the same files."""
    rng = random.Random(seed)  # noqa: S311
    sources = clips()
    for number in range(count):
        ending, content = sources[number % len(sources)]
        mutation = rng.choice(MUTATIONS)
        damaged = mutation(bytearray(content), rng)
        path = folder / f"{number:03d} {mutation.__name__}.{ending}"
        path.write_bytes(bytes(damaged) or b"\0")


def described(folder, count, seed):
    """Have mutants described by two workers; return how they ended, after checking each.

    Every file must be accounted for, every failure must have a reason, and no file may have taken
    longer than its limit and what its worker needs to be ended.
    """
    music, library = folder / "music", folder / "library.db"
    music.mkdir()
    mutate(music, count, seed)
    account = listen([music], library, options=Options(workers=2, seconds=LIMIT))
    assert account.described + account.failed == account.seen == count
    assert account.left == 0
    assert len(account.failures) == account.failed
    assert all(reason.strip() for _, reason in account.failures)
    with closing(sqlite3.connect(library)) as connection:
        rows = connection.execute("SELECT status, exception, took FROM descriptions").fetchall()
    assert max(took for *_, took in rows) < LIMIT + 5
    return Counter(exception or status for status, exception, _ in rows), max(t for *_, t in rows)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as folder:
        ends, slowest = described(Path(folder), count, seed)
    print(f"{count} files: {dict(ends)}; slowest {slowest:.1f} s of {LIMIT:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
