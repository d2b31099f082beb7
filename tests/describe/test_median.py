import itertools

import numpy as np
import pytest

from songscape.describe._median import network, running_median


@pytest.mark.parametrize("size", [3, 5, 9, 17])
def test_running_median_is_the_median(size):
    rows = np.random.default_rng(size).random((60, 3)).astype(np.float32)
    half = size // 2
    padded = np.pad(rows, ((half, half), (0, 0)), mode="edge")
    expected = [np.median(padded[at : at + size], axis=0) for at in range(len(rows))]
    np.testing.assert_array_equal(running_median(rows, size), expected)


def test_the_network_finds_the_median_of_every_pattern_of_zeros_and_ones():
    # The zero-one principle: a network that does so does it for all numbers.
    for pattern in itertools.product((0, 1), repeat=9):
        lanes = list(pattern)
        for low, high in network(9):
            lanes[low], lanes[high] = min(lanes[low], lanes[high]), max(lanes[low], lanes[high])
        assert lanes[4] == sorted(pattern)[4]
