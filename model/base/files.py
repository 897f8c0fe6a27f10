"""Writing files so that nothing half-written is ever found under its name."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from lastchunk.model.base.errors import InputError

OUT = "--out"
REWRITTEN = ("--update-baseline",)
"""Options whose file is to be read and then written anew."""
NAME_MAX = 60
"""So many characters of a text stand in the name of a file."""
NAME_OF_FILE = re.compile(r"\w(?:[\w .()+=,@%-]{0,58}[\w)%])?")
NAME_OF_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""What no file may be called where Windows may come to see it."""
_DIGEST_BYTES = 32


class OverwriteError(InputError):
    """A command would write over what it was given; the option is to blame, whoever reads it."""


class CommandFiles:
    """What one command reads and where it is to write: none writes over what it was given.

    Files are told apart by where they lie on the disk, so that a link and another spelling are the
    same file. Outside of a command nothing is noted: a program reads and writes as it likes.
    """

    now: ClassVar[CommandFiles | None] = None

    def __init__(self) -> None:
        self.read: dict[str, Path] = {}
        self.outputs: dict[str, str] = {}
        """By real path, with the option that named it."""
        self.folders: dict[str, str] = {}
        """The same of folders that are replaced as a whole."""
        self.made: set[str] = set()
        """What the command itself has written, which it may read again."""

    def reads(self, path: Path) -> None:
        """Note an input. Raises `InputError` where it is to be written over."""
        real = os.path.realpath(path)
        is_its_own = any(Path(real).is_relative_to(made) for made in self.made)
        if is_its_own or real in self.read or self.outputs.get(real) in REWRITTEN:
            return
        self.read[real] = path
        for output, option in self.outputs.items():
            if _is_same(real, output):
                raise _read_too(option, output, path)
        for folder, option in self.folders.items():
            if Path(real).is_relative_to(folder):
                raise _read_too(option, folder, path)

    def writes(self, path: Path, option: str) -> None:
        """Note an output. Raises `InputError` where it is an input, or another option's output."""
        real = os.path.realpath(path)
        for known, given in self.read.items():
            if _is_same(real, known):
                raise _read_too(option, str(path), given)
        other = self.outputs.setdefault(real, option)
        if other != option:
            raise InputError(option, str(path), f"another file than that of {other}")

    def replaces(self, folder: Path, option: str) -> None:
        """The same of a folder that is replaced with all that is in it."""
        real = os.path.realpath(folder)
        for known, given in self.read.items():
            if Path(known).is_relative_to(real):
                raise _read_too(option, str(folder), given)
        self.folders[real] = option


def _is_same(first: str, second: str) -> bool:
    """Whether two real paths lead to one file: also by case alone, or by a hard link."""
    try:
        return first == second or Path(first).samefile(second)
    except OSError:
        return False


def _read_too(option: str, output: str, given: Path) -> OverwriteError:
    return OverwriteError(option, output, f"a place where no input is; {given} is read")


@contextmanager
def of_one_command() -> Iterator[None]:
    """Note what is read and written, as that of one command."""
    before, CommandFiles.now = CommandFiles.now, CommandFiles()
    try:
        yield
    finally:
        CommandFiles.now = before


def note_input(path: str | Path) -> None:
    """Say that a person's file is read. Raises `InputError` where the command writes over it."""
    if CommandFiles.now is not None:
        CommandFiles.now.reads(Path(path))


def _note_output(path: Path, option: str) -> None:
    if CommandFiles.now is not None:
        CommandFiles.now.writes(path, option)


def _note_written(path: Path) -> None:
    if CommandFiles.now is not None:
        CommandFiles.now.made.add(os.path.realpath(path))


def write_text(path: str | Path, text: str, option: str = OUT) -> None:
    """Write a text file under a temporary name, then rename it."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"), option)


def write_bytes(
    path: str | Path, data: bytes, option: str = OUT, is_told_to_disk: bool = False
) -> None:
    """Write a file under a temporary name, then rename it. Raises `InputError` naming ``option``.

    A link stays, and what it leads to is replaced. What is no regular file is written into.
    ``is_told_to_disk`` waits until a loss of power would change nothing.
    """
    path = Path(path)
    try:
        if _is_regular(path):
            _note_output(path, option)
            _replace(Path(os.path.realpath(path)), data, is_told_to_disk)
            _note_written(path)
        else:
            _write_into(path, data)
    except OSError as error:
        raise unwritable(path, error, option) from error


def write_changed(path: Path, data: bytes) -> None:
    """Write a file so that a loss of power changes nothing; one that holds just that is left alone.

    So what is finished can be asked for again where nothing may be written.
    """
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass  # it is not there, or cannot be read: writing says what is wrong
    write_bytes(path, data, is_told_to_disk=True)


def check_file(path: Path, option: str = OUT, suffix: str = "") -> None:
    """Refuse a place for a file, before any work is done for it. Raises `InputError`.

    A regular file, or a new one, must have the ``suffix``.
    """
    try:
        if not _is_regular(path):
            if path.is_dir():
                raise IsADirectoryError(21, "Is a directory")
            return
        with tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as error:
        raise unwritable(path, error, option) from error
    if path.suffix.lower() != suffix and suffix:
        raise InputError(option, str(path), f"a name that ends in {suffix}")
    _note_output(path, option)


def _is_regular(path: Path) -> bool:
    """Whether a path leads to a regular file, or to none yet, and not to an open output."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    return stat.S_ISREG(found.st_mode) and _open_as(found) is None


def _open_as(found: os.stat_result) -> int | None:
    """The standard output that is open on just this file, as `/dev/stdout` is."""
    for descriptor in (1, 2):
        try:
            if os.path.samestat(found, os.fstat(descriptor)):
                return descriptor
        except OSError:
            continue
    return None


def is_standard_output(path: Path) -> bool:
    """Whether what is written there comes out of standard output, as with `/dev/stdout`."""
    try:
        return _open_as(path.stat()) == 1
    except OSError:
        return False


def _replace(path: Path, data: bytes, is_told_to_disk: bool = False) -> None:
    building: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:50]}.", delete=False
        ) as file:
            building = Path(file.name)
            file.write(data)
            if is_told_to_disk:
                file.flush()
                os.fsync(file.fileno())
        building.chmod(0o644)
        building.replace(path)
        if is_told_to_disk:
            _tell_folder(path.parent)
    finally:
        if building is not None:
            building.unlink(missing_ok=True)


def _tell_folder(path: Path) -> None:
    """Have a new name in a folder outlast a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_into(path: Path, data: bytes) -> None:
    """Write into a device, a pipe, or an output that is open already."""
    descriptor = _open_as(path.stat())
    if descriptor is not None:
        opened = os.dup(descriptor)
    else:
        # Without waiting: a pipe that nobody reads is an error, and no wait for ever.
        opened = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(opened, True)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(opened, rest) :]
    finally:
        os.close(opened)


def unwritable(path: Path, error: OSError, option: str = OUT) -> InputError:
    """What to say of a place that cannot be written."""
    reason = error.strerror or str(error)
    return InputError(option, str(path), f"a place that can be written ({reason})")


def check_folder(path: Path, own: Collection[str]) -> None:
    """Refuse an output folder that cannot be written, before any work is done for it.

    A folder that exists is replaced, so it may hold nothing but the names in ``own``.
    """
    path = path.resolve()
    foreign: list[str] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(20, "it is a file")
        with tempfile.TemporaryDirectory(dir=path.parent):
            pass
        if path.is_dir():
            with tempfile.TemporaryDirectory(dir=path):
                pass
            foreign = sorted({item.name for item in path.iterdir()} - set(own))
    except OSError as error:
        raise unwritable(path, error) from error
    if foreign:
        allowed = f"a new folder, an empty one or an older report; this one holds {foreign[0]!r}"
        raise InputError("--out", str(path), allowed)
    if CommandFiles.now is not None:
        CommandFiles.now.replaces(path, OUT)


@contextmanager
def new_folder(path: str | Path, own: Collection[str]) -> Iterator[Path]:
    """A folder to fill; it takes the place of ``path`` once it is whole, and never before.

    ``own`` names what it will hold: an older folder with anything else in it is left alone.
    """
    path = Path(path)
    check_folder(path, own)
    path = path.resolve()
    building = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    retired = building.with_name(building.name + ".old")
    try:
        yield building
        building.chmod(0o755)
        if path.exists():
            path.replace(retired)
        building.replace(path)
        _note_written(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if retired.exists() and not path.exists():  # the new one did not come to stand there
            retired.replace(path)
        for left in (building, retired):
            shutil.rmtree(left, ignore_errors=True)


def write_sealed(path: Path, data: bytes) -> None:
    """Write bytes behind a digest of theirs, for `read_sealed`. Raises `InputError`."""
    write_bytes(path, sha256(data).digest() + data)


def read_sealed(path: Path) -> bytes | None:
    """What was written so; None where there is nothing, or not all of it any more."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    data = memoryview(whole)[_DIGEST_BYTES:]
    return bytes(data) if sha256(data).digest() == whole[:_DIGEST_BYTES] else None


def digest_of_code(places: Iterable[Path]) -> str:
    """A digest of all Python files below some folders; a place may be a file, too."""
    files = sorted(
        path for place in places for path in ([place] if place.is_file() else place.rglob("*.py"))
    )
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def safe_name(text: str) -> str:
    """A text as the beginning of a file's name, on every system; two texts never have one name.

    >>> safe_name("grace 20 s"), safe_name("a/b"), safe_name("..")
    ('grace 20 s', 'a-b-c14cddc0', '_-5ec1f7e7')
    """
    if NAME_OF_FILE.fullmatch(text) and not NAME_OF_DEVICE.match(text):
        return text
    plain = "-".join(re.findall(r"[A-Za-z0-9_]+", text))[:NAME_MAX] or "_"
    return f"{plain}-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def cache_folder() -> Path:
    """Where is kept what is fetched, compiled, and learnt; it can be deleted at any time."""
    given = os.environ.get("LASTCHUNK_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lastchunk"
