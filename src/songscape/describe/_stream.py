"""Cut a stream of samples, which comes in blocks of any length, into overlapping frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Framer:
    """Overlapping frames of a stream.

    Parameters
    ----------
    size, hop : samples per frame, and from one frame's start to the next.
    channels : channels of the stream.
    centred : whether frame ``i`` is centred on sample ``i * hop``, with zeros before the start and
        after the end, as librosa does; else frame ``i`` starts there.

    Examples
    --------
    >>> framer = Framer(4, 2, centred=True)
    >>> framer.feed(np.ones((1, 5), np.float32)).shape
    (1, 2, 4)
    >>> framer.flush()[0].tolist()
    [[1.0, 1.0, 1.0, 0.0]]
    """

    def __init__(self, size: int, hop: int, channels: int = 1, *, centred: bool = False) -> None:
        self._size, self._hop = size, hop
        self._pad = size // 2 if centred else 0
        self._carry = np.zeros((channels, self._pad), np.float32)

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the frames that are now complete, shape (channels, frames, size), a view."""
        stream = samples
        if self._carry.shape[1]:
            stream = np.concatenate((self._carry, samples), axis=1)
        count = max(0, 1 + (stream.shape[1] - self._size) // self._hop)
        self._carry = stream[:, count * self._hop :].copy()
        if not count:
            return np.empty((len(stream), 0, self._size), np.float32)
        return sliding_window_view(stream, self._size, axis=1)[:, : count * self._hop : self._hop]

    def flush(self) -> NDArray[np.float32]:
        """Return the frames that the zeros after the end complete."""
        return self.feed(np.zeros((len(self._carry), self._pad), np.float32))

    @property
    def rest(self) -> NDArray[np.float32]:
        """Samples not yet consumed by a frame's start, shape (channels, n)."""
        return self._carry
