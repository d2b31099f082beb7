"""Where the channels of a sound stand, what they weigh in its loudness, and their mix to two.

A channel is named as FFmpeg names it: FL and FR front left and right, FC front centre, LFE low
frequency effects, BL, BR, BC back, SL, SR side, FLC, FRC between centre and front, T… above, B…
below. One or two channels need no names. More have those the file or its format gives them; five,
six and eight that nobody names are taken for 5.0, 5.1 and 7.1, and any other count for unrelated
tracks, which all weigh the same.

References
----------
ITU-R BS.1770-5 (2023), annexes 1 and 3. ITU-R BS.775-4 (2022), annex 4: mixing down to two.
Xiph.Org Vorbis I specification, section 4.3.9: channel order. RFC 9639: that of FLAC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from numpy.typing import NDArray

Labels = tuple[str, ...]

MASK: Labels = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC",
    "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
"""The channels of the bits of a WAVE file's mask, lowest first."""

USUAL: dict[int, Labels] = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
"""FLAC's channels by their count, in their order."""

LIKELY = {count: USUAL[count] for count in (5, 6, 8)}
"""What so many channels are where nobody says."""

VORBIS: dict[int, Labels] = {
    3: ("FL", "FC", "FR"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FC", "FR", "BL", "BR"),
    6: ("FL", "FC", "FR", "BL", "BR", "LFE"),
    7: ("FL", "FC", "FR", "SL", "SR", "BC", "LFE"),
    8: ("FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"),
}
"""Vorbis's and Opus's channels, in the order libsndfile leaves them."""

LOW = frozenset({"LFE", "LFE2"})
FRONT = frozenset({"FL", "FR", "FC", "FLC", "FRC", "DL", "DR"})
BESIDE = frozenset({"SL", "SR", "WL", "WR"})
"""Between 60° and 120° from the front, where the standard finds sound louder."""

LOUDER = 1.41
HALF_POWER = float(np.sqrt(0.5))
MOST_CHUNKS = 1000


def weights(labels: Sequence[str], count: int) -> NDArray[np.float64]:
    """Return what each channel's mean square counts in the loudness, shape (count,).

    Parameters
    ----------
    labels : of the channels; empty where they have none, which then count as one each.

    Examples
    --------
    >>> weights(USUAL[6], 6).tolist()
    [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
    >>> weights(USUAL[8], 8).tolist()
    [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41]
    """
    if not labels:
        return np.ones(count)
    beside = set(BESIDE)
    if not {"SL", "SR"} & set(labels):  # then the surrounds, at 110°, are called back
        beside |= {"BL", "BR"}
    if {"BFL", "BFR"} <= set(labels):  # 22.2: the front pair stands at 60°
        beside |= {"FL", "FR"}
    return np.array([0.0 if one in LOW else LOUDER if one in beside else 1.0 for one in labels])


def downmix(labels: Sequence[str]) -> NDArray[np.float32] | None:
    """Return the mix of named channels to left and right, shape (2, channels); else None.

    >>> downmix(("FL", "FR")) is None
    True
    >>> downmix(("FL", "FR", "BC", "LFE")).tolist()
    [[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.5, 0.0]]
    """
    if len(labels) < 3:
        return None
    return np.array([[_share(one, side) for one in labels] for side in "LR"], np.float32)


def _share(label: str, side: str) -> float:
    """Return how much of a channel goes to a side."""
    if label in LOW:
        return 0.0
    level = 1.0 if label in FRONT else HALF_POWER
    if "L" not in label and "R" not in label:
        return level * HALF_POWER
    return level if side in label else 0.0


def named(labels: Sequence[str], count: int) -> Labels:
    """Return the labels if they name each of more than two channels, else none.

    >>> named(("NONE",) * 6, 6), named(("FL", "FR"), 2)
    ((), ())
    """
    whole = 2 < count == len(set(labels)) == len(labels)
    return tuple(labels) if whole and "NONE" not in labels else ()


def in_format(kind: str | None, count: int, file: BinaryIO) -> Labels:
    """Return the labels of what libsndfile reads.

    Parameters
    ----------
    kind : of the file, as :func:`~songscape.describe._sniff.sniff` tells it.
    count : of its channels, more than two.
    file : open for reading.
    """
    if kind == "flac":
        return USUAL.get(count, ())
    if kind in {"ogg", "opus"}:
        file.seek(28)
        return (USUAL if file.read(5) == b"\x7fFLAC" else VORBIS).get(count, ())
    mask = _wave_mask(file) if kind == "wav" else 0
    says = [label for bit, label in enumerate(MASK) if mask >> bit & 1]
    return named(says, count) or LIKELY.get(count, ())


def _wave_mask(file: BinaryIO) -> int:
    """Return the channel mask of a WAVE file, 0 if it has none."""
    file.seek(12)
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        size = int.from_bytes(head[4:], "little")
        if head[:4] in {b"data", b""}:
            break
        if head[:4] == b"fmt ":
            form = file.read(min(size, 24))
            extensible = form[:2] == b"\xfe\xff" and len(form) == 24
            return int.from_bytes(form[20:], "little") if extensible else 0
        file.seek(size + size % 2, 1)
    return 0
