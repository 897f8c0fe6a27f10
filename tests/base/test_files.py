"""Files and folders appear whole or not at all, and what was there before is not lost."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.base.files import (
    check_file,
    check_folder,
    new_folder,
    safe_name,
    write_bytes,
    write_text,
)

ROOT = Path(__file__).parents[2]

OWN = ("page.html", "figures")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def full(*arguments: object, **options: object) -> Any:
    raise OSError(28, "No space left on device")


def interrupted(*arguments: object, **options: object) -> Any:
    raise KeyboardInterrupt


class FillsUp:
    """A file on a disk that is full by the time that anything is written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "half"
        self.path.write_text("ha")
        self.name = str(self.path)

    def __enter__(self) -> FillsUp:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    write = full


# --- one file ------------------------------------------------------------------------------------


def test_a_file_is_written_whole_and_may_be_read_by_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    write_text(path, "Umläute, “quotes”\n")
    assert path.read_bytes() == "Umläute, “quotes”\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    write_bytes(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert names(tmp_path) == ["a.txt"]


def test_a_place_that_is_a_folder_is_refused_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match=r"--out: .*there'; allowed: .*\(Is a directory\)"):
        write_text(tmp_path / "there", "text")
    assert names(tmp_path) == ["there"]


def test_a_place_in_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for place, reason in (("nowhere/a", "No such file"), ("file/a", "Not a directory")):
        with pytest.raises(InputError, match=rf"can be written \({reason}"):
            write_text(tmp_path / place, "text")
    assert names(tmp_path) == ["file"]


def test_a_disk_that_fills_up_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda **options: FillsUp(options["dir"]))
    with pytest.raises(InputError, match="No space left"):
        write_text(path, "newer")
    assert path.read_text() == "older"
    assert names(tmp_path) == ["a.txt"]


def test_an_interrupt_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "newer")
    assert path.read_text() == "older"
    assert names(tmp_path) == ["a.txt"]


# --- a folder ------------------------------------------------------------------------------------


def filled(path: Path, text: str, then: Callable[[], Any] = lambda: None) -> None:
    with new_folder(path, OWN) as building:
        assert building.parent == path.parent
        assert building.name.startswith(f".{path.name}.")
        (building / "page.html").write_text(text)
        (building / "figures").mkdir()
        then()


def test_a_folder_takes_its_place_once_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with new_folder(out, OWN) as building:
        (building / "page.html").write_text("new")
        assert not out.exists()
    assert names(out) == ["page.html"]
    assert names(out.parent) == ["out"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o755


def test_an_older_folder_is_replaced_with_all_that_was_in_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    filled(out, "older")
    with new_folder(out, OWN) as building:
        (building / "page.html").write_text("newer")
        assert (out / "page.html").read_text() == "older"
    assert names(out) == ["page.html"]
    assert (out / "page.html").read_text() == "newer"
    assert names(tmp_path) == ["out"]


def test_a_folder_behind_a_link_is_replaced_where_it_is(tmp_path: Path) -> None:
    filled(tmp_path / "real", "older")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with new_folder(tmp_path / "link", OWN) as building:
        (building / "page.html").write_text("newer")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "page.html").read_text() == "newer"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError(), DesignError("so")])
def test_what_is_raised_inside_goes_through_and_leaves_the_older_folder(
    tmp_path: Path, error: BaseException
) -> None:
    out = tmp_path / "out"
    filled(out, "older")

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        filled(out, "half", fail)
    assert (out / "page.html").read_text() == "older"
    assert names(tmp_path) == ["out"]


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--out: .*out'; .*No space left"):
        filled(tmp_path / "out", "half", full)
    assert names(tmp_path) == []


@pytest.mark.parametrize("trouble", [full, interrupted])
def test_the_older_folder_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., Any]
) -> None:
    out = tmp_path / "out"
    filled(out, "older")
    plain = Path.replace

    def replace(self: Path, target: Path) -> Path:
        """All goes well but the last step."""
        is_last = Path(target) == out and not self.name.endswith(".old")
        return trouble() if is_last else plain(self, target)

    with pytest.raises((InputError, KeyboardInterrupt)):
        filled(out, "newer", lambda: monkeypatch.setattr(Path, "replace", replace))
    assert (out / "page.html").read_text() == "older"
    assert names(tmp_path) == ["out"]


# --- looking first -------------------------------------------------------------------------------


def test_a_folder_with_something_foreign_is_left_alone(tmp_path: Path) -> None:
    for name in ("page.html", "thesis.tex", "zebra.txt"):
        (tmp_path / name).write_text(name)
    with pytest.raises(InputError, match=r"this one holds 'thesis\.tex'") as refused:
        check_folder(tmp_path, OWN)
    assert (refused.value.field, refused.value.value) == ("--out", str(tmp_path))
    with pytest.raises(InputError, match="this one holds"), new_folder(tmp_path, OWN):
        raise AssertionError("nothing may be built")
    assert names(tmp_path) == ["page.html", "thesis.tex", "zebra.txt"]


def test_a_look_leaves_nothing_but_the_parents(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b" / "out", OWN)
    assert names(tmp_path / "a" / "b") == []
    (tmp_path / "empty").mkdir()
    check_folder(tmp_path / "empty", OWN)
    assert names(tmp_path / "empty") == []
    filled(tmp_path / "out", "older")
    check_folder(tmp_path / "out", OWN)
    assert names(tmp_path / "out") == ["figures", "page.html"]


@pytest.mark.parametrize("place", ["file", "file/out", "file/deep/out"])
def test_a_file_in_the_way_is_found_before_any_work(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"a place that can be written \("):
        check_folder(tmp_path / place, OWN)
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("refusing", ["parent", "folder"])
def test_a_folder_that_takes_no_file_is_found_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusing: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    plain = tempfile.mkdtemp

    def mkdtemp(suffix: Any = None, prefix: Any = None, dir: Any = None) -> str:  # noqa: A002
        if Path(dir) == (tmp_path if refusing == "parent" else out):
            raise PermissionError(13, "Permission denied")
        return str(plain(suffix, prefix, dir))

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    with pytest.raises(InputError, match=r"can be written \(Permission denied\)"):
        check_folder(out, OWN)


def test_an_error_says_field_value_and_what_is_allowed() -> None:
    error = InputError("budget.classes", 0, "at least 1")
    assert str(error) == "budget.classes: 0; allowed: at least 1"
    assert (error.field, error.value, error.allowed) == ("budget.classes", 0, "at least 1")
    assert str(InputError("--set", "a b", "KEY=VALUE")) == "--set: 'a b'; allowed: KEY=VALUE"
    assert str(InputError("out of luck")) == "out of luck"
    assert str(InputError("field", "value")) == "field: 'value'"
    assert str(InputError("field", allowed="more")) == "field; allowed: more"
    assert isinstance(DesignError("x"), InputError)
    assert os.linesep not in str(error)


# --- what is no regular file ---------------------------------------------------------------------


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "real.txt", tmp_path / "link.txt"
    target.write_text("older")
    link.symlink_to("deep/real.txt")
    write_text(link, "newer")
    assert link.is_symlink()
    assert target.read_text() == "newer"
    target.unlink()
    write_text(link, "anew")
    assert (link.is_symlink(), target.read_text()) == (True, "anew"), "a link that led nowhere"
    assert (names(tmp_path), names(tmp_path / "deep")) == (["deep", "link.txt"], ["real.txt"])


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(InputError, match="Too many levels of symbolic links"):
        write_text(tmp_path / "round", "text")
    assert names(tmp_path) == ["round"]


def device(folder: Path, minor: int) -> Path:
    """A copy of a device: 3 is the one that takes everything, 7 the one that is always full."""
    path = folder / f"device{minor}"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        path.open("rb").close()
    except OSError:
        pytest.skip("this machine lets nobody make a device here")
    return path


def test_a_device_is_written_into_and_stays_one(tmp_path: Path) -> None:
    path = device(tmp_path, 3)
    (tmp_path / "link").symlink_to(path)
    for place in (path, tmp_path / "link"):
        write_text(place, "text")
        check_file(place, suffix=".png")
    assert stat.S_ISCHR(path.stat().st_mode)
    assert names(tmp_path) == [path.name, "link"]


def test_a_full_device_is_said_and_stays_one(tmp_path: Path) -> None:
    path = device(tmp_path, 7)
    with pytest.raises(InputError, match=r"^--trace: .*No space left on device"):
        write_text(path, "text", "--trace")
    assert stat.S_ISCHR(path.stat().st_mode)
    assert names(tmp_path) == [path.name]


def test_a_pipe_is_written_into_if_somebody_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match="No such device or address"):
        write_text(path, "nobody is there")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    data = b"x" * 300_000
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            write_bytes(path, data)
            break
        except InputError:  # the reader is not there yet
            time.sleep(0.01)
    reader.join(20)
    assert read == [data]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_an_open_output_is_written_into_where_it_stands(tmp_path: Path) -> None:
    """As with ``--out /dev/stdout > file``: the file is not replaced under who writes it."""
    path = tmp_path / "shown.txt"
    source = (
        "import os, sys; from pathlib import Path\n"
        "from lastchunk.model.base.files import write_text\n"
        "os.write(1, b'before\\n'); write_text(Path('/dev/stdout'), 'written\\n')\n"
        "os.write(1, b'after\\n')\n"
    )
    with path.open("wb") as shown:
        subprocess.run([sys.executable, "-c", source], stdout=shown, check=True, cwd=ROOT)
    assert path.read_text() == "before\nwritten\nafter\n"


# --- looking first, for a file -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("folder", "Is a directory"),
        ("nowhere/a.png", "No such file"),
        ("file/a.png", "Not a directory"),
        ("a.bogus", r"a name that ends in \.png"),
        ("a", r"a name that ends in \.png"),
        ("x" * 300 + ".png", "File name too long"),
    ],
)
def test_a_place_for_a_file_is_looked_at_before_any_work(
    tmp_path: Path, place: str, words: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=rf"^--figure: .*{words}"):
        check_file(tmp_path / place, "--figure", ".png")
    assert names(tmp_path) == ["file", "folder"]


def test_a_look_at_a_place_for_a_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.PNG").write_text("older")
    check_file(tmp_path / "a.PNG", "--figure", ".png")
    check_file(tmp_path / "b.png", "--figure", ".png")
    assert (names(tmp_path), (tmp_path / "a.PNG").read_text()) == (["a.PNG"], "older")


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    write_text(tmp_path / ("x" * 250), "text")
    assert names(tmp_path) == ["x" * 250]


ODD = [
    "a/b",
    "a-b",
    "a b",
    "..",
    ".",
    "",
    "con",
    "LPT1.txt",
    "a:b",
    "c:b",
    "a*b?",
    "a.",
    "-x",
    "🙂",
    "x" * 99,
]


def test_a_text_is_a_name_on_every_system_and_two_texts_are_two() -> None:
    names = [safe_name(text) for text in ODD]
    assert len(set(names)) == len(ODD)
    for text, name in zip(ODD, names, strict=True):
        assert re.fullmatch(r"[\w -]+(-[0-9a-f]{8})?", name), text
        assert len(name) < 80
        assert not re.match(r"(con|lpt1)(\.|$)", name, re.IGNORECASE)
        assert not name.endswith((".", " "))
    assert safe_name("grace 20 s") == "grace 20 s"
    assert safe_name("AlarmDesign") == "AlarmDesign"
