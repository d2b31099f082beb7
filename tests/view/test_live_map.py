"""The map's modules become one script for pages that cannot load any."""

import re
from collections import Counter

from songscape.view.live_map import MODULES, module, script

DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:const|let|function\*?|class) (\w+)", re.MULTILINE
)
ALIASED = re.compile(r"^import [^;]*\bas\b[^;]*;", re.MULTILINE)


def test_no_name_is_declared_in_two_modules():
    names = Counter(name for one in MODULES for name in DECLARED.findall(module(one)))
    assert names["SongMap"] == 1
    assert [name for name, times in names.items() if times > 1] == []


def test_no_module_knows_another_by_a_second_name():
    assert not any(ALIASED.search(module(one)) for one in MODULES)


def test_the_script_holds_every_declaration_and_asks_for_nothing():
    text = script()
    for one in MODULES:
        for name in DECLARED.findall(module(one)):
            assert re.search(rf"\b{name}\b", text)
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
