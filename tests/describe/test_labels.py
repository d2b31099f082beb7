"""Every descriptor has words of its own, and foreign columns keep their names."""

import pytest

from songscape.describe._labels import label
from songscape.listen import extractor
from songscape.prepare._names import matching
from songscape.sources import folder


def test_every_descriptor_has_words_of_its_own():
    names = list(extractor().setup.descriptors)
    labels = {name: label(name) for name in names}
    assert len(set(labels.values())) == len(names)
    raw = {name for name in matching(names, folder.COMPARED) if "_" in labels[name]}
    assert raw == set()


@pytest.mark.parametrize(
    "name", ["duration_ms", "my_tempo_mean", "mfcc", "Energy", "x_low", "key_name", "energy_2"]
)
def test_names_that_are_not_ours_stay(name):
    assert label(name) == {"mfcc": "MFCC"}.get(name, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("energy_low", "energy, at least"), ("tempo_confidence", "tempo, confidence"), ("embedding_012", "embedding 12"),
        ("chroma_stft_12_std", "pitch class B, spread"), ("zcr_mean", "zero crossings"), ("low_energy", "quiet frames"),
    ],
)  # fmt: skip
def test_descriptors_are_called_by_words(name, words):
    assert label(name) == words
