"""An extractor that does what the files say, and folders of such files."""

from pathlib import Path

import pytest

from songscape.library import Descriptor, Setup
from songscape.listen import Extractor


@pytest.fixture
def by(monkeypatch):
    """Return a maker of extractors whose module is fakes.py, beside this file."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    def make(version=1, **given):
        descriptors = {"tempo": Descriptor("fake", "BPM", 0, 300), "energy": Descriptor("fake")}
        return Extractor("fakes", Setup(given, {"fake": version}, descriptors), given)

    return make


@pytest.fixture
def music(tmp_path):
    """Return a maker of files: each holds the word that tells the extractor what to do."""

    def make(*words, folder="music"):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for number, word in enumerate(words):
            (place / f"{number:02d} {word}.mp3").write_bytes(f"song{word} {number}".encode())
        return place

    return make


@pytest.fixture
def library(tmp_path):
    return tmp_path / "library.db"
