"""Outputs appear whole or not at all."""

import pytest

from songscape.core.atomic import replacing_file, replacing_folder, write_text


def leftovers(folder):
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_file_is_replaced_whole(tmp_path):
    write_text(tmp_path / "a.txt", "one")
    write_text(tmp_path / "a.txt", "two")
    assert (tmp_path / "a.txt").read_text() == "two"
    assert leftovers(tmp_path) == []


def test_an_error_keeps_the_old_file(tmp_path):
    write_text(tmp_path / "a.txt", "one")
    with pytest.raises(OSError, match="disk full"), replacing_file(tmp_path / "a.txt") as file:
        file.write_text("hal")
        raise OSError("disk full")
    assert (tmp_path / "a.txt").read_text() == "one"
    assert leftovers(tmp_path) == []


def test_a_full_disk_names_the_file_that_was_wanted(tmp_path):
    wanted = tmp_path / "a.txt"
    with pytest.raises(OSError, match="No space left") as caught, replacing_file(wanted):
        raise OSError(28, "No space left on device")
    assert caught.value.filename == str(wanted)
    with (
        pytest.raises(OSError, match="No space left") as caught,
        replacing_folder(wanted) as folder,
    ):
        raise OSError(28, "No space left on device", str(folder / "b.txt"))
    assert caught.value.filename == str(wanted)


def test_an_error_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, replacing_file(tmp_path / "a.txt"):
        (tmp_path / "b.txt").read_text()
    assert caught.value.filename == str(tmp_path / "b.txt")


def test_a_folder_is_replaced_whole(tmp_path):
    for word in ("one", "two"):
        with replacing_folder(tmp_path / "run") as folder:
            (folder / "a.txt").write_text(word)
            (folder / "deep").mkdir()
            (folder / "deep" / f"{word}.txt").write_text(word)
    assert (tmp_path / "run" / "a.txt").read_text() == "two"
    assert [path.name for path in (tmp_path / "run" / "deep").iterdir()] == ["two.txt"]
    assert leftovers(tmp_path) == []


def test_an_error_keeps_the_old_folder(tmp_path):
    with replacing_folder(tmp_path / "run") as folder:
        (folder / "a.txt").write_text("one")
    with pytest.raises(KeyboardInterrupt), replacing_folder(tmp_path / "run") as folder:
        (folder / "b.txt").write_text("half")
        raise KeyboardInterrupt
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["a.txt"]
    assert leftovers(tmp_path) == []
