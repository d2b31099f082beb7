"""Models are stored so that loading them runs no code."""

import pickle

import pytest
import skops.io

from songscape.core import plugins
from songscape.core.errors import RecordError
from songscape.run._model import FILE, restored, stored


@pytest.mark.parametrize("stage", ["prepare", "reduce", "cluster"])
def test_every_estimator_of_ours_can_be_stored_and_read_back(stage, tmp_path):
    for name in plugins.names(stage):
        plugin = plugins.load(stage, name)
        (tmp_path / FILE).write_bytes(stored({"made": plugin.make(plugin.Options(), 0)}))
        assert type(restored(tmp_path)["made"]).__module__.startswith(("songscape.", "sklearn."))


class Foreign:
    """A type no model of ours holds."""


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"made": 1}),
        b"",
        b"PK\x03\x04 a broken archive",
        skops.io.dumps({"made": Foreign()}),
    ],
    ids=["pickle", "empty", "broken archive", "foreign type"],
)
def test_hostile_files_are_refused(content, tmp_path):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(
        RecordError, match=r"model.skops cannot be read as a model: .*; map the songs anew"
    ):
        restored(tmp_path)
