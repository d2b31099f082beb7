"""Extractors that do what they are told by a file's content; they run in worker processes."""

import ctypes
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from songscape.core.errors import InputError
from songscape.core.options import option


@dataclass(frozen=True)
class Options:
    excerpt: float | None = option(None, "seconds", low=0.1)
    pause: float = option(0.0, "seconds every file takes", low=0)
    diary: str = option("", "a file that gets a line whenever a file is described")


@dataclass
class Found:
    values: dict
    confidence: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)
    flags: tuple = ()
    seconds: float = 1.0
    duration: float = 2.0
    rate: int = 44_100
    channels: int = 2
    decoder: str = "fake"
    moments: dict = field(default_factory=dict)
    segments: tuple = ()


def describe_file(path, options):
    content = Path(os.fsdecode(path)).read_bytes()
    if options.diary:
        with Path(options.diary).open("ab") as diary:
            diary.write(path.rpartition(b"/")[2] + b"\n")
    time.sleep(options.pause)
    word = content[4:].split(b" ")[0].rstrip(b"\n")
    if word in ORDERS:
        return ORDERS[word](path)
    return Found(
        values={"tempo": float(len(content)), "energy": None, "key_name": "C major", "x_skew": 1.0},
        confidence={"tempo": 0.5},
        reasons={"energy": "silence"},
        flags=("clipped",),
        moments={"beats": (0.5, 1.0)},
    )


def fail(path):
    raise InputError(f"{os.fsdecode(path)} is broken.")


def bug(_path):
    raise ZeroDivisionError


def crash(_path):
    ctypes.string_at(0)


def leave(_path):
    os._exit(3)


def hang(_path):
    time.sleep(600)


def late(path):
    """Hang the first time; be quick the second."""
    seen = Path(os.fsdecode(path) + ".seen")
    if not seen.exists():
        seen.touch()
        time.sleep(600)
    return Found(values={"tempo": 2.0})


def eat(_path):
    return Found(values={"tempo": float(len(bytearray(8_000_000_000)))})


def change(path):
    """Describe another sound than the one the file had."""
    file = Path(os.fsdecode(path))
    file.write_bytes(b"songgood and longer")
    return Found(values={"tempo": 1.0})


def flee(path):
    """Be moved away the first time."""
    file = Path(os.fsdecode(path))
    if file.parent.name != "refuge":
        file.rename(file.parent / "refuge" / file.name)
        return fail(path)
    return Found(values={"tempo": 3.0})


def lie(_path):
    return Found(values={"tempo": float("nan"), "energy": float("inf")})


def chatter(_path):
    os.write(1, b"libmpg123 says no\n" * 10_000)
    return Found(values={"tempo": 1.0})


def complain(_path):
    """Write complaints for as long as the system takes them, a hundred megabytes at most."""
    told = 0
    while told < 100_000_000:
        try:
            told += os.write(2, b"libmpg123 says no\n" * 100_000)
        except OSError:
            break
    return Found(values={"tempo": told / 1e6})


ORDERS = {
    b"fail": fail,
    b"bug": bug,
    b"crash": crash,
    b"leave": leave,
    b"hang": hang,
    b"late": late,
    b"eat": eat,
    b"change": change,
    b"flee": flee,
    b"lie": lie,
    b"chatter": chatter,
    b"complain": complain,
}
