"""The worker process: read a job, describe a file, write the reply; one line of JSON each.

The first line names the module that describes, its options and the memory it may take. Numbers
that JSON has no name for (NaN, infinity) become missing values with that as the reason, so none
ever reaches the library. A description counts only if the file still holds the sound it was asked
for when it is done.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from songscape.library import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

GRACE = 10
"""Seconds after which a worker ends by itself, should the process that watches it be gone."""

LONGEST_FILE = 1 << 26
"""Bytes of the longest file a worker may write: it has none to write but its complaints."""

NOT_FINITE = "not a finite number"
CHANGED, UNREADABLE = "Changed", "Unreadable"
"""How it ended for files that were written to, moved or shut while they were listened to."""


def main() -> None:
    """Serve until there are no more lines."""
    questions, answers = _pipes()
    warnings.simplefilter("ignore")
    order = json.loads(questions.readline() or b"{}")
    if not order:
        return
    try:
        describe = describer(order["module"], order["options"])
    except Exception as error:  # noqa: BLE001 - told to the process that asked
        _say(answers, {"error": f"{type(error).__name__}: {error}"})
        return
    limit_memory(order["memory"])
    limit_complaints()
    _say(answers, {"ready": True})
    for line in questions:
        job = json.loads(line)
        _end_after(job["seconds"] + GRACE)
        path, name = bytes.fromhex(job["path"]), bytes.fromhex(job["fingerprint"])
        answer = reply(describe, path)
        _say(answers, disturbed(path, name) or answer)


def describer(name: str, given: Mapping[str, Any]) -> Callable[[bytes], Any]:
    """Return the function of a module that describes a file, with its options."""
    from songscape.core.options import fill

    module = import_module(name)
    options = fill(module.Options, given, "describe")
    return lambda path: module.describe_file(path, options)


def reply(describe: Callable[[bytes], Any], path: bytes) -> dict[str, Any]:
    """Describe one file, and say what came of it."""
    try:
        return {"found": found(describe(path))}
    except MemoryError:
        return {
            "reason": "It needs more memory than a worker may take.",
            "exception": "MemoryError",
        }
    except Exception as error:  # noqa: BLE001 - whatever it is, it costs one file
        return {"reason": _sentence(error, path), "exception": type(error).__name__}


def disturbed(path: bytes, name: bytes) -> dict[str, Any] | None:
    """Return why a file is not the one any more that was to be described; None if it is."""
    try:
        if fingerprint(path) == name:
            return None
    except OSError as error:
        return {"reason": f"It cannot be read: {error.strerror}.", "exception": UNREADABLE}
    return {
        "reason": "It changed while it was listened to; listen once more when it is at rest.",
        "exception": CHANGED,
    }


def found(description: Any) -> dict[str, Any]:
    """Return a description as plain values, every number finite."""
    values = dict(description.values)
    broken = {
        name: NOT_FINITE
        for name, value in values.items()
        if isinstance(value, float) and not math.isfinite(value)
    }
    return {
        "values": {name: _plain(value) for name, value in (values | dict.fromkeys(broken)).items()},
        "confidence": {
            name: float(sure)
            for name, sure in description.confidence.items()
            if math.isfinite(sure)
        },
        "reasons": {**description.reasons, **broken},
        "flags": list(description.flags),
        "seconds": float(description.seconds),
        "duration": float(description.duration),
        "rate": int(description.rate),
        "channels": int(description.channels),
        "decoder": description.decoder,
        "timeline": _timeline(description),
    }


def limit_complaints() -> None:
    """Bound what a decoder can write in complaints, so that it cannot fill the disk."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_FILE, most))


def limit_memory(megabytes: int) -> None:
    """Bound what this process may take beyond what it has, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        bound = _address_space() + megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (bound, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _address_space() -> int:
    """Return the bytes of address space this process has; Linux tells."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _end_after(seconds: float) -> None:
    """Have the system end this process, even inside a decoder, if the file takes for ever."""
    with contextlib.suppress(ImportError, AttributeError):
        import signal

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(math.ceil(seconds))


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the other process; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _say(answers: BinaryIO, message: dict[str, Any]) -> None:
    """Write one line."""
    answers.write(json.dumps(message, allow_nan=False).encode() + b"\n")
    answers.flush()


def _plain(value: Any) -> float | str | None:
    """Return a value JSON can hold."""
    return value if value is None or isinstance(value, str) else float(value)


def _timeline(description: Any) -> dict[str, Any]:
    """Return moments and segments as plain values, without what is not finite."""
    moments = {
        name: [round(float(time), 4) for time in times]
        for name, times in description.moments.items()
    }
    segments = [
        {
            "start": float(one.start),
            "end": float(one.end),
            "values": {
                name: float(value)
                for name, value in one.values.items()
                if value is not None and math.isfinite(value)
            },
        }
        for one in description.segments
    ]
    return {"moments": moments, "segments": segments} if moments or segments else {}


def _sentence(error: Exception, path: bytes) -> str:
    """Return what an error says, without the path, which may change; its kind if it says nothing.

    >>> _sentence(ValueError("/a.mp3 is empty."), b"/a.mp3")
    'It is empty.'
    >>> _sentence(ValueError("/a.mp3: no sound"), b"/a.mp3")
    'No sound'
    """
    name = os.fsdecode(path)
    text = str(error).removeprefix(f"{name}: ").replace(name, "it")
    text = text.encode("utf-8", "backslashreplace").decode()
    words = " ".join(text.split())[:500] or f"{type(error).__name__} without a message."
    return words[0].upper() + words[1:]


if __name__ == "__main__":
    main()
