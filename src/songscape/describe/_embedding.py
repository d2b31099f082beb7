"""Hear with a network of the user's own: an ONNX model file adds its vector to what is described.

Nothing is bundled or downloaded; whose model it is and what its licence allows is the user's
matter. The contract is the simplest that can be checked:

======= ========================================================================================
input   one float32 tensor of mono samples, full scale ±1, shape (n,) or (1, n), at the rate asked
        for, or that the model's metadata state as ``sample_rate``
output  the first output, numbers of any shape; its last axis is the vector, the mean is taken over
        all others (frames, patches)
windows the song is cut into windows of the length the model declares, or else of ten seconds; the
        vector is the mean over whole windows, and a song shorter than one is filled up with zeros
======= ========================================================================================

Models that want something else of a sound, as patches of a mel spectrogram, are to be given it
inside the model.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr

from songscape.core.errors import InputError, MissingExtraError
from songscape.describe._description import SILENCE, Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.describe._description import Options

NAME = "embedding"
VERSION = 2
SECONDS = 10.0
RATE_KEY = "sample_rate"
NOT_FINITE = "the model's answer is no finite number"
RATES = (1000, 384_000)


class Network:
    """A model file, opened once per process.

    Parameters
    ----------
    path : the file.
    rate : samples per second it wants; 0 for what its metadata state.
    seconds : of a window, where the model takes any length.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    InputError
        If the file is no model, or its input is not that of the contract.
    """

    def __init__(self, path: str, rate: int, seconds: float) -> None:
        self.path = path
        self._session = _opened(path)
        self._input = self._session.get_inputs()[0]
        self._rank = self._checked_rank()
        self.rate = rate or self._declared_rate()
        declared = self._input.shape[-1]
        self.window = declared if isinstance(declared, int) else round(seconds * self.rate)

    def vector(self, window: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the vector of one window of samples, shape (d,)."""
        samples = window if self._rank == 1 else window[None]
        try:
            answer = self._session.run(None, {self._input.name: samples})[0]
        except Exception as error:  # noqa: BLE001 - onnxruntime raises classes of its own
            raise InputError(
                f"{self.path} cannot be run on {len(window):,} samples: {_first_line(error)}"
            ) from None
        if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "fiu" or not answer.size:
            raise InputError(f"The first output of {self.path} holds no numbers.")
        rows = np.asarray(answer, np.float64)
        mean: NDArray[np.float64] = rows.reshape(-1, rows.shape[-1] if rows.ndim else 1).mean(0)
        return mean

    def _checked_rank(self) -> int:
        """Return whether the input is (n,) or (1, n)."""
        inputs = self._session.get_inputs()
        shape = self._input.shape
        batch = shape[0] if len(shape) == 2 else 1
        fits = len(shape) in (1, 2) and (batch == 1 or not isinstance(batch, int))
        if len(inputs) != 1 or self._input.type != "tensor(float)" or not fits:
            wants = ", ".join(f"{one.name}: {one.type} {one.shape}" for one in inputs)
            raise InputError(
                f"{self.path} takes {wants}; an embedding takes one tensor of float32 samples of "
                "shape (n,) or (1, n)."
            )
        return len(shape)

    def _declared_rate(self) -> int:
        """Return the sample rate the model's metadata state."""
        stated = self._session.get_modelmeta().custom_metadata_map.get(RATE_KEY, "")
        if not stated.isdecimal() or not RATES[0] <= int(stated) <= RATES[1]:
            raise InputError(
                f"{self.path} does not state its {RATE_KEY}; say how many samples per second it "
                "wants, as with --embedding-rate 16000."
            )
        return int(stated)


@cache
def network(path: str, rate: int, seconds: float) -> Network:
    """Return a network, opened once for all songs of a process."""
    return Network(path, rate, seconds)


def wanted(options: Options) -> Network | None:
    """Return the network the options ask for."""
    if not options.embedding:
        return None
    return network(
        options.embedding, options.embedding_rate or 0, options.embedding_seconds or SECONDS
    )


def columns(options: Options) -> list[str]:
    """Return the names of the vector's numbers, after the model was tried on a window of silence.

    Raises
    ------
    MissingExtraError, InputError
        As :class:`Network`.
    """
    model = wanted(options)
    return names(len(model.vector(np.zeros(model.window, np.float32)))) if model else []


def names(size: int) -> list[str]:
    """Name the numbers of a vector.

    >>> names(2)
    ['embedding_001', 'embedding_002']
    """
    return [f"{NAME}_{number:03d}" for number in range(1, size + 1)]


class Hearing:
    """Feeds a network with a stream of mono blocks and keeps the mean of its vectors.

    Parameters
    ----------
    model : the network.
    rate : samples per second of the blocks.
    """

    def __init__(self, model: Network, rate: int) -> None:
        self._model = model
        self._resampler: Any = None
        if rate != model.rate:
            self._resampler = soxr.ResampleStream(rate, model.rate, 1, "float32", quality="HQ")
        self._rest = np.empty(0, np.float32)
        self._sum: NDArray[np.float64] | None = None
        self._count = 0

    def feed(self, mono: NDArray[np.float32]) -> None:
        """Take native mono samples of shape (n,)."""
        self._take(self._resampler.resample_chunk(mono) if self._resampler else mono)

    def estimates(self, *, silent: bool) -> dict[str, Estimate]:
        """Return the vector, every number by its name."""
        if self._resampler:
            self._take(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))
        if not self._count:
            self._listen(np.pad(self._rest, (0, self._model.window - len(self._rest))))
        mean = np.zeros(0) if self._sum is None else self._sum / self._count
        return _estimates(mean, SILENCE if silent else "")

    def _take(self, samples: NDArray[np.float32]) -> None:
        """Give every window that is complete to the network."""
        stream = np.concatenate((self._rest, samples))
        size = self._model.window
        for start in range(0, len(stream) - size + 1, size):
            self._listen(stream[start : start + size])
        self._rest = stream[len(stream) // size * size :]

    def _listen(self, window: NDArray[np.float32]) -> None:
        vector = self._model.vector(window)
        if self._sum is not None and len(vector) != len(self._sum):
            raise InputError(f"{self._model.path} gives vectors of different lengths.")
        self._sum = vector if self._sum is None else self._sum + vector
        self._count += 1


def _estimates(mean: NDArray[np.float64], reason: str) -> dict[str, Estimate]:
    """Return numbers as estimates; all are missing if one is not finite, or for a reason given."""
    reason = reason or ("" if np.isfinite(mean).all() else NOT_FINITE)
    numbers: Sequence[float | None] = [None] * len(mean) if reason else mean.tolist()
    return {
        name: Estimate(number, reason=reason)
        for name, number in zip(names(len(mean)), numbers, strict=True)
    }


def _opened(path: str) -> Any:
    """Open a model file; its work takes one thread, as the other descriptors do."""
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError("An embedding", "onnx") from None
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime raises classes of its own
        raise InputError(
            f"{path} cannot be opened as an ONNX model: {_first_line(error)}"
        ) from None


def _first_line(error: Exception) -> str:
    """Return the first line of what a library complains of."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]
