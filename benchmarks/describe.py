"""How much a description costs, against decoding alone and against librosa, in one run.

    python benchmarks/describe.py [FILE …] [--rounds 5]

Without files a two-minute stereo piece is synthesised and encoded as mp3 at 256 kbit/s. All rows
are timed in turns, round after round, in processor time of one thread, and the medians printed, so
that a machine that is busy with other things distorts ratios little. The librosa row computes the
same low-level columns the usual way: each function called on the samples.
"""

# ruff: noqa: E402 (threads must be limited before NumPy is imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from songscape.describe import Options, describe_file
from songscape.describe._decode import opened
from songscape.describe._frames import analyse

if TYPE_CHECKING:
    from collections.abc import Callable

CORE = ("timbre", "chroma", "spectral")


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


def report(path: Path, rounds: int) -> None:
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
    times = {name: [] for name in rows}
    for _ in range(rounds):
        for name, work in rows.items():
            times[name].append(timed(work, path))
    seconds = soundfile.info(path).duration
    medians = {name: statistics.median(one) for name, one in times.items()}
    print(f"\n{path.name}: {seconds:.0f} s, medians of {rounds}, processor time of one thread")
    print(f"{'':34}{'ms/s':>8}{'× decode':>10}{'× core':>8}")
    for name, median in medians.items():
        print(
            f"{name:34}{1000 * median / seconds:8.2f}{median / medians['decode only']:10.2f}"
            f"{median / medians['core and tempo']:8.2f}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in given.files or [synthesised(Path(folder))]:
            report(path, given.rounds)


if __name__ == "__main__":
    main()
