"""The command line, called in the process of the tests."""

import contextlib
import io
import signal
import sys
from subprocess import CompletedProcess

import pytest

from songscape.cli import main


def songscape(*arguments, cwd="."):
    """Call the command line in a folder; return what a process of its own would leave."""
    out, err = io.StringIO(), io.StringIO()
    argv, handler = sys.argv, signal.getsignal(signal.SIGTERM)
    sys.argv = ["songscape", *map(str, arguments)]
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
    finally:
        sys.argv = argv
        signal.signal(signal.SIGTERM, handler)
    return CompletedProcess(sys.argv, left.value.code or 0, out.getvalue(), err.getvalue())
