"""``songscape explore`` from start to stop."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from tests.in_process import songscape

from songscape.app.audio import roots
from songscape.app.server import _listening
from songscape.core.errors import InputError

COMMAND = [sys.executable, "-c", "from songscape.cli import main; main()", "explore"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_answers_and_stops_cleanly(run_folder, ending):
    words = [*COMMAND, str(run_folder), "--no-browser"]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        line = server.stderr.readline()
        address, token = re.search(r"(http://127\.0\.0\.1:\d+/)#(\S+)", line).groups()
        assert len(token) >= 40
        assert server.stderr.readline() == "stop with Ctrl+C\n"
        with urllib.request.urlopen(address + "api/run", timeout=30) as answer:  # noqa: S310
            assert json.load(answer)["name"] == "songs"
        server.send_signal(ending)
        said, complained = server.communicate(timeout=30)
    assert (server.returncode, said, complained) == (0, "", "")


def test_it_listens_on_this_machine_only():
    with _listening(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_taken_port_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} cannot be used .* --port"):
            _listening(port)


@pytest.mark.parametrize("port", [1, 6000, 6667])
def test_a_port_that_browsers_refuse_is_told(run_folder, port):
    done = songscape("explore", run_folder, "--port", port, "--no-browser")
    assert done.returncode == 1
    assert (
        f"Port {port} is one that browsers refuse to open; give another with --port" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_a_port_of_the_system_is_told_without_numbers_of_errors(monkeypatch):
    def refused(_socket, _address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)
    with pytest.raises(InputError, match=r"Port 80 cannot be used \(Permission denied\)"):
        _listening(80)


def test_no_run_and_no_music_folder_are_told(run_folder, tmp_path):
    for words, says in (
        ([tmp_path], "is not a songscape run"),
        ([run_folder, "--music", tmp_path / "no"], "is not a folder"),
    ):
        done = songscape("explore", *words, "--no-browser")
        assert done.returncode == 1
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_plays_itself_and_a_file_its_folder(tmp_path):
    file = tmp_path / "library.xml"
    file.write_text("x")
    assert roots(str(tmp_path)) == (tmp_path.resolve(),)
    assert roots(str(file)) == (tmp_path.resolve(),)
    assert roots(None) == roots(str(tmp_path / "gone")) == ()
    assert roots(None, [tmp_path]) == (tmp_path.resolve(),)
