"""Workers: processes that describe files, each watched by a thread.

A worker is a Python of its own that reads jobs and writes replies, one line of JSON each. It is
started afresh rather than forked, so that it holds nothing of ours, does not run the user's main
module again, and gets one thread per numerical library. A thread sends it one job after another,
kills it when a job takes too long, and starts another when it died or has worked long enough.

A job that took too long may just have met a busy machine. It is tried once more in the end, by one
worker alone, before it counts as failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from songscape.core.errors import WorkerError
from songscape.library import Failure, Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import BinaryIO

    from songscape.listen.extractor import Extractor
    from songscape.listen.limits import Options
    from songscape.listen.scan import Job

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
STARTING = 120.0
"""Seconds a worker may take to import its libraries, on a slow disk."""

BATCH = 256
TIMED_OUT = "TimedOut"


@dataclass(frozen=True)
class Reply:
    """How one job ended, after how many seconds."""

    job: Job
    result: Finished | Failure
    took: float


class Crew:
    """Workers for as long as a ``with`` block lasts.

    Parameters
    ----------
    by : what describes a file.
    options : number of workers and limits.
    """

    def __init__(self, by: Extractor, options: Options) -> None:
        self._by, self._options = by, options
        self._stop = threading.Event()
        self._ready: queue.SimpleQueue[Reply | BaseException | None] = queue.SimpleQueue()
        self._taken: list[Reply] = []
        self._late: list[Job] = []
        self._alone = False
        self._threads: list[threading.Thread] = []
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for worker in list(self._workers):
            worker.kill()
        for thread in self._threads:
            thread.join(timeout=1.0)

    def replies(self, jobs: Sequence[Job]) -> Iterator[Sequence[Reply]]:
        """Yield all replies that are ready, again and again, until every job has one.

        Raises
        ------
        WorkerError
            If a worker cannot start.
        """
        yield from self._replies(jobs, self._options.crew)
        late, self._late, self._alone = self._late, [], True
        yield from self._replies(late, 1)

    def _replies(self, jobs: Sequence[Job], count: int) -> Iterator[Sequence[Reply]]:
        """Yield replies until `count` workers have nothing left to do."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        working = min(count, len(jobs))
        for _ in range(working):
            thread = threading.Thread(target=self._serve, args=(waiting,), daemon=True)
            self._threads.append(thread)
            thread.start()
        while working:
            working -= self._collect()
            taken, self._taken = self._taken, []
            yield taken

    def finished(self) -> Sequence[Reply]:
        """Return the replies that came but were not yet stored, after an interruption."""
        self._stop.set()
        while True:
            try:
                item = self._ready.get_nowait()
            except queue.Empty:
                return self._taken
            if isinstance(item, Reply):
                self._taken.append(item)

    def _collect(self) -> int:
        """Wait for replies, take all that are there; return how many workers are done."""
        ended = 0
        try:
            # A timeout, because waiting without one cannot be interrupted on Windows.
            item = self._ready.get(timeout=0.5)
            while len(self._taken) < BATCH:
                if isinstance(item, Reply):
                    self._taken.append(item)
                elif item is None:
                    ended += 1
                else:
                    raise item
                item = self._ready.get_nowait()
            self._ready.put(item)
        except queue.Empty:
            pass
        return ended

    def _serve(self, waiting: queue.SimpleQueue[Job]) -> None:
        """Have jobs done until there are none left, in a thread of its own."""
        worker: Worker | None = None
        try:
            while not self._stop.is_set():
                job = waiting.get_nowait()
                worker = worker if worker is not None and worker.fit else self._hired(worker)
                reply = worker.ask(job)
                self._answer(reply)
        except queue.Empty:
            pass
        except Exception as error:  # noqa: BLE001 - it is raised again in the main thread
            self._ready.put(error)
        finally:
            if worker is not None:
                worker.kill()
            self._ready.put(None)

    def _answer(self, reply: Reply) -> None:
        """Hand a reply on; a job that is to be tried again has none yet."""
        if self._stop.is_set():
            return
        if not self._alone and _timed_out(reply.result):
            self._late.append(reply.job)
        else:
            self._ready.put(reply)

    def _hired(self, before: Worker | None) -> Worker:
        """Return a fresh worker in place of one that is done."""
        if before is not None:
            before.kill()
            self._workers.remove(before)
        worker = Worker(self._by, self._options)
        self._workers.append(worker)
        if self._stop.is_set():
            worker.kill()
        worker.begin()
        return worker


class Worker:
    """One process that describes files."""

    def __init__(self, by: Extractor, options: Options) -> None:
        self._options = options
        self._jobs = 0
        self._broken = False
        self._order = {"module": by.module, "options": dict(by.given), "memory": options.memory}
        try:
            # A file and not a pipe: a decoder that complains without end must not block.
            self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
            self._process = _started(self._complaints)
        except OSError as error:
            raise WorkerError(
                f"No worker process could be started: {error}; fewer may do, as --workers 1."
            ) from None

    @property
    def fit(self) -> bool:
        """Whether it may be given another job."""
        return not self._broken and self._jobs < self._options.recycle

    def begin(self) -> None:
        """Wait until the worker has imported what it needs.

        Raises
        ------
        WorkerError
            If it cannot.
        """
        answer, _ = self._exchange(self._order, STARTING)
        if answer is None or "error" in answer:
            says = (answer or {}).get("error") or self._last_words()
            raise WorkerError(f"No worker process could be started: {says}")

    def ask(self, job: Job) -> Reply:
        """Have one job done."""
        self._jobs += 1
        start = time.monotonic()
        limit = self._options.seconds_for(job.size)
        path, name = job.paths[0].hex(), job.fingerprint.hex()
        question = {"path": path, "fingerprint": name, "seconds": limit}
        answer, timed_out = self._exchange(question, limit)
        took = time.monotonic() - start
        self._broken = answer is None or timed_out or answer.get("exception") == "MemoryError"
        if answer is not None:
            return Reply(job, _result(answer), took)
        return Reply(job, self._loss(limit, timed_out=timed_out), took)

    def kill(self) -> None:
        """End the process at once."""
        self._broken = True
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            _close(stream)

    def _exchange(
        self, question: dict[str, Any], limit: float
    ) -> tuple[dict[str, Any] | None, bool]:
        """Send a line and wait for one; return it, or None, and whether time ran out."""
        with Deadline(limit, self._process.kill) as deadline:
            answer = self._spoken(question)
        return answer, deadline.passed

    def _spoken(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """Send a line and read one; None if the process died or talks nonsense."""
        sending, receiving = self._process.stdin, self._process.stdout
        if sending is None or receiving is None:
            return None
        try:
            sending.write(json.dumps(question).encode() + b"\n")
            sending.flush()
            line = receiving.readline()
            answer = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def _loss(self, limit: float, *, timed_out: bool) -> Failure:
        """Say how a process was lost."""
        if timed_out:
            says = (
                f"It took longer than {limit:.0f} s, also when tried again alone, and was given up."
            )
            return Failure(says, TIMED_OUT)
        code = self._process.wait()
        how = f"ended with code {code}"
        if code < 0:
            how = f"was ended by {_signal_name(-code)}"
        return Failure(f"The decoder crashed on it: the worker {how}.", "Crashed")

    def _last_words(self) -> str:
        """Return the last line a dead worker wrote."""
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with code {self._process.returncode}"


def _started(complaints: BinaryIO) -> subprocess.Popen[bytes]:
    """Start the process of a worker; what it complains of is of no use if it does not start."""
    environment = os.environ | dict.fromkeys(_THREADS, "1")
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    with contextlib.ExitStack() as on_error:
        on_error.callback(complaints.close)
        process = subprocess.Popen(
            # -P: no module that happens to lie in the working folder is taken for a library.
            [sys.executable, "-P", "-m", "songscape.listen.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            # Ctrl-C goes to a whole process group; the worker is told by its pipe instead.
            start_new_session=True,
        )
        on_error.pop_all()
    return process


class Deadline:
    """Does something unless its ``with`` block ends in time.

    Parameters
    ----------
    seconds : how long the block may take.
    act : what is done then, in another thread.
    """

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self.passed = False
        self._act, self._ended = act, False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._ended = True
        self._timer.cancel()

    def _strike(self) -> None:
        # The lock keeps a timer that fires at the last moment from killing the next job.
        with self._lock:
            if not self._ended:
                self.passed = True
                self._act()


def _result(answer: dict[str, Any]) -> Finished | Failure:
    """Return what a worker answered."""
    if "exception" in answer:
        return Failure(str(answer["reason"]), str(answer["exception"]))
    found = answer["found"]
    return Finished(**{**found, "flags": tuple(found.get("flags", ()))})


def _timed_out(result: Finished | Failure) -> bool:
    """Tell whether a job was given up because it took too long."""
    return isinstance(result, Failure) and result.exception == TIMED_OUT


def _signal_name(number: int) -> str:
    """Name a signal, as SIGSEGV."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _close(stream: Any) -> None:
    """Close a pipe whose other end may be gone."""
    with contextlib.suppress(OSError):
        stream.close()
