"""Every kind of hazardous table gives the right values, or an error that names file and line."""

import tomllib
from pathlib import Path

import pytest

from songscape.core.errors import InputError
from songscape.sources import table

HAZARDS = tomllib.loads(Path(__file__).with_name("hazards.toml").read_text("utf-8"))
MISSING = "∅"


def content(hazard):
    if "hex" in hazard:
        return bytes.fromhex(hazard["hex"])
    data = hazard["text"].encode(hazard.get("encoding", "utf-8"))
    if "replace_nul" in hazard:
        data = data.replace(b"\0", bytes.fromhex(hazard["replace_nul"]))
    return data


@pytest.fixture
def written(tmp_path):
    def write(hazard):
        path = tmp_path / "songs.csv"
        path.write_bytes(content(hazard))
        known = {name: hazard[name] for name in ("layout", "ragged") if name in hazard}
        return table.Options(path=str(path), **known)

    return write


@pytest.mark.parametrize("name", [name for name in HAZARDS if "error" not in HAZARDS[name]])
def test_hazard_is_read_right(name, written):
    hazard = HAZARDS[name]
    songs = table.load(written(hazard))
    for column, values in hazard["columns"].items():
        read = [MISSING if value is None else value for value in songs.frame[column].to_list()]
        assert read == values, column
    assert not set(hazard.get("absent", ())) & set(songs.frame.columns)


@pytest.mark.parametrize("name", [name for name in HAZARDS if "error" not in HAZARDS[name]])
def test_hazard_is_told(name, written):
    hazard = HAZARDS[name]
    found = table.load(written(hazard)).findings
    counts = {each.what: 0 for each in found}
    for each in found:
        counts[each.what] += each.count
    wanted = hazard.get("findings", {})
    assert {what: counts.get(what) for what in wanted} == wanted
    assert set(hazard.get("findings_least", ())) <= counts.keys()
    assert not counts.keys() & set(hazard.get("absent_findings", ()))
    for what, where in hazard.get("where", {}).items():
        assert [each.where for each in found if each.what == what] == [where]


@pytest.mark.parametrize("name", [name for name in HAZARDS if "error" in HAZARDS[name]])
def test_hazard_is_refused(name, written):
    with pytest.raises(InputError, match=HAZARDS[name]["error"]):
        table.load(written(HAZARDS[name]))
