"""Keys as words become pitch classes and modes."""

import pytest

from songscape.sources._pitch import key_of

CAMELOT = {  # the published wheel
    "1A": "Ab minor", "2A": "Eb minor", "3A": "Bb minor", "4A": "F minor", "5A": "C minor",
    "6A": "G minor", "7A": "D minor", "8A": "A minor", "9A": "E minor", "10A": "B minor",
    "11A": "F# minor", "12A": "Db minor", "1B": "B major", "2B": "F# major", "3B": "Db major",
    "4B": "Ab major", "5B": "Eb major", "6B": "Bb major", "7B": "F major", "8B": "C major",
    "9B": "G major", "10B": "D major", "11B": "A major", "12B": "E major",
}  # fmt: skip


@pytest.mark.parametrize("code", CAMELOT)
def test_camelot_is_its_key(code):
    assert key_of(code) == key_of(CAMELOT[code])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", (0, None)),
        ("B#", (0, None)),
        ("Cb", (11, None)),
        ("Bbm", (10, 0)),
        ("f♯-moll", (6, 0)),
        ("A dur", (9, 1)),
        ("D#/Eb", (3, None)),
        ("H", None),
        ("13A", None),
        ("", None),
    ],
)
def test_key_of(text, key):
    assert key_of(text) == key
