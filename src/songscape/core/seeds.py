"""One root seed, any number of independent named children.

A run has one seed. Every place that needs randomness asks for the child of its own name, so adding
a step never changes the random numbers of another, and the same seed gives the same run.

>>> child(0, "cluster") == child(0, "cluster")
True
>>> child(0, "cluster") == child(0, "map")
False
"""

from __future__ import annotations

import zlib

import numpy as np


def child(seed: int, name: str) -> int:
    """Return the seed in 0..2³¹−1 that belongs to `name` under the root `seed`."""
    entropy = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
    return int(entropy.generate_state(1)[0] >> 1)


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random generator that belongs to `name` under the root `seed`."""
    return np.random.default_rng(child(seed, name))
