"""A plug-in is a file; its name is the plug-in's name."""

import pytest

from songscape.core.errors import UnknownNameError
from songscape.core.plugins import STAGES, load, names


@pytest.mark.parametrize("stage", STAGES)
def test_every_listed_plugin_loads_and_says_what_it_is(stage):
    for name in names(stage):
        assert load(stage, name).__doc__, f"{stage}/{name}.py needs a module docstring"


def test_private_modules_are_no_plugins():
    assert not [name for stage in STAGES for name in names(stage) if name.startswith("_")]


def test_unknown_names_get_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'clean'"):
        names("claen")
    with pytest.raises(UnknownNameError, match="no plug-in of clean named 'nothing_like_it'"):
        load("clean", "nothing_like_it")
