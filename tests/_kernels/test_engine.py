import json
import os
import subprocess
import sys

import pytest

from songscape._kernels import COMPILED, _engine

ASK = """
import json, logging, sys
logging.basicConfig(stream=sys.stderr, format="%(message)s")
import songscape._kernels as kernels
for _ in range(2):
    step = kernels.kmeans_step([[0.0], [2.0]], [[0.0]])
print(json.dumps([kernels.COMPILED, step.objective]))
"""


def ask(choice, blocked=False):
    block = "import sys; sys.modules['songscape._kernels._compiled'] = None\n" if blocked else ""
    return subprocess.run(
        [sys.executable, "-c", block + ASK],
        env=os.environ | {"SONGSCAPE_KERNELS": choice},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_twin_is_taken_when_asked_for_and_says_nothing():
    done = ask("twin")
    assert json.loads(done.stdout) == [False, 4.0]
    assert done.stderr == ""


def test_a_missing_module_is_said_once():
    done = ask("", blocked=True)
    assert json.loads(done.stdout) == [False, 4.0]
    assert done.stderr.count("compiled kernels are missing") == 1


@pytest.mark.skipif(not COMPILED, reason="built without a compiler")
def test_the_compiled_module_is_taken_where_it_is():
    assert json.loads(ask("").stdout) == [True, 4.0]
    assert json.loads(ask("baseline").stdout) == [True, 4.0]


@pytest.mark.skipif(not COMPILED, reason="built without a compiler")
def test_an_unknown_instruction_set_is_refused():
    done = ask("z80")
    assert done.returncode == 1
    assert "SONGSCAPE_KERNELS=z80 is nothing this CPU computes with" in done.stderr
    assert "or give twin, baseline" in done.stderr


def test_the_engine_offers_what_it_promises():
    names = [name for name in vars(_engine.Engine) if not name.startswith("_")]
    assert len(names) == 8
    assert all(callable(getattr(_engine.engine(), name)) for name in names)
