"""The palette under colour blindness: Machado, Oliveira & Fernandes (2009), OKLab (Ottosson 2020)."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from songscape.view._style import GREY, PALETTE, colour

TO_LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
VISION = {
    "normal": (np.eye(3), 0.12),
    "protan": (np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]), 0.065),
    "deutan": (np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]), 0.065),
    "tritan": (np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]), 0.065),
}  # fmt: skip


def linear(name: str) -> np.ndarray:
    rgb = np.array(to_rgb(name))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("kind", VISION)
def test_any_two_colours_can_be_told_apart(kind):
    matrix, least = VISION[kind]
    seen = [np.cbrt(TO_LMS @ np.clip(matrix @ linear(c), 0, 1)) @ TO_LAB.T for c in PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > least


@pytest.mark.parametrize("name", [*PALETTE, GREY])
def test_every_colour_is_seen_on_white(name):
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear(name)
    assert 1.05 / (luminance + 0.05) > 1.9


def test_colours_of_clusters():
    assert len({colour(i) for i in range(12)}) == 12
    assert colour(-1) == colour(99) == GREY
