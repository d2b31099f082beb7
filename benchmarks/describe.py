"""How much a description costs, against decoding alone and against other analysers, in one run.

    python benchmarks/describe.py [FILE …] [--rounds 5] [--peers PYTHON] [--only costs|workers]

Without files a two-minute stereo piece is synthesised and encoded as mp3 at 256 kbit/s. All rows
are timed in turns, round after round, in processor time of one thread, and the medians printed, so
that a machine that is busy with other things distorts ratios little. The librosa row computes the
same low-level columns the usual way: each function called on the samples.

Essentia's MusicExtractor and bliss-audio run as processes of their own, in the Python that
``--peers`` names (where they are installed with ``pip install essentia bliss-audio``) or in this
one; they report their own processor time, without their start. What is not installed is left out,
with the reason.

Then the same work is given to one worker and to two, in turns, from the first file to the last
stored result; the best of the rounds counts, since whatever else runs can only slow them down.
"""

# ruff: noqa: E402 (threads must be limited before NumPy is imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
# Installed packages bring their bytecode or have it written on first use; where writing is
# forbidden, every worker would compile all its libraries anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from songscape.describe import Options, describe_file
from songscape.describe._decode import opened
from songscape.describe._frames import analyse
from songscape.listen import Options as Limits
from songscape.listen import listen

if TYPE_CHECKING:
    from collections.abc import Callable

CORE = ("timbre", "chroma", "spectral")
FILES, SHORTER = 40, 20_000
"""How many files workers are given, and by how many bytes each is shorter than the one before."""

PEERS = {
    "Essentia MusicExtractor": """
import essentia
essentia.log.infoActive = essentia.log.warningActive = False
from essentia.standard import MusicExtractor
def work(path):
    MusicExtractor(lowlevelStats=["mean"], rhythmStats=["mean"], tonalStats=["mean"])(path)
""",
    "bliss-audio": """
import bliss_audio
def work(path):
    bliss_audio.Song(path)
""",
}
TIMED = """
import json, os, sys, time
times = []
for _ in range(int(sys.argv[2]) + 1):
    start = time.process_time()
    work(sys.argv[1])
    times.append(time.process_time() - start)
os.write(1, json.dumps(times[1:]).encode())
"""


def decode(path: Path) -> None:
    """Decode by blocks and throw the samples away."""
    with soundfile.SoundFile(path) as file:
        room = np.empty((1 << 16, file.channels), np.float32)
        while len(file.read(out=room)):
            pass


def core(path: Path) -> None:
    """Describe timbre, chroma and shape: the low-level set."""
    describe_file(path, Options(families=CORE))


def tempo(path: Path) -> None:
    """Describe the low-level set and the tempo."""
    describe_file(path, Options(families=(*CORE, "tempo")))


def spectrum(path: Path) -> None:
    """Take the pass over the sound with all that families may need, and ask none."""
    with opened(path) as sound:
        analyse(sound)


def whole(path: Path) -> None:
    """Describe everything."""
    describe_file(path)


def librosa_low_level(path: Path) -> None:
    """Compute the low-level set and the tempo with librosa, its usual way."""
    import librosa

    y, sr = librosa.load(path, sr=22_050, mono=True)
    feature = librosa.feature
    columns = [
        feature.mfcc(y=y, sr=sr, n_mfcc=20),
        feature.spectral_contrast(y=y, sr=sr),
        feature.chroma_stft(y=y, sr=sr),
        feature.tonnetz(chroma=feature.chroma_stft(y=y, sr=sr)),
        feature.spectral_centroid(y=y, sr=sr),
        feature.spectral_bandwidth(y=y, sr=sr),
        feature.spectral_rolloff(y=y, sr=sr),
        feature.spectral_flatness(y=y),
        feature.zero_crossing_rate(y),
        feature.rms(y=y),
    ]
    for block in columns:
        np.percentile(block, (0, 50, 100), axis=1)
    feature.tempo(y=y, sr=sr)


def peer(python: str, code: str, path: Path, rounds: int) -> list[float] | str:
    """Return the processor seconds of a peer's calls in its own process, or why there are none.

    Its first call, which warms it up, does not count.
    """
    done = subprocess.run(
        [python, "-c", code + TIMED, str(path), str(rounds)], capture_output=True, check=False
    )
    if done.returncode:
        return (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason"])[-1]
    times: list[float] = json.loads(done.stdout[done.stdout.rindex(b"[") :])
    return times


def crews(path: Path, folder: Path, rounds: int) -> None:
    """Print how long one worker and two take for the same files."""
    content = path.read_bytes()
    music = folder / "music"
    music.mkdir()
    for number in range(FILES):
        # Cut shorter, each is another sound to the library.
        (music / f"{number:02d}.mp3").write_bytes(content[: len(content) - SHORTER * number])
    best: dict[int, float] = {}
    for number in range(rounds):
        for workers in (1, 2):
            start = time.perf_counter()
            account = listen(
                [music], folder / f"{number}-{workers}.db", options=Limits(workers=workers)
            )
            took = time.perf_counter() - start
            if account.described != FILES:
                raise SystemExit(f"only {account.described} of {FILES} files were described")
            best[workers] = min(took, best.get(workers, took))
            print(f"  round {number + 1}, workers {workers}: {took:.1f} s")
    seconds = FILES * soundfile.info(path).duration * (1 - SHORTER * FILES / 2 / len(content))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{FILES} files of {seconds / 60:.0f} minutes, best of {rounds}, start included{load}")
    print(f"one worker {best[1]:.1f} s, two {best[2]:.1f} s: {best[1] / best[2]:.2f} times as fast")


def timed(work: Callable[[Path], None], path: Path) -> float:
    """Return the processor seconds of one call."""
    start = time.process_time()
    work(path)
    return time.process_time() - start


def synthesised(folder: Path) -> Path:
    """Write two minutes of beats, bass, chords and hiss as stereo mp3 at 256 kbit/s."""
    rate, rng = 44_100, np.random.default_rng(0)
    at = np.arange(120 * rate) / rate
    beat = at % 0.5
    kick = np.sin(2 * np.pi * 60 * beat) * np.exp(-beat / 0.08)
    hat = rng.standard_normal(len(at)) * np.exp(-(at % 0.25) / 0.02)
    root = 220 * 2 ** (np.array([0, 5, 7, 0])[(at // 2).astype(int) % 4] / 12)
    chord = sum(np.sin(2 * np.pi * np.cumsum(root * step) / rate) for step in (0.5, 1, 1.25, 1.5))
    left = 0.4 * kick + 0.1 * hat + 0.1 * chord
    right = 0.4 * kick + 0.08 * np.roll(hat, 100) + 0.12 * chord
    path = folder / "piece.mp3"
    soundfile.write(
        path, np.stack([left, right], axis=1), rate, format="MP3",
        bitrate_mode="CONSTANT", compression_level=0.2222,
    )  # fmt: skip
    return path


def report(path: Path, rounds: int, python: str) -> None:
    """Print the table of one file."""
    rows = {
        "decode only": decode,
        "core low-level set": core,
        "core and tempo": tempo,
        "pass for all families": spectrum,
        "whole description": whole,
    }
    try:
        import librosa  # noqa: F401

        rows["librosa, low-level set and tempo"] = librosa_low_level
    except ImportError:
        print("librosa is not installed: its row is left out")
    for work in rows.values():
        work(path)
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, work in rows.items():
            times[name].append(timed(work, path))
    for name, code in PEERS.items():
        found = peer(python, code, path, rounds)
        if isinstance(found, str):
            print(f"{name} is left out: {found}")
        else:
            times[name] = found
    show(path, times, rounds)


def show(path: Path, times: dict[str, list[float]], rounds: int) -> None:
    """Print medians, and how they compare."""
    seconds = soundfile.info(path).duration
    medians = {name: statistics.median(one) for name, one in times.items()}
    print(f"\n{path.name}: {seconds:.0f} s, medians of {rounds}, processor time of one thread")
    print(f"{'':34}{'ms/s':>8}{'× decode':>10}{'× core':>8}{'× whole':>9}")
    for name, median in medians.items():
        print(
            f"{name:34}{1000 * median / seconds:8.2f}{median / medians['decode only']:10.2f}"
            f"{median / medians['core and tempo']:8.2f}{median / medians['whole description']:9.2f}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default=sys.executable, help="a Python that has other analysers")
    parser.add_argument("--only", choices=("costs", "workers"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        piece = synthesised(Path(folder))
        if given.only != "workers":
            for path in given.files or [piece]:
                report(path, given.rounds, given.peers)
        if given.only != "costs":
            crews(piece, Path(folder), min(given.rounds, 3))


if __name__ == "__main__":
    main()
